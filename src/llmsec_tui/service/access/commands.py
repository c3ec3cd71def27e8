"""Commands about users, roles and approvals that are one act each."""

from collections.abc import Callable
from functools import partial

from llmsec_tui.access import Actor
from llmsec_tui.service.access import approving, users
from llmsec_tui.service.access.api import (
    Approve,
    ConfirmTotp,
    DisableUser,
    DropTotp,
    EnableUser,
    RefuseApproval,
    ReloadRoles,
    SetRole,
    UnlockUser,
)
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome

_OnAccounts = SetRole | DisableUser | EnableUser | UnlockUser | DropTotp | ConfirmTotp
AccessCommand = _OnAccounts | ReloadRoles | Approve | RefuseApproval


def prepared(context: Context, actor: Actor, command: AccessCommand) -> Callable[[], Outcome]:
    """What is to be done, inside a transaction."""
    match command:
        case ReloadRoles():
            return context.access.roles.prepared_reload()
        case Approve() | RefuseApproval():
            return partial(approving.decide, context, actor, command)
        case _:
            return partial(users.perform, context, actor, command)
