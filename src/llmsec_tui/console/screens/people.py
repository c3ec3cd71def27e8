"""Who may log in, what waits for a second person, and which roles there are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textual import on
from textual.widget import Widget

from llmsec_tui.console import people_lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.people_acts import ON_ACCOUNT, ON_APPROVAL, PeopleActs
from llmsec_tui.console.screens.person import AccountPane, ApprovalPane, RolePane
from llmsec_tui.console.table import Table
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.access.api import (
    ApprovalRow,
    ListApprovals,
    ListRoles,
    ListUsers,
    RoleRow,
    UserRow,
)

_OF_ACCOUNTS = ("accounts-label", "accounts", "roles-label", "roles")
"""Hidden from who may not see accounts; everybody sees what they asked a second person for."""


class PeoplePane(PeopleActs):
    """Accounts, approvals and roles beneath each other; the list that is focused is acted on."""

    place = Place.PEOPLE
    deeper = "people"

    def __init__(self, home: Place, begin_with: str) -> None:
        """``begin_with`` is accounts or approvals: which list is focused."""
        super().__init__()
        self._home = home
        self._begin_with = begin_with

    def body(self) -> Iterator[Widget]:
        yield self.label("Accounts", id="accounts-label")
        yield Table(people_lists.ACCOUNTS, empty="None: whoever may use the collector, the roles say.", id="accounts")
        yield self.label("Approvals", right="what takes a second person, newest first")
        yield Table(people_lists.APPROVALS, empty="Nothing was asked for that takes a second person.", id="approvals")
        yield self.label("Roles", right="enter shows what one may do", id="roles-label")
        yield Table(people_lists.ROLES, empty="No roles.", id="roles")

    @property
    def home_place(self) -> Place:
        return self._home

    @property
    def accounts(self) -> Table[UserRow]:
        return self.query_one("#accounts", Table)

    @property
    def approvals(self) -> Table[ApprovalRow]:
        return self.query_one("#approvals", Table)

    @property
    def roles(self) -> Table[RoleRow]:
        return self.query_one("#roles", Table)

    @property
    def account(self) -> UserRow | None:
        return self.accounts.selected if self._is_at("accounts") else None

    @property
    def approval(self) -> ApprovalRow | None:
        return self.approvals.selected if self._is_at("approvals") else None

    @property
    def _chosen(self) -> UserRow | ApprovalRow | RoleRow | None:
        return self.account or self.approval or (self.roles.selected if self._is_at("roles") else None)

    def _is_at(self, name: str) -> bool:
        """Whether this list is the one that is focused, also while a window is over the screen."""
        return self.focused is not None and self.focused.id == name

    @property
    def _sees_accounts(self) -> bool:
        capabilities = self.shell.capabilities
        return capabilities is None or ListUsers.capability in capabilities

    def on_mount(self) -> None:
        super().on_mount()
        for name in _OF_ACCOUNTS:
            self.query_one(f"#{name}").display = self._sees_accounts
        self.begin_with(self._begin_with)

    def begin_with(self, name: str) -> None:
        """Go to the accounts, where they are shown, or to the approvals."""
        (self.accounts if name == "accounts" and self._sees_accounts else self.approvals).focus()

    def on_descendant_focus(self) -> None:
        self.show_bars()

    def version(self, report: LinkReport) -> object:
        # What waits expires, and a locked account opens, without an act.
        status = report.status
        return status and (status.audit_seq, status.now // self.shell.pulse_us)

    def look_again(self) -> None:
        self.run_worker(self._ask_for_all(), group="people", exclusive=True)

    async def _ask_for_all(self) -> None:
        ask = self.shell.link.ask
        try:
            if self._sees_accounts:
                users, roles = await ask(ListUsers()), await ask(ListRoles())
                self.role_names = [row.name for row in roles.rows]
                _put(self.accounts, users.rows, "name")
                _put(self.roles, roles.rows, "name")
            approvals = await ask(ListApprovals())
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        _put(self.approvals, approvals.rows, "approval_id")
        self.show_bars()

    def foot_note(self) -> list[Span]:
        waiting = sum(row.state == "waiting" for row in self.approvals.rows)
        wait = [span(f" {waiting} waiting ", "here"), Span(" ")] if waiting else []
        return [*wait, span(f"{len(self.accounts.rows)} accounts" if self._sees_accounts else "", "quiet")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is not for the list that is focused is not offered."""
        on = "accounts" if action in ON_ACCOUNT else "approvals" if action in ON_APPROVAL else ""
        if on and not self._is_at(on):
            return False
        return super().check_action(action, parameters)

    def is_idle(self, action: str) -> bool:
        if action in ("open", "copy", "write"):
            return self._chosen is None
        return super().is_idle(action)

    @on(Table.Moved)
    def _moved(self, event: Table.Moved) -> None:
        event.stop()
        self.show_bars()

    @on(Table.Chosen)
    async def _clicked(self, event: Table.Chosen) -> None:
        event.stop()
        await self.run_action("open")

    def action_open(self) -> None:
        match self._chosen:
            case UserRow() as row:
                self.app.push_screen(AccountPane(row.name, self._home))
            case RoleRow() as row:
                self.app.push_screen(RolePane(row.name, self._home))
            case ApprovalRow() as row:
                self.app.push_screen(ApprovalPane(row.approval_id, self._home))

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        match self._chosen:
            case UserRow() as row:
                return f"account-{row.name}", {"account": row}
            case RoleRow() as row:
                return f"role-{row.name}", {"role": row}
            case ApprovalRow() as row:
                return f"approval-{row.approval_id}", {"approval": row}
        return None

    def action_back(self) -> None:
        self.app.pop_screen()


def _put(table: Table[Any], rows: Sequence[Any], name: str) -> None:
    """Show these, the cursor on the same one wherever it is now, so that no key acts on another one."""
    selected = table.selected
    wanted = None if selected is None else getattr(selected, name)
    table.show(rows, next((place for place, row in enumerate(rows) if getattr(row, name) == wanted), None))
