"""What can be asked about erasing, holding and keeping content. Times are microseconds since 1970 UTC."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Command, Done, Query

FEWEST_REASON_CHARS = 8
MOST_DAYS = 36_500


class HoldRow(Struct, frozen=True, kw_only=True):
    """Something that is not erased and does not expire."""

    hold_id: str
    """H-3"""
    of: str
    """event | conversation | user | source | app | incident"""
    id: str
    """Empty once the user whom it named was erased."""
    reason: str
    author: str
    placed_at: int
    released_at: int | None
    """None while it is in force."""
    released_by: str
    note: str
    """Why it was released."""


class RetentionState(Struct, frozen=True, kw_only=True):
    """What is kept, for how long, and what is gone."""

    days: int
    """Content of older events is erased; 0 for never."""
    set_at: int | None
    """None when nobody ever said."""
    set_by: str
    note: str
    due: int
    """Events whose content is older than that."""
    due_held: int
    """And of those that are under a hold."""
    erased_events: int
    """Since the store began, whoever asked for it."""
    erased_contents: int
    """Texts that are gone with them."""
    last_expired_at: int | None
    """When content last expired."""
    rewrite_since: int | None
    """Since when the file is to be rewritten: until then, bytes of what was erased may lie in its free blocks."""
    holds: list[HoldRow]
    """Newest first; those that were released too. Of somebody with a scope, only those of its applications."""
    problem: str


class ErasurePreview(Struct, frozen=True, kw_only=True):
    """What erasing something would take."""

    of: str
    id: str
    events: int
    """That would lose their content."""
    erased: int
    """That have lost it before."""
    contents: int
    """Distinct texts of these events."""
    shared: int
    """Of these texts, those that stay because other events have them too."""
    alerts: int
    """That were raised on them; they stay, without their excerpts."""
    held: list[HoldRow]
    """The holds because of which nothing would be erased."""


class EraseContent(Command[Done], frozen=True, kw_only=True, tag="content.erase"):
    """Erase what was written, for good. ``of`` a user: also what has no user, in conversations of nobody else; of a
    source, which is the path of a log: also the beginnings of what could not be read in it.

    Raises ServiceError for a reason of fewer than eight characters and for what is held, NotFound.
    """

    capability: ClassVar[str] = "content.erase"
    reply: ClassVar[type] = Done
    deadline_ms: ClassVar[int] = 60_000
    of: str
    """event | conversation | user | source"""
    id: str
    reason: str


class PreviewErasure(Query[ErasurePreview], frozen=True, kw_only=True, tag="content.preview_erasure"):
    """Count it and change nothing. Raises ServiceError, NotFound."""

    capability: ClassVar[str] = "content.erase"
    reply: ClassVar[type] = ErasurePreview
    of: str
    """event | conversation | user | source"""
    id: str


class HoldContent(Command[Done], frozen=True, kw_only=True, tag="content.hold"):
    """Keep it from being erased and from expiring, also what is yet to come of it. Of an incident: the events of its
    alerts and their conversations. ``Done.version`` is the number of the hold."""

    capability: ClassVar[str] = "content.hold"
    reply: ClassVar[type] = Done
    of: str
    """event | conversation | user | source | app | incident"""
    id: str
    reason: str


class ReleaseHold(Command[Done], frozen=True, kw_only=True, tag="content.release_hold"):
    """End a hold. Raises ServiceError without a note, NotFound."""

    capability: ClassVar[str] = "content.hold"
    reply: ClassVar[type] = Done
    hold_id: str
    note: str


class SetRetention(Command[Done], frozen=True, kw_only=True, tag="retention.set"):
    """Let content expire when its event is so many days old; 0 keeps it for ever."""

    capability: ClassVar[str] = "retention.set"
    reply: ClassVar[type] = Done
    days: int
    note: str


class RunRetention(Command[Done], frozen=True, kw_only=True, tag="retention.run"):
    """Have content expire now and not within the hour. It is begun when this is answered."""

    capability: ClassVar[str] = "retention.run"
    reply: ClassVar[type] = Done


class GetRetention(Query[RetentionState], frozen=True, kw_only=True, tag="retention.show"):
    capability: ClassVar[str] = "sources.read"
    reply: ClassVar[type] = RetentionState


RetentionAsk = EraseContent | PreviewErasure | HoldContent | ReleaseHold | SetRetention | RunRetention | GetRetention
"""Everything that can be asked here."""
RetentionCommand = EraseContent | HoldContent | ReleaseHold | SetRetention | RunRetention
"""What of it changes something."""
