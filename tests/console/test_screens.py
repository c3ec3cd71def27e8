"""What each screen shows, at the sizes that people have."""

import pytest
from tests.console.backend import Backend
from tests.console.driving import LARGE, SIZES, SMALL, driving

from llmsec_tui.errors import ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.api import GetOverview, ListEvents


@pytest.mark.parametrize("size", SIZES)
async def test_the_overview_shows_open_alerts_rate_sources_and_the_latest_alerts(
    home: Home, size: tuple[int, int]
) -> None:
    """The first screen answers the first questions, without a key."""
    async with driving(Backend(), home, size) as driver:
        await driver.see("C critical", "H high", "M medium", "L low", "I info")
        await driver.see("Events/s", "▲ alerts", "now", "Sources", "support-bot", "100%", "Latest alerts")
        await driver.see("ann (analyst)", "watching 2 paths", "● live", "? Help")


@pytest.mark.parametrize("size", SIZES)
async def test_every_line_of_every_screen_is_as_wide_as_the_window(home: Home, size: tuple[int, int]) -> None:
    """Nothing is pushed over the edge, nothing is left undrawn."""
    async with driving(Backend(), home, size) as driver:
        for key, sight in (
            ("1", "Latest alerts"),
            ("2", "LVL"),
            ("3", "OWNER"),
            ("4", "KIND"),
            ("5", "Dead letters"),
            ("6", "ACTOR"),
            ("7", "KIND"),
            ("8", "METRIC"),
            ("9", "COST"),
        ):
            await driver.press(key)
            await driver.see(sight)
            assert len(driver.lines()) == size[1]
            assert {strip.cell_length for strip in driver.app.screen._compositor.render_strips()} == {size[0]}


async def test_columns_are_added_where_there_is_room(home: Home) -> None:
    """A narrow queue shows what triage needs, a wide one the context too."""
    async with driving(Backend(), home, SMALL) as driver:
        await driver.press("2")
        await driver.see("LVL", "CONF", "ALERT", "USER", "1 of 30")
        assert "EXCERPT" not in driver.text()
    async with driving(Backend(), home, LARGE) as driver:
        await driver.press("2")
        await driver.see("EXCERPT", "SPEAKER", "OWNER", "TRUST", "FILE")


async def test_levels_are_told_by_letter(home: Home) -> None:
    """Severity can be read without colour."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        letters = [line[:4].strip() for line in driver.lines()[2:22]]
        assert letters == [row.level[0].upper() for row in backend.alerts[:20]]


@pytest.mark.parametrize("size", SIZES)
async def test_an_alert_tells_why_shows_the_exchange_and_says_what_to_do(home: Home, size: tuple[int, int]) -> None:
    """All that a responder needs is on one screen, in one or two columns."""
    async with driving(Backend(), home, size) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("enter")
        await driver.see("Why", "Exchange", "trust")
        seen = driver.text()
        for _ in range(8):
            await driver.press("pagedown")
            seen += driver.text()
        for part in ("Playbook", "May be harmless when", "Rule", "Evidence", "sha256", "History", "offset:length"):
            assert part in seen
        await driver.press("escape")
        await driver.see("1 of 30")


async def test_the_matching_text_is_marked_in_the_message_that_it_was_found_in(home: Home) -> None:
    """The span of the alert is drawn in its own style, and ``m`` scrolls to it."""
    backend = Backend(events=201)
    row = next(row for row in backend.alerts if "ignore all" in backend._event_of(row.event_id).text)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("of 30")
        driver.app.open_alert(row, "")
        await driver.see("Why")
        await driver.press("m")
        found = driver.app.look["found"].bgcolor
        marked = [
            segment.text
            for strip in driver.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None and segment.style.bgcolor == found
        ]
        assert " ".join("".join(marked).split()) == "ignore all previous instructions"


async def test_n_and_p_go_along_the_queue_and_stop_at_its_ends(home: Home) -> None:
    """The next alert is the one below in the list that it was opened from."""
    backend = Backend(alerts=3)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 3")
        await driver.press("enter", "n", "n")
        ids = [row.alert_id for row in backend.alerts]
        await driver.until(lambda: driver.app.screen.alert.alert_id == ids[2])  # type: ignore[attr-defined]
        await driver.press("n")
        await driver.see("last alert of the list")
        await driver.press("p")
        await driver.until(lambda: driver.app.screen.alert.alert_id == ids[1])  # type: ignore[attr-defined]


async def test_an_event_shows_its_text_and_all_its_fields(home: Home) -> None:
    """Enter on an event opens it, escape goes back."""
    async with driving(Backend(), home) as driver:
        await driver.press("4")
        await driver.see("1 of 200")
        await driver.press("j", "enter")
        await driver.see("Text", "Fields", "gen_ai.operation.name", "› event")
        await driver.press("escape")
        await driver.see("2 of 200")


async def test_sources_tell_state_lag_coverage_unknown_types_and_dead_letters(home: Home) -> None:
    """What is not read, or cannot be judged, is said."""
    async with driving(Backend(), home) as driver:
        await driver.press("5")
        await driver.see("unreadable", "following", "31%", "Dead letters", "not JSON")
        await driver.see("14 response.created")
        await driver.press("j")
        await driver.see("Permission denied", "not evaluable: 300 off, 20 encrypted")


async def test_the_filter_narrows_while_typing_and_escape_drops_it(home: Home) -> None:
    """Escape leaves the filter first; a filter in force is always shown."""
    backend = Backend()
    matching = sum(row.level == "critical" for row in backend.alerts)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("slash")
        await driver.type("level:critical")
        await driver.see(f"of {matching}", "filter level:critical")
        await driver.press("enter", "enter")
        await driver.see("› alert")
        await driver.press("escape")
        await driver.see(f"of {matching}")
        await driver.press("escape")
        await driver.see("1 of 30")
        assert "filter level" not in driver.text()


async def test_a_mistake_in_a_filter_is_explained_in_place(home: Home) -> None:
    """The reason stands beside the text; mending it makes it go away."""
    async with driving(Backend(), home) as driver:
        await driver.press("4")
        await driver.see("1 of 200")
        await driver.press("slash")
        await driver.type("bad:x")
        await driver.see("There is no field 'bad'")
        await driver.press(*["backspace"] * 5)
        await driver.see("1 of 200")
        assert "no field" not in driver.text()


async def test_space_freezes_the_screen_and_space_lets_it_go_on(home: Home) -> None:
    """Paused means that nothing moves; nothing is lost meanwhile."""
    backend = Backend(events=200)
    async with driving(backend, home) as driver:
        await driver.press("4")
        await driver.see("1 of 200")
        await driver.press("space")
        await driver.see("paused")
        backend.add_event()
        asked = driver.app.report
        await driver.until(lambda: driver.app.report is not asked)
        assert "1 of 200" in driver.text()
        await driver.press("space")
        await driver.see("1 of 201", "● live")


async def test_a_window_that_is_too_small_says_so(home: Home) -> None:
    """Below 60 by 16 there is one message, and the screen comes back with the room."""
    async with driving(Backend(), home, (50, 12)) as driver:
        assert "too small" in driver.text()
        assert "␊" not in driver.text()
        await driver.pilot.resize_terminal(80, 24)
        await driver.see("Latest alerts")
        assert "too small" not in driver.text()


async def test_problems_of_the_collector_stand_in_a_banner(home: Home) -> None:
    """A sentence from the collector about itself is on every screen."""
    backend = Backend()
    backend.problem = "The disk is full: nothing more can be stored."
    async with driving(backend, home) as driver:
        await driver.see("! The disk is full")
        await driver.press("4")
        await driver.see("! The disk is full")


async def test_a_refused_question_is_a_message_and_not_a_fault(home: Home) -> None:
    """Errors of the service are sentences on the screen."""
    backend = Backend()
    backend.refuse[GetOverview] = ServiceError("The overview is closed today.", hint="Come tomorrow.")
    backend.refuse[ListEvents] = ServiceError("No events for [/] you.")
    async with driving(backend, home) as driver:
        await driver.see("The overview is closed today. Come tomorrow.")
        await driver.press("4")
        await driver.see("No events for [/] you.")
