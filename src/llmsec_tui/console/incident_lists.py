"""The columns of incidents and of what belongs to one."""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from llmsec_tui.console import clock_text, figures
from llmsec_tui.console.columns import Column
from llmsec_tui.console.lists import level, state
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.incidents.rows import (
    ClockRow,
    ConversationCount,
    IncidentRow,
    NotificationRow,
    PinRow,
    RelatedRow,
    RemedyRow,
    RunRow,
    TaskRow,
    TimelineRow,
)

STATES = {
    "new": ("new", "strong"),
    "acknowledged": ("ack", "good"),
    "investigating": ("inv", "accent"),
    "contained": ("con", "accent"),
    "resolved": ("res", "quiet"),
    "pending": ("pnd", "warn"),
    "closed": ("cls", "faint"),
    "merged": ("mrg", "faint"),
}
DONE = frozenset({"closed", "merged", "resolved"})


def incident_state(name: str, *, short: bool) -> Span:
    """Where an incident stands, in three letters or in full."""
    letters, style = STATES.get(name, (name[:3], "quiet"))
    return span(letters if short else name, style)


def _quiet(text: str | None) -> Span:
    return span(text or "", "quiet")


def _title(row: IncidentRow) -> Span:
    return preview(row.title, "quiet" if row.state in DONE else "strong" if row.state == "new" else "")


def _owner(row: IncidentRow) -> Span:
    return span(row.owner) if row.owner else span("–" if row.state in DONE else "nobody", "quiet")


def _viewers(row: IncidentRow) -> Span:
    return span(", ".join(row.viewers), "accent")


def _tasks(row: IncidentRow) -> Span:
    return span(f"{row.n_tasks_open}/{row.n_tasks}" if row.n_tasks else "", "" if row.n_tasks_open else "quiet")


def incidents(now: Callable[[], int]) -> Sequence[Column[IncidentRow]]:
    """The queue; ``now`` is the collector's time."""
    return (
        Column("LVL", 3, lambda row: level(row.level)),
        Column("INC", 4, lambda row: span(row.incident_id.removeprefix("INC-"), "quiet"), right=True),
        Column("ST", 3, lambda row: incident_state(row.state, short=True), to_width=150),
        Column("STATE", 13, lambda row: incident_state(row.state, short=False), from_width=150),
        Column("DUE", 9, lambda row: clock_text.cell(row.clock), to_width=150),
        Column("DUE NEXT", 28, lambda row: clock_text.words(row.clock) if row.clock else span(""), from_width=150),
        Column("INCIDENT", 18, _title, grow=6),
        Column("OWNER", 8, _owner, to_width=150),
        Column("OWNER", 12, _owner, from_width=150),
        Column("ALRT", 4, lambda row: span(figures.count(row.n_alerts)), right=True),
        Column("AGE", 4, lambda row: _quiet(figures.duration(max(now() - row.opened_at, 0) / 1e6)), right=True),
        Column("TODO", 5, _tasks, right=True),
        Column("ON", 2, lambda row: span(f"●{len(row.viewers)}" if row.viewers else "", "accent"), to_width=150),
        Column("WHO LOOKS", 14, _viewers, from_width=150),
        Column("USERS", 16, lambda row: _users(row), grow=1, from_width=165),
        Column("APPS", 14, lambda row: _quiet(", ".join(row.apps)), from_width=180),
        Column("LAST ACT", 22, lambda row: _quiet(_last_act(row)), grow=1, from_width=220),
    )


def _users(row: IncidentRow) -> Span:
    more = f" +{row.n_users - len(row.users)}" if row.n_users > len(row.users) else ""
    return _quiet(", ".join(row.users) + more)


def _last_act(row: IncidentRow) -> str:
    return f"{row.changed_by} {row.changed.replace('_', ' ')}" if row.changed else ""


_KINDS = {
    "event": "quiet",
    "alert": "warn",
    "act": "accent",
    "run": "good",
    "clock": "bad",
    "mark": "strong",
    "marker": "primary",
    "configuration": "primary",
}

TIMELINE: tuple[Column[TimelineRow], ...] = (
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.at))),
    Column("KIND", 6, lambda row: span(row.kind[:6], _KINDS.get(row.kind, "quiet"))),
    Column("LVL", 3, lambda row: level(row.level or None)),
    Column("WHO", 10, lambda row: span(row.who)),
    Column("WHAT", 16, lambda row: preview(row.what), grow=2),
    Column("TEXT", 10, lambda row: preview(row.text, "quiet"), grow=2),
)

NOTES: tuple[Column[TimelineRow], ...] = (
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.at))),
    Column("WHO", 10, lambda row: span(row.who)),
    Column("ON", 12, lambda row: preview(row.what, "quiet")),
    Column("NOTE", 20, lambda row: preview(row.text), grow=1),
)


ALERTS: tuple[Column[AlertRow], ...] = (
    Column("LVL", 3, lambda row: level(row.level)),
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.ts))),
    Column("ST", 3, lambda row: state(row.state)),
    Column("ALERT", 18, lambda row: preview(row.title), grow=3),
    Column("USER", 12, lambda row: _quiet(row.user_id)),
    Column("EXCERPT", 12, lambda row: preview(row.excerpt, "quiet"), grow=3, from_width=74),
)


CONVERSATIONS: tuple[Column[ConversationCount], ...] = (
    Column("ALERTS", 6, lambda row: span(figures.count(row.n)), right=True),
    Column("CONVERSATION", 20, lambda row: preview(row.conversation_id or "(none in the log)"), grow=1),
    Column("APP", 16, lambda row: _quiet(row.app)),
)

CLOCKS: tuple[Column[ClockRow], ...] = (
    Column("CLOCK", 16, lambda row: preview(row.title or row.name), grow=1),
    Column("HOW IT STANDS", 30, lambda row: clock_text.words(row), grow=2),
    Column("DUE UTC", 14, lambda row: _quiet(figures.stamp(row.due_at))),
)

_TASK_SIGNS = {"open": ("☐", "strong"), "done": ("☑", "good"), "waived": ("☒", "faint")}

TASKS: tuple[Column[TaskRow], ...] = (
    Column("", 1, lambda row: span(*_TASK_SIGNS.get(row.state, ("?", "quiet")))),
    Column("TASK", 24, lambda row: preview(row.text, "" if row.state == "open" else "quiet"), grow=3),
    Column("", 1, lambda row: span("▸" if row.remedy else "", "primary"), to_width=90),
    Column("REMEDY", 14, lambda row: span(row.remedy, "accent"), from_width=90),
    Column("BY", 9, lambda row: _quiet(row.by)),
    Column("NOTE", 16, lambda row: preview(row.note, "quiet"), grow=1, from_width=90),
)

RUN_STYLES = {"running": "accent", "done": "good", "failed": "bad", "timed_out": "bad", "lost": "warn"}


def remedy_state(row: RemedyRow) -> Span:
    """What can be done with a remedy now."""
    if row.missing:
        return span(f"needs {', '.join(row.missing)}", "warn")
    if row.running:
        return span("running", "accent")
    return span("rehearsed" if row.rehearsed_at else "not rehearsed", "good" if row.rehearsed_at else "quiet")


def run_state(row: RunRow) -> Span:
    """How a run went."""
    ended = f" ({row.exit_code})" if row.exit_code is not None and row.state != "done" else ""
    return span(row.state.replace("_", " ") + ended, RUN_STYLES.get(row.state, "quiet"))


def remedy_kind(row: RemedyRow | RunRow) -> str:
    """In the list of both."""
    if isinstance(row, RemedyRow):
        return row.kind
    return "rehearsal" if row.rehearsal else "run"


REMEDIES: tuple[Column[RemedyRow | RunRow], ...] = (
    Column("", 1, lambda row: span("▸" if isinstance(row, RemedyRow) else "", "primary")),
    Column("KIND", 9, lambda row: _quiet(remedy_kind(row))),
    Column("REMEDY", 20, lambda row: preview(row.title or _remedy_name(row)), grow=1),
    Column("STATE", 14, lambda row: remedy_state(row) if isinstance(row, RemedyRow) else run_state(row), grow=1),
    Column("WHEN UTC", 14, lambda row: _quiet(_when(row))),
    Column("BY", 8, lambda row: _quiet(row.by if isinstance(row, RunRow) else "")),
)


def _remedy_name(row: RemedyRow | RunRow) -> str:
    return row.name if isinstance(row, RemedyRow) else row.remedy


def _when(row: RemedyRow | RunRow) -> str:
    at = row.rehearsed_at if isinstance(row, RemedyRow) else row.at
    return figures.stamp(at) if at is not None else ""


PIN_STYLES = {"intact": "good", "changed": "bad", "cut": "bad", "gone": "bad", "unreadable": "warn"}

PINS: tuple[Column[PinRow], ...] = (
    Column("NO", 3, lambda row: _quiet(str(row.pin)), right=True),
    Column("CHECKED", 10, lambda row: span(row.result or "not yet", PIN_STYLES.get(row.result, "quiet"))),
    Column("FILE", 14, lambda row: span(PurePosixPath(row.source_path).name or row.source_path), grow=1),
    Column("OFFSET:LENGTH", 16, lambda row: _quiet(f"{row.source_offset}:{row.source_len}")),
    Column("BY", 9, lambda row: _quiet(row.by)),
    Column("NOTE", 12, lambda row: preview(row.note, "quiet"), grow=1),
)

RELATED: tuple[Column[RelatedRow], ...] = (
    Column("LVL", 3, lambda row: level(row.row.level)),
    Column("INC", 4, lambda row: span(row.row.incident_id.removeprefix("INC-"), "quiet"), right=True),
    Column("ST", 3, lambda row: incident_state(row.row.state, short=True)),
    Column("HOW", 12, lambda row: span(row.relation.replace("_", " "), "accent")),
    Column("INCIDENT", 18, lambda row: preview(row.row.title), grow=2),
    Column("SHARED", 12, lambda row: preview(", ".join(row.shared), "quiet"), grow=1),
    Column("OWNER", 8, lambda row: _quiet(row.row.owner)),
)

_DELIVERY = {"delivered": "good", "waiting": "accent", "held": "warn", "given_up": "bad"}

NOTIFICATIONS: tuple[Column[NotificationRow], ...] = (
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.at))),
    Column("INC", 6, lambda row: span(row.incident_id, "quiet")),
    Column("CHANNEL", 9, lambda row: preview(row.channel)),
    Column("ABOUT", 9, lambda row: preview(row.about.replace("_", " "))),
    Column("STATE", 9, lambda row: span(row.state.replace("_", " "), _DELIVERY.get(row.state, "quiet"))),
    Column("TRY", 3, lambda row: _quiet(str(row.attempts)), right=True),
    Column("AGAIN UTC", 14, lambda row: _quiet(figures.stamp(row.next_at) if row.next_at else ""), from_width=118),
    Column("WHY", 12, lambda row: preview(row.why, "warn"), grow=1),
)
