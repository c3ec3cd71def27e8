"""The drift board to read: its columns, and the line above them."""

from llmsec_tui.console import behaviour_figures, figures
from llmsec_tui.console.behaviour_figures import badge, chance, spark, value
from llmsec_tui.console.columns import Column
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.console.window import Placed
from llmsec_tui.service.behaviour.api import BaselineRow, BehaviourBoard, BehaviourRow

Cell = Placed[BehaviourRow]

_LOUD = {"drift": "bad.strong", "watch": "warn"}

BOARD: tuple[Column[Cell], ...] = (
    Column("", 3, lambda cell: badge(cell.row.verdict)),
    Column("METRIC", 18, lambda cell: preview(cell.row.title, _title_style(cell.row)), grow=1),
    Column("SLICE", 15, lambda cell: preview(cell.row.slice, "quiet" if cell.row.slice == "all" else ""), grow=2),
    Column(
        "NOW",
        7,
        lambda cell: span(_now(cell.row), _LOUD.get(cell.row.verdict, "" if _judged(cell.row) else "quiet")),
        right=True,
    ),
    Column("USUAL", 7, lambda cell: span(_value(cell.row, cell.row.usual), "quiet"), right=True),
    Column("EFFECT", 6, lambda cell: _effect(cell.row), right=True),
    Column("N", 5, lambda cell: span(behaviour_figures.short(cell.row.n), "quiet"), right=True),
    Column("P", 6, lambda cell: _chance(cell.row), from_width=118, right=True),
    Column("8 HOURS", 8, lambda cell: spark(cell.row.spark, 8), to_width=118),
    Column("24 HOURS", 24, lambda cell: spark(cell.row.spark, 24), from_width=118),
    Column("AWAY SINCE", 11, lambda cell: _since(cell.row), from_width=150),
    Column("WHY", 20, lambda cell: preview(cell.row.why, "quiet"), grow=9, from_width=150),
)


BASELINES: tuple[Column[BaselineRow], ...] = (
    Column("", 1, lambda row: Span("▸", "accent.strong") if row.in_force else Span(" ")),
    Column("NO", 3, lambda row: span(f"{row.version}", "strong" if row.in_force else "quiet"), right=True),
    Column("FROM", 11, lambda row: span(behaviour_figures.hour(row.since) if row.since else "the first", "")),
    Column("TO", 11, lambda row: span(behaviour_figures.hour(row.until), "")),
    Column("HOURS", 6, lambda row: span(behaviour_figures.short(row.hours)), right=True),
    Column("LEFT OUT", 8, lambda row: span(behaviour_figures.short(row.left_out), "quiet"), right=True),
    Column("PINNED BY", 10, lambda row: preview(row.by, "accent"), grow=1),
    Column("WHY", 12, lambda row: preview(row.note), grow=4),
    Column("PINNED", 11, lambda row: span(behaviour_figures.hour(row.at), "quiet"), from_width=118),
    Column("SHA-256", 16, lambda row: span(row.digest[:16], "quiet"), from_width=118),
)


def baseline_head(row: BaselineRow) -> list[Span]:
    """Whether one is in force, and the hash of its hours."""
    force = span(" in force ", "good") if row.in_force else span(" no longer in force ", "quiet")
    old = [] if row.usable else [span(" measured otherwise than now: pin another ", "warn")]
    return [span(f" Baseline {row.version} ", "section"), force, *old, span(f" sha256 {row.digest}", "quiet")]


def _judged(row: BehaviourRow) -> bool:
    return row.verdict in ("drift", "watch", "steady")


def _title_style(row: BehaviourRow) -> str:
    return "" if _judged(row) else "quiet"


def _now(row: BehaviourRow) -> str:
    return "mix" if row.shape == "mix" else _value(row, row.value)


def _value(row: BehaviourRow, number: float | None) -> str:
    return value(number, row.shape, row.unit)


def _effect(row: BehaviourRow) -> Span:
    if not _judged(row):
        return span("–", "faint")
    return span(f"{row.effect:.2f}", "strong" if row.effect >= row.floor else "quiet")


def _chance(row: BehaviourRow) -> Span:
    return span(chance(row.p_value), "quiet") if _judged(row) else span("–", "faint")


def _since(row: BehaviourRow) -> Span:
    return span(behaviour_figures.hour(row.slow_since) if row.slow_since is not None else "", "warn")


def head(board: BehaviourBoard, hours: int) -> list[Span]:
    """How the whole board stands, and of what time it is."""
    baseline = f"baseline {board.baseline}" if board.baseline else "no baseline"
    return [
        span(f" D {figures.count(board.drifting)} drift ", "bad.strong" if board.drifting else "quiet"),
        span(f" W {figures.count(board.watched)} watch ", "warn" if board.watched else "quiet"),
        span(f" ? {figures.count(board.insufficient)} too few ", "quiet"),
        span(f"  last {figures.duration(hours * 3600)} to {behaviour_figures.hour(board.until)}", ""),
        span(f"  {baseline}", "accent" if board.baseline else "warn"),
    ]
