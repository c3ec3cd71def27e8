"""An alert to read: what was found and why, the exchange around it, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from llmsec_tui.console import figures
from llmsec_tui.console.conversation_text import exchange
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.event_text import shown
from llmsec_tui.console.lists import level, state
from llmsec_tui.console.look import level_style
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.api import AlertDetail, EventRow, RiskRow

_STATES = {
    "new": "new",
    "acknowledged": "acknowledged by {}",
    "dismissed": "dismissed",
    "withdrawn": "withdrawn",
    "closed": "closed",
}


_STANDS_FOR = {"duplicate": "{} with the same words", "inhibited": "{} of less exact rules"}


@dataclass(frozen=True, slots=True)
class Case:
    """All that is shown of one alert."""

    detail: AlertDetail
    exchange: Sequence[EventRow]
    masked: bool = False
    """The reader's role sees less than all of the texts."""


def whole(case: Case, width: int) -> Text:
    """Everything in one column, for narrow screens."""
    draft = Draft(width)
    _finding(draft, case)
    _remedy(draft, case.detail)
    _evidence(draft, case.detail)
    return draft.done()


def finding(case: Case, width: int) -> Text:
    """The left column of wide screens: what was found, and where."""
    draft = Draft(width)
    _finding(draft, case)
    return draft.done()


def remedy(case: Case, width: int) -> Text:
    """The right column: what to do, and on what evidence."""
    draft = Draft(width)
    _remedy(draft, case.detail)
    _evidence(draft, case.detail)
    return draft.done()


def _finding(draft: Draft, case: Case) -> None:
    detail, row = case.detail, case.detail.row
    draft.line(level(row.level), Span(" "), preview(row.title, "strong"))
    situation = _STATES.get(row.state, row.state).format(row.owner)
    facts = f" · confidence {row.confidence:.0%} · {situation} · {figures.moment(row.ts)}"
    draft.pieces([span(row.level, level_style(row.level)), span(facts, "quiet")], indent=(Span(" "),))
    draft.text(_people(detail), "quiet", indent=(Span(" "),), most=2)
    if row.incident_id:
        ended = f", closed as {row.disposition.replace('_', ' ')}" if row.disposition else ""
        draft.text(f"in {row.incident_id}{ended} (i goes there)", "accent", indent=(Span(" "),))
    if detail.campaign_users > 1 or detail.campaign_variants > 1:
        draft.text(f"{_campaign(detail)} (J goes there)", "accent", indent=(Span(" "),))
    _risk(draft, detail.risk)
    _suppression(draft, detail)
    draft.section("Why", f"in {detail.field}" if detail.field else "")
    draft.text(detail.reason)
    if detail.n_events is not None:
        _window(draft, detail, detail.n_events)
    if detail.decoded_text is not None:
        draft.section("Decoded", f"by {detail.decoded_by}" if detail.decoded_by else "")
        draft.text(detail.decoded_text, "warn")
    draft.section("Exchange", _exchange_note(case))
    if case.masked:
        shown(draft, detail.revealed_until)
    exchange(draft, case.exchange, row.event_id, detail.spans)


def _risk(draft: Draft, risk: RiskRow | None) -> None:
    """How suspicious its user has become, what this alert has to do with it, and what it would lead to."""
    if risk is None:
        return
    worn = figures.duration(risk.half_life / 1e6)
    stands = f"risk of this {risk.whose}: {risk.amount:.0f} of {risk.opens_at:.0f}, which opens an incident"
    told = f"{stands}; this alert added {risk.added:.0f}; it halves every {worn}"
    draft.text(told, "warn" if risk.amount >= risk.opens_at / 2 else "quiet", indent=(Span(" "),), most=2)


def _campaign(detail: AlertDetail) -> str:
    counts = ((detail.campaign_alerts, "alert"), (detail.campaign_users, "user"), (detail.campaign_variants, "variant"))
    sizes = (f"{figures.count(count)} {what}{'s' if count != 1 else ''}" for count, what in counts)
    return f"in a campaign of {', '.join(sizes)}"


def _suppression(draft: Draft, detail: AlertDetail) -> None:
    """What keeps the alert from being shown, or what is not shown because of it."""
    row, by = detail.row, detail.kept_by
    if row.suppressed_by is not None:
        draft.section("Not shown", row.suppressed_by)
    if detail.silence is not None:
        draft.field("silenced by", f"{detail.silence.author}: {detail.silence.reason}", "warn")
        draft.field("until", figures.moment(detail.silence.until))
        draft.field("silence", detail.silence.silence_id, "quiet")
    elif by is not None:
        draft.field("because of", by.title, "warn")
        draft.field("alert", f"{by.alert_id} of {figures.moment(by.ts)}; b lists its group", "quiet")
    hidden = " and ".join(_STANDS_FOR[kind].format(n) for kind, n in sorted(detail.stands_for.items()))
    grouped = f"one of a group of {detail.in_group}" if detail.in_group > 1 else ""
    if hidden or grouped:
        draft.section("Stands for others")
        draft.text("; ".join(filter(None, (hidden and f"{hidden} not shown (b lists them)", grouped))))


def _window(draft: Draft, detail: AlertDetail, number: int) -> None:
    """What a rule over time looked at."""
    until = detail.row.ts
    lasted = f", {figures.duration((until - detail.began) / 1e6)}" if detail.began is not None and until else ""
    draft.section("Over time", f"{figures.count(number)} event{'s' if number != 1 else ''}{lasted}")
    draft.field("group", _group(detail.group_key))
    draft.field("from", figures.moment(detail.began))
    draft.field("to", figures.moment(until))
    withdrawn = [act for act in detail.acts if act.act == "withdrawn"]
    if withdrawn and detail.row.state == "withdrawn":
        draft.field("withdrawn", withdrawn[-1].note, "warn")


def _group(key: str | None) -> str:
    try:
        fields = msgspec.json.decode(key or "{}", type=dict[str, object])
    except msgspec.DecodeError:
        return key or ""
    return " · ".join(f"{name} {value}" for name, value in fields.items()) or "all events together"


def _people(detail: AlertDetail) -> str:
    row = detail.row
    named = (("user", row.user_id), ("app", row.app), ("model", row.model), ("tool", row.tool_name))
    who = (*named, ("environment", detail.environment))
    return " · ".join(f"{name} {value}" for name, value in who if value) or "no user, app or model in the log"


def _exchange_note(case: Case) -> str:
    number = len(case.exchange)
    steps = f"{number} step{'s' if number != 1 else ''}"
    conversation = case.detail.row.conversation_id
    return f"{steps} of conversation {conversation}" if conversation else f"{steps} of the file around it"


def _remedy(draft: Draft, detail: AlertDetail) -> None:
    if detail.playbook:
        draft.section("Playbook")
        for number, step in enumerate(detail.playbook, 1):
            draft.item(f"{number}.", step)
    if detail.false_positives:
        draft.section("May be harmless when")
        for text in detail.false_positives:
            draft.item("·", text)
    draft.section("Rule", f"{detail.row.rule_id}")
    draft.text(detail.description or "This rule has no description.")
    if detail.tags:
        draft.field("tags", " ".join(detail.tags), "quiet")
    draft.field("version", detail.rule_version, "quiet")
    draft.field("file", detail.rule_path, "quiet")
    for reference in detail.references:
        draft.field("see", reference, "quiet")


def _evidence(draft: Draft, detail: AlertDetail) -> None:
    row = detail.row
    draft.section("Evidence")
    draft.field("file", row.source_path)
    draft.field("bytes", f"{detail.source_offset}:{detail.source_len}  (offset:length)")
    draft.field("sha256", detail.record_sha256)
    draft.field("format", detail.format)
    draft.field("event", row.event_id)
    draft.field("alert", row.alert_id)
    draft.section("History")
    draft.item("·", f"{figures.moment(row.raised_at)}  raised")
    for act in detail.acts:
        draft.item("·", f"{figures.moment(act.at)}  {act.actor} {act.act}" + (f": {act.note}" if act.note else ""))
    if detail.others:
        draft.section("Other alerts of this conversation")
        for other in detail.others:
            when = span(f" {figures.stamp(other.ts)} ", "quiet")
            draft.line(Span("  "), level(other.level), when, state(other.state), Span(" "), preview(other.title))
