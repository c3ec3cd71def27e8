"""Logging in, and what it takes: no word and no work tells a wrong name from a wrong password."""

import asyncio
import itertools
import time
from dataclasses import replace
from typing import Any

import pytest
from tests.patience import PATIENCE_S
from tests.service.access.parts import OTHER, PASSWORD, Person, add, command, journal, logged_in, team

from llmsec_tui.access.lockout import FIRST_DELAYED, LOCKED_US, Misses
from llmsec_tui.audit.record import Act, Recorded
from llmsec_tui.errors import AccessRefused, LoginNeeded, ServiceError, SessionLocked, StoreError
from llmsec_tui.service.access import entrance
from llmsec_tui.service.access.api import (
    DisableUser,
    ListUsers,
    LockSession,
    Login,
    Logout,
    Resume,
    SetPassword,
    SetRole,
    StepUp,
    StillHere,
    UnlockUser,
    WhoAmI,
)
from llmsec_tui.service.access.book import Book
from llmsec_tui.service.access.door import Door
from llmsec_tui.service.access.proving import MOST_WAITING
from llmsec_tui.service.api import AcknowledgeAlert, Ask, GetOverview, GetStatus, ListAlerts, Status, StopCollector
from llmsec_tui.service.context import Context


async def test_without_accounts_whoever_runs_the_collector_is_its_owner(door: Door) -> None:
    """No wizard: the first start needs no login, and says in a line what that protects."""
    me = await Person(door).ask(WhoAmI())
    assert (me.role, me.content, me.login_required, me.login_possible) == ("owner", "full", False, False)
    assert "No login" in me.protection
    with pytest.raises(ServiceError, match="no accounts"):
        await Person(door).login("anybody")


async def test_another_user_of_the_system_is_nobody_by_default(door: Door, context: Context) -> None:
    """Deny by default: not even the status. It is on record once a minute, or they could fill the journal."""
    stranger = Person(door, 4_711)
    for _ in range(3):
        with pytest.raises(AccessRefused, match="os4711 has no role here"):
            await stranger.ask(GetStatus())
        with pytest.raises(AccessRefused, match="os4711 has no role here"):
            await stranger.ask(StopCollector(command_id=command()))
    assert (await stranger.ask(WhoAmI())).role == ""
    refused = [("status", "collector", "refused"), ("collector.stop", "collector", "refused")]
    assert [row[:3] for row in journal(context)] == refused


async def test_the_first_account_has_everybody_log_in(door: Door, context: Context) -> None:
    """Also whoever runs the collector; all that is left without a login is to see that one is needed."""
    owner = Person(door)
    with pytest.raises(ServiceError, match=r"no account that can log in would have users\.manage"):
        await add(owner, "vera", "viewer")
    assert "everybody logs in" in (await add(owner, "ada", "admin")).message
    status = await owner.ask(GetStatus())
    assert (status.login, status.store, status.watching, status.role, status.audit_seq) == ("needed", "", [], "", 0)
    asks: list[Ask[Any]] = [ListAlerts(), GetOverview(), ListUsers()]
    for ask in asks:
        with pytest.raises(LoginNeeded, match="Nobody is logged in"):
            await owner.ask(ask)
    done = await owner.login("ada")
    assert (done.me.user, done.me.role, done.me.content) == ("ada", "admin", "redacted")
    status = await owner.ask(GetStatus())
    assert isinstance(status, Status)
    assert (status.login, status.user, status.session) == ("", "ada", done.me.session)
    assert [row for row in journal(context) if row[2] == "done"] == [
        ("users.add", "account:ada", "done", ""),
        ("access.login", "account:ada", "done", ""),
    ]


async def test_a_wrong_name_password_and_account_read_the_same(
    door: Door, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same words after the same hash. What it was is in the journal only; a name that does not exist is not even
    there: it may be a password."""
    people = await team(door, vera="viewer")
    await people["boss"].ask(DisableUser(command_id=command(), account="vera", note="left"))
    hashed = []
    matches = context.access.hashing.matches

    def counted(verifier: str | None, password: str) -> "asyncio.Future[bool]":
        hashed.append(password)
        return matches(verifier, password)

    monkeypatch.setattr(type(context.access.hashing), "matches", lambda _, *given: counted(*given))
    words = set()
    for account, password in (("vera", PASSWORD), ("boss", OTHER), ("hunter2hunter2", OTHER)):
        with pytest.raises(LoginNeeded) as refused:
            await Person(door, 3_000).login(account, password)
        words.add(str(refused.value))
    assert (len(words), hashed) == (1, [PASSWORD, OTHER, OTHER])
    refusals = [row[1:] for row in journal(context) if row[0] == "access.login" and row[2] == "refused"]
    assert refusals == [
        ("account:vera", "refused", "disabled"),
        ("account:boss", "refused", "wrong password"),
        ("account:unknown", "refused", "no such account"),
    ]


async def test_a_wrong_password_a_thousand_times(door: Door, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two a second: after five misses not even the right one opens, until the time is over, which misses in it do not
    prolong."""
    people = await team(door)
    hashed = []

    async def matches(verifier: str | None, password: str) -> bool:
        hashed.append(verifier)
        return verifier is not None and password == PASSWORD

    now = itertools.count(time.time_ns() // 1000, 500_000)
    monkeypatch.setattr(type(context.access.hashing), "matches", lambda _, *given: matches(*given))
    monkeypatch.setattr(entrance, "_now", lambda: next(now))
    burglar = Person(door, 3_000)
    for _ in range(1_000):
        with pytest.raises(LoginNeeded, match="wrong, or the account is locked"):
            await burglar.ask(Login(account="boss", password="guess"))
    assert len(hashed) == 1_000, "each try took the work of one"
    account = context.access.book.accounts["boss"]
    assert (account.misses.locked, account.misses.count) == (True, 5)
    with pytest.raises(LoginNeeded):
        await burglar.login("boss")
    [row] = (await people["boss"].ask(ListUsers())).rows
    assert (row.failures, row.locked_until > 0) == (5, True)
    context.access.book.put_account(replace(account, misses=Misses(5, account.misses.not_before - LOCKED_US)))
    await burglar.login("boss")
    assert context.access.book.accounts["boss"].misses == Misses()


async def test_a_miss_counts_even_if_nobody_waits_for_the_answer(door: Door, context: Context) -> None:
    """Else a deadline of a millisecond would be a thousand free guesses; and few tries of one user wait at a time."""
    await team(door)
    tries = [asyncio.create_task(Person(door, 3_000).login("boss", OTHER)) for _ in range(MOST_WAITING + 4)]
    await asyncio.sleep(0)
    for one in tries:
        one.cancel()
    came_of_it = await asyncio.gather(*tries, return_exceptions=True)
    assert len([one for one in came_of_it if isinstance(one, ServiceError)]) == 4
    async with asyncio.timeout(PATIENCE_S):
        while context.access.book.accounts["boss"].misses.count < FIRST_DELAYED:
            await asyncio.sleep(0.02)


async def test_without_a_record_there_is_no_login(
    door: Door, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full lets nobody in, and the misses count all the same."""
    await team(door)
    before = context.access.book.sessions

    def full(_: Act) -> Recorded:
        raise StoreError("There is no room.")

    monkeypatch.setattr(context.journal, "append", full)
    for password in (PASSWORD, OTHER, OTHER):
        with pytest.raises(StoreError, match="no room"):
            await Person(door, 3_000).login("boss", password)
    assert context.access.book.sessions == before
    assert context.access.book.accounts["boss"].misses.count == 2
    assert Book(context.store).sessions.keys() == before.keys()


async def test_who_may_manage_users_unlocks_an_account(door: Door, context: Context) -> None:
    """On record, with a reason."""
    people = await team(door, vera="viewer")
    account = context.access.book.accounts["vera"]
    context.access.book.put_account(replace(account, misses=Misses(5, time.time_ns() // 1000 + LOCKED_US)))
    with pytest.raises(LoginNeeded):
        await Person(door, 3_000).login("vera")
    await people["boss"].ask(UnlockUser(command_id=command(), account="vera", note="she called"))
    await Person(door, 3_000).login("vera")
    assert ("users.unlock", "account:vera", "done", "she called") in journal(context)


async def test_a_role_change_bites_on_an_open_session(door: Door) -> None:
    """From the very next ask on, on every connection."""
    people = await team(door, ada="analyst")
    ada = people["ada"]
    again = ada.elsewhere()
    await again.ask(Resume(token=ada.token))
    assert "alerts.dismiss" in (await ada.ask(GetStatus())).capabilities
    await people["boss"].ask(SetRole(command_id=command(), account="ada", role="viewer", note="moved on"))
    for connection in (ada, again):
        with pytest.raises(AccessRefused, match="ada is viewer"):
            await connection.ask(AcknowledgeAlert(command_id=command(), alert_id="0" * 16, version=1))


async def test_a_disabled_account_is_out_at_once(door: Door) -> None:
    """Its session has ended, and its token opens nothing."""
    people = await team(door, ada="analyst")
    await people["boss"].ask(DisableUser(command_id=command(), account="ada", note="left"))
    with pytest.raises(LoginNeeded, match="has ended"):
        await people["ada"].ask(ListAlerts())
    with pytest.raises(LoginNeeded, match="has ended"):
        await people["ada"].elsewhere().ask(Resume(token=people["ada"].token))


async def test_a_session_is_resumed_by_its_token(door: Door, context: Context) -> None:
    """On another connection of the same user of the system; a token that nobody knows opens nothing."""
    people = await team(door, ada="analyst")
    again = people["ada"].elsewhere()
    assert (await again.ask(Resume(token=people["ada"].token))).user == "ada"
    await again.ask(ListAlerts())
    with pytest.raises(LoginNeeded):
        await Person(door, 2_000).ask(Resume(token="guess"))
    await again.ask(Logout())
    with pytest.raises(LoginNeeded, match="has ended"):
        await people["ada"].ask(ListAlerts())
    assert context.access.book.sessions.keys() == {people["boss"].visitor.session}


async def test_a_stolen_token_opens_nothing_and_ends_the_session(door: Door, context: Context) -> None:
    """Another user of the system has it, so that it must not open anything for its owner either."""
    people = await team(door, ada="analyst")
    thief = people["ada"].elsewhere(uid=6_666)
    with pytest.raises(LoginNeeded):
        await thief.ask(Resume(token=people["ada"].token))
    with pytest.raises(LoginNeeded):
        await thief.ask(ListAlerts())
    with pytest.raises(LoginNeeded):
        await people["ada"].ask(ListAlerts())
    [(_, about, result, reason)] = [row for row in journal(context) if row[0] == "access.resume"]
    assert (about, result) == ("account:ada", "refused")
    assert "another user of the system" in reason


async def test_an_idle_session_locks_and_the_password_opens_it(door: Door, context: Context) -> None:
    """Questions that a console asks by itself are no activity; a person's acts are."""
    ada = (await team(door, ada="analyst"))["ada"]
    _age(context, ada, context.access.roles.now.session.idle)
    assert (await ada.ask(GetStatus())).login == "locked"
    for _ in range(2):
        with pytest.raises(SessionLocked):
            await ada.ask(ListAlerts())
    await ada.ask(StillHere())
    assert (await ada.ask(WhoAmI())).locked
    with pytest.raises(LoginNeeded):
        await ada.ask(StepUp(password=OTHER))
    assert not (await ada.ask(StepUp(password=PASSWORD))).locked
    await ada.ask(ListAlerts())
    acts = [row[0] + row[3] for row in journal(context) if row[0] in ("access.lock", "access.step_up")]
    assert acts == [
        "access.locknobody did anything for a while",
        "access.step_upwrong password",
        "access.step_up",
    ]


async def test_activity_keeps_a_session_open(door: Door, context: Context) -> None:
    """What a person does counts: keys, as the console says, and commands."""
    ada = (await team(door, ada="analyst"))["ada"]
    almost = context.access.roles.now.session.idle - 1_000_000
    _age(context, ada, almost)
    await ada.ask(StillHere())
    _age(context, ada, almost)
    with pytest.raises(ServiceError):
        await ada.ask(AcknowledgeAlert(command_id=command(), alert_id="0" * 16, version=1))
    _age(context, ada, almost)
    await ada.ask(Resume(token=ada.token, active=True))
    _age(context, ada, almost)
    await ada.ask(ListAlerts())
    _age(context, ada, 1_000_000)
    with pytest.raises(SessionLocked):
        await ada.ask(ListAlerts())


async def test_a_session_can_be_locked_and_left(door: Door) -> None:
    """On all its connections; on a locked one somebody else can log in."""
    people = await team(door, ada="analyst", eve="viewer")
    ada = people["ada"]
    assert (await ada.ask(LockSession())).locked
    with pytest.raises(SessionLocked):
        await ada.ask(ListAlerts())
    assert (await ada.login("eve")).me.user == "eve"
    with pytest.raises(LoginNeeded):
        await Person(door).ask(LockSession())


async def test_a_login_ends_with_its_time(door: Door, context: Context) -> None:
    """However busy somebody is."""
    ada = (await team(door, ada="analyst"))["ada"]
    session = context.access.book.sessions[ada.visitor.session]
    lasts = context.access.roles.now.session.lasts
    context.access.book.put_session(replace(session, opened_at=session.opened_at - lasts))
    with pytest.raises(LoginNeeded, match="has ended"):
        await ada.ask(ListAlerts())
    assert (await ada.ask(WhoAmI())).login_required


async def test_ones_own_password_takes_the_old_one(door: Door) -> None:
    """Sessions elsewhere end, this one stays; who manages users needs no old one for others."""
    people = await team(door, ada="analyst")
    ada = people["ada"]
    other = await logged_in(door, "ada", 2_500)
    with pytest.raises(LoginNeeded):
        await ada.ask(SetPassword(command_id=command(), account="ada", password=OTHER, old="wrong"))
    await ada.ask(SetPassword(command_id=command(), account="ada", password=OTHER, old=PASSWORD))
    await ada.ask(ListAlerts())
    with pytest.raises(LoginNeeded):
        await other.ask(ListAlerts())
    await people["boss"].ask(SetPassword(command_id=command(), account="ada", password=PASSWORD, note="forgot it"))
    with pytest.raises(LoginNeeded):
        await ada.ask(ListAlerts())
    await ada.login("ada")
    with pytest.raises(AccessRefused):
        await ada.ask(SetPassword(command_id=command(), account="boss", password=OTHER))


async def test_nothing_of_a_password_is_kept(door: Door, context: Context) -> None:
    """Not in the journal, nor in the store."""
    people = await team(door, ada="analyst")
    with pytest.raises(LoginNeeded):
        await Person(door).login("ada", OTHER)
    await people["boss"].ask(SetPassword(command_id=command(), account="ada", password=OTHER, note="n"))
    for secret in (PASSWORD, OTHER, people["ada"].token):
        for file in context.journal.folder.rglob("*"):
            assert not file.is_file() or secret.encode() not in file.read_bytes()
        context.store.checkpoint_wal()
        assert secret.encode() not in context.store.path.read_bytes()


def _age(context: Context, person: Person, by: int) -> None:
    """As if so much time (µs) had passed without anything."""
    book = context.access.book
    session = book.sessions[person.visitor.session]
    book.put_session(replace(session, active_at=session.active_at - by))
