"""What a person does about accounts, and about what waits for a second person."""

from collections.abc import Callable, Sequence
from uuid import uuid4

from llmsec_tui.console import people_forms
from llmsec_tui.console.dialogs import NoteDialog
from llmsec_tui.console.forms import Form, Given
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.access.api import (
    ApprovalRow,
    Approve,
    DisableUser,
    DropTotp,
    EnableUser,
    RefuseApproval,
    UnlockUser,
    UserRow,
)
from llmsec_tui.service.asks import Command, Done

ON_ACCOUNT = frozenset(
    {"disable_account", "enable_account", "unlock_account", "account_role", "account_password", "drop_code"}
)
ON_APPROVAL = frozenset({"approve", "refuse_approval"})
"""Actions by what they are on."""
Noted = Callable[[str], Command[Done]]


class PeopleActs(Keeping):
    """The actions of screens on which an account or an approval is under the cursor."""

    role_names: Sequence[str] = ()
    """The roles that can be given; none while they are not known."""

    @property
    def account(self) -> UserRow | None:
        """The account that an action is about."""
        raise NotImplementedError

    @property
    def approval(self) -> ApprovalRow | None:
        """The approval that an action is about."""
        raise NotImplementedError

    def is_idle(self, action: str) -> bool:
        if action in ON_ACCOUNT:
            return self.account is None or _is_done(action, self.account)
        if action in ON_APPROVAL:
            row = self.approval
            return row is None or row.state != "waiting" or (action == "approve" and row.mine)
        return action == "add_account" and not self.role_names

    # Accounts

    def action_add_account(self) -> None:
        self._ask(people_forms.adding(self.role_names), people_forms.added)

    def action_account_role(self) -> None:
        if (row := self.account) is not None:
            self._ask(people_forms.giving_role(row, self.role_names), lambda given: people_forms.role_given(row, given))

    def action_account_password(self) -> None:
        if (row := self.account) is not None:
            form = people_forms.giving_password(row.name, own=row.name == self.shell.user)
            self._ask(form, lambda given: people_forms.password_given(row.name, given))

    def action_disable_account(self, note: str = "") -> None:
        if (row := self.account) is not None:
            self._with_note(
                *("Disable this account", row.name, note),
                lambda why: DisableUser(command_id=uuid4().hex, account=row.name, note=why),
            )

    def action_enable_account(self, note: str = "") -> None:
        if (row := self.account) is not None:
            self._with_note(
                *("Let this account log in again", row.name, note),
                lambda why: EnableUser(command_id=uuid4().hex, account=row.name, note=why),
                required=False,
            )

    def action_unlock_account(self, note: str = "") -> None:
        if (row := self.account) is not None:
            self._with_note(
                *("Forget the wrong passwords of this account", row.name, note),
                lambda why: UnlockUser(command_id=uuid4().hex, account=row.name, note=why),
            )

    def action_drop_code(self, note: str = "") -> None:
        if (row := self.account) is not None:
            self._with_note(
                *("Ask for no code beside the password", row.name, note),
                lambda why: DropTotp(command_id=uuid4().hex, account=row.name, note=why),
            )

    # Approvals

    def action_approve(self, note: str = "") -> None:
        if (row := self.approval) is not None:
            self._with_note(
                *("Approve, for once", _wanted(row), note),
                lambda why: Approve(command_id=uuid4().hex, approval_id=row.approval_id, note=why),
                required=False,
            )

    def action_refuse_approval(self, note: str = "") -> None:
        if (row := self.approval) is not None:
            self._with_note(
                *("Take it back" if row.mine else "Refuse", _wanted(row), note),
                lambda why: RefuseApproval(command_id=uuid4().hex, approval_id=row.approval_id, note=why),
            )

    # How they are sent

    def _with_note(self, title: str, subject: str, note: str, command: Noted, *, required: bool = True) -> None:
        def noted(reason: str | None) -> None:
            if reason is not None:
                self._send(command(reason))

        if note:
            noted(note)
        else:
            self.app.push_screen(NoteDialog(title, subject, required=required), noted)

    def _ask(self, form: Form, command: Callable[[Given], Command[Done]]) -> None:
        def answered(given: Given | None) -> None:
            if given is not None:
                self._send(command(given))

        self.app.push_screen(form, answered)

    def _send(self, command: Command[Done]) -> None:
        self.run_worker(self._carry_out(command), group="acts")

    async def _carry_out(self, command: Command[Done]) -> None:
        try:
            done = await self.shell.link.ask(command)
        except LlmsecError as error:
            self.shell.say(str(error), bad=True, lasting=True)
        else:
            self.say(done.message)
        self.ask_again()


def _is_done(action: str, row: UserRow) -> bool:
    match action:
        case "disable_account":
            return not row.enabled
        case "enable_account":
            return row.enabled
        case "unlock_account":
            return not row.failures and not row.locked_until
        case "drop_code":
            return not row.totp
        case _:
            return False


def _wanted(row: ApprovalRow) -> str:
    return f"{row.approval_id} of {row.by}: {row.action} {row.object}. {row.detail}"
