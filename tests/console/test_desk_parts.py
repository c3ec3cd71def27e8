"""Clocks in words, times as they are typed, saved filters, forms, and what is told of the desk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.console.incident_backend import NOW, Incidents, clock

from llmsec_tui.console import clock_text, incident_forms, saved_filters, times
from llmsec_tui.console.desk_watch import DeskWatch
from llmsec_tui.console.incident_forms import Known
from llmsec_tui.console.incident_sections import SECTIONS, bar
from llmsec_tui.console.safe_text import width_of
from llmsec_tui.service.incidents.api import GetDesk, GetIncident

DAY = 86_400_000_000


@given(
    st.sampled_from(["running", "paused", "met", "late", "breached"]), st.integers(-10_000, 10_000), st.integers(0, DAY)
)
def test_a_missed_clock_is_told_by_a_sign_and_by_a_word(state: str, left_minutes: int, passed: int) -> None:
    """Colour only repeats it; and a clock runs out between two questions too."""
    row = clock("contain", state, left_minutes)
    cell, words = clock_text.cell(row, passed).text, clock_text.words(row, passed).text
    missed = state == "breached" or (state == "running" and row.left < passed)
    assert cell.startswith("!") == words.startswith("!") == ("missed" in words) == missed
    assert "contain" in words


def test_clocks_stand_in_the_order_in_which_they_press() -> None:
    """Missed ones, then those that run, then the rest."""
    rows = [clock("a", "met", 5), clock("b", "running", 90), clock("c", "breached", -5), clock("d", "running", 10)]
    assert [row.name for row in clock_text.pressing(rows)] == ["c", "d", "b", "a"]


@given(st.integers(0, 4_102_444_800))
def test_a_time_that_is_shown_can_be_typed(seconds: int) -> None:
    """In UTC, with or without a date."""
    at = seconds * 1_000_000
    from llmsec_tui.console import figures

    assert times.parse(figures.moment(at).removesuffix(" UTC"), NOW) == at


@pytest.mark.parametrize("typed", ["yesterday", "25:00", "-5m", "1e3m", "١٢m", "2026-02-30 10:00", "m"])
def test_what_is_no_time_is_refused_with_examples(typed: str) -> None:
    """In a sentence."""
    assert times.parse(typed, NOW) is None
    assert "20m" in times.refusal(typed, NOW)


def test_times_can_be_so_long_ago_or_of_today() -> None:
    """An empty one is now."""
    assert times.parse("", NOW) == NOW
    assert times.parse("90s", NOW) == NOW - 90_000_000
    assert times.parse("00:00", NOW) == NOW - NOW % DAY


def test_saved_filters_go_round_and_know_their_name() -> None:
    """From somebody's own filter the first one comes next."""
    text, names = "level:high", []
    for _ in saved_filters.SAVED:
        text = saved_filters.after(text, "ann").filled("ann")
        names.append(saved_filters.name_of(text, "ann"))
    assert names == ["open", "mine", "unowned", "missed", "pending", "closed", "all"]
    assert saved_filters.after(text, "ann").name == "open"
    assert saved_filters.name_of("level:high", "ann") == ""


def test_the_desk_tells_of_loud_news_once() -> None:
    """The first look only learns; low incidents open in silence; many are told in one sentence."""
    watch, rows = DeskWatch(), Incidents().incidents
    assert watch.news(rows, rows) == []
    new = replace(rows[0], incident_id="INC-9", level="low", opened_at=NOW, breached=0)
    assert watch.news([new, *rows], rows) == []
    loud = [replace(new, incident_id=f"INC-{n}", level="high", opened_at=NOW + n) for n in (11, 10)]
    assert [one.text[:13] for one in watch.news([*loud, *rows], rows)] == ["INC-11 opened", "INC-10 opened"]
    assert watch.news([*loud, *rows], rows) == []
    many = [replace(new, incident_id=f"INC-{n}", level="high", opened_at=NOW + n) for n in range(30, 20, -1)]
    (told,) = watch.news([*many, *rows], rows)
    assert told.text.startswith("10 incidents opened, INC-30 the last")
    (late,) = watch.news([*many, *rows], [replace(rows[0], breached=2)])
    assert late.text.startswith("! INC-6 missed a clock (acknowledge, nobody's)")


@pytest.mark.parametrize("act", sorted(incident_forms.MANNERS))
def test_every_act_has_a_window_and_becomes_a_command_with_the_version_that_was_read(act: str) -> None:
    """Whatever is given in it."""
    desk = Incidents()
    row = desk.incidents[0]
    known = Known(desk._answer_GetDesk(GetDesk()), NOW, ["gdpr"])
    assert incident_forms.form(act, [row], known, {}) is not None
    command = incident_forms.command(act, row, {"note": "n", "when": "5m"}, NOW)
    assert (command.act, command.incident_id, command.version, command.note) == (act, "INC-6", 3, "n")


@pytest.mark.parametrize("width", [80, 100, 200])
def test_the_bar_of_sections_fits_and_its_letters_are_their_keys(width: int) -> None:
    """Numbers are left out where there is no room."""
    detail = Incidents()._answer_GetIncident(GetIncident(incident_id="INC-6"))
    pieces = bar("tasks", detail, width)
    assert width_of(pieces) <= width
    letters = [piece.text for piece in pieces if piece.style.endswith("key")]
    assert letters == [section.letter for section in SECTIONS]
    assert len(set(letters)) == len(letters)
