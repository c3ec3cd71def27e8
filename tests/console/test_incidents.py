"""The incident queue: what it shows, how it is narrowed and ordered, and acts on one or many."""

import pytest
from msgspec.structs import replace
from tests.console.backend import Backend
from tests.console.driving import LARGE, SIZES, Driver, driving
from tests.console.incident_backend import ACTS

from llmsec_tui.paths import Home
from llmsec_tui.service.asks import Command
from llmsec_tui.service.incidents.api import (
    ActOnIncident,
    BulkAct,
    ExportIncident,
    HandOver,
    ListIncidents,
    OpenIncident,
)


def commands(backend: Backend) -> list[Command[object]]:
    """The commands that reached the collector."""
    return [ask for ask in backend.asked if isinstance(ask, Command)]


def acts(backend: Backend) -> list[ActOnIncident]:
    """The acts on incidents that reached the collector."""
    return [ask for ask in backend.asked if isinstance(ask, ActOnIncident)]


async def to_queue(driver: Driver) -> None:
    """Go there from the first screen."""
    await driver.press("3")
    await driver.see("1 of 6")


@pytest.mark.parametrize("size", SIZES)
async def test_the_queue_tells_level_state_clock_owner_age_and_tasks_without_colour(
    home: Home, size: tuple[int, int]
) -> None:
    """Letters and signs say what colour says too."""
    async with driving(Backend(), home, size) as driver:
        await to_queue(driver)
        await driver.see("LVL", "OWNER", "AGE", "TODO", "nobody", "1/2", "4h")
        first = next(line for line in driver.lines() if "System prompt asked" in line)
        assert first.split()[:3] == ["C", "6", "new"]
        assert "! ack" in first
        assert "●1" in first or "bob@pts/3" in first
        assert "late" in driver.text()


async def test_the_order_can_be_changed_and_saved_filters_are_cycled(home: Home) -> None:
    """``o`` and ``f``; what is in force is always said."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_queue(driver)
        await driver.see("open · what is due first")
        await driver.press("o")
        await driver.see("open · the newest first")
        assert [ask for ask in backend.asked if isinstance(ask, ListIncidents)][-1].order == "newest"
        await driver.press("f")
        await driver.see("mine ·", "/ owner:ann", "1 of 2")
        await driver.press("f")
        await driver.see("unowned ·", "1 of 2")
        await driver.press("f")
        await driver.see("missed ·", "1 of 1")
        await driver.press("escape")
        await driver.see("open ·", "1 of 6")


async def test_saved_filters_have_names_and_lead_there_from_anywhere(home: Home) -> None:
    """``:pending`` is typed on any screen."""
    async with driving(Backend(), home) as driver:
        await driver.press("4")
        await driver.see("1 of 200")
        await driver.press("colon")
        await driver.type("pending")
        await driver.press("enter")
        await driver.see("pending ·", "1 of 1", "pnd")


async def test_one_key_takes_the_incident_under_the_cursor_as_it_was_read(home: Home) -> None:
    """``a`` asks nothing; the footer then offers what comes next."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_queue(driver)
        assert "a Ack" in driver.lines()[-1]
        await driver.press("a")
        await driver.see("INC-6: acknowledge done.")
        (command,) = acts(backend)
        assert (command.incident_id, command.act, command.version) == ("INC-6", "acknowledge", 3)
        await driver.see("i Investigate")
        assert "a Ack" not in driver.lines()[-1]


async def test_only_what_the_state_allows_is_offered_and_done(home: Home) -> None:
    """A pending incident can be taken up again, and not acknowledged."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_queue(driver)
        await driver.press("j", "j", "j")
        await driver.see("4 of 6")
        await driver.press("a", "i", "c", "C")
        await driver.pilot.pause(0.05)
        assert acts(backend) == []
        await driver.press("h")
        await driver.see("INC-3: resume done.")


async def test_what_the_role_may_not_do_is_not_offered(home: Home) -> None:
    """Neither by key, nor after a colon."""
    backend = Backend()
    backend.capabilities = [name for name in backend.capabilities if name.endswith(".read")]
    async with driving(backend, home) as driver:
        await to_queue(driver)
        assert "Ack" not in driver.lines()[-1]
        assert "Close" not in driver.lines()[-1]
        await driver.press("a", "C", "N", "colon")
        await driver.type("contain it is over")
        await driver.press("enter")
        await driver.see("not possible here, or not for your role")
        assert commands(backend) == []


async def test_who_may_not_assign_gives_away_only_what_is_theirs(home: Home) -> None:
    """``A`` is the hand-over of one incident then."""
    backend = Backend()
    backend.capabilities.remove("incidents.assign")
    backend.incidents[1] = replace(backend.incidents[1], owner="ann", acts=ACTS["acknowledged"], state="acknowledged")
    async with driving(backend, home) as driver:
        await to_queue(driver)
        await driver.press("j", "A")
        await driver.see("Hand over", "carol")
        await driver.type("car")
        await driver.press("enter", "enter")
        await driver.see("hand_over done")
        (command,) = acts(backend)
        assert (command.act, command.owner) == ("hand_over", "carol")


async def test_closing_asks_what_it_was_and_why_and_waives_open_tasks_only_when_told(home: Home) -> None:
    """Nothing is sent before all is said."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_queue(driver)
        await driver.press("C")
        await driver.see("Close", "true positive", "1 task is open", "What was it?")
        await driver.press("enter")
        await driver.see("1 task is open: finish them first")
        await driver.press("right", "tab")
        await driver.press("enter")
        await driver.see("A note is required")
        await driver.type("key revoked")
        await driver.press("enter")
        await driver.see("INC-6: close done.")
        (command,) = acts(backend)
        assert (command.disposition, command.note, command.waive_open) == ("true_positive", "key revoked", True)


async def test_a_false_positive_of_which_little_was_seen_has_to_be_confirmed(home: Home) -> None:
    """What detectors could not see may be the attack."""
    backend = Backend()
    backend.task_states = {1: "done", 2: "done"}
    backend.incidents[0] = replace(backend.incidents[0], n_tasks_open=0)
    async with driving(backend, home) as driver:
        await to_queue(driver)
        await driver.press("C")
        await driver.see("true positive")
        await driver.press("right", "right")
        await driver.see("false positive")
        await driver.press("tab")
        await driver.type("our test")
        await driver.press("enter")
        await driver.see("Only 54% of the content", "enter again")
        assert acts(backend) == []
        await driver.press("enter")
        await driver.see("INC-6: close done.")
        assert acts(backend)[0].disposition == "false_positive"


async def test_a_duplicate_names_its_original(home: Home) -> None:
    """It is asked for only then, and found by typing."""
    backend = Backend()
    backend.incidents[0] = replace(backend.incidents[0], n_tasks_open=0)
    async with driving(backend, home) as driver:
        await to_queue(driver)
        await driver.press("C")
        await driver.see("true positive")
        assert "Of which incident?" not in driver.text()
        await driver.press("right", "right", "right", "tab")
        await driver.see("Of which incident?", "INC-5")
        await driver.type("INC-4")
        await driver.press("enter")
        await driver.type("the same")
        await driver.press("enter")
        await driver.see("INC-6: close done.")
        assert acts(backend)[0].incident == "INC-4"


async def test_who_comes_second_is_told_what_changed_and_sees_it(home: Home) -> None:
    """A stale version is refused, and the screen shows how it is."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_queue(driver)
        backend.incidents[0] = replace(
            backend.incidents[0], version=4, state="acknowledged", owner="bob", acts=ACTS["acknowledged"]
        )
        await driver.press("a")
        await driver.see("changed since you read it: acknowledged by bob", "Nothing was done")
        await driver.see(" ack ")


async def test_marked_incidents_are_acted_on_at_once_after_their_number_is_typed(home: Home) -> None:
    """A slip of one key changes nothing; what came of each is listed."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_queue(driver)
        await driver.press("t", "t")
        await driver.see("2 marked", "▌")
        await driver.press("a")
        await driver.see("Acknowledge: 2 incidents", "INC-6, INC-5", "type 2 to confirm")
        await driver.press("tab")
        await driver.type("3")
        await driver.press("enter")
        await driver.see("Type 2: so many are marked.")
        await driver.press("backspace")
        await driver.type("2")
        await driver.press("enter")
        await driver.see("✓ INC-6", "✗ INC-5", "stale")
        (command,) = commands(backend)
        assert isinstance(command, BulkAct)
        assert ([item.id for item in command.items], command.count, command.of) == (["INC-6", "INC-5"], 2, "incidents")
        await driver.press("enter")
        await driver.until(lambda: "marked" not in driver.text())


async def test_marked_alerts_are_dismissed_at_once(home: Home) -> None:
    """The same in the alert queue."""
    backend = Backend(alerts=6)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 6")
        await driver.press("t", "t", "t", "escape")
        await driver.until(lambda: "marked" not in driver.text())
        await driver.press("g", "t", "t", "d")
        await driver.see("Dismiss 2 alerts")
        await driver.type("red team")
        await driver.press("tab")
        await driver.type("2")
        await driver.press("enter")
        await driver.see("WHAT CAME OF IT")
        (command,) = commands(backend)
        assert isinstance(command, BulkAct)
        assert (command.of, command.act, command.count, command.note) == ("alerts", "dismiss", 2, "red team")


async def test_the_cursor_stays_on_its_incident_when_the_order_changes(home: Home) -> None:
    """A key never acts on another one than was under the cursor."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_queue(driver)
        await driver.press("j", "j")
        await driver.see("3 of 6")
        backend.incidents.insert(0, backend.incidents.pop(2))
        await driver.press("o")
        await driver.press("o")
        await driver.see("1 of 6")
        await driver.press("j")
        backend.incidents.insert(0, backend.incidents.pop(3))
        name = driver.app.screen.incident.incident_id  # type: ignore[attr-defined]
        driver.app.screen.ask_again()  # type: ignore[attr-defined]
        await driver.see("3 of 6")
        assert driver.app.screen.incident.incident_id == name  # type: ignore[attr-defined]


async def test_an_alert_leads_to_its_incident_or_opens_one(home: Home) -> None:
    """``i`` from the queue and from the alert."""
    backend = Backend(alerts=6)
    backend.alerts[1] = replace(backend.alerts[1], incident_id="INC-4")
    async with driving(backend, home, LARGE) as driver:
        await driver.press("2")
        await driver.see("1 of 6", "INC")
        await driver.press("j", "i")
        await driver.see("› INC-4", "contained")
        await driver.press("escape")
        await driver.press("k", "i")
        await driver.see("Open an incident", "a new incident")
        await driver.press("tab")
        await driver.type("leak")
        await driver.press("enter")
        await driver.see("INC-7 is open.", "› INC-7")
        (command,) = commands(backend)
        assert isinstance(command, OpenIncident)
        assert (command.alert_ids, command.title) == ([backend.alerts[0].alert_id], "leak")


async def test_an_alert_can_be_put_into_an_open_incident(home: Home) -> None:
    """The same window, with another incident chosen."""
    backend = Backend(alerts=6)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 6")
        await driver.press("i")
        await driver.see("Open an incident")
        await driver.type("INC-5")
        await driver.press("enter")
        await driver.press("enter")
        await driver.see("INC-5: add_alerts done.")
        (command,) = acts(backend)
        assert (command.incident_id, command.alert_ids) == ("INC-5", [backend.alerts[0].alert_id])


async def test_a_new_incident_and_a_missed_clock_are_told_on_every_screen(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look is silent: it only learns what is there."""
    monkeypatch.setattr("llmsec_tui.console.shell.DESK_S", 0.05)
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("4")
        await driver.until(lambda: sum(isinstance(ask, ListIncidents) for ask in backend.asked) >= 4)
        assert "opened" not in driver.text()
        row = backend.incidents[0]
        backend.incidents.insert(0, replace(row, incident_id="INC-9", level="high", opened_at=row.opened_at + 10**12))
        await driver.see("INC-9 opened (high)")
        backend.incidents[2] = replace(backend.incidents[2], breached=1)
        await driver.see("! INC-5 missed a clock")


async def test_the_hand_over_is_read_and_given_to_somebody(home: Home) -> None:
    """``H`` from anywhere, ``A`` gives."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("H")
        await driver.see("2 open incidents of ann", "Wait for the customer.")
        await driver.press("v")
        await driver.see("of everybody")
        await driver.press("A")
        await driver.see("Hand all your open incidents over", "carol")
        await driver.type("carol")
        await driver.press("enter")
        await driver.see("1 incident is carol's.")
        (command,) = commands(backend)
        assert isinstance(command, HandOver)
        assert command.to == "carol"
        await driver.press("enter", "escape")
        await driver.see("Latest alerts")


@pytest.mark.parametrize("size", SIZES)
async def test_the_figures_tell_times_precision_and_teams(home: Home, size: tuple[int, int]) -> None:
    """``F`` from anywhere; ``z`` changes the span."""
    async with driving(Backend(), home, size) as driver:
        await driver.press("F")
        await driver.see("The last 30 days", "10m / 50m", "75% 41%–93%", "soc", "By team")
        await driver.press("z")
        await driver.see("The last 90 days")
        await driver.press("escape")
        await driver.see("Latest alerts")


async def test_notifications_tell_who_could_not_be_told_and_lead_to_the_incident(home: Home) -> None:
    """``B`` from anywhere."""
    async with driving(Backend(), home) as driver:
        await driver.press("B")
        await driver.see("delivered", "given up", "the hook answ", "1 of 4")
        await driver.press("enter")
        await driver.see("› INC-6")


async def test_the_overview_counts_incidents(home: Home) -> None:
    """Open ones, those that are late, those that nobody has."""
    backend = Backend()
    backend.desk_counts = (6, 1, 2)
    async with driving(backend, home) as driver:
        await driver.see("6 incidents open, ! 1 late, 2 nobody's")


async def test_an_export_is_a_folder_of_private_files(
    home: Home, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of files cannot lead out of it."""
    folder = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(folder)
    backend = Backend()
    async with driving(backend, home) as driver:
        await to_queue(driver)
        await driver.press("E")
        await driver.see("2 files are in")
        assert isinstance(commands(backend)[0], ExportIncident)
        written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        assert written == ["INC-6/-evil", "INC-6/incident.md"]
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*"))
