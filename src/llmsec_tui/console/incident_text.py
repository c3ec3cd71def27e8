"""An incident to read: the lines at its head, and what is told of the row under the cursor of each section."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from llmsec_tui.console import clock_text, figures
from llmsec_tui.console.conversation_text import exchange
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.incident_lists import RUN_STYLES, incident_state, remedy_state
from llmsec_tui.console.lists import level, state
from llmsec_tui.console.look import level_style
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Line, Span, preview, span
from llmsec_tui.service.api import AlertRow, EventRow
from llmsec_tui.service.incidents.rows import (
    ConversationCount,
    IncidentDetail,
    IncidentRow,
    PinRow,
    RelatedRow,
    RemedyRow,
    RunOutput,
    RunRow,
    TaskRow,
    TimelineRow,
)

_HOW = {
    "level": "by itself, for its level",
    "risk": "by itself, for the risk of somebody",
    "correlation": "by itself, for a rule over time",
    "person": "by a person",
    "split": "split off from another",
}


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known of one incident, but its alerts and its timeline."""

    detail: IncidentDetail
    remedies: Sequence[RemedyRow] = ()
    notes: Sequence[TimelineRow] = ()
    others: Sequence[str] = ()
    """Who else has it open."""
    exchanges: dict[str, Sequence[EventRow]] = field(default_factory=dict)
    """By the event around which it was asked for."""
    outputs: dict[int, RunOutput] = field(default_factory=dict)
    """By run, of those that ended."""

    @property
    def row(self) -> IncidentRow:
        return self.detail.row


def head(case: Case, passed: int) -> tuple[Line, Line, Line]:
    """What it is; how it stands and who is on it; the clocks. ``passed`` µs ago this was read."""
    row = case.row
    owner = span(f" {row.owner}", "strong") if row.owner else span(" nobody's", "warn")
    age = figures.duration(max(case.detail.now + passed - row.opened_at, 0) / 1e6)
    second: list[Span] = [Span(" "), incident_state(row.state, short=False), *_since(row), span(" ·", "faint"), owner]
    if case.others:
        second.append(span(f" · ● {', '.join(case.others)} too", "accent.strong"))
    second.append(
        span(f" · {figures.count(row.n_alerts)} alert{'s' if row.n_alerts != 1 else ''} · {age} old", "quiet")
    )
    if row.n_tasks:
        todo = "warn" if row.n_tasks_open else "quiet"
        second.append(span(f" · {row.n_tasks_open} of {row.n_tasks} tasks open", todo))
    if row.watchers:
        second.append(span(f" · watched by {', '.join(row.watchers)}", "quiet"))
    clocks = clock_text.line(case.detail.clocks, passed) or [span("no clock runs", "quiet")]
    first = [level(row.level), span(f" {row.incident_id} ", "strong"), preview(row.title, "strong")]
    return first, second, [Span(" "), *clocks]


def _since(row: IncidentRow) -> list[Span]:
    if row.state == "closed":
        return [span(f" as {row.disposition.replace('_', ' ')}", "quiet")]
    if row.state == "merged":
        return [span(f" into {row.merged_into}", "quiet")]
    if row.state == "pending" and row.before:
        return [span(f" (was {row.before})", "quiet")]
    return [span(f" reopened {row.reopened}×", "warn")] if row.reopened else []


def about(case: Case, width: int, *, passed: int = 0, clocks: bool = True) -> Text:
    """The whole situation in one text; without ``clocks`` where a list has them."""
    draft, detail, row = Draft(width), case.detail, case.row
    if clocks:
        _clocks(draft, detail, passed)
    draft.section("People")
    draft.field("owner", row.owner or "nobody", "" if row.owner else "warn")
    draft.field("looking", ", ".join(case.others) or "nobody else")
    draft.field("watching", ", ".join(row.watchers) or "nobody")
    if row.changed_by:
        draft.field("last act", f"{row.changed_by} {row.changed.replace('_', ' ')}, {figures.moment(row.changed_at)}")
    _concerned(draft, detail)
    _times(draft, detail)
    if detail.playbook:
        draft.section("Playbook")
        for number, step in enumerate(detail.playbook, 1):
            draft.item(f"{number}.", step)
    if detail.description:
        draft.section("What the rule looks for")
        draft.text(detail.description)
    return draft.done()


def _clocks(draft: Draft, detail: IncidentDetail, passed: int) -> None:
    draft.section("Clocks")
    for clock in clock_text.pressing(detail.clocks):
        due = f"  due {figures.moment(clock.due_at)}" if clock.due_at is not None and clock.met_at is None else ""
        duty = "  by law" if clock.duty else ""
        draft.line(Span("   "), clock_text.words(clock, passed), span(due + duty, "quiet"))
    if not detail.clocks:
        draft.text("None runs.", "quiet")


def _concerned(draft: Draft, detail: IncidentDetail) -> None:
    row = detail.row
    draft.section("Concerns")
    more = f" and {row.n_users - len(row.users)} more" if row.n_users > len(row.users) else ""
    draft.field("users", (", ".join(row.users) + more) or "none in the log")
    draft.field("apps", ", ".join(row.apps) or "none in the log")
    draft.field("talks", f"{figures.count(row.n_conversations)} conversation{'s' if row.n_conversations != 1 else ''}")
    for rule in detail.rules:
        draft.field("rule", f"{figures.count(rule.n)}× {rule.title or rule.rule_id}")
    share = detail.content_share
    seen = "no content came since it began" if share is None else f"{share:.0%} of the content since it began"
    draft.field("seen", seen, "warn" if share is not None and share < 0.8 else "")


def _times(draft: Draft, detail: IncidentDetail) -> None:
    row = detail.row
    draft.section("How it went", f"opened {_HOW.get(row.how, row.how)}")
    named = (
        ("first event", detail.first_event_at),
        ("first alert", detail.first_alert_at),
        ("opened", row.opened_at),
        ("taken", detail.acknowledged_at),
        ("contained", detail.contained_at),
        ("resolved", detail.resolved_at),
        ("closed", detail.closed_at),
    )
    for name, at in named:
        if at is not None:
            draft.field(name, figures.moment(at))
    if detail.pending_us:
        draft.field("waited", figures.duration(detail.pending_us / 1e6))
    if detail.follows:
        draft.field("follows", detail.follows)
    if detail.absorbed:
        draft.field("merged here", ", ".join(detail.absorbed))
    if detail.closing_note:
        draft.field("closed as", row.disposition.replace("_", " "), "strong")
        draft.field("because", detail.closing_note)
    if detail.duplicate_of:
        draft.field("duplicate of", detail.duplicate_of)


# One row of a section


def of_moment(case: Case, row: TimelineRow, width: int) -> Text:
    """A moment of the timeline in full."""
    draft = Draft(width)
    draft.line(span(f" {row.what}", "strong"))
    who = f" · {row.who}" if row.who else ""
    draft.line(span(f" {figures.moment(row.at)} · {row.kind}{who}", "quiet"))
    draft.text(row.text or "No note.", "" if row.text else "quiet")
    if row.ref:
        draft.field("see", row.ref, "quiet")
    return draft.done()


def of_alert(case: Case, row: AlertRow, width: int) -> Text:
    """An alert in short; enter opens it."""
    draft = Draft(width)
    draft.line(level(row.level), Span(" "), preview(row.title, "strong"))
    facts = f" · confidence {row.confidence:.0%} · {figures.moment(row.ts)} · "
    draft.line(Span(" "), span(row.level, level_style(row.level)), span(facts, "quiet"), state(row.state))
    who = (("user", row.user_id), ("app", row.app), ("model", row.model), ("tool", row.tool_name))
    draft.text(" · ".join(f"{name} {value}" for name, value in who if value), "quiet", indent=(Span(" "),), most=2)
    draft.section("Excerpt", f"role {row.role or 'unknown'}, trust {row.trust or 'unknown'}")
    draft.text(row.excerpt)
    return draft.done()


def of_conversation(case: Case, row: ConversationCount, width: int) -> Text:
    """What was said in it, around the latest alert."""
    draft = Draft(width)
    rows = case.exchanges.get(row.event_id)
    if rows is None:
        draft.text("Looking it up…", "quiet")
    else:
        exchange(draft, rows, row.event_id, ())
    return draft.done()


def of_task(case: Case, row: TaskRow, width: int) -> Text:
    """A task in full, and how it was done."""
    draft = Draft(width)
    draft.text(row.text, "strong", indent=(Span(" "),))
    if row.rule_title or row.rule_id:
        draft.field("of rule", row.rule_title or row.rule_id, "quiet")
    if row.remedy:
        draft.field("remedy", f"{row.remedy}  (r shows it; when it ran well, this task is done)", "accent")
    if row.at is not None:
        draft.field(row.state, f"by {row.by}, {figures.moment(row.at)}")
    if row.note:
        draft.field("note", row.note)
    if row.state == "open":
        draft.text("enter ticks it off · x leaves it out, with a reason", "quiet", indent=(Span(" "),))
    else:
        draft.text("enter opens it again", "quiet", indent=(Span(" "),))
    return draft.done()


def of_remedy(case: Case, row: RemedyRow | RunRow, width: int) -> Text:
    """What would be done, or what was."""
    return _of_run(case, row, width) if isinstance(row, RunRow) else _of_remedy(row, width)


def _of_remedy(row: RemedyRow, width: int) -> Text:
    draft = Draft(width)
    draft.line(span(f" {row.title or row.name}  ", "strong"), remedy_state(row))
    draft.section("Will do exactly this", row.kind)
    draft.text(row.what)
    if row.missing:
        draft.text(f"The incident does not have exactly one: {', '.join(row.missing)}.", "warn")
    elif row.rehearsed_at is None:
        draft.text("enter rehearses it; after that ! runs it", "quiet")
    else:
        draft.text(f"Rehearsed {figures.moment(row.rehearsed_at)}. ! runs it.", "quiet")
    if row.tasks:
        draft.field("does task", ", ".join(str(task) for task in row.tasks))
    return draft.done()


def _of_run(case: Case, row: RunRow, width: int) -> Text:
    draft = Draft(width)
    kind = "Rehearsal" if row.rehearsal else "Run"
    draft.line(
        span(f" {kind} {row.run} of {row.title or row.remedy}  ", "strong"),
        span(row.state.replace("_", " "), f"{RUN_STYLES.get(row.state, 'quiet')}"),
    )
    draft.text(row.told or "It runs.", indent=(Span(" "),))
    took = f", took {figures.duration((row.ended_at - row.at) / 1e6)}" if row.ended_at is not None else ""
    draft.field("began", f"{figures.moment(row.at)} by {row.by}{took}")
    draft.field("did", row.what, "quiet")
    output = case.outputs.get(row.run)
    draft.section("Output", figures.size(row.output_bytes))
    if output is None:
        draft.text("Looking it up…" if row.ended_at is not None else "It has not ended.", "quiet")
    else:
        draft.text(output.text or "It wrote nothing.", "" if output.text else "quiet")
        if output.cut:
            draft.text(f"{figures.size(output.cut)} in the middle are left out.", "quiet")
    return draft.done()


def of_pin(case: Case, row: PinRow, width: int) -> Text:
    """Where the record is, and whether it still is what it was."""
    draft = Draft(width)
    draft.line(span(f" Record {row.pin} ", "strong"), preview(row.note))
    checked = f"{row.result}, {figures.moment(row.checked_at)}" if row.checked_at is not None else "not yet; V does"
    draft.field("checked", checked, "" if row.result in ("", "intact") else "bad")
    draft.field("file", row.source_path)
    draft.field("bytes", f"{row.source_offset}:{row.source_len}  (offset:length)")
    draft.field("sha256", row.sha256)
    draft.field("event", row.event_id)
    draft.field("pinned", f"by {row.by}, {figures.moment(row.at)}")
    return draft.done()


def of_note(case: Case, row: TimelineRow, width: int) -> Text:
    """A note in full."""
    draft = Draft(width)
    draft.line(span(f" {row.who}", "strong"), span(f"  {figures.moment(row.at)} · {row.what}", "quiet"))
    draft.text(row.text)
    return draft.done()


def of_related(case: Case, row: RelatedRow, width: int) -> Text:
    """Another incident, and what connects them."""
    draft, other = Draft(width), row.row
    draft.line(level(other.level), span(f" {other.incident_id} ", "strong"), preview(other.title, "strong"))
    owner = other.owner or "nobody's"
    relation = row.relation.replace("_", " ")
    draft.line(Span(" "), incident_state(other.state, short=False), span(f" · {owner} · {relation}", "quiet"))
    for key in row.shared:
        draft.item("·", key)
    draft.text("enter opens it", "quiet", indent=(Span(" "),))
    return draft.done()
