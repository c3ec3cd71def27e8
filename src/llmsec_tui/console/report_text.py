"""Reports to read: the hand-over, and the figures of the desk."""

from collections.abc import Sequence
from typing import TypeVar

from llmsec_tui.console import figures
from llmsec_tui.console.columns import Column, heading, lay_out, row_line
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.lists import level
from llmsec_tui.console.look import LETTERS
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.incidents.report_rows import (
    HandOverReport,
    LevelMetrics,
    Metrics,
    RuleMetrics,
    Spread,
    TeamMetrics,
)

RowT = TypeVar("RowT")


def hand_over(report: HandOverReport, width: int) -> Text:
    """The report's own words, its headings set apart."""
    draft = Draft(width)
    whose = f"of {report.user}" if report.user else "of everybody"
    number = f"{len(report.rows)} open incident{'s' if len(report.rows) != 1 else ''} {whose}"
    draft.line(span(f" {number}", "strong"), span(f"  {figures.moment(report.now)}", "quiet"))
    for line in report.markdown.splitlines():
        if line.startswith("#"):
            draft.section(line.lstrip("# "))
        elif line.lstrip().startswith(("- ", "* ")):
            draft.item("·", line.lstrip()[2:])
        elif line.strip():
            draft.text(line.strip())
        else:
            draft.blank()
    return draft.done()


def _span(spread: Spread) -> Span:
    """The median, and what nine of ten keep within."""
    if spread.median is None:
        return span("–", "faint")
    long = f" / {figures.duration(spread.p90 / 1e6)}" if spread.p90 is not None and spread.n > 1 else ""
    return span(f"{figures.duration(spread.median / 1e6)}{long}")


def _count(number: int, style: str = "") -> Span:
    return span(figures.count(number), style if number else "faint")


_LEVELS: tuple[Column[LevelMetrics], ...] = (
    Column("LVL", 3, lambda row: level(row.level) if row.level in LETTERS else span(" Σ ", "strong")),
    Column("OPENED", 6, lambda row: _count(row.opened, "strong"), right=True),
    Column("OPEN", 5, lambda row: _count(row.open), right=True),
    Column("LATE", 5, lambda row: _count(row.breached, "bad"), right=True),
    Column("DETECT", 9, lambda row: _span(row.detect), grow=1, right=True),
    Column("ACK", 9, lambda row: _span(row.acknowledge), grow=1, right=True),
    Column("CONTAIN", 9, lambda row: _span(row.contain), grow=1, right=True),
    Column("RESOLVE", 9, lambda row: _span(row.resolve), grow=1, right=True),
    Column("BACKLOG", 9, lambda row: _span(row.backlog), grow=1, right=True),
    Column("CLOSED", 6, lambda row: _count(row.closed), right=True, from_width=90),
    Column("REOPENED", 8, lambda row: _count(row.reopened, "warn"), right=True, from_width=90),
)


def _precision(row: RuleMetrics) -> Span:
    if row.precision is None:
        return span("–", "faint")
    bounds = f" {row.low:.0%}–{row.high:.0%}" if row.low is not None and row.high is not None else ""
    return span(f"{row.precision:.0%}{bounds}", "warn" if row.precision < 0.5 else "good")


_RULES: tuple[Column[RuleMetrics], ...] = (
    Column("RULE", 24, lambda row: preview(row.title or row.rule_id), grow=1),
    Column("CLOSED", 6, lambda row: _count(row.closed), right=True),
    Column("TRUE", 5, lambda row: _count(row.true_positive, "good"), right=True),
    Column("BENIGN", 6, lambda row: _count(row.benign), right=True),
    Column("FALSE", 5, lambda row: _count(row.false_positive, "warn"), right=True),
    Column("OTHER", 5, lambda row: _count(row.other), right=True),
    Column("PRECISION", 13, _precision, right=True),
)

_TEAMS: tuple[Column[TeamMetrics], ...] = (
    Column("TEAM", 16, lambda row: span(row.team), grow=1),
    Column("OPEN", 5, lambda row: _count(row.open), right=True),
    Column("CLOSED", 6, lambda row: _count(row.closed), right=True),
    Column("FALSE", 6, lambda row: _false_share(row), right=True),
    Column("ACK", 9, lambda row: _span(row.acknowledge), grow=1, right=True),
    Column("RESOLVE", 9, lambda row: _span(row.resolve), grow=1, right=True),
)


def _false_share(row: TeamMetrics) -> Span:
    return span(figures.percent(row.false_positive, row.closed), "" if row.false_positive else "faint")


def metrics(found: Metrics, days: int, width: int) -> Text:
    """The figures by level, by rule and by team."""
    draft = Draft(width)
    draft.line(
        span(f" The last {days} days", "strong"),
        span(f"  incidents opened since {figures.moment(found.since)}", "quiet"),
    )
    draft.section("How fast", "median / nine of ten; pending time left out")
    _table(draft, _LEVELS, found.levels, "No incident was opened.")
    draft.section("How right the rules are", "by how incidents were closed; 95 % interval")
    _table(draft, _RULES, sorted(found.rules, key=_worst), "Nothing was closed.")
    draft.section("By team")
    _table(draft, _TEAMS, found.teams, "Nobody had one.")
    return draft.done()


def _worst(row: RuleMetrics) -> tuple[float, int]:
    """Rules that are most often wrong come first, unjudged ones last."""
    return 2.0 if row.precision is None else row.precision, -row.closed


def _table(draft: Draft, columns: Sequence[Column[RowT]], rows: Sequence[RowT], empty: str) -> None:
    if not rows:
        draft.text(empty, "quiet")
        return
    layout = lay_out(columns, draft.width)
    draft.line(*heading(layout))
    for row in rows:
        draft.line(*row_line(layout, row))
