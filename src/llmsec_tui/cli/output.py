"""Data on stdout: a table for people at a terminal, JSON lines for everything else."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, Annotated, Any

import typer

from llmsec_tui.text import clip, visible


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSONL = "jsonl"


FormatOption = Annotated[
    Format | None, typer.Option("--format", help="table (the default on a terminal) or jsonl (in a pipe).")
]
FilterOption = Annotated[str, typer.Option("--filter", metavar="EXPR", help="The language of / in the console.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="The most rows to show.")]

Row = Mapping[str, Any]


def iso(micros: int | None) -> str | None:
    """Microseconds since 1970 as ISO 8601 in UTC."""
    if micros is None:
        return None
    return datetime.fromtimestamp(micros / 1_000_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def json_line(row: Row) -> str:
    """One row as one line of ASCII JSON: whatever the log held, no terminal obeys it."""
    return json.dumps(row, ensure_ascii=True, separators=(",", ":"))


def as_json(chosen: Format | None, stream: IO[str] | None = None) -> bool:
    """Whether JSON lines are wanted: when they were asked for, or when nobody chose and no terminal reads them."""
    return chosen is Format.JSONL or (chosen is None and not (stream or sys.stdout).isatty())


def write(rows: Iterable[Row], columns: Sequence[str], chosen: Format | None, stream: IO[str] | None = None) -> int:
    """Write all rows, ``columns`` being those that a table shows; returns how many there were."""
    out = stream or sys.stdout
    if as_json(chosen, out):
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 — the count is what is wanted
            out.write(json_line(row) + "\n")
        return count
    listed = list(rows)
    for line in table(listed, columns, terminal_width(out)):
        out.write(line + "\n")
    return len(listed)


def table(rows: Sequence[Row], columns: Sequence[str], width: int) -> list[str]:
    """Aligned columns in at most ``width`` characters; the last column gives way first."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max([len(column), *(len(line[i]) for line in cells)]) for i, column in enumerate(columns)]
    room = width - sum(widths[:-1]) - 2 * (len(columns) - 1)
    widths[-1] = max(min(widths[-1], room), 10)
    lines = [[column.upper() for column in columns], *cells]
    return ["  ".join(clip(text, w).ljust(w) for text, w in zip(line, widths, strict=True)).rstrip() for line in lines]


def record(row: Row, chosen: Format | None) -> None:
    """One thing with many fields: a line each at a terminal, one JSON line otherwise."""
    if as_json(chosen):
        sys.stdout.write(json_line(row) + "\n")
        return
    name_width = max((len(name) for name in row), default=0)
    for name, value in row.items():
        if value not in (None, "", [], {}):
            sys.stdout.write(f"{name.ljust(name_width)}  {_cell(value)}\n")


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:g}"
        case str():
            return visible(value)
        case list() | dict():
            return visible(json.dumps(value, ensure_ascii=False))
        case _:
            return visible(str(value))


def terminal_width(stream: IO[str]) -> int:
    """Columns of a terminal; 160 where there is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return 160
