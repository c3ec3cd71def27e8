"""What takes a second person: asked for, decided by somebody else, used once, or gone after a day."""

from dataclasses import dataclass, replace
from enum import StrEnum

LASTS_US = 24 * 3_600 * 1_000_000
PREFIX = "A-"


class State(StrEnum):
    """How it stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    USED = "used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """As far as it can be told who somebody is: two are the same when any of these is."""

    user: str
    uid: int
    loginuid: int | None

    def same(self, other: "Person") -> bool:
        """Whether these may be one person: the same account or user of the system, also through sudo."""
        if self.user == other.user or self.uid == other.uid:
            return True
        mine, theirs = {self.uid, self.loginuid} - {None}, {other.uid, other.loginuid} - {None}
        return bool(mine & theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Times are microseconds since 1970 UTC."""

    seq: int
    at: int
    person: Person
    """Who asked."""
    action: str
    object: str
    detail: str
    """What exactly, in a line."""
    reason: str
    digest: str
    """Of what was asked, without what changes from one try to the next."""
    state: State = State.WAITING
    decided_by: str = ""
    decided_at: int = 0
    note: str = ""
    expires_at: int
    used_by: str = ""
    """The command that it was used for; empty for a question."""

    @property
    def name(self) -> str:
        """As people say it: A-3."""
        return f"{PREFIX}{self.seq}"

    def stands(self, now: int) -> State:
        """How it stands now."""
        if self.state in (State.WAITING, State.APPROVED) and now >= self.expires_at:
            return State.EXPIRED
        return self.state

    def decided(self, state: State, by: str, at: int, note: str) -> "Approval":
        return replace(self, state=state, decided_by=by, decided_at=at, note=note)


def number_of(name: str) -> int | None:
    """The number of A-3, or of 3; None for what is no name."""
    digits = name.strip().upper().removeprefix(PREFIX)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 18 else None
