"""Rows on stdout."""

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.cli.output import Format, iso, json_line, table, write

ROWS: list[dict[str, Any]] = [
    {"id": "a", "n": 1, "text": "x" * 300},
    {"id": "b", "n": None, "text": "\x1b]52;c;aGk=\x07"},
]


def test_a_pipe_gets_json_lines() -> None:
    """Without a terminal and without being told, rows are JSON lines with every field."""
    out = io.StringIO()
    assert write(ROWS, ("id",), None, out) == 2
    assert [json.loads(line)["id"] for line in out.getvalue().splitlines()] == ["a", "b"]


def test_a_table_fits_its_width_and_shows_control_characters() -> None:
    """The last column gives way, and nothing in it can reach the terminal."""
    lines = table(ROWS, ("id", "n", "text"), 60)
    assert all(len(line) <= 60 for line in lines)
    assert "␛]52" in lines[2]


@given(st.text())
def test_json_lines_are_ascii(text: str) -> None:
    """Bidi, C1 and tag characters leave as escapes; the data is unchanged."""
    line = json_line({"text": text})
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == {"text": text}


def test_times_are_utc() -> None:
    """Times are ISO 8601 with a Z."""
    assert iso(1_763_600_000_123_000) == "2025-11-20T00:53:20.123Z"
    assert iso(None) is None


def test_the_format_can_be_chosen() -> None:
    """--format table works in a pipe too."""
    out = io.StringIO()
    write(ROWS, ("id", "n"), Format.TABLE, out)
    assert out.getvalue().splitlines()[0].split() == ["ID", "N"]
