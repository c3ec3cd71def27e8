"""A rule to read: what it looks for, how it does, and what its alerts ask for."""

from collections.abc import Sequence

from llmsec_tui.console import figures
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.lists import level, rule_state
from llmsec_tui.console.look import level_style
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.rules.api import RuleDetail, RuleNamed

_NUMBERS = {
    "alerts": "alerts",
    "alerts_24h": "alerts, 24 hours",
    "not_evaluable": "not evaluable",
    "withdrawn": "withdrawn",
    "late": "left out: too late",
    "untimed": "left out: no time",
    "ungrouped": "left out: no group",
    "future": "dated in the future",
    "evicted": "forgotten for room",
}
_NAME_WIDTH = 20


def whole(detail: RuleDetail, width: int) -> Text:
    """Everything in one column."""
    draft, row = Draft(width), detail.row
    draft.line(level(row.level), Span(" "), preview(row.title, "strong"))
    kind = row.kind.replace("_", " ") if row.kind != "event" else "single events"
    facts = f" · confidence {detail.confidence:.0%} · {kind} · "
    draft.pieces(
        [span(row.level, level_style(row.level)), span(facts, "quiet"), rule_state(row.state)], indent=(Span(" "),)
    )
    if row.why:
        draft.text(row.why, "warn", indent=(Span(" "),))
    if detail.off is not None:
        draft.text(f"Since {figures.moment(detail.off.at)}.", "quiet", indent=(Span(" "),))
    draft.section("Looks for")
    draft.text(detail.description)
    if detail.over_time:
        draft.text(detail.over_time, "accent")
    _others(draft, "Counts the hits of", detail.counts)
    _others(draft, "Its hits are counted by", detail.counted_by)
    draft.section("Counted")
    for name, number in detail.numbers.items():
        draft.field(_NUMBERS.get(name, name), figures.count(number), name_width=_NAME_WIDTH)
    draft.field(
        "last alert", figures.moment(row.last_alert_at) if row.last_alert_at else "none", name_width=_NAME_WIDTH
    )
    if row.precision is not None:
        judged = f"{figures.count(row.judged)} closed incident{'s' if row.judged != 1 else ''}"
        draft.field("right", f"{row.precision:.0%} of {judged} with an alert of it", name_width=_NAME_WIDTH)
    if detail.playbook:
        draft.section("Playbook")
        for number, step in enumerate(detail.playbook, 1):
            draft.item(f"{number}.", step)
    if detail.false_positives:
        draft.section("May be harmless when")
        for text in detail.false_positives:
            draft.item("·", text)
    draft.section("Rule", row.rule_id)
    draft.field("tags", " ".join(row.tags) or "none")
    draft.field("examples", f"{detail.examples} that it must hit, {detail.counter_examples} that it must not")
    draft.field("version", detail.version)
    draft.field("file", row.path)
    if detail.name:
        draft.field("name", detail.name)
    for reference in detail.references:
        draft.field("see", reference, "quiet")
    return draft.done()


def _others(draft: Draft, title: str, others: Sequence[RuleNamed]) -> None:
    if others:
        draft.section(title)
        for other in others:
            draft.item("·", other.title or other.rule_id)
