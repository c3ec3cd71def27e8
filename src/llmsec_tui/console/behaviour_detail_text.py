"""What explains how a metric stands: statistics, causes, splits, shares, wording, conversations."""

from llmsec_tui.console import behaviour_figures, figures
from llmsec_tui.console.behaviour_figures import chance, value
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, fit, preview, span
from llmsec_tui.service.behaviour.api import (
    BehaviourDetail,
    BehaviourRow,
    CauseRow,
    ContributorRow,
    ShiftRow,
    SplitRow,
    TermsRow,
)

_STATISTICS = {
    "psi": "PSI",
    "js": "Jensen-Shannon",
    "hellinger": "Hellinger",
    "ks": "Kolmogorov-Smirnov",
    "wasserstein": "Wasserstein",
    "tv": "total variation",
    "chi2": "chi-square",
}
_BAR = 10


def title(row: BehaviourRow) -> list[Span]:
    """Which metric of which slice, and how it stands."""
    now = f"  {row.effect:.0%} otherwise" if row.shape == "mix" else f"  {value(row.value, row.shape, row.unit)}"
    usual = "" if row.shape == "mix" else f", usually {value(row.usual, row.shape, row.unit)}"
    return [
        behaviour_figures.badge(row.verdict),
        span(f" {row.title}", "strong"),
        span(f"  {row.slice}", "accent"),
        span(now, "strong"),
        span(usual, "quiet"),
    ]


def explained(detail: BehaviourDetail, chosen: int | None, width: int) -> Text:
    """All of it; ``chosen`` is the conversation that enter opens."""
    draft, row = Draft(width), detail.row
    draft.section("Why", row.verdict)
    draft.text(row.why, most=6)
    if row.slow_since is not None:
        draft.text(f"It moves away from what is usual, hour by hour, since {figures.moment(row.slow_since)}.", "warn")
    _causes(draft, detail.causes)
    for split in detail.splits:
        _split(draft, split, row)
    _shifts(draft, detail.shifts)
    if detail.terms is not None:
        _terms(draft, detail.terms)
    _statistics(draft, detail)
    _conversations(draft, detail, chosen)
    return draft.done()


def _causes(draft: Draft, causes: list[CauseRow]) -> None:
    if causes:
        draft.section("Likely causes", "by how much of the shift each explains")
    for cause in causes:
        draft.line(*_share(cause.share), Span("  "), preview(cause.cause, "strong"))
        draft.text(cause.why, "quiet", (span(" " * (_BAR + 9)),))


def _share(share: float) -> list[Span]:
    """A share as a bar and in percent."""
    full = round(max(min(share, 1.0), 0.0) * _BAR)
    return [Span("   "), span("█" * full, "primary"), span("░" * (_BAR - full), "faint"), span(f" {share:>4.0%}", "")]


def _split(draft: Draft, split: SplitRow, row: BehaviourRow) -> None:
    draft.section(f"By {split.dimension}", f"of {_signed(split.total, row)}, by which the mean moved")
    parts = {"other mix": split.mix, "within them": split.within}
    for name, part in parts.items():
        share = part / split.total if split.total else 0.0
        draft.field(name, f"{_signed(part, row):>12}  {share:>5.0%}")
    for name, usual, now, adds in split.movers:
        draft.line(
            Span("     "),
            *fit([preview(name)], max(min(draft.width - 44, 36), 12)),
            span(f" {usual:>6.1%} → {now:>6.1%} of calls ", "quiet"),
            span(f" adds {_signed(adds, row)}"),
        )


def _signed(number: float, row: BehaviourRow) -> str:
    if row.shape in ("rate", "mix"):
        return f"{100 * number:+.1f} points"
    return ("+" if number >= 0 else "−") + value(abs(number), row.shape, row.unit)


def _shifts(draft: Draft, shifts: list[ShiftRow]) -> None:
    if shifts:
        draft.section("Shares that changed", "usual → now")
    for shift in shifts:
        draft.line(
            Span("   "),
            *fit([preview(shift.name)], max(min(draft.width - 34, 40), 12)),
            span(f" {shift.usual:>6.1%} → {shift.now:>6.1%} ", "quiet"),
            span(f" {100 * (shift.now - shift.usual):+.1f}", "strong"),
        )


def _terms(draft: Draft, terms: TermsRow) -> None:
    surely = "can tell" if terms.auc > terms.auc_limit else "cannot tell"
    draft.section("Wording", f"of {figures.count(terms.n)} answers against {figures.count(terms.usual_n)} usual ones")
    draft.text(
        f"By words alone a classifier {surely} them apart: AUC {terms.auc:.2f}, of chance up to {terms.auc_limit:.2f}."
        f" MMD {terms.mmd:.3f} (p {chance(terms.mmd_p)})."
    )
    draft.field("more now", ", ".join(terms.more) or "nothing stands out")
    draft.field("fewer now", ", ".join(terms.fewer) or "nothing stands out")


def _statistics(draft: Draft, detail: BehaviourDetail) -> None:
    row = detail.row
    draft.section("Statistics", f"{figures.count(row.n)} values now, {figures.count(row.usual_n)} usual ones")
    draft.field("effect", f"{row.effect:.3f}; less than {row.floor:g} is no drift", name_width=20)
    draft.field("p", chance(row.p_value), name_width=20)
    for name, number in detail.statistics.items():
        draft.field(_STATISTICS.get(name, name), f"{number:.4g}", name_width=20)


def _conversations(draft: Draft, detail: BehaviourDetail, chosen: int | None) -> None:
    rows = detail.contributors
    draft.section("Conversations that take part", "n and p choose one, enter opens it" if rows else "")
    if rows:
        draft.text("Their share of the shift, their mean, when, their name, application and user.", "quiet")
    if not rows:
        draft.text("None: nothing shifts, or no call in this time names its conversation.", "quiet")
    for number, one in enumerate(rows):
        _conversation(draft, one, detail.row, here=number == chosen)


def _conversation(draft: Draft, one: ContributorRow, row: BehaviourRow, *, here: bool) -> None:
    told = value(one.value, row.shape, row.unit) if one.value is not None else ""
    facts = f"{one.weight:>4.0%} {told:>9}  {figures.stamp(one.at)}  "
    room = max(draft.width - len(facts) - 3, 8)
    # What is chosen is styled as a match, so that the pager scrolls to it.
    style = "found" if here else ""
    name = f"{one.conversation_id}  {one.app}  {one.user_id or ''}"
    draft.pieces(fit([span(facts, style or "quiet"), preview(name, style)], len(facts) + room), (_mark(here=here),))


def _mark(*, here: bool) -> Span:
    return Span(" ▸ ", "accent.strong") if here else Span("   ")
