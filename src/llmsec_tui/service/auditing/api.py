"""What can be asked about the audit journal besides its list: verification, proofs, keys, retirement; and the replies.

Positions are numbers of records; hashes and roots are hexadecimal. Times are microseconds since 1970 UTC.
"""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.audit.verdicts import VerdictRow as VerdictRow
from llmsec_tui.audit.verdicts import Verification as Verification
from llmsec_tui.service.asks import Command, Done, Query
from llmsec_tui.service.rows import AuditRow


class AnchorRow(Struct, frozen=True, kw_only=True):
    """One place outside of the journal that is told what it was."""

    name: str
    kind: str
    """file | syslog | journald | command"""
    seq: int
    """The last record that it vouches for; 0 for none."""
    at: int
    """When it was told that; 0 for never."""
    problem: str
    """Why it was not told since; empty while all is well."""


class Head(Struct, frozen=True, kw_only=True):
    """What the journal is now: kept elsewhere, it shows later that nothing before it was changed."""

    seq: int
    """Of the newest record."""
    head: str
    """Its hash."""
    root: str
    """Of the tree of all records."""
    size: int
    """How many records the signed note covers; 0 without one."""
    note: str
    """The newest signed checkpoint, whole; empty where nobody ever signed."""
    vkey: str
    """The verifier key of what is signed now; empty while nobody signs."""
    log_id: str
    signing: str
    """Why nothing is signed; empty while it is."""
    anchors: list[AnchorRow]
    consistency: list[str]
    """The path from the size that was asked for to ``size`` (RFC 6962); empty where none was asked for."""


class Proof(Struct, frozen=True, kw_only=True):
    """That one record is in the journal, for people who see nothing else of it."""

    seq: int
    record: str
    """The canonical record, all but its hash."""
    hash: str
    leaf_index: int
    """From 0."""
    size: int
    """Of the tree that the note is about."""
    path: list[str]
    """From the leaf to the root."""
    note: str
    vkey: str


class AuditDetail(Struct, frozen=True, kw_only=True):
    """One record with all that it holds."""

    row: AuditRow
    before: str
    """The facts before, as a JSON object."""
    after: str
    loginuid: int | None
    pid: int
    ssh_client: str
    """Where the client said that it came from: its own claim."""
    command_id: str
    boot_id: str
    mono: int
    """Microseconds since the host started."""
    prev: str
    version: int
    record: str
    """The whole line, as it is in the file."""


class Exported(Struct, frozen=True, kw_only=True):
    """Records with their proofs, oldest first."""

    proofs: list[Proof]
    """All of the same note."""
    last_seq: int
    """Where the next ones go on; 0 when these were the last."""


class VerifyJournal(Query[Verification], frozen=True, kw_only=True, tag="audit.verify"):
    """Derive everything again from the files, and compare it with the seals, the anchors and the index."""

    capability: ClassVar[str] = "audit.verify"
    reply: ClassVar[type] = Verification
    deadline_ms: ClassVar[int] = 60_000


class GetHead(Query[Head], frozen=True, kw_only=True, tag="audit.head"):
    """``since`` is a number of records that somebody kept a note about: the reply proves that this goes on from it."""

    capability: ClassVar[str] = "audit.read"
    reply: ClassVar[type] = Head
    since: int = 0


class GetAuditRecord(Query[AuditDetail], frozen=True, kw_only=True, tag="audit.show"):
    capability: ClassVar[str] = "audit.read"
    reply: ClassVar[type] = AuditDetail
    seq: int


class ProveRecord(Command[Proof], frozen=True, kw_only=True, tag="audit.prove"):
    """A record and its proof, which leave the house: that is on record."""

    capability: ClassVar[str] = "audit.export"
    reply: ClassVar[type] = Proof
    deadline_ms: ClassVar[int] = 60_000
    seq: int


class ExportAudit(Command[Exported], frozen=True, kw_only=True, tag="audit.export"):
    """At most ``limit`` records behind ``after`` that fit the filter, with their proofs; on record each time."""

    capability: ClassVar[str] = "audit.export"
    reply: ClassVar[type] = Exported
    deadline_ms: ClassVar[int] = 60_000
    filter: str = ""
    after: int = 0
    limit: int = 1_000


class AnchorNow(Command[Done], frozen=True, kw_only=True, tag="audit.anchor"):
    """Tell every anchor what the journal is, at once."""

    capability: ClassVar[str] = "audit.anchor"
    reply: ClassVar[type] = Done
    deadline_ms: ClassVar[int] = 30_000


class RetireSegments(Command[Done], frozen=True, kw_only=True, tag="audit.retire"):
    """Remove the oldest files of the journal, as far as they hold only records before ``before``. ``note`` says why."""

    capability: ClassVar[str] = "audit.retire"
    reply: ClassVar[type] = Done
    before: int
    note: str


class RotateKey(Command[Done], frozen=True, kw_only=True, tag="keys.rotate"):
    """Give the signing key up for a new one; both sign that. ``note`` says why."""

    capability: ClassVar[str] = "keys.manage"
    reply: ClassVar[type] = Done
    note: str


AuditAsk = VerifyJournal | GetHead | GetAuditRecord | ProveRecord | ExportAudit | AnchorNow | RetireSegments | RotateKey
