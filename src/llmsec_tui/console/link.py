"""The connection to the collector: kept up, mended when it breaks, and polled for whether anything changed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar

from llmsec_tui.errors import (
    CollectorGone,
    DeadlineExceeded,
    LlmsecError,
    LoginNeeded,
    ServiceError,
    SessionLocked,
    StepUpNeeded,
)
from llmsec_tui.service.access.api import PersonalAsk
from llmsec_tui.service.api import Ask, Command, GetStatus, Status

R = TypeVar("R")

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0


class Asker(Protocol):
    """What answers: a client of the collector."""

    async def ask(self, ask: Ask[R], /) -> R: ...

    async def close(self) -> None: ...


Connect = Callable[[], Awaitable[Asker]]
Prove = Callable[[StepUpNeeded], Awaitable[bool]]
"""Has the person prove once more who they are; False when they would rather not."""


class Shut(CollectorGone):
    """The collector is there, and answers nobody here before somebody logs in or opens the session."""


class LinkState(Enum):
    """How the connection is."""

    CONNECTING = "connecting"
    LIVE = "live"
    SHUT = "shut"
    """Somebody has to log in, or to open the locked session."""
    GONE = "reconnecting"


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What is known now; a new one is made whenever that changes."""

    state: LinkState
    status: Status | None
    """The last one that came, also while the collector is gone."""
    trouble: str
    """Why there is no connection, for people; empty while there is one."""
    connections: int
    """How many there were so far: the collector may be another after each."""


class Link:
    """Asks over the connection that is up at the moment."""

    def __init__(
        self, connect: Connect, report: Callable[[LinkReport], None], poll_s: float, prove: Prove | None = None
    ) -> None:
        self._connect = connect
        self._prove = prove
        self._report = report
        self._poll_s = poll_s
        self._asker: Asker | None = None
        self._now = LinkReport(LinkState.CONNECTING, None, "", 0)
        self._gone = asyncio.Event()
        self._wanted = asyncio.Event()
        """Somebody wants to know at once how things are."""

    async def ask(self, ask: Ask[R]) -> R:
        """The reply; raises what the collector refused with, or ``CollectorGone`` while there is none.

        A command whose answer does not come in time is sent once more: with its id, it is not carried out twice.
        """
        asker = self._asker
        if asker is None:
            raise CollectorGone(
                "The collector is gone; reconnecting.", hint="Nothing was changed. Try again in a moment."
            )
        try:
            return await self._asked(asker, ask)
        except CollectorGone:
            if asker is self._asker:
                self._gone.set()
                self._wanted.set()
            raise
        except (LoginNeeded, SessionLocked) as error:
            if isinstance(ask, PersonalAsk):
                raise
            self._wanted.set()
            raise Shut(error.message, hint=error.hint) from error

    async def _asked(self, asker: Asker, ask: Ask[R]) -> R:
        try:
            return await asker.ask(ask)
        except DeadlineExceeded:
            if not isinstance(ask, Command):
                raise
            return await asker.ask(ask)
        except StepUpNeeded as error:
            if self._prove is None or not await self._prove(error):
                raise ServiceError("Nothing was done: it takes your password again.") from error
            return await asker.ask(ask)

    def look_now(self) -> None:
        """Ask at once how things are, and not at the next poll."""
        self._wanted.set()

    async def run(self) -> None:
        """Connect, poll, reconnect, for as long as the console runs."""
        pause = FIRST_PAUSE_S
        try:
            while True:
                try:
                    asker = await self._connect()
                except LlmsecError as error:
                    self._tell(self._broken(), trouble=str(error))
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE_S)
                    continue
                pause = FIRST_PAUSE_S
                await self._serve(asker)
        finally:
            await self._drop()

    async def _serve(self, asker: Asker) -> None:
        self._asker = asker
        self._gone.clear()
        connections = self._now.connections + 1
        while not self._gone.is_set():
            self._wanted.clear()
            try:
                status = await asker.ask(GetStatus())
            except CollectorGone:
                break
            except LlmsecError as error:
                self._tell(self._now.state, trouble=str(error))
            else:
                if status.login and self._now.state is LinkState.LIVE:
                    # Whoever comes in may see other things than whoever left: screens ask for everything again.
                    connections += 1
                self._tell(LinkState.SHUT if status.login else LinkState.LIVE, status=status, connections=connections)
            await self._pause()
        await self._drop()
        self._tell(LinkState.GONE, trouble="The collector is gone.")

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wanted.wait(), self._poll_s)
        except TimeoutError:
            return

    async def _drop(self) -> None:
        asker, self._asker = self._asker, None
        if asker is not None:
            await asker.close()

    def _broken(self) -> LinkState:
        return LinkState.GONE if self._now.connections else LinkState.CONNECTING

    def _tell(
        self, state: LinkState, *, status: Status | None = None, trouble: str = "", connections: int | None = None
    ) -> None:
        before = self._now
        self._now = LinkReport(
            state,
            status if status is not None else before.status,
            trouble,
            before.connections if connections is None else connections,
        )
        if self._now != before:
            self._report(self._now)
