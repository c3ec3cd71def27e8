"""Taking alerts and putting them away."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.console.backend import Backend
from tests.console.driving import driving

from llmsec_tui.errors import DeadlineExceeded
from llmsec_tui.paths import Home
from llmsec_tui.service.api import AcknowledgeAlert, Command, DismissAlert


def commands(backend: Backend) -> list[Command[object]]:
    """The commands that reached the collector."""
    return [ask for ask in backend.asked if isinstance(ask, Command)]


async def test_one_key_takes_the_alert_under_the_cursor(home: Home) -> None:
    """``a`` needs no dialog, and names the version that was read."""
    backend = Backend(alerts=6)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 6")
        await driver.press("j")
        second = backend.alerts[1]
        await driver.press("a")
        await driver.see("Acknowledged a0")
        (command,) = commands(backend)
        assert isinstance(command, AcknowledgeAlert)
        assert (command.alert_id, command.version, command.note) == (second.alert_id, 1, "")
        await driver.until(lambda: " ack " in driver.lines()[3])


async def test_an_alert_can_be_taken_with_a_note(home: Home) -> None:
    """``A`` asks for one; escape leaves everything as it is."""
    backend = Backend(alerts=6)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 6")
        await driver.press("A", "escape")
        assert commands(backend) == []
        await driver.press("A")
        await driver.type("mine now")
        await driver.press("enter")
        await driver.see("Acknowledged a0")
        (command,) = commands(backend)
        assert isinstance(command, AcknowledgeAlert)
        assert command.note == "mine now"


async def test_dismissing_needs_a_note(home: Home) -> None:
    """Without one the dialog stays and says so."""
    backend = Backend(alerts=6)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 6")
        await driver.press("d", "enter")
        await driver.see("A note is required")
        assert commands(backend) == []
        await driver.type("our own red team")
        await driver.press("enter")
        await driver.see("Dismissed a0")
        (command,) = commands(backend)
        assert isinstance(command, DismissAlert)
        assert command.note == "our own red team"


async def test_who_comes_second_is_told_what_the_first_one_did(home: Home) -> None:
    """A stale version is a message, and the screen then shows how it is."""
    backend = Backend(alerts=6)
    async with driving(backend, home) as driver:
        await driver.press("2", "enter")
        await driver.see("Why")
        backend.alerts[0] = replace(backend.alerts[0], version=2, state="dismissed", owner="bo")
        await driver.press("a")
        await driver.see("bo has dismissed this alert", "Nothing was changed")
        await driver.see("· dismissed ·")


async def test_a_command_without_an_answer_is_sent_again_with_the_same_id(home: Home) -> None:
    """So it is carried out once, whatever became of the first."""
    backend = Backend(alerts=6)
    backend.refuse[AcknowledgeAlert] = DeadlineExceeded("No answer.")
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 6")
        await driver.press("a")
        await driver.see("No answer.")
        first, second = commands(backend)
        assert first.command_id == second.command_id


async def test_what_the_role_may_not_do_is_not_offered_and_does_nothing(home: Home) -> None:
    """Keys, palette and commands without the capability reach nobody."""
    backend = Backend(alerts=6)
    backend.capabilities = [name for name in backend.capabilities if name.endswith(".read")]
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 6")
        assert "Ack" not in driver.lines()[-1]
        await driver.press("a", "d", "colon")
        await driver.type("ack")
        await driver.press("enter")
        await driver.see("not possible here, or not for your role")
        assert commands(backend) == []


async def test_the_history_of_an_alert_grows_while_it_is_looked_at(home: Home) -> None:
    """An act is seen where it was done."""
    backend = Backend(alerts=6)
    async with driving(backend, home, (200, 60)) as driver:
        await driver.press("2", "enter")
        await driver.see("History", "raised")
        await driver.press("a")
        await driver.see("ann acknowledged", "acknowledged by ann")


async def test_commands_can_be_typed_with_their_argument(home: Home) -> None:
    """The line after a colon knows names, completes them and takes what follows."""
    backend = Backend(alerts=6)
    async with driving(backend, home) as driver:
        await driver.press("colon")
        await driver.type("ale")
        await driver.press("tab", "enter")
        await driver.see("1 of 6")
        await driver.press("colon")
        await driver.type("dismiss known test traffic")
        await driver.press("enter")
        await driver.see("Dismissed a0")
        await driver.press("colon")
        await driver.type("nonsense")
        await driver.press("enter")
        await driver.see("There is no command nonsense")
        await driver.press("colon")
        await driver.type("watch /var/log/other")
        await driver.press("enter")
        await driver.see("Following /var/log/other")


async def test_the_palette_runs_the_same_actions(home: Home) -> None:
    """What is found by name does what its key does."""
    backend = Backend(alerts=6)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 6")
        await driver.press("ctrl+p")
        await driver.type("take the alert: you")
        await driver.see("Take the alert: you become its owner")
        await driver.press("enter", "enter")
        await driver.see("Acknowledged a0")


async def test_help_is_searched_by_typing(home: Home) -> None:
    """All keys, or those that a word fits."""
    async with driving(Backend(), home) as driver:
        await driver.press("question_mark")
        await driver.see("Go to the overview", "Type to search")
        await driver.type("dismiss")
        await driver.until(lambda: "Go to the overview" not in driver.text())
        await driver.see("Put the alert away")
        await driver.press("escape")
        await driver.see("Latest alerts")


async def test_written_evidence_is_a_private_file_of_json(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``w`` says where it went, and never overwrites."""
    monkeypatch.chdir(tmp_path)
    backend = Backend(alerts=6)
    async with driving(backend, home, (200, 60)) as driver:
        await driver.press("2", "enter")
        await driver.see("Why")
        await driver.press("w", "w")
        name = f"alert-{backend.alerts[0].alert_id}"
        await driver.until(lambda: len(list(tmp_path.glob("*.json"))) == 2)
        await driver.see("Written to")
        for path in (tmp_path / f"{name}.json", tmp_path / f"{name}-2.json"):
            assert path.stat().st_mode & 0o777 == 0o600
            kept = json.loads(path.read_text("ascii"))
            assert kept["alert"]["row"]["alert_id"] == backend.alerts[0].alert_id
            assert kept["exchange"]


async def test_copying_gives_the_alert_to_the_clipboard_as_ascii(home: Home) -> None:
    """What may be pasted into a shell holds no control character."""
    backend = Backend(alerts=12)
    backend.use(["\x1b]52;c;eA==\x07 \u202e"])
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 12")
        await driver.press("y")
        await driver.see("Sent")
        copied = driver.app.clipboard
        assert copied.isascii()
        assert json.loads(copied)["alert"]["row"]["title"] == "\x1b]52;c;eA==\x07 \u202e"
        assert all(character.isprintable() or character == "\n" for character in copied)
