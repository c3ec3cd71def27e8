"""What calls cost and how two models compare, to read: the columns of both lists."""

from llmsec_tui.console import behaviour_figures, figures
from llmsec_tui.console.behaviour_figures import dollars, short, spark, value
from llmsec_tui.console.columns import Column
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.behaviour.api import Comparison, ModelRow, UsagePage, UsageRow


def today(row: UsageRow) -> float:
    """Dollars of the last 24 hours, which a budget is for."""
    return sum(row.spark)


def over(row: UsageRow) -> bool:
    """Whether they are more than the budget."""
    return row.budget is not None and today(row) > row.budget


def _name(row: UsageRow) -> Span:
    return preview(row.name, "strong" if over(row) else "")


def _right(number: float, style: str = "") -> Span:
    return span(short(number), style if number else "faint")


USAGE: tuple[Column[UsageRow], ...] = (
    Column("", 1, lambda row: Span("!", "bad.strong") if over(row) else Span(" ")),
    Column("NAME", 12, lambda row: _name(row), grow=1, to_width=150),
    Column("NAME", 48, lambda row: _name(row), from_width=150),
    Column("CALLS", 6, lambda row: _right(row.calls), right=True),
    Column("INPUT", 6, lambda row: _right(row.input_tokens - row.cached_tokens, "quiet"), right=True),
    Column("CACHED", 6, lambda row: _right(row.cached_tokens, "quiet"), right=True),
    Column("OUTPUT", 6, lambda row: _right(row.output_tokens, "quiet"), right=True),
    Column("COST", 7, lambda row: _cost(row), right=True),
    Column("DAY OF BUDGET", 13, lambda row: _budget(row), right=True),
    Column("8 HOURS", 8, lambda row: spark(row.spark, 8, from_zero=True), to_width=118),
    Column("24 HOURS", 24, lambda row: spark(row.spark, 24, from_zero=True), from_width=118),
    Column("UNPRICED", 8, lambda row: _right(row.unpriced, "warn"), from_width=100, right=True),
)


def _cost(row: UsageRow) -> Span:
    # More than is told, where some calls have no price.
    if row.unpriced and not row.cost:
        return span("unknown", "warn")
    return span(f"{dollars(row.cost)}{'+' if row.unpriced else ''}", "strong" if row.cost else "quiet")


def _budget(row: UsageRow) -> Span:
    if row.budget is None:
        return span("–", "faint")
    share = f"{100 * today(row) / row.budget:,.0f}%" if row.budget else "over" if today(row) else "0%"
    return span(f"{share} of {dollars(row.budget)}", "bad.strong" if over(row) else "quiet")


def usage_head(page: UsagePage, hours: int) -> list[Span]:
    """By what, of what time, and all of it together."""
    late = sum(over(row) for row in page.rows)
    return [
        span(f" By {page.by} ", "section"),
        span(f" last {figures.duration(hours * 3600)} to {behaviour_figures.hour(page.until)} ", "quiet"),
        span(f" {dollars(sum(row.cost for row in page.rows))} ", "strong"),
        *([span(f" ! {late} over budget", "bad.strong")] if late else []),
    ]


MODELS: tuple[Column[ModelRow], ...] = (
    Column("", 1, lambda row: _sign(row)),
    Column("METRIC", 19, lambda row: preview(row.title, "strong" if row.differs else "quiet")),
    Column("A", 10, lambda row: _of(row, row.one), right=True),
    Column("B", 10, lambda row: _of(row, row.other), right=True),
    Column("EFFECT", 7, lambda row: _effect(row), right=True),
    Column("P", 6, lambda row: _chance(row), right=True),
    Column("N OF A", 7, lambda row: _right(row.one_n, "quiet"), right=True),
    Column("N OF B", 7, lambda row: _right(row.other_n, "quiet"), right=True),
)


def _sign(row: ModelRow) -> Span:
    """≠ for what differs, = for what does not, ? for what cannot be told."""
    if not row.judged:
        return Span("?", "quiet")
    return Span("≠", "warn.strong") if row.differs else Span("=", "good")


def _effect(row: ModelRow) -> Span:
    if not row.judged:
        return span("too few", "faint")
    return span(f"{row.effect:.2f}", "strong" if row.differs else "quiet")


def _chance(row: ModelRow) -> Span:
    return span(behaviour_figures.chance(row.p_value), "quiet") if row.judged else span("–", "faint")


def _of(row: ModelRow, number: float | None) -> Span:
    text = "mix" if row.shape == "mix" else value(number, row.shape, row.unit)
    return span(text, "" if row.differs else "quiet")


def models_head(found: Comparison, hours: int) -> list[Span]:
    """Which two, of what time, and in how much they differ."""
    if not found.other:
        few = f"Only {found.one} did anything" if found.one else "No model did anything"
        return [span(f" {few} in the last {figures.duration(hours * 3600)}.", "warn")]
    return [
        Span(" A ", "accent.strong"),
        preview(f"{found.one} ", "strong"),
        Span(" B ", "accent.strong"),
        preview(f"{found.other} ", "strong"),
        span(f" ≠ {sum(row.differs for row in found.rows)} of {len(found.rows)} ", "warn"),
        span(f" last {figures.duration(hours * 3600)}", "quiet"),
    ]
