"""How models behave, as people see it: the drift board, one chart, pinning what is usual."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.console.backend import Backend
from tests.console.behaviour_backend import NOW, behaviour_row
from tests.console.driving import LARGE, SIZES, driving

from llmsec_tui.console import behaviour_figures
from llmsec_tui.console.behaviour_chart import MARGIN, Plot, chart_lines, readout
from llmsec_tui.console.safe_text import width_of
from llmsec_tui.console.screens.alert import AlertPane
from llmsec_tui.console.screens.event import EventPane
from llmsec_tui.errors import ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.behaviour.api import BehaviourPoint, ChangeMark, GetBehaviour, ListBehaviour, PinBaseline

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


@pytest.mark.parametrize("size", SIZES)
async def test_the_board_tells_verdicts_by_letter_and_what_drifts_first(home: Home, size: tuple[int, int]) -> None:
    """It can be read without colour."""
    async with driving(Backend(), home, size) as driver:
        await driver.press("8")
        await driver.see("D 8 drift", "W 4 watch", "baseline 3", "Latency", "843 ms", "1 of 28", "▇█", "8.4%")
        letters = [line.split()[0] for line in driver.lines()[3:10]]
        assert letters == ["D", "D", "W", "·", "·", "?", "–"]
        assert {strip.cell_length for strip in driver.app.screen._compositor.render_strips()} == {size[0]}
        if size is LARGE:
            await driver.see("2e-07", "AWAY SINCE", "11-24 09:00", "usually 843 ms; the")


async def test_the_window_and_a_filter_are_asked_for(home: Home) -> None:
    """The time goes round; the service understands the filter."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("8")
        await driver.see("last 1h to")
        await driver.press("z")
        await driver.see("last 6h to")
        await driver.press("slash")
        await driver.type("verdict:watch")
        await driver.press("enter")
        await driver.see("1 of 4", "Tool mix")
        asked = [ask for ask in backend.asked if isinstance(ask, ListBehaviour)]
        assert (asked[-1].filter, asked[-1].hours) == ("verdict:watch", 6)
        await driver.press("escape")
        await driver.see("1 of 28")
        await driver.press("z", "z")
        await driver.see("last 1h to")


async def test_the_cursor_keeps_its_row_when_the_board_changes(home: Home) -> None:
    """A key never acts on another one."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        await driver.press("j")
        await driver.see("2 of 28")
        backend.behaviour_rows.insert(0, behaviour_row(0, "region=eu"))
        backend.now = lambda: NOW + _DAY
        await driver.see("3 of 29", "region=eu")


async def test_a_note_tells_what_keeps_the_board_from_saying_more(home: Home) -> None:
    """No baseline is a state of its own."""
    backend = Backend()
    backend.behaviour_note, backend.baseline = "Nothing is pinned as usual: pin a stretch.", 0
    async with driving(backend, home) as driver:
        await driver.press("8")
        await driver.see("! Nothing is pinned as usual", "no baseline")


async def test_a_baseline_is_pinned_with_a_reason_only(home: Home) -> None:
    """From 28 days ago unless something else is chosen."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        await driver.press("P")
        await driver.see("Pin what is usual", "Baseline 3 is in force", "28 days ago")
        await driver.press("enter")
        await driver.see("A reason is required.")
        await driver.type("quiet weeks")
        await driver.press("enter")
        await driver.see("Baseline 4 is pinned", "baseline 4")
        (pin,) = (ask for ask in backend.asked if isinstance(ask, PinBaseline))
        assert (pin.since, pin.until, pin.note) == (NOW - 28 * _DAY, 0, "quiet weeks")


async def test_a_baseline_is_not_offered_to_who_may_not_pin_it(home: Home) -> None:
    """The service would refuse it."""
    backend = Backend()
    backend.capabilities.remove("baselines.pin")
    async with driving(backend, home) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        assert "Pin" not in driver.text()
        await driver.press("P")
        await driver.pilot.pause(0.05)
        assert "Pin what is usual" not in driver.text()


async def test_a_stretch_that_ends_before_it_begins_is_refused_in_the_window(home: Home) -> None:
    """Seven days ago to seven days ago is nothing."""
    async with driving(Backend(), home) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        await driver.press("P")
        await driver.see("Pin what is usual")
        await driver.press("left", "left", "tab", "left", "tab")
        await driver.type("x")
        await driver.press("enter")
        await driver.see("7 days ago", "This ends before it begins.")


@pytest.mark.parametrize("size", SIZES)
async def test_a_row_opens_its_chart_with_what_explains_it(home: Home, size: tuple[int, int]) -> None:
    """The line, what is usual, verdicts, alerts and changes; then words."""
    async with driving(Backend(), home, size) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        await driver.press("enter")
        await driver.see("› chart", "Latency  all  2.14 s, usually 843 ms", "░", "DDDDD", "▲", "◆", "Why", "72%")
        await driver.press("G")
        await driver.see("conv-00019")
        await driver.press("left_square_bracket")
        assert {strip.cell_length for strip in driver.app.screen._compositor.render_strips()} == {size[0]}
        await driver.press("escape")
        await driver.see("1 of 28")


async def test_the_crosshair_reads_an_hour_and_finds_changes(home: Home) -> None:
    """It stays on its hour while the chart moves on."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        await driver.press("enter")
        await driver.see("┼ 11-24 17:00", "n 3")
        await driver.press("left")
        await driver.see("┼ 11-24 16:00", "n 240", "usual", "D drift")
        await driver.press("shift+left")
        await driver.see("┼ 11-23 16:00", "· steady")
        await driver.press("right")
        await driver.see("┼ 11-23 17:00")
        await driver.press("c")
        await driver.see("┼ 11-24 04:00", "◆ model: claude")
        await driver.press("c")
        await driver.see("┼ 11-24 07:00", "◆ deploy")
        await driver.press("c")
        await driver.see("┼ 11-22 16:00", "◆ prompt")
        backend.now = lambda: NOW + _DAY
        asked = len(backend.asked)
        await driver.until(lambda: any(isinstance(ask, GetBehaviour) for ask in backend.asked[asked:]))
        await driver.see("┼ 11-22 16:00")


async def test_the_hour_under_the_crosshair_is_explained_and_then_the_newest_time_again(home: Home) -> None:
    """With the conversations that take part in it."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        await driver.press("enter")
        await driver.see("last 1h, chart 3d")
        await driver.press("left", "x")
        await driver.see("hour from 11-24 16:00, chart 3d")
        await driver.press("x")
        await driver.see("last 1h, chart 3d")
        asked = [(ask.hours, ask.until) for ask in backend.asked if isinstance(ask, GetBehaviour)]
        assert (1, NOW - _HOUR) in asked
        assert asked[-1] == (1, None)


async def test_the_alert_of_a_monitor_opens_the_chart_of_its_hour(home: Home) -> None:
    """Other alerts have no chart."""
    backend = Backend(alerts=2)
    backend.alerts[0] = replace(backend.alerts[0], source_path="latency of model=claude-sonnet-5", ts=NOW - 9 * _HOUR)
    async with driving(backend, home) as driver:
        driver.app.open_alert(backend.alerts[1], "")
        await driver.see("› alert")
        pane = driver.app.screen
        assert isinstance(pane, AlertPane)
        await driver.until(lambda: not pane.is_idle("acknowledge"))
        assert pane.is_idle("open")
        driver.app.pop_screen()
        driver.app.open_alert(backend.alerts[0], "")
        await driver.see("› alert")
        await driver.press("enter")
        await driver.see("› chart", "hour from 11-24 09:00")
        last = [ask for ask in backend.asked if isinstance(ask, GetBehaviour)][-1]
        assert (last.metric, last.slice, last.until) == ("latency", "model=claude-sonnet-5", NOW - 8 * _HOUR)


@pytest.mark.parametrize("size", SIZES)
async def test_baselines_are_listed_with_who_pinned_them_and_why(home: Home, size: tuple[int, int]) -> None:
    """That in force is marked, and whether one can still be compared with is told."""
    async with driving(Backend(), home, size) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        await driver.press("b")
        await driver.see("› baselines", "▸ ", "Baseline 3  in force", "two quiet weeks", "sha256 3333")
        assert {strip.cell_length for strip in driver.app.screen._compositor.render_strips()} == {size[0]}
        await driver.press("j", "j")
        await driver.see("Baseline 1  no longer in force", "measured otherwise than now")
        await driver.press("escape")
        await driver.see("1 of 28")


async def test_the_chart_zooms_from_a_day_to_a_month(home: Home) -> None:
    """And no further."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        await driver.press("enter")
        for key, seen in (("+", "chart 1d"), ("-", "chart 3d"), ("-", "chart 7d"), ("-", "chart 30d")):
            await driver.press(key)
            await driver.see(seen)
        await driver.press("z")
        await driver.see("last 6h, chart 30d")


async def test_a_conversation_that_takes_part_opens(home: Home) -> None:
    """It is chosen first, and stays in sight."""
    async with driving(Backend(), home) as driver:
        await driver.press("8")
        await driver.see("1 of 28")
        await driver.press("enter")
        await driver.see("Why")
        await driver.press("n", "n")
        await driver.see("▸  10%")
        await driver.press("p")
        await driver.see("▸  20%")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, EventPane))


async def test_a_chart_that_is_refused_says_why(home: Home) -> None:
    backend = Backend()
    backend.refuse[GetBehaviour] = ServiceError("There is no such metric.")
    async with driving(backend, home) as driver:
        driver.app.open_behaviour("nonsense", "all", 1)
        await driver.see("There is no such metric.", "nonsense of all: nothing can be shown")


_VALUE = st.none() | st.floats(0, 1e15)
_POINTS = st.lists(
    st.builds(
        BehaviourPoint,
        at=st.just(0),
        n=st.integers(0, 10**9),
        value=_VALUE,
        low=_VALUE,
        high=_VALUE,
        verdict=st.sampled_from(["drift", "watch", "steady", "insufficient", "absent", "no baseline", "x"]),
        alerts=st.integers(0, 3),
    ),
    max_size=120,
)


@settings(max_examples=60)
@given(_POINTS, st.lists(st.integers(-5, 130), max_size=6), st.integers(9, 90), st.integers(1, 12), st.integers(0, 6))
def test_any_history_can_be_drawn(
    points: list[BehaviourPoint], changes: list[int], width: int, height: int, number: int
) -> None:
    """Every line is as wide as the chart, and the crosshair and each change in sight are in it."""
    placed = [
        BehaviourPoint(
            at=NOW + place * _HOUR, n=one.n, value=one.value, low=one.low, high=one.high, verdict=one.verdict, alerts=1
        )
        for place, one in enumerate(points)
    ]
    marks = [ChangeMark(at=NOW + at * _HOUR + 5, kind="deploy", text="漢字 v2", app="a") for at in changes]
    plot = Plot(behaviour_row(number), placed, marks, len(placed) // 2)
    assert readout(plot)
    lines = chart_lines(plot, width, height)
    if all(one.value is None for one in points):
        assert len(lines) == 1
        return
    assert len(lines) == height + 4
    assert {width_of(line) for line in lines[: height + 2]} == {MARGIN + width}
    assert width_of(lines[height + 2]) <= MARGIN + width
    seen = {at for at in changes if 0 <= at < len(points)}
    drawn = sum(piece.text.count("◆") for piece in lines[height + 2])
    assert min(len(seen), 1) <= drawn <= len(seen)


def test_the_wide_band_of_an_hour_of_few_calls_does_not_flatten_the_others() -> None:
    """It reaches over the edge of the chart."""
    usual = [
        BehaviourPoint(at=NOW + at * _HOUR, n=60, value=90.0 + at % 3, low=80.0, high=100.0, verdict="steady", alerts=0)
        for at in range(40)
    ]
    few = BehaviourPoint(at=NOW + 40 * _HOUR, n=3, value=95.0, low=5.0, high=900.0, verdict="insufficient", alerts=0)
    without, with_it = (
        [line[0].text for line in chart_lines(Plot(behaviour_row(0), points, [], 0), 60, 6)[:6]]
        for points in (usual, [*usual, few])
    )
    assert with_it == without


def test_figures_are_short_and_say_their_unit() -> None:
    """As people say them."""
    told = [
        behaviour_figures.value(*one)
        for one in ((0.0213, "rate", ""), (2140.0, "number", "ms"), (0.0123, "number", "$"))
    ]
    assert told == ["2.1%", "2.14 s", "$0.012"]
    assert [behaviour_figures.short(one) for one in (3, 9_999, 48_210, 8_123_456, 9.1e13, float("inf"))] == [
        *("3", "9,999", "48.2k", "8.12M", "91.0T", "∞")
    ]
    assert [behaviour_figures.dollars(one) for one in (0, 0.00002, 1.5, 41_273)] == ["$0", "$2e-05", "$1.50", "$41.3k"]
    assert [behaviour_figures.chance(one) for one in (0.3, 2e-7, 0)] == ["0.300", "2e-07", "<1e-99"]


@given(
    st.lists(st.none() | st.floats(-1e15, 1e15) | st.sampled_from([float("inf"), float("nan")]), max_size=40),
    st.integers(1, 24),
    st.booleans(),
)
def test_any_hours_can_be_told_in_a_line(values: list[float | None], most: int, from_zero: bool) -> None:
    """One bar or dot for each hour; nothing at all when no hour has a value."""
    assert len(behaviour_figures.spark(values, most, from_zero=from_zero).text) in (0, min(len(values), most))
