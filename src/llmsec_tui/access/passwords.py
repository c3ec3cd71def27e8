"""Passwords as argon2id verifiers: as dear as the machine can bear, and never cheaper than OWASP's floor.

The floor is that of the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
"""

import secrets
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import HashingError, InvalidHashError, VerificationError, VerifyMismatchError
from argon2.low_level import Type

from llmsec_tui.errors import ServiceError

SHORTEST, LONGEST = 12, 1_024
"""Characters of a new password."""
BEARABLE_S = 0.25
"""So long may a login's hash take on this machine, where nothing else keeps it busy."""
_SALT_BYTES, _KEY_BYTES = 16, 32


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """What one guess takes; the memory counts first, as it is what attackers' hardware lacks."""

    memory_kib: int
    passes: int

    def hasher(self) -> PasswordHasher:
        return PasswordHasher(
            time_cost=self.passes,
            memory_cost=self.memory_kib,
            parallelism=1,
            hash_len=_KEY_BYTES,
            salt_len=_SALT_BYTES,
            type=Type.ID,
        )


FLOOR = Cost(19_456, 2)
_LADDER = (FLOOR, Cost(32_768, 2), Cost(47_104, 2), Cost(65_536, 2), Cost(65_536, 3), Cost(131_072, 3))


def calibrated(clock: Callable[[], float] = time.perf_counter) -> Cost:
    """The dearest cost that this machine bears; the floor on any machine. Takes at most a second or so."""
    best = FLOOR
    for cost in _LADDER:
        began = clock()
        cost.hasher().hash("a guess")
        if clock() - began > BEARABLE_S:
            break
        best = cost
    return best


def cost_of(verifiers: Iterable[str]) -> Cost | None:
    """The dearest cost among verifiers; None without any."""
    costs = [Cost(found.memory_cost, found.time_cost) for found in map(extract_parameters, verifiers)]
    return max((FLOOR, *costs)) if costs else None


def refusal(password: str, account: str) -> str:
    """Why this can be no new password, in a sentence; empty when it can."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST:,} characters; a few words in a row are fine."
    if len(set(password)) < SHORTEST // 3 or account.casefold() in password.casefold():
        return "This password is too easy to guess: it repeats itself, or holds the account's name."
    return ""


class Passwords:
    """Makes and checks verifiers, at one cost. Slow by intention: call it on a thread of its own."""

    def __init__(self, cost: Cost) -> None:
        self.cost = cost
        self._hasher = cost.hasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def verifier(self, password: str) -> str:
        """What is kept of a password: a PHC string with its own salt."""
        try:
            return self._hasher.hash(_normal(password))
        except HashingError as error:
            raise _failed("hashed", error) from error

    def matches(self, verifier: str | None, password: str) -> bool:
        """Whether this is the password. With None (nobody has that name) it takes the same work, and is False.

        Raises ServiceError for a verifier that is none, and when there is no memory for it.
        """
        try:
            found = self._hasher.verify(self._nobody if verifier is None else verifier, _normal(password))
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError) as error:
            raise _failed("checked", error) from error
        return found and verifier is not None

    def too_cheap(self, verifier: str) -> bool:
        """Whether a verifier was made at a lower cost, and is to be made anew at the next login."""
        return self._hasher.check_needs_rehash(verifier) and (cost_of([verifier]) or FLOOR) < self.cost


def _failed(what: str, error: Exception) -> ServiceError:
    return ServiceError(
        f"The password could not be {what}: {error}.", hint="Free some memory, or give the account another password."
    )


def _normal(password: str) -> bytes:
    """The same bytes for what looks the same, whatever the keyboard; bytes that are no text stay what they are."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
