"""What can be asked of a collector about content that is not shown to everybody. Times are microseconds since 1970 UTC.

``Me.content`` says how much an actor sees: of ``hidden`` texts only ``‹hidden: 1,234 characters›``, ``redacted`` ones
with marks such as ``‹email›`` in the place of what looks like personal data or a secret, or all in ``full``. After a
reveal the queries as ever (``GetEvent``, ``GetAlert``, ``GetConversation``, ``GetRawRecord``) show that one item in
full, to the session that asked for it, until the time is over; ``AlertDetail`` and ``EventDetail`` say so in
``revealed_until``.
"""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Command, Query

EVENT, ALERT = "event", "alert"
"""What can be revealed."""
FEWEST_REASON_CHARS = 8


class Revealed(Struct, frozen=True, kw_only=True):
    """One item is shown in full."""

    until: int
    of: str
    id: str
    """Whole, also where a part of it was given."""
    events: list[str]
    """The events whose text is shown with it: itself, or the one that the alert was raised on."""
    sha256: str
    """Of the text that is shown, as it stands in the journal; empty where there is none."""
    message: str
    audit_seq: int = 0


class RevealContent(Command[Revealed], frozen=True, kw_only=True, tag="content.reveal"):
    """Show one item in full for a while: ``session: reveal_minutes`` of the roles file. It is on record, with why.

    Raises ServiceError for a reason of fewer than eight characters, NotFound.
    """

    capability: ClassVar[str] = "content.reveal"
    reply: ClassVar[type] = Revealed
    of: str
    """event | alert, which shows its event too"""
    id: str
    """Of an event; or of an alert, also the beginning of its id."""
    reason: str


class RawRecord(Struct, frozen=True, kw_only=True):
    """The record behind an event, out of its file."""

    event_id: str
    source_path: str
    source_offset: int
    source_len: int
    record_sha256: str
    """Of the bytes that were read then."""
    now_sha256: str
    """Of the bytes that are there now."""
    data: bytes
    """These; or, when ``masked``, UTF-8 text with marks in it."""
    masked: bool
    """Whether ``data`` is less than what is in the file."""


class GetRawRecord(Query[RawRecord], frozen=True, kw_only=True, tag="events.raw"):
    """Raises NotFound, SourceError when the bytes are not there any more or there are none."""

    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = RawRecord
    deadline_ms: ClassVar[int] = 30_000
    event_id: str


ContentAsk = RevealContent | GetRawRecord
"""Everything that can be asked here."""
