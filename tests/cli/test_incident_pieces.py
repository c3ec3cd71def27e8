"""What the commands of the incident desk are made of: times, rows, the view at a terminal, files that are written."""

import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.incident_export import make_folder, write_file
from llmsec_tui.cli.incident_view import span, view
from llmsec_tui.cli.times import moment
from llmsec_tui.cli.times import span as typed_span
from llmsec_tui.errors import ConfigError
from llmsec_tui.service.incidents.rows import ClockRow, ExportedFile, IncidentDetail, IncidentRow, PinRow, TaskRow

SECOND = 1_000_000
BAD = "\x1b]0;x\x07\u202e"


def detail() -> IncidentDetail:
    """An incident whose every text is one that a terminal would obey."""
    clock = ClockRow(
        name="contain",
        title=BAD,
        duty=False,
        state="breached",
        began_at=0,
        due_at=60 * SECOND,
        left=-90 * SECOND,
        met_at=None,
    )
    row = IncidentRow(
        seq=1,
        incident_id="INC-1",
        title=BAD,
        level="high",
        state="merged",
        before="new",
        owner=BAD,
        version=3,
        opened_at=0,
        opened_by=BAD,
        how="person",
        last_at=0,
        changed_at=0,
        changed_by=BAD,
        changed="opened",
        n_alerts=2,
        n_tasks=1,
        n_tasks_open=1,
        n_notes=0,
        n_pins=1,
        clock=clock,
        breached=1,
        users=[BAD],
        apps=[BAD],
        n_users=1,
        n_conversations=1,
        watchers=[BAD],
        viewers=[BAD],
        disposition="duplicate",
        merged_into="INC-2",
        reopened=0,
        acts=["note"],
    )
    task = TaskRow(task=1, text=BAD, rule_id="r", rule_title=BAD, remedy="", state="open", by="", at=None, note=BAD)
    pin = PinRow(
        pin=1,
        event_id="e",
        source_path=BAD,
        source_offset=0,
        source_len=1,
        sha256="0" * 64,
        note=BAD,
        by=BAD,
        at=0,
        checked_at=None,
        result="",
    )
    return IncidentDetail(
        row=row,
        now=0,
        clocks=[clock],
        tasks=[task],
        pins=[pin],
        runs=[],
        rules=[],
        conversations=[],
        related=[],
        playbook=[],
        description="",
        first_event_at=0,
        first_alert_at=None,
        acknowledged_at=None,
        contained_at=None,
        resolved_at=None,
        closed_at=None,
        pending_us=0,
        closing_note=BAD,
        duplicate_of="INC-3",
        follows="INC-4",
        absorbed=[],
        content_share=0.5,
    )


def test_an_incident_is_shown_with_nothing_in_it_that_a_terminal_obeys() -> None:
    """Everything is there: what it was closed as, where it went, how late it is."""
    shown = "\n".join(view(detail(), 100))
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    for said in ("INC-1", "closed as duplicate of INC-3", "merged into INC-2", "follows INC-4", "-1m 30s", "50%"):
        assert said in shown


def test_rows_inside_of_rows_have_times_that_people_read() -> None:
    data = as_data(detail())
    assert data["row"]["clock"]["due_at"] == "1970-01-01T00:01:00.000Z"
    assert data["row"]["clock"]["left"] == -90 * SECOND
    assert data["first_alert_at"] is None


@given(st.integers(min_value=-(10**18), max_value=10**18))
def test_any_span_is_told_in_two_units(micros: int) -> None:
    told = span(micros)
    assert told
    assert len(told.split()) <= 2
    assert told.startswith("-") is (micros < 0)


def test_times_are_typed_as_moments_or_as_so_long_ago() -> None:
    """Without a zone it is UTC."""
    expected = round(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp() * SECOND)
    assert moment("2026-11-20T14:30", "--at") == expected
    assert moment("2026-11-20T15:30+01:00", "--at") == expected
    assert abs(time.time_ns() // 1000 - 20 * 60 * SECOND - moment("20m", "--at")) < 60 * SECOND
    assert typed_span("2h", "--for") == 7_200 * SECOND


@pytest.mark.parametrize("typed", ["", "soon", "12", "h", "٣h", "-2h", "2026-13-01"])
def test_what_is_no_time_is_a_wrong_option(typed: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no time"):
        moment(typed, "--at")


def test_files_of_an_export_are_private_and_new(tmp_path: Path) -> None:
    """Whatever is there already, also as a link, stays as it is."""
    folder = tmp_path / "out"
    make_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    write_file(folder, ExportedFile(name="a.md", content=b"x"))
    assert stat.S_IMODE((folder / "a.md").stat().st_mode) == 0o600
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("a.md", "link"):
        with pytest.raises(ConfigError, match="is there already"):
            write_file(folder, ExportedFile(name=name, content=b"y"))
    assert (folder / "a.md").read_bytes() == b"x"
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(ConfigError, match="there already"):
        make_folder(folder)
    with pytest.raises(ConfigError, match="cannot be made"):
        make_folder(tmp_path / "no" / "where")


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/etc/x", "a/b"])
def test_a_name_that_leads_elsewhere_is_never_written(tmp_path: Path, name: str) -> None:
    """A collector is trusted with names as little as a log is."""
    folder = tmp_path / "out"
    make_folder(folder)
    with pytest.raises(ConfigError, match="no plain name"):
        write_file(folder, ExportedFile(name=name, content=b"x"))
    assert list(folder.iterdir()) == []
