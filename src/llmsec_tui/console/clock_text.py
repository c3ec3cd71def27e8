"""Clocks of incidents as short texts that can be read without colour."""

from collections.abc import Iterable, Sequence

from llmsec_tui.console import figures
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.service.incidents.rows import ClockRow

SOON = 0.25
"""A clock that has less than this share of its time left warns."""
_ORDER = {"breached": 0, "running": 1, "paused": 2, "late": 3, "met": 4}


def left(row: ClockRow, passed: int = 0) -> int:
    """µs until it is due, when ``passed`` went by since the row was made."""
    return row.left - passed if row.state in ("running", "breached") else row.left


def style(row: ClockRow, passed: int = 0) -> str:
    """Of its text."""
    if missed(row, passed):
        return "bad.strong"
    if row.state == "running" and row.due_at is not None:
        whole = max(row.due_at - row.began_at, 1)
        return "warn" if left(row, passed) < SOON * whole else ""
    return "warn" if row.state == "late" else "quiet"


def missed(row: ClockRow, passed: int = 0) -> bool:
    """Whether it was due and is not met."""
    return row.state == "breached" or (row.state == "running" and left(row, passed) < 0)


def cell(row: ClockRow | None, passed: int = 0) -> Span:
    """Nine cells for a list: ``! con 20m`` was due then, ``  con 13m`` is due then."""
    if row is None:
        return span("", "faint")
    mark = "!" if missed(row, passed) else "‖" if row.state == "paused" else " "
    return span(f"{mark} {row.name[:3]} {figures.duration(_seconds(row, passed))}", style(row, passed))


def words(row: ClockRow, passed: int = 0) -> Span:
    """``contain in 13m``, ``! contain missed by 20m``, ``contain paused``, ``contain ✓``."""
    time = figures.duration(_seconds(row, passed))
    if missed(row, passed):
        return span(f"! {row.name} missed by {time}", style(row, passed))
    text = {
        "running": f"{row.name} in {time}",
        "paused": f"{row.name} paused, {time} left",
        "met": f"{row.name} ✓",
        "late": f"{row.name} ✓ late by {time}",
    }
    return span(text.get(row.state, f"{row.name} {row.state}"), style(row, passed))


def line(rows: Iterable[ClockRow], passed: int = 0) -> list[Span]:
    """Several in one line, what presses first."""
    pieces: list[Span] = []
    for row in pressing(rows):
        pieces += [span(" · ", "faint") if pieces else span(""), words(row, passed)]
    return pieces


def pressing(rows: Iterable[ClockRow]) -> Sequence[ClockRow]:
    """Missed ones first, then what is due next, then those that are done with."""
    return sorted(rows, key=lambda row: (_ORDER.get(row.state, 5), row.due_at or 0, row.name))


def _seconds(row: ClockRow, passed: int) -> float:
    return abs(left(row, passed)) / 1e6
