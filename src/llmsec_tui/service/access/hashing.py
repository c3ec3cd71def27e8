"""Passwords are hashed on one thread of their own: one at a time, so that tries cannot eat the machine's memory."""

import asyncio
from asyncio import Future
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from llmsec_tui.access.passwords import Passwords, calibrated, cost_of

T = TypeVar("T")


class Hashing:
    """For use in one event loop."""

    def __init__(self, verifiers: Callable[[], Iterable[str]]) -> None:
        """``verifiers`` gives those that there are: their cost is kept, so that all logins take the same work."""
        self._verifiers = verifiers
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        self._made: Passwords | None = None

    def verifier(self, password: str) -> Future[str]:
        """What is kept of a new password."""
        return self._run(lambda: self._passwords().verifier(password))

    def matches(self, verifier: str | None, password: str) -> Future[bool]:
        """Whether this is the password; None takes as long, and is False."""
        return self._run(lambda: self._passwords().matches(verifier, password))

    def anew(self, verifier: str, password: str) -> Future[str]:
        """A dearer verifier of a password that was found right, or the same where it is dear enough."""
        return self._run(lambda: self._anew(verifier, password))

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def _anew(self, verifier: str, password: str) -> str:
        passwords = self._passwords()
        return passwords.verifier(password) if passwords.too_cheap(verifier) else verifier

    def _passwords(self) -> Passwords:
        if self._made is None:
            self._made = Passwords(cost_of(self._verifiers()) or calibrated())
        return self._made

    def _run(self, work: Callable[[], T]) -> Future[T]:
        return asyncio.wrap_future(self._thread.submit(work))
