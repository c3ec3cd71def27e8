"""Sessions: who logged in, on which user of the system, until when; locked when nobody did anything for a while."""

import secrets
from dataclasses import dataclass, replace
from hashlib import sha256

from llmsec_tui.access.roles import SessionTimes

_TOKEN_BYTES = 32
_NAME_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Times are microseconds since 1970 UTC."""

    name: str
    """For the record; opens nothing."""
    token_sha256: bytes
    """The token itself is only with whoever logged in."""
    account: str
    uid: int
    """The user of the system that logged in; of no other does the token open anything."""
    opened_at: int
    active_at: int
    """When somebody last did something."""
    locked: bool = False
    """Whether somebody locked it, or it was found idle."""
    proved_at: int
    """When the password was last given."""

    def ends_at(self, times: SessionTimes) -> int:
        return self.opened_at + times.lasts

    def over(self, now: int, times: SessionTimes) -> bool:
        """Whether its time is over; a clock that was set back ends it too."""
        return not self.opened_at <= now < self.ends_at(times)

    def idle(self, now: int, times: SessionTimes) -> bool:
        """Whether nobody did anything for so long that it locks."""
        return now - self.active_at >= times.idle

    def proved(self, now: int, times: SessionTimes) -> bool:
        """Whether the password was given so recently that it counts for what takes it again."""
        return 0 <= now - self.proved_at < times.step_up

    def touched(self, now: int) -> "Session":
        return replace(self, active_at=now)

    def locked_up(self) -> "Session":
        return replace(self, locked=True)

    def opened_again(self, now: int) -> "Session":
        """After the password was given again."""
        return replace(self, locked=False, active_at=now, proved_at=now)


def opened(account: str, uid: int, now: int) -> tuple[Session, str]:
    """A new session and its token."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session = Session(
        name=secrets.token_hex(_NAME_BYTES),
        token_sha256=digest(token),
        account=account,
        uid=uid,
        opened_at=now,
        active_at=now,
        proved_at=now,
    )
    return session, token


def digest(token: str) -> bytes:
    """What is kept of a token; it is random, so that a plain hash does."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
