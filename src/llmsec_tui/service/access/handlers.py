"""Questions about users, roles and approvals."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from llmsec_tui.access import Actor, Role
from llmsec_tui.access.accounts import Account
from llmsec_tui.service.access.api import (
    ApprovalList,
    ListApprovals,
    ListRoles,
    ListUsers,
    RoleList,
    RoleRow,
    UserList,
    UserRow,
)
from llmsec_tui.service.access.approving import listing
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.context import Context
from llmsec_tui.service.wire import portable
from llmsec_tui.store.queries import Reader


def list_users(context: Context, _: Reader, __: ListUsers) -> UserList:
    """All accounts, by name."""
    return UserList(rows=[_user(one) for _, one in sorted(context.access.book.accounts.items())])


def list_roles(context: Context, _: Reader, __: ListRoles) -> RoleList:
    """What is in force, and who has it."""
    room = context.access
    return RoleList(
        rows=[_role(room, role) for role in room.roles.now.roles.values()],
        origin=portable(room.roles.origin),
        problem=portable(room.roles.problem),
        step_up=sorted(room.roles.now.step_up),
        four_eyes=sorted(room.roles.now.four_eyes),
    )


def list_approvals(context: Context, _: Reader, ask: ListApprovals, actor: Actor) -> ApprovalList:
    """Newest first."""
    return listing(context, actor, ask)


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {ListUsers: list_users, ListRoles: list_roles}
PERSONAL: Mapping[type, Callable[[Context, Reader, Any, Actor], Struct]] = {ListApprovals: list_approvals}


def _user(account: Account) -> UserRow:
    return UserRow(
        name=account.name,
        role=account.role,
        enabled=account.enabled,
        totp=bool(account.totp_secret),
        last_login_at=account.last_login_at,
        failures=account.misses.count,
        locked_until=account.misses.not_before if account.misses.locked else 0,
        created_at=account.created_at,
        created_by=account.created_by,
    )


def _role(room: AccessRoom, role: Role) -> RoleRow:
    roles = room.roles.now
    users = [name for name, given in roles.os_users.items() if given == role.name]
    groups = [f"@{name}" for name, given in roles.os_groups.items() if given == role.name]
    return RoleRow(
        name=role.name,
        capabilities=sorted(role.capabilities),
        content=role.content.value,
        identities=role.identities,
        apps=list(role.scope.apps),
        tenants=list(role.scope.tenants),
        os_users=users + groups,
        users=sorted(one.name for one in room.book.accounts.values() if one.role == role.name),
    )
