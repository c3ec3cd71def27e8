"""The desk's policy while a collector runs: in force whole or not at all, and never in silence."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S
from tests.service.parts import actor

from llmsec_tui.errors import AccessRefused, ServiceError
from llmsec_tui.incidents.policy_file import load
from llmsec_tui.paths import Home
from llmsec_tui.service.api import GetStatus, Status
from llmsec_tui.service.context import Context
from llmsec_tui.service.desk.policy import DeskPolicy, PolicyRefused, opened, watcher
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents.api import GetDesk, ReloadPolicy
from llmsec_tui.service.incidents.rows import Desk
from llmsec_tui.service.rules import reloading

FAST = "times: {critical: {acknowledge: 1m}}\n"
FASTER = "times: {critical: {acknowledge: 30s}}\n"
BROKEN = "times: {critical: {acknowledge: soon, contian: 1h}}\n"
CHAT = "channels: [{name: chat, kind: webhook, target: 'https://chat.example.org/T0/secret'}]\n"
SECOND = 1_000_000


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


def _records(context: Context) -> list[tuple[str, str, str]]:
    return [(row["action"], row["object"], row["result"]) for row in context.journal.page()[0]]


def _acknowledge(desk: DeskPolicy) -> int | None:
    return desk.policy.times["critical"].acknowledge


def test_without_a_file_what_is_shipped_holds(home: Home) -> None:
    """And nothing is wrong."""
    desk = DeskPolicy(home.policy)
    assert (desk.policy, desk.problem, desk.origin) == (load(), "", "")


def test_a_file_in_the_home_holds(home: Home) -> None:
    """Its name is told."""
    home.policy.write_text(FAST)
    desk = DeskPolicy(home.policy)
    assert (_acknowledge(desk), desk.problem, desk.origin) == (60 * SECOND, "", str(home.policy))


def test_a_file_that_is_broken_at_the_start_leaves_what_is_shipped_in_force(context: Context, home: Home) -> None:
    """With the first problem in a sentence, and a record in the journal."""
    home.policy.write_text(BROKEN)
    desk = opened(home.policy, context.journal)
    assert (desk.policy, desk.origin) == (load(), "")
    assert desk.problem.startswith(f"The desk's policy is broken and what is shipped holds: {home.policy}:1:20: span:")
    assert desk.problem.endswith("(1 more)")
    assert _records(context) == [("incidents.reload_policy", "desk:policy", "refused")]


def test_a_file_that_breaks_later_leaves_the_one_before_it_in_force(home: Home) -> None:
    """Until it is put right."""
    home.policy.write_text(FAST)
    desk = DeskPolicy(home.policy)
    home.policy.write_text(BROKEN)
    with pytest.raises(PolicyRefused, match="2 problems"):
        desk.reload()
    assert _acknowledge(desk) == 60 * SECOND
    assert desk.problem.startswith("The desk's policy is broken and the one before it holds")
    home.policy.write_text(FASTER)
    desk.reload()
    assert (_acknowledge(desk), desk.problem) == (30 * SECOND, "")


def test_a_file_that_is_taken_away_leaves_what_is_shipped(home: Home) -> None:
    """As before there was one."""
    home.policy.write_text(FAST)
    desk = DeskPolicy(home.policy)
    home.policy.unlink()
    desk.reload()
    assert (desk.policy, desk.origin) == (load(), "")


@pytest.mark.parametrize(
    ("text", "mode", "around", "told"),
    [
        (CHAT, 0o644, 0o755, True),
        (CHAT, 0o640, 0o750, True),
        (CHAT, 0o600, 0o755, False),
        (CHAT, 0o644, 0o700, False),
        (FAST, 0o644, 0o755, False),
        ("channels: [{name: c, kind: webhook, target: 'env:CHAT'}]\n", 0o644, 0o755, False),
        (
            "remedies: [{name: r, url: 'https://h/x', headers: {Authorization: Bearer x}}]\n",
            *(0o644, 0o755, True),
        ),
        ("remedies: [{name: r, url: 'https://h/x', headers: {Accept: x/y}}]\n", 0o644, 0o755, False),
        ("remedies: [{name: r, url: 'https://h/x', headers: {X-Key: 'file:/k'}}]\n", 0o644, 0o755, False),
    ],
)
def test_a_secret_that_others_can_read_is_told_and_the_policy_holds(
    tmp_path: Path, text: str, mode: int, around: int, told: bool
) -> None:
    """Where they can reach the file at all; what the secret is is not told."""
    folder = tmp_path / "desk"
    folder.mkdir()
    file = folder / "desk.yml"
    file.write_text(text)
    file.chmod(mode)
    folder.chmod(around)
    desk = DeskPolicy(file)
    assert desk.policy.digest == load(file).digest
    assert desk.problem.startswith(f"Others can read {file}, and the ") is told
    assert "T0" not in desk.problem


async def test_reloading_takes_a_capability_and_is_on_record(context: Context, dispatch: Dispatch, home: Home) -> None:
    """Refused for whoever lacks it, and for a file that is broken; done for one that is in order."""
    home.policy.write_text(FAST)
    with pytest.raises(AccessRefused):
        await dispatch.reply(actor("responder"), ReloadPolicy(command_id="c1"))
    await dispatch.reply(actor(), ReloadPolicy(command_id="c2"))
    assert _acknowledge(context.policy) == 60 * SECOND
    home.policy.write_text(BROKEN)
    with pytest.raises(ServiceError, match=r"contian.*did you mean 'contain'"):
        await dispatch.reply(actor(), ReloadPolicy(command_id="c3"))
    assert _acknowledge(context.policy) == 60 * SECOND
    assert _records(context) == [
        ("incidents.reload_policy", "desk:policy", "refused"),
        ("incidents.reload_policy", "desk:policy", "done"),
        ("incidents.reload_policy", "desk:policy", "refused"),
    ]


async def test_a_broken_policy_is_told_in_the_status_and_at_the_desk(
    context: Context, dispatch: Dispatch, home: Home
) -> None:
    """Wherever somebody looks."""
    home.policy.write_text(BROKEN)
    with pytest.raises(ServiceError):
        await dispatch.reply(actor(), ReloadPolicy(command_id="c1"))
    status, desk = await dispatch.reply(actor(), GetStatus()), await dispatch.reply(actor(), GetDesk())
    assert isinstance(status, Status)
    assert isinstance(desk, Desk)
    assert desk.problem == status.problem == context.policy.problem
    assert "what is shipped holds" in desk.problem


async def test_a_changed_file_is_read_by_itself(context: Context, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """All or nothing, and on record each time."""
    monkeypatch.setattr(reloading, "LOOK_S", 0.02)
    monkeypatch.setattr(reloading, "SETTLE_S", 0.02)
    desk = context.policy
    task = asyncio.create_task(watcher(desk, context.journal).run())
    try:
        home.policy.write_text(FAST)
        await _until(lambda: _acknowledge(desk) == 60 * SECOND)
        home.policy.write_text(BROKEN)
        await _until(lambda: bool(desk.problem))
        assert _acknowledge(desk) == 60 * SECOND
        home.policy.write_text(FASTER)
        await _until(lambda: _acknowledge(desk) == 30 * SECOND and not desk.problem)
        home.policy.unlink()
        await _until(lambda: desk.origin == "")
    finally:
        task.cancel()
    results = [result for *_, result in _records(context)]
    assert results == ["done", "done", "refused", "done"]


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.02)
