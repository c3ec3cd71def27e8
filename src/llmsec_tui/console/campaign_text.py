"""Campaigns to read: the columns of their list, and one in full."""

from llmsec_tui.console import figures
from llmsec_tui.console.columns import Column
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.lists import level
from llmsec_tui.console.look import level_style
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.campaigns.api import CampaignDetail, CampaignRow, VariantRow

CAMPAIGNS: tuple[Column[CampaignRow], ...] = (
    Column("LVL", 3, lambda row: level(row.level)),
    Column("LAST UTC", 14, lambda row: span(figures.stamp(row.last_at), "quiet")),
    Column("ALERTS", 6, lambda row: span(figures.count(row.alerts), "strong"), right=True),
    Column(
        "OPEN", 5, lambda row: span(figures.count(row.open_alerts), "warn" if row.open_alerts else "faint"), right=True
    ),
    Column("USERS", 5, lambda row: span(figures.count(row.users)), right=True),
    Column("VARIANTS", 8, lambda row: span(figures.count(row.variants)), right=True),
    Column("CAMPAIGN", 22, lambda row: preview(row.title), grow=3),
    Column("FIRST UTC", 14, lambda row: span(figures.stamp(row.first_at), "quiet"), from_width=118),
    Column("PATIENT ZERO", 13, lambda row: span(row.first_user or "", "quiet"), from_width=118),
    Column("DISGUISES", 14, lambda row: span(", ".join(row.encodings), "quiet"), from_width=150),
    Column("EXCERPT", 16, lambda row: preview(row.excerpt, "quiet"), grow=4, from_width=100),
)


def campaign(detail: CampaignDetail, width: int) -> Text:
    """What it is, who was first, and every variant."""
    draft, row = Draft(width), detail.row
    draft.line(level(row.level), Span(" "), preview(row.title, "strong"))
    counts = (
        f" · {figures.count(row.alerts)} alerts, {figures.count(row.open_alerts)} of them open"
        f" · {figures.count(row.users)} users · {figures.count(row.conversations)} conversations"
    )
    draft.pieces([span(row.level, level_style(row.level)), span(counts, "quiet")], indent=(Span(" "),))
    draft.section("When")
    lasted = figures.duration((row.last_at - row.first_at) / 1e6)
    draft.field("first", figures.moment(row.first_at))
    draft.field("last", f"{figures.moment(row.last_at)}, {lasted} later")
    draft.field("apps", ", ".join(row.apps) or "none is named")
    draft.section("Patient zero", "the earliest alert")
    draft.field("user", row.first_user or "unknown", "accent")
    draft.field("alert", row.first_alert_id)
    draft.text(row.excerpt, "warn")
    draft.section("Found by")
    for title, count in detail.rules.items():
        draft.item(f"{figures.count(count)}×", title)
    draft.section("Variants", f"{figures.count(row.variants)}, the earliest first")
    for number, one in enumerate(detail.variants, 1):
        _variant(draft, number, one)
    if (left := row.variants - len(detail.variants)) > 0:
        draft.text(f"… {figures.count(left)} more; enter lists the alerts", "quiet")
    return draft.done()


def _variant(draft: Draft, number: int, one: VariantRow) -> None:
    disguise = f" · {', '.join(one.encodings)}" if one.encodings else ""
    facts = (
        f"{figures.stamp(one.first_at)} · {figures.count(one.alerts)} alerts · {figures.count(one.users)} users"
        f" · first {one.first_user or 'unknown'}{disguise} · alert {one.alert_id[:8]}"
    )
    draft.item(f"{number}.", facts, "quiet")
    draft.text(one.excerpt, indent=(Span("      "),), most=3)
