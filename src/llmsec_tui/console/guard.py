"""Who is at the keyboard: lets somebody in, locks when nobody is there, and asks once more before what hurts."""

import asyncio
import time
from asyncio import Future
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from llmsec_tui.console import people_forms
from llmsec_tui.console.entrance import Entrance, ProofDialog
from llmsec_tui.console.forms import Given
from llmsec_tui.console.idle import Due, Idle
from llmsec_tui.console.link import LinkReport, LinkState
from llmsec_tui.errors import LlmsecError, LoginNeeded, StepUpNeeded
from llmsec_tui.service.access.api import LockSession, Login, Logout, Me, SetPassword, StepUp, StillHere, WhoAmI
from llmsec_tui.service.tokens import TokenFile

if TYPE_CHECKING:
    from llmsec_tui.console.shell import Shell

GUARD_S = 1.0
"""How often it is looked whether somebody is still there."""
BEFORE_THE_PANES = frozenset({"quit", "focus_next", "focus_previous"})
"""What works on every screen and at the entrance too."""
SOMEBODY_ELSE = 64
"""The exit code of a console that somebody left for somebody else."""


class Guard:
    """Belongs to one console. Without accounts it does nothing and is not seen."""

    def __init__(self, shell: "Shell", follow: Callable[[], Awaitable[None]] | None) -> None:
        self._shell = shell
        self._follow = follow
        self._tokens = TokenFile.of(shell.home)
        self._me: Me | None = None
        """Who was let in, once it is known."""
        self._shown_to = ""
        """For whose eyes the panes were filled."""
        self._proof: Future[bool] | None = None
        now = time.monotonic()
        self._idle = Idle(now, now)

    def touched(self) -> None:
        """A person did something."""
        self._idle.touched(time.monotonic())

    def told(self, report: LinkReport) -> None:
        """Cover the panes, or show them, as the collector says."""
        status = report.status
        if status is None:
            return
        if report.state is LinkState.SHUT:
            self._cover(report)
        elif report.state is LinkState.LIVE:
            self._shown_to = status.user
            if self._shell.covered:
                self._shell.pop_screen()
            if status.session != ("" if self._me is None else self._me.session):
                self._shell.run_worker(self._learn(), group="guard-learn", exclusive=True)

    def look(self) -> None:
        """Lock when nobody was here for long enough; else tell the collector, now and then, that somebody is."""
        if self._me is None or self._shell.covered or self._shell.report.state is not LinkState.LIVE:
            return
        match self._idle.due(time.monotonic(), self._me.idle_s):
            case Due.LOCK:
                self._shell.run_worker(self.lock(), group="guard")
            case Due.TELL:
                self._shell.run_worker(self._tell(), group="guard")

    async def lock(self) -> None:
        """Have the collector lock the session; the panes are covered at once."""
        if self._me is None or not self._me.session:
            self._shell.say("There is no login here that could be locked; see :whoami.", bad=True)
            return
        self._show(Entrance(self._me.user, self._me.protection, self._enter, self.leave))
        try:
            await self._shell.link.ask(LockSession())
        except LlmsecError:
            # It stays covered; what the collector makes of it, the next status says.
            self._shell.link.look_now()

    async def leave(self) -> None:
        """End the session; somebody else may log in, at panes that never held anything."""
        try:
            await self._shell.link.ask(Logout())
        except LoginNeeded:
            pass
        except LlmsecError as error:
            self._shell.say(str(error), bad=True)
            return
        self._tokens.drop()
        self._shell.exit(return_code=SOMEBODY_ELSE)

    async def tell_who(self) -> None:
        """Say who this is to the collector, and what that protects."""
        try:
            me = await self._shell.link.ask(WhoAmI())
        except LlmsecError as error:
            self._shell.say(str(error), bad=True)
            return
        role = me.role or "no role"
        self._shell.say(f"{me.user}: {role}, content {me.content}. {me.protection}", lasting=True)

    def change_password(self) -> None:
        """Ask for another password of the account that is logged in."""
        if self._me is None or not self._me.session:
            self._shell.say("There is no login here that has a password; see :whoami.", bad=True)
            return
        name = self._me.user

        def answered(given: Given | None) -> None:
            if given is not None:
                self._shell.run_worker(self._change(people_forms.password_given(name, given)), group="guard")

        self._shell.push_screen(people_forms.giving_password(name, own=True), answered)

    async def _change(self, command: SetPassword) -> None:
        try:
            done = await self._shell.link.ask(command)
        except LlmsecError as error:
            self._shell.say(str(error), bad=True, lasting=True)
        else:
            self._shell.say(done.message)

    async def prove(self, error: StepUpNeeded) -> bool:
        """Have the person give their password again; acts that need it at the same time wait for one answer."""
        if self._proof is None or self._proof.done():
            self._proof = asyncio.get_running_loop().create_future()
            self._shell.push_screen(ProofDialog(error.message), self._proven)
        return await asyncio.shield(self._proof)

    def _proven(self, given: tuple[str, str] | None) -> None:
        if given is None:
            self._decide(False)
        else:
            self._shell.run_worker(self._step_up(*given), group="guard")

    async def _step_up(self, password: str, code: str) -> None:
        try:
            await self._shell.link.ask(StepUp(password=password, totp=code))
        except LlmsecError as error:
            self._shell.say(str(error), bad=True)
            self._decide(False)
        else:
            self._decide(True)

    def _decide(self, proven: bool) -> None:
        if self._proof is not None and not self._proof.done():
            self._proof.set_result(proven)

    async def _enter(self, name: str, password: str, code: str) -> None:
        ask = self._shell.link.ask
        if isinstance(self._shell.screen, Entrance) and self._shell.screen.about:
            self._me = await ask(StepUp(password=password, totp=code))
        else:
            done = await ask(Login(account=name, password=password, totp=code))
            self._me = done.me
            self._tokens.keep(done.token)
            if self._shown_to not in ("", done.me.user):
                self._shell.exit(return_code=SOMEBODY_ELSE)
                return
            if self._follow is not None:
                await self._follow()
        self.touched()
        self._shell.link.look_now()

    async def _learn(self) -> None:
        try:
            self._me = await self._shell.link.ask(WhoAmI())
        except LlmsecError:
            # Asked again at the next change of the status; until then nothing locks by itself here, and the
            # collector locks all the same.
            self._me = None

    async def _tell(self) -> None:
        try:
            await self._shell.link.ask(StillHere())
        except LlmsecError:
            # The next key is told again; a session that locked meanwhile is seen at the next status.
            self._shell.link.look_now()

    def _cover(self, report: LinkReport) -> None:
        assert report.status is not None
        if report.status.login != "locked":
            self._show(Entrance("", report.status.protection, self._enter, self.leave))
        elif self._me is not None:
            self._show(Entrance(self._me.user, self._me.protection, self._enter, self.leave))
        elif not self._shell.covered:
            # Somebody may log in meanwhile; whose session it is comes in a moment.
            self._show(Entrance("", report.status.protection, self._enter, self.leave))
            self._shell.run_worker(self._learn_whose(report), group="guard-learn", exclusive=True)

    async def _learn_whose(self, report: LinkReport) -> None:
        await self._learn()
        if self._me is not None and self._shell.report.state is LinkState.SHUT:
            self._cover(report)

    def _show(self, entrance: Entrance) -> None:
        """Cover the panes and what is open over them; an entrance that is there for the same session stays."""
        self._shell.clear_notifications()
        there = self._shell.screen
        if not isinstance(there, Entrance):
            self._shell.push_screen(entrance)
        elif there.about != entrance.about:
            self._shell.switch_screen(entrance)
