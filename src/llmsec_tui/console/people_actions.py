"""What can be done about accounts, roles, and what waits for a second person."""

from llmsec_tui.console.action import ON_ACCOUNT, ON_APPROVAL, Action, Owner, Place

PEOPLE_ACTIONS = (
    Action(
        *("people", ("U",), "People", "Go to accounts and roles: who may log in, and who may do what"),
        owner=Owner.APP,
        capability="users.read",
        names=("people", "users", "roles"),
    ),
    Action(
        *("approvals", ("Y",), "Approvals", "Go to what takes a second person, and what became of it"),
        owner=Owner.APP,
        names=("approvals",),
    ),
    Action(
        *("add_account", ("+",), "Add", "Add an account", frozenset({Place.PEOPLE})),
        capability="users.manage",
        names=("add-user",),
        footer=2,
    ),
    Action(
        *("account_role", ("r",), "Role", "Give the account another role; a note must say why", ON_ACCOUNT),
        capability="users.manage",
        names=("role",),
        footer=3,
    ),
    Action(
        *("disable_account", ("d",), "Disable", "Let the account log in no more; a note must say why", ON_ACCOUNT),
        capability="users.manage",
        names=("disable",),
        argument="[NOTE]",
        footer=4,
    ),
    Action(
        *("enable_account", ("e",), "Enable", "Let the account log in again", ON_ACCOUNT),
        capability="users.manage",
        names=("enable",),
        argument="[NOTE]",
    ),
    Action(
        *("unlock_account", ("u",), "Unlock", "Forget its wrong passwords; a note must say why", ON_ACCOUNT),
        capability="users.manage",
        names=("unlock",),
        argument="[NOTE]",
    ),
    Action(
        *("account_password", ("p",), "Password", "Set the account's password, which ends its sessions", ON_ACCOUNT),
        capability="users.manage",
        names=("password",),
    ),
    Action(
        *("drop_code", ("c",), "No code", "Ask for no code beside its password; a note must say why", ON_ACCOUNT),
        capability="users.manage",
        names=("drop-code",),
        argument="[NOTE]",
    ),
    Action(
        *("approve", ("a",), "Approve", "Let somebody else do what they asked for, once", ON_APPROVAL),
        capability="approvals.give",
        names=("approve",),
        argument="[NOTE]",
        footer=2,
    ),
    Action(
        *("refuse_approval", ("x",), "Refuse", "Say no, or take back what you asked for; a note says why", ON_APPROVAL),
        names=("refuse",),
        argument="[NOTE]",
        footer=3,
    ),
    Action(
        *("own_password", (), "Your password", "Set the password of your own account"),
        owner=Owner.APP,
        names=("passwd",),
    ),
)
