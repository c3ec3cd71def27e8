"""Four eyes: what takes a second person waits for one, is done once, and nobody is their own second person."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.service.access.parts import Person, add, command, journal, team

from llmsec_tui.access.approvals import LASTS_US
from llmsec_tui.access.role_file import load
from llmsec_tui.errors import AccessRefused, ApprovalNeeded, NotFound, ServiceError
from llmsec_tui.service.access.api import Approve, ListApprovals, RefuseApproval, SetRole
from llmsec_tui.service.access.approving import MOST_WAITING
from llmsec_tui.service.access.door import Door
from llmsec_tui.service.api import Done, WatchPaths
from llmsec_tui.service.context import Context


@pytest.fixture(autouse=True)
def _rules(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "roles.yml"
    file.write_text("four_eyes: [sources.watch, users.manage]\nlogin: optional\n")
    context.access.roles.accept(load(file))


async def _people(door: Door, context: Context) -> dict[str, Person]:
    held = context.access.roles.now
    context.access.roles.accept(replace(held, four_eyes=frozenset()))
    people = await team(door, ada="responder", bob="responder", eve="analyst")
    context.access.roles.accept(held)
    return people


def _watch(path: str = "/logs/a") -> WatchPaths:
    return WatchPaths(command_id=command(), paths=[path])


async def test_it_is_done_once_somebody_else_approved_it(door: Door, context: Context) -> None:
    """Asked, waiting, approved, done, and then it takes another approval. All of it is on record."""
    people = await _people(door, context)
    ada, bob = people["ada"], people["bob"]
    for _ in range(2):
        with pytest.raises(ApprovalNeeded, match="A-1 waits for somebody else"):
            await ada.ask(_watch())
    assert context.watching == []
    assert "ada can do it now" in (await bob.ask(Approve(command_id=command(), approval_id="a-1", note="fine"))).message
    with pytest.raises(ApprovalNeeded, match="A-2"):
        await ada.ask(_watch("/logs/other"))
    done = _watch()
    first = await ada.ask(done)
    assert await ada.ask(done) == first, "a repeat of the command is the same command"
    assert context.watching == ["/logs/a"]
    with pytest.raises(ApprovalNeeded, match="A-3"):
        await ada.ask(_watch())
    rows = (await bob.ask(ListApprovals())).rows
    assert [(row.approval_id, row.state, row.by, row.decided_by) for row in rows] == [
        ("A-3", "waiting", "ada", ""),
        ("A-2", "waiting", "ada", ""),
        ("A-1", "used", "ada", "bob"),
    ]
    acts = [row[:3] for row in journal(context) if row[0].startswith(("approvals.", "sources."))]
    assert acts == [
        ("approvals.ask", "approval:A-1", "done"),
        ("approvals.approve", "approval:A-1", "done"),
        ("approvals.ask", "approval:A-2", "done"),
        ("approvals.use", "approval:A-1", "done"),
        ("sources.watch", "collector", "done"),
        ("approvals.ask", "approval:A-3", "done"),
    ]


async def test_nobody_approves_what_they_asked_for(door: Door, context: Context) -> None:
    """Not in another session, not under another account on the same user of the system, not through sudo."""
    people = await _people(door, context)
    ada = people["ada"]
    with pytest.raises(ApprovalNeeded):
        await ada.ask(_watch())
    other_session = Person(door, 7_001)
    await other_session.login("ada")
    other_account = Person(door, ada.visitor.peer.uid)
    await other_account.login("bob")
    through_sudo = Person(door, 7_002, loginuid=ada.visitor.peer.uid)
    await through_sudo.login("bob")
    for same in (ada, other_session, other_account, through_sudo):
        with pytest.raises(AccessRefused, match="the same person"):
            await same.ask(Approve(command_id=command(), approval_id="A-1"))
        assert [row.mine for row in (await same.ask(ListApprovals())).rows] == [True]
    with pytest.raises(ApprovalNeeded):
        await ada.ask(_watch())
    refusals = [row[:3] for row in journal(context) if row[0] == "approvals.approve"]
    assert refusals == [("approvals.approve", "approval:A-1", "refused")] * 4


async def test_an_approval_can_be_refused_and_taken_back(door: Door, context: Context) -> None:
    """With a reason by somebody else; by whoever asked without a capability."""
    people = await _people(door, context)
    ada, bob = people["ada"], people["bob"]
    for number in (1, 2):
        with pytest.raises(ApprovalNeeded, match=f"A-{number} waits"):
            await ada.ask(_watch())
        who = bob if number == 1 else ada
        if number == 1:
            with pytest.raises(ServiceError, match="reason"):
                await who.ask(RefuseApproval(command_id=command(), approval_id="A-1", note=" "))
        await who.ask(RefuseApproval(command_id=command(), approval_id=f"A-{number}", note="no"))
    with pytest.raises(ServiceError, match="A-1 is refused already"):
        await bob.ask(Approve(command_id=command(), approval_id="A-1"))
    with pytest.raises(NotFound, match="no approval"):
        await bob.ask(Approve(command_id=command(), approval_id="A-9"))
    with pytest.raises(AccessRefused, match="lacks approvals"):
        await people["eve"].ask(Approve(command_id=command(), approval_id="A-2"))
    with pytest.raises(AccessRefused, match="lacks approvals"):
        await people["eve"].ask(RefuseApproval(command_id=command(), approval_id="A-2", note="n"))


async def test_an_approval_is_gone_after_a_day(door: Door, context: Context) -> None:
    """Waiting or given, and another is filed then."""
    people = await _people(door, context)
    with pytest.raises(ApprovalNeeded):
        await people["ada"].ask(_watch())
    await people["bob"].ask(Approve(command_id=command(), approval_id="A-1"))
    old = context.access.book.approvals[1]
    context.access.book.put_approval(replace(old, expires_at=old.expires_at - LASTS_US))
    with pytest.raises(ApprovalNeeded, match="A-2"):
        await people["ada"].ask(_watch())
    [row] = (await people["bob"].ask(ListApprovals(state="expired"))).rows
    assert row.approval_id == "A-1"


async def test_what_failed_can_be_done_again_with_the_same_approval(door: Door, context: Context) -> None:
    """It was not used for anything."""
    people = await _people(door, context)
    wrong = WatchPaths(command_id=command(), paths=["relative"])
    with pytest.raises(ApprovalNeeded):
        await people["ada"].ask(wrong)
    await people["bob"].ask(Approve(command_id=command(), approval_id="A-1"))
    for _ in range(2):
        with pytest.raises(ServiceError, match="no absolute path"):
            await people["ada"].ask(WatchPaths(command_id=command(), paths=["relative"]))
    assert context.access.book.approvals[1].stands(0).value == "approved"


async def test_somebody_has_only_so_much_waiting(door: Door, context: Context) -> None:
    """Nobody would look through more, and they are kept in memory."""
    ada = (await _people(door, context))["ada"]
    for number in range(MOST_WAITING):
        with pytest.raises(ApprovalNeeded):
            await ada.ask(_watch(f"/logs/{number}"))
    with pytest.raises(ServiceError, match="requests of yours wait"):
        await ada.ask(_watch())
    await ada.ask(RefuseApproval(command_id=command(), approval_id="A-7", note="not needed"))
    with pytest.raises(ApprovalNeeded, match="A-21"):
        await ada.ask(_watch())


async def test_no_password_is_part_of_what_waits(door: Door, context: Context) -> None:
    """An account to be added is approved by name and role; the password is that of the second try."""
    people = await _people(door, context)
    boss = people["boss"]
    with pytest.raises(ApprovalNeeded):
        await add(boss, "dora", "viewer", "a password for the first try")
    [row] = (await people["bob"].ask(ListApprovals())).rows
    assert (row.action, row.object, row.detail) == ("users.add", "account:dora", "account=dora role=viewer")
    await people["bob"].ask(Approve(command_id=command(), approval_id="A-1"))
    assert isinstance(await add(boss, "dora", "viewer", "another for the second one"), Done)
    with pytest.raises(ApprovalNeeded):
        await boss.ask(SetRole(command_id=command(), account="dora", role="admin", note="n"))
    await Person(door, 9_000).login("dora", "another for the second one")
