"""One account, role or approval, in full."""

from collections.abc import Mapping
from functools import partial

from msgspec import Struct

from llmsec_tui.console import people_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.pager import Layout
from llmsec_tui.console.screens.people_acts import PeopleActs
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.access.api import (
    ApprovalRow,
    ListApprovals,
    ListRoles,
    ListUsers,
    UserRow,
)


class PersonPane(TextPane, PeopleActs):
    """One text to scroll. What it is about, its subclasses say."""

    def __init__(self, name: str, home: Place) -> None:
        super().__init__(home)
        self._wanted = name
        self._row: Struct | None = None

    async def find(self, name: str) -> tuple[Struct, Layout] | None:
        """What has this name, and how it reads; None when there is none any more."""
        raise NotImplementedError

    @property
    def account(self) -> UserRow | None:
        return self._row if isinstance(self._row, UserRow) else None

    @property
    def approval(self) -> ApprovalRow | None:
        return self._row if isinstance(self._row, ApprovalRow) else None

    def version(self, report: LinkReport) -> object:
        status = report.status
        return status and (status.audit_seq, status.now // self.shell.pulse_us)

    def look_again(self) -> None:
        self.run_worker(self._ask_for_it(), group="person", exclusive=True)

    async def _ask_for_it(self) -> None:
        try:
            found = await self.find(self._wanted)
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        if found is None:
            self.say(f"{self._wanted} is not there any more.", bad=True)
            return
        fresh = self._row is None
        self._row = found[0]
        self.pager.show(found[1], from_top=fresh)
        self.show_bars()

    def is_idle(self, action: str) -> bool:
        if action in ("copy", "write"):
            return self._row is None
        return super().is_idle(action)

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return (f"{self.deeper}-{self._wanted}", {self.deeper: self._row}) if self._row is not None else None


class AccountPane(PersonPane):
    """One account."""

    place = Place.ACCOUNT
    deeper = "account"

    async def find(self, name: str) -> tuple[Struct, Layout] | None:
        users = await self.shell.link.ask(ListUsers())
        roles = await self.shell.link.ask(ListRoles())
        self.role_names = [row.name for row in roles.rows]
        return next(((row, partial(people_text.account, row)) for row in users.rows if row.name == name), None)


class RolePane(PersonPane):
    """One role."""

    place = Place.ROLE
    deeper = "role"

    async def find(self, name: str) -> tuple[Struct, Layout] | None:
        roles = await self.shell.link.ask(ListRoles())
        return next(((row, partial(people_text.role, row, roles)) for row in roles.rows if row.name == name), None)


class ApprovalPane(PersonPane):
    """One approval."""

    place = Place.APPROVAL
    deeper = "approval"

    async def find(self, name: str) -> tuple[Struct, Layout] | None:
        found = await self.shell.link.ask(ListApprovals())
        return next(((row, partial(people_text.approval, row)) for row in found.rows if row.approval_id == name), None)
