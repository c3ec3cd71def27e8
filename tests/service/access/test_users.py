"""Accounts: somebody is always left who can manage them, and what takes the password again does so."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S
from tests.service.access.parts import OTHER, PASSWORD, Person, add, command, journal, team

from llmsec_tui.access import totp
from llmsec_tui.access.accounts import Account
from llmsec_tui.access.lockout import Misses
from llmsec_tui.access.role_file import load
from llmsec_tui.errors import AccessRefused, LoginNeeded, NotFound, ServiceError, StepUpNeeded
from llmsec_tui.paths import Home
from llmsec_tui.service.access.api import (
    AddUser,
    ConfirmTotp,
    DisableUser,
    DropTotp,
    EnableUser,
    EnrolTotp,
    ListRoles,
    ListUsers,
    ReloadRoles,
    SetPassword,
    SetRole,
    StepUp,
    UnlockUser,
    WhoAmI,
)
from llmsec_tui.service.access.book import Book
from llmsec_tui.service.access.door import Door
from llmsec_tui.service.access.roles import RolesInForce
from llmsec_tui.service.api import ListAlerts
from llmsec_tui.service.context import Context


@pytest.mark.parametrize("by", ["role", "disable", "file"])
async def test_the_last_who_can_manage_users_stays(door: Door, context: Context, home: Home, by: str) -> None:
    """Whichever way somebody would take it away, also in the file of roles."""
    boss = (await team(door, vera="viewer"))["boss"]
    if by == "role":
        act = boss.ask(SetRole(command_id=command(), account="boss", role="viewer", note="n"))
    elif by == "disable":
        act = boss.ask(DisableUser(command_id=command(), account="boss", note="n"))
    else:
        home.roles.write_text("roles: {admin: {like: admin, without: [users.manage]}}\n")
        act = boss.ask(ReloadRoles(command_id=command()))
    with pytest.raises(ServiceError, match=r"users\.manage"):
        await act
    assert (await boss.ask(WhoAmI())).role == "admin"
    if by != "file":
        await add(boss, "deputy", "admin")
        await boss.ask(SetRole(command_id=command(), account="boss", role="viewer", note="n"))
        with pytest.raises(AccessRefused):
            await boss.ask(ListUsers())
    else:
        assert "no account that can log in would have users.manage" in context.access.problem
        home.roles.unlink()
        await boss.ask(ReloadRoles(command_id=command()))
        assert context.access.problem == ""


async def test_an_account_is_added_strictly(door: Door, context: Context) -> None:
    """By a name and a role that there are, with a password that is not easy to guess; a refusal is on record."""
    boss = (await team(door))["boss"]
    for account, role, password, wrong in (
        ("Ada", "viewer", PASSWORD, "No account can have this name"),
        ("ada lovelace", "viewer", PASSWORD, "No account can have this name"),
        ("boss", "viewer", PASSWORD, "There is an account boss already"),
        ("ada", "vewer", PASSWORD, "did you mean 'viewer'"),
        ("ada", "viewer", "short", "12 to 1,024 characters"),
        ("ada", "viewer", "I am ada, let me in", "too easy to guess"),
    ):
        with pytest.raises(ServiceError, match=wrong):
            await boss.ask(AddUser(command_id=command(), account=account, role=role, password=password))
    with pytest.raises(NotFound, match="no account 'bos'; did you mean 'boss'"):
        await boss.ask(SetRole(command_id=command(), account="bos", role="viewer", note="n"))
    assert len([row for row in journal(context) if row[2] == "failed"]) == 7
    again = AddUser(command_id=command(), account="ada", role="viewer", password=PASSWORD)
    assert await boss.ask(again) == await boss.ask(again), "sent twice, it is added once"
    rows = (await boss.ask(ListUsers())).rows
    assert [(row.name, row.role, row.enabled, row.created_by) for row in rows] == [
        ("ada", "viewer", True, "boss"),
        ("boss", "admin", True, "os"),
    ]


async def test_what_was_changed_is_on_record_with_before_and_after(door: Door, context: Context) -> None:
    """Who, what, why; a disabled account that is enabled again is not locked."""
    boss = (await team(door, ada="analyst"))["boss"]
    with pytest.raises(ServiceError, match="with a reason"):
        await boss.ask(DisableUser(command_id=command(), account="ada", note=" "))
    await boss.ask(DisableUser(command_id=command(), account="ada", note="on leave"))
    await boss.ask(EnableUser(command_id=command(), account="ada"))
    await boss.ask(SetRole(command_id=command(), account="ada", role="responder", note="back"))
    await boss.ask(UnlockUser(command_id=command(), account="ada", note="just so"))
    acts = [row for row in journal(context) if row[1] == "account:ada" and row[2] == "done"]
    assert [(row[0], row[3]) for row in acts[-4:]] == [
        ("users.disable", "on leave"),
        ("users.enable", ""),
        ("users.role", "back"),
        ("users.unlock", "just so"),
    ]


async def test_managing_users_takes_the_password_again(door: Door, context: Context) -> None:
    """Five minutes after it was last given; then once more, and what was asked for goes through."""
    boss = (await team(door))["boss"]
    session = context.access.book.sessions[boss.visitor.session]
    context.access.book.put_session(replace(session, proved_at=0))
    with pytest.raises(StepUpNeeded, match=r"users\.manage takes the password again"):
        await add(boss, "ada", "viewer")
    await boss.ask(ListUsers())
    with pytest.raises(LoginNeeded):
        await boss.ask(StepUp(password=OTHER))
    await boss.ask(StepUp(password=PASSWORD))
    await add(boss, "ada", "viewer")


async def test_a_code_is_asked_for_once_it_was_confirmed(door: Door, context: Context) -> None:
    """Then a login without it, with a wrong one, and with a used one is refused like a wrong password."""
    people = await team(door, ada="analyst")
    ada = people["ada"]
    uri = (await ada.ask(EnrolTotp(command_id=command()))).uri
    secret = context.access.book.accounts["ada"].totp_new
    assert uri == totp.uri(secret, "ada")
    await ada.login("ada")
    with pytest.raises(ServiceError, match="not the code of now"):
        await ada.ask(ConfirmTotp(command_id=command(), code="1"))
    await ada.ask(ConfirmTotp(command_id=command(), code=_code(secret)))
    assert (await ada.ask(WhoAmI())).totp
    for code in ("", "000000", _code(secret)):
        with pytest.raises(LoginNeeded):
            await Person(door, 2_000).login("ada", totp=code)
    account = context.access.book.accounts["ada"]
    context.access.book.put_account(replace(account, totp_step=0, misses=Misses()))
    await Person(door, 2_000).login("ada", totp=_code(secret))
    with pytest.raises(AccessRefused):
        await ada.ask(DropTotp(command_id=command(), account="boss"))
    await people["boss"].ask(DropTotp(command_id=command(), account="ada", note="lost it"))
    await Person(door, 2_000).login("ada")
    kept = (context.journal.folder / "000001.jsonl").read_text()
    assert "otpauth" not in kept
    assert _code(secret) not in kept


async def test_ones_own_account_takes_a_login(door: Door) -> None:
    """The owner of the system has no password to change, nor an authenticator."""
    owner = Person(door)
    with pytest.raises(ServiceError, match="nobody has logged in"):
        await owner.ask(EnrolTotp(command_id=command()))
    with pytest.raises(NotFound):
        await owner.ask(SetPassword(command_id=command(), account="root", password=PASSWORD))


async def test_accounts_sessions_and_locks_outlive_the_collector(door: Door, context: Context) -> None:
    """They are in the store; a session that ended is not."""
    people = await team(door, ada="analyst", eve="viewer")
    burglar = Person(door, 3_000)
    for _ in range(3):
        with pytest.raises(LoginNeeded):
            await burglar.login("eve", OTHER)
    again = Book(context.store)
    assert again.accounts == context.access.book.accounts
    assert again.accounts["eve"].misses.count == 3
    assert again.sessions.keys() == {one.visitor.session for one in people.values()}
    assert PASSWORD not in repr(again.accounts)


async def test_with_an_optional_login_the_system_speaks_for_people_until_they_do(
    door: Door, context: Context, tmp_path: Path
) -> None:
    """The way back in for the owner; what takes the password again needs a login all the same."""
    await team(door, vera="viewer")
    file = tmp_path / "roles.yml"
    file.write_text("login: optional\nos_users: {os2500: analyst}\n")
    context.access.roles.accept(load(file))
    me = await Person(door).ask(WhoAmI())
    assert (me.role, me.login_required, me.login_possible) == ("owner", False, True)
    assert (await Person(door, 2_500).ask(WhoAmI())).role == "analyst"
    await Person(door).ask(ListAlerts())
    with pytest.raises(LoginNeeded, match=r"users\.manage is for people who have logged in"):
        await add(Person(door), "ada", "viewer")


async def test_roles_are_listed_with_who_has_them(door: Door, context: Context, tmp_path: Path) -> None:
    """In force, by account, by user and group of the system."""
    people = await team(door, vera="viewer")
    file = tmp_path / "roles.yml"
    file.write_text("os_users: {1001: viewer}\nos_groups: {soc: viewer}\n")
    context.access.roles.accept(load(file))
    rows = {row.name: row for row in (await people["boss"].ask(ListRoles())).rows}
    assert (rows["viewer"].users, rows["viewer"].os_users) == (["vera"], ["1001", "@soc"])
    assert (rows["admin"].users, rows["owner"].content) == (["boss"], "full")


async def test_a_role_that_is_gone_from_the_file_leaves_its_people_with_nothing(
    door: Door, context: Context, tmp_path: Path
) -> None:
    """Deny by default, at once; they are told, and nothing of theirs is lost."""
    file = tmp_path / "roles.yml"
    file.write_text("roles: {night: {like: analyst}}\n")
    context.access.roles.accept(load(file))
    people = await team(door, nina="night")
    context.access.roles.accept(load())
    with pytest.raises(AccessRefused, match="nina has no role here"):
        await people["nina"].ask(ListAlerts())


async def test_a_file_of_roles_is_taken_whole_or_not_at_all(context: Context, home: Home) -> None:
    """By the watcher, on command and at the start: what held before holds, and status and journal say why."""
    roles = context.access.roles
    watcher = asyncio.create_task(roles.watcher().run())
    try:
        home.roles.write_text("os_users: {ada: analyst}\n")
        await _until(lambda: roles.now.os_users == {"ada": "analyst"})
        home.roles.write_text("os_users: {ada: boss}\n")
        await _until(lambda: roles.problem != "")
        assert "1:12: unknown: there is no 'boss' for 'ada'" in context.problem
        assert roles.now.os_users == {"ada": "analyst"}
        home.roles.write_text("os_users: {ada: viewer}\n")
        home.roles.chmod(0o666)
        await _until(lambda: "others can write" in roles.problem)
        home.roles.chmod(0o600)
        await _until(lambda: roles.now.os_users == {"ada": "viewer"})
    finally:
        watcher.cancel()
    assert roles.problem == ""
    home.roles.write_text("os_users: {ada: boss}\n")
    begun = RolesInForce(home.roles, context.journal, lambda _: "")
    assert begun.shipped
    assert "what is shipped holds" in begun.problem
    results = [row[2] for row in journal(context) if row[0] == "roles.reload"]
    assert results == ["done", "refused", "refused", "done", "refused"]


def test_an_account_does_not_show_what_opens_it() -> None:
    """A representation can end up in a log."""
    account = Account(
        name="ada", role="viewer", verifier="$argon2id$x", created_at=1, created_by="b", totp_secret=b"sesame"
    )
    assert "argon2" not in repr(account)
    assert "sesame" not in repr(account)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)


def _code(secret: bytes) -> str:
    return totp.code(secret, int(time.time()))
