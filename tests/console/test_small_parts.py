"""Figures, the chart, settings, evidence files and what happens on a fault."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.console.backend import Backend
from tests.console.driving import driving
from textual.worker import WorkerFailed

from llmsec_tui.console import evidence, figures, settings
from llmsec_tui.console.chart import bars, chart_lines
from llmsec_tui.console.compat import write_crash
from llmsec_tui.console.safe_text import width_of
from llmsec_tui.errors import ConfigError, SourceError
from llmsec_tui.paths import Home
from llmsec_tui.service.api import GetOverview, RatePoint


@given(st.none() | st.integers())
def test_any_time_can_be_shown(us: int | None) -> None:
    """Logs hold any number."""
    assert figures.moment(us)
    assert len(figures.stamp(us)) in (1, 14)


def test_figures_are_short() -> None:
    """As people say them."""
    assert [figures.duration(seconds) for seconds in (0.4, 5, 90, 7_200, 200_000)] == ["0.4s", "5s", "2m", "2h", "2d"]
    assert [figures.size(number) for number in (0, 999, 1_000, 48_000_000)] == ["0 B", "999 B", "1.0 kB", "48.0 MB"]
    assert figures.percent(999, 1_000) == "99%"
    assert figures.percent(0, 0) == "–"


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 3)), min_size=1, max_size=150),
    st.integers(5, 120),
    st.integers(1, 20),
)
def test_a_chart_fills_its_room_whatever_the_numbers(points: list[tuple[int, int]], width: int, height: int) -> None:
    """As many lines as there is room, none too wide, and an alert is never lost."""
    rate = [RatePoint(at=at, events=events, alerts=alerts) for at, (events, alerts) in enumerate(points)]
    lines = chart_lines(rate, 30, width, height)
    assert len(lines) == height + 2
    assert all(width_of(line) == width + 7 for line in lines[:-1])
    assert any(alerts for _, alerts in points) == ("▲" in "".join(piece.text for piece in lines[-2]))


def test_bars_are_as_high_as_their_values() -> None:
    """Two values a cell, four dots a row."""
    assert bars([0, 0, 1, 2, 4, 8], 8, 3, 2) == ["  ⢸", " ⣠⣿"]
    assert bars([8, 0], 8, 1, 1) == ["⡇"]
    assert bars([0, 8], 8, 1, 1) == ["⢸"]
    assert bars([0, 0], 0, 1, 1) == [" "]


def test_what_is_no_terminal_is_refused_with_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipes and dumb terminals get one sentence."""
    with pytest.raises(ConfigError, match="llmsec-tui alerts"):
        settings.require_terminal()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(ConfigError, match="dumb"):
        settings.require_terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    settings.require_terminal()


def test_a_slow_link_and_no_color_use_the_palette_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer frames, fewer questions, no mouse."""
    for name in ("TEXTUAL_FPS", "TEXTUAL_ANIMATIONS", "TEXTUAL_SMOOTH_SCROLL", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert settings.prepare(slow_link=False, mouse=True) == settings.Settings()
    monkeypatch.setenv("NO_COLOR", "1")
    assert settings.prepare(slow_link=False, mouse=False) == settings.Settings(sixteen_colours=True, mouse=False)
    slow = settings.prepare(slow_link=True, mouse=True)
    assert (slow.poll_s, slow.mouse, os.environ["TEXTUAL_FPS"]) == (1.0, False, "10")


def test_evidence_goes_to_the_first_folder_that_takes_it(tmp_path: Path) -> None:
    """Names from the data cannot lead elsewhere, and what is there is not overwritten."""
    missing = tmp_path / "missing"
    first = evidence.write("alert-../../x\x1b", "{}", (missing, tmp_path))
    second = evidence.write("alert-../../x\x1b", "{}", (missing, tmp_path))
    assert first == tmp_path / "alert-------x-.json"
    assert second == tmp_path / "alert-------x--2.json"
    with pytest.raises(SourceError, match="could not be written"):
        evidence.write("alert", "{}", (missing,))


def test_a_crash_file_is_private_and_holds_no_variables(tmp_path: Path) -> None:
    """Prompts are in variables; the file says where it failed, and no more."""
    try:
        prompt = "tell nobody"
        raise ValueError("bad \x1b]0;title\x07" + prompt[:0])
    except ValueError as error:
        path = write_crash(tmp_path, error)
    text = path.read_text("utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    assert "ValueError: bad ␛]0;title␇" in text
    assert "'tell nobody'" not in text.replace('prompt = "tell nobody"', "")
    assert "\x1b" not in text


async def test_a_fault_of_ours_ends_in_one_sentence(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback, no variable, nothing of the log on the terminal."""
    backend = Backend()

    async def look_and_fail() -> None:
        async with driving(backend, home) as driver:
            await driver.see("Latest alerts")
            backend.refuse[GetOverview] = ZeroDivisionError("secret prompt")  # type: ignore[assignment]
            await driver.press("z")
            await driver.until(lambda: not driver.app.is_running)

    with pytest.raises(WorkerFailed):
        await look_and_fail()
    said = capsys.readouterr()
    assert "secret prompt" not in said.out + said.err
    assert "Traceback" not in said.out + said.err
    assert "The console failed (ZeroDivisionError)" in said.err
    (crash,) = home.root.glob("console-crash-*.log")
    assert "ZeroDivisionError" in crash.read_text("utf-8")
