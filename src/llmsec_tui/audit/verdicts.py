"""What verification finds, each finding with its name and number: scripts depend on both."""

from collections.abc import Iterable
from enum import IntEnum

from msgspec import Struct


class Code(IntEnum):
    """Below 10 nothing speaks against the journal; what is 10 and above does."""

    VERIFIED = 0
    """Every record is as it was written."""
    EMPTY = 1
    """There is no record."""
    UNSEALED_TAIL = 2
    """The last records are chained and no checkpoint covers them: fine while somebody writes or nobody ever signed."""
    CLOCK_WENT_BACK = 3
    """A remark: order is by number and never by time."""
    RETIRED = 4
    """A remark: the journal begins later, because older records were retired on record."""
    TORN_TAIL = 10
    """The last line is not whole; a crash leaves such a tail."""
    LEFT_UNSEALED = 11
    """As UNSEALED_TAIL, but nobody writes: a crash leaves that, and so does taking the last checkpoints away."""
    BROKEN = 12
    """A record or checkpoint is not as it was written."""
    TRUNCATED = 13
    """Records are missing that a checkpoint or an anchor has seen."""
    FORK = 14
    """The records are not those that a checkpoint or an anchor has seen, or two histories were sealed."""
    WRONG_KEY = 15
    """Seals are of another key than the trusted one, and that one did not agree."""
    NO_SEAL_WHERE_EXPECTED = 16
    """There should be a checkpoint and there is none."""
    INDEX_MISMATCH = 17
    """The index in the store says something else than the journal; the journal is right."""

    @property
    def words(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")

    @property
    def ok(self) -> bool:
        return self < Code.TORN_TAIL


class VerdictRow(Struct, frozen=True, kw_only=True):
    """One finding."""

    code: int
    """A value of :class:`Code`."""
    name: str
    words: str
    """A sentence for people: what is so, up to where, and what to do."""
    ok: bool


class Verification(Struct, frozen=True, kw_only=True):
    """What is proven, up to where. Positions are numbers of records, 0 for none; hashes are hexadecimal."""

    verdicts: list[VerdictRow]
    """The most serious first; never empty."""
    integrity: str
    """whole (every record is as sealed) | unsealed (chained, but no key vouches for all of it) | broken | empty"""
    completeness: str
    """anchored (up to ``anchored_seq``) | unanchored (the files alone cannot tell) | truncated"""
    verified_seq: int
    """The last record that is as written, with all before it."""
    sealed_seq: int
    """The last one under a valid checkpoint of the trusted key."""
    anchored_seq: int
    """The last one that somebody outside of the journal vouches for."""
    anchored_at: int
    """When that was, in microseconds since 1970 UTC; 0 for never."""
    head: str
    """Hash of the record ``verified_seq``."""
    root: str
    """Of the tree of all records up to it."""
    log_id: str
    key_id: str
    """Of the key that the last valid checkpoint was signed with."""
    records: int
    """How many were read."""
    seconds: float
    index_ok: bool | None = None
    """Whether the index in the store agrees; None when it was not compared."""

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against the journal."""
        return all(verdict.ok for verdict in self.verdicts)


def verdict(code: Code, words: str) -> VerdictRow:
    """A finding in the form that travels."""
    return VerdictRow(code=code.value, name=code.words, words=words, ok=code.ok)


def worst_first(rows: Iterable[VerdictRow]) -> list[VerdictRow]:
    """What speaks against the journal, then what it amounts to, then remarks."""
    return sorted(rows, key=lambda row: (row.ok, row.code if row.ok else -row.code))
