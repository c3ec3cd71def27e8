"""The columns of alerts, events, sources and audit records."""

from pathlib import PurePosixPath

from llmsec_tui.console import figures
from llmsec_tui.console.columns import Column
from llmsec_tui.console.look import badge
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.api import AlertRow, AuditRow, DeadLetterRow, EventRow, SourceRow
from llmsec_tui.service.rules.api import RuleRow
from llmsec_tui.service.silences.api import SilenceRow

_STATES = {
    "new": ("new", "strong"),
    "acknowledged": ("ack", "good"),
    "dismissed": ("dis", "faint"),
    "withdrawn": ("wdn", "faint"),
    "closed": ("cls", "faint"),
}
_SUPPRESSED = {"inhibited": ("inh", "faint"), "silenced": ("sil", "faint"), "duplicate": ("dup", "faint")}
_SOURCE_STYLES = {"following": "good", "waiting": "quiet", "done": "quiet", "unreadable": "bad", "gone": "warn"}
_SIGNS = {
    "following": ("●", "good"),
    "waiting": ("○", "quiet"),
    "done": ("✓", "quiet"),
    "unreadable": ("!", "bad"),
    "gone": ("×", "warn"),
}
_RESULT_STYLES = {"done": "good", "refused": "warn", "failed": "bad"}


def level(name: str | None) -> Span:
    """A level's letter."""
    return span(*badge(name)) if name is not None else span("")


def state(name: str) -> Span:
    """What was done with an alert, in three letters."""
    return span(*_STATES.get(name, (name[:3], "quiet")))


def shown_state(row: AlertRow) -> Span:
    """What was done with an alert; of one that is not shown, why."""
    return span(*_SUPPRESSED[row.suppressed_by]) if row.suppressed_by in _SUPPRESSED else state(row.state)


def file_name(path: str) -> Span:
    """The last part of a path."""
    return span(PurePosixPath(path).name or path, "quiet")


def speaker(role: str | None, tool_name: str | None) -> Span:
    """Who speaks: the role, or the tool's name."""
    if tool_name:
        return span(tool_name, "role.tool")
    return span(role or "", f"role.{role}" if role in ROLES else "quiet")


ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "harness"})


def _quiet(text: str | None) -> Span:
    return span(text or "", "quiet")


ALERTS: tuple[Column[AlertRow], ...] = (
    Column("LVL", 3, lambda row: level(row.level)),
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.ts))),
    Column("ST", 3, lambda row: shown_state(row)),
    Column("CONF", 4, lambda row: span(f"{row.confidence:.0%}", "quiet"), right=True),
    Column("ALERT", 24, lambda row: _title(row), grow=3),
    Column("INC", 4, lambda row: _quiet(row.incident_id.removeprefix("INC-")), from_width=118, right=True),
    Column("OWNER", 10, lambda row: _quiet(row.owner), from_width=150),
    Column("SPEAKER", 12, lambda row: speaker(row.role, row.tool_name), from_width=118),
    Column("TRUST", 9, lambda row: _quiet(row.trust), from_width=150),
    Column("USER", 13, lambda row: _quiet(row.user_id)),
    Column("APP", 13, lambda row: _quiet(row.app), from_width=170),
    Column("EXCERPT", 16, lambda row: preview(row.excerpt, "quiet"), grow=4, from_width=100),
    Column("FILE", 20, lambda row: file_name(row.source_path), from_width=190),
)

LATEST: tuple[Column[AlertRow], ...] = (
    Column("LVL", 3, lambda row: level(row.level)),
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.ts))),
    Column("ST", 3, lambda row: state(row.state)),
    Column("ALERT", 24, lambda row: preview(row.title, _title_style(row)), grow=3),
    Column("SPEAKER", 12, lambda row: speaker(row.role, row.tool_name), from_width=118),
    Column("USER", 13, lambda row: _quiet(row.user_id)),
    Column("EXCERPT", 16, lambda row: preview(row.excerpt, "quiet"), grow=4, from_width=100),
)


def _title(row: AlertRow) -> Span:
    more = f"{row.grouped}× " if row.grouped > 1 else ""
    return preview(more + row.title, _title_style(row))


def _title_style(row: AlertRow) -> str:
    return "" if row.state == "new" and row.suppressed_by is None else "quiet"


EVENTS: tuple[Column[EventRow], ...] = (
    Column("ALR", 3, lambda row: level(row.alert_level)),
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.ts))),
    Column("KIND", 11, lambda row: span(row.kind, "quiet" if row.kind == "message" else "")),
    Column("SPEAKER", 10, lambda row: speaker(row.role, row.tool_name)),
    Column("TRUST", 9, lambda row: _quiet(row.trust), from_width=118),
    Column("USER", 12, lambda row: _quiet(row.user_id), from_width=118),
    Column("MODEL", 18, lambda row: _quiet(row.model), from_width=160),
    Column("TEXT", 20, lambda row: _text(row), grow=1),
    Column("CHARS", 7, lambda row: _quiet(figures.count(row.n_chars)), from_width=118, right=True),
    Column("FORMAT", 14, lambda row: _quiet(row.format), from_width=160),
    Column("FILE", 20, lambda row: file_name(row.source_path), from_width=160),
)


def _text(row: EventRow) -> Span:
    if row.text:
        return preview(row.text)
    return span("" if row.content_state in ("none", "present") else f"content {row.content_state}", "faint")


def coverage(row: SourceRow) -> str:
    """How much of the content detectors can see."""
    return figures.percent(row.content_yes, row.content_yes + sum(row.content_no.values()))


SOURCES: tuple[Column[SourceRow], ...] = (
    Column("STATE", 10, lambda row: span(row.state, _SOURCE_STYLES.get(row.state, "quiet"))),
    Column("FILE", 16, lambda row: span(PurePosixPath(row.path).name or row.path), grow=2),
    Column("FOLDER", 16, lambda row: _quiet(str(PurePosixPath(row.path).parent)), grow=2, from_width=140),
    Column("FORMAT", 12, lambda row: _quiet(row.format), from_width=100),
    Column("LAG", 5, lambda row: _lag(row), right=True),
    Column("SEEN", 5, lambda row: _coverage(row), right=True),
    Column("EVENTS", 9, lambda row: span(figures.count(row.events)), right=True),
    Column("ALERTS", 6, lambda row: span(figures.count(row.alerts), "strong" if row.alerts else "faint"), right=True),
    Column("UNKN", 5, lambda row: _number(sum(row.unknown.values())), right=True),
    Column("DEAD", 5, lambda row: _number(row.dead_letters), right=True),
    Column("RECORDS", 9, lambda row: _quiet(figures.count(row.records)), from_width=118, right=True),
    Column("SIZE", 8, lambda row: _quiet(figures.size(row.size)), from_width=100, right=True),
    Column("LAST EVENT", 14, lambda row: _quiet(figures.stamp(row.last_event_at)), from_width=118),
)


def _lag(row: SourceRow) -> Span:
    late = row.lag_s >= 10
    return span(figures.duration(row.lag_s) if row.lag_bytes else "0s", "warn" if late else "quiet")


def _coverage(row: SourceRow) -> Span:
    unseen = sum(row.content_no.values())
    return span(coverage(row), "warn" if unseen > row.content_yes else "quiet" if unseen else "good")


def _number(number: int) -> Span:
    return span(figures.count(number), "warn" if number else "faint")


SOURCES_AT_A_GLANCE: tuple[Column[SourceRow], ...] = (
    Column("", 1, lambda row: span(*_SIGNS.get(row.state, ("?", "quiet")))),
    Column("FILE", 12, lambda row: span(PurePosixPath(row.path).name or row.path), grow=1),
    Column("LAG", 5, lambda row: _lag(row), right=True),
    Column("SEEN", 5, lambda row: _coverage(row), right=True),
    Column("EVENTS", 8, lambda row: span(figures.count(row.events)), right=True),
    Column("ALERTS", 6, lambda row: span(figures.count(row.alerts), "strong" if row.alerts else "faint"), right=True),
)

DEAD_LETTERS: tuple[Column[DeadLetterRow], ...] = (
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.at))),
    Column("FILE", 16, lambda row: span(PurePosixPath(row.source_path).name)),
    Column("OFFSET", 10, lambda row: _quiet(figures.count(row.source_offset)), right=True),
    Column("BYTES", 7, lambda row: _quiet(figures.count(row.source_len)), right=True),
    Column("REASON", 16, lambda row: preview(row.reason, "warn"), grow=1),
    Column("BEGINNING", 10, lambda row: preview(row.excerpt, "quiet"), grow=1, from_width=100),
)

AUDIT: tuple[Column[AuditRow], ...] = (
    Column("NO", 6, lambda row: _quiet(str(row.seq)), right=True),
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.at))),
    Column("ACTOR", 10, lambda row: span(row.actor)),
    Column("ROLE", 9, lambda row: _quiet(row.role), from_width=100),
    Column("ACTION", 18, lambda row: span(row.action, "accent")),
    Column("RESULT", 7, lambda row: span(row.result, _RESULT_STYLES.get(row.result, "quiet"))),
    Column("OBJECT", 12, lambda row: preview(row.object), grow=1),
    Column("REASON", 12, lambda row: preview(row.reason, "quiet"), grow=2, from_width=100),
    Column("HASH", 12, lambda row: _quiet(row.hash), from_width=118),
)

TOOK_PART: tuple[Column[EventRow], ...] = (
    Column("TIME UTC", 14, lambda row: _quiet(figures.stamp(row.ts))),
    Column("KIND", 11, lambda row: span(row.kind, "quiet" if row.kind == "message" else "")),
    Column("SPEAKER", 10, lambda row: speaker(row.role, row.tool_name)),
    Column("USER", 12, lambda row: _quiet(row.user_id), from_width=100),
    Column("TEXT", 20, lambda row: _text(row), grow=1),
)

_SILENCE_STATES = {"holds": "warn", "expired": "faint", "ended": "faint"}
_NAMES = {
    "user_id": "user",
    "conversation_id": "conversation",
    "source_path": "file",
    "tool_name": "tool",
    "level": "level",
    "app": "app",
    "model": "model",
    "trust": "trust",
    "rule_id": "rule",
}


def demand(silence: SilenceRow) -> str:
    """What a silence is about, in a line."""
    named = [f"{_NAMES.get(one.field, one.field)} {one.value}" for one in silence.demands if one.field != "rule_id"]
    rules = [silence.rule_title or f"rule {one.value}" for one in silence.demands if one.field == "rule_id"]
    return " · ".join([*named, *rules])


SILENCES: tuple[Column[SilenceRow], ...] = (
    Column("STATE", 7, lambda row: span(row.state, _SILENCE_STATES.get(row.state, "quiet"))),
    Column("WHAT IS NOT SHOWN", 24, lambda row: preview(demand(row), "" if row.state == "holds" else "quiet"), grow=3),
    Column("UNTIL UTC", 14, lambda row: _quiet(figures.stamp(row.until if row.ended_at is None else row.ended_at))),
    Column("HIDDEN", 7, lambda row: _raised(row.hidden), right=True),
    Column("BY", 10, lambda row: span(row.author)),
    Column("SINCE", 14, lambda row: _quiet(figures.stamp(row.created_at)), from_width=118),
    Column("REASON", 14, lambda row: preview(row.reason, "quiet"), grow=2, from_width=100),
    Column("ENDED BY", 10, lambda row: _quiet(row.ended_by), from_width=140),
    Column("ID", 12, lambda row: _quiet(row.silence_id), from_width=140),
)

_RULE_STATES = {"on": "good", "off": "warn", "broken": "bad", "changed": "warn"}


def rule_state(name: str) -> Span:
    """Whether a rule runs, and whether it is what the file says."""
    return span(name, _RULE_STATES.get(name, "quiet"))


CHOICE_OF_RULES: tuple[Column[RuleRow], ...] = (
    Column("LVL", 3, lambda row: level(row.level or None)),
    Column("RULE", 22, lambda row: preview(row.title, "" if row.state == "on" else "quiet"), grow=1),
    Column("KIND", 11, lambda row: _quiet(row.kind.replace("_", " "))),
)

RULES: tuple[Column[RuleRow], ...] = (
    Column("LVL", 3, lambda row: level(row.level or None)),
    Column("STATE", 7, lambda row: rule_state(row.state)),
    Column("RULE", 22, lambda row: preview(row.title, "" if row.state == "on" else "quiet"), grow=3),
    Column("KIND", 11, lambda row: _quiet(row.kind.replace("_", " "))),
    Column("24 H", 6, lambda row: _raised(row.alerts_24h), right=True),
    Column("ALL", 8, lambda row: _raised(row.alerts), from_width=118, right=True),
    Column("LAST ALERT", 14, lambda row: _quiet(figures.stamp(row.last_alert_at))),
    Column("RIGHT", 5, lambda row: _precision(row), right=True),
    Column("LEFT OUT", 8, lambda row: _number(row.left_out), from_width=100, right=True),
    Column("UNSEEN", 8, lambda row: _number(row.not_evaluable), from_width=100, right=True),
    Column("NOTE", 16, lambda row: preview(row.why, "warn"), grow=3, from_width=118),
    Column("FILE", 24, lambda row: file_name(row.path), from_width=160),
)


def _precision(row: RuleRow) -> Span:
    """How often it was right, of the incidents that were closed."""
    if row.precision is None:
        return span("–", "faint")
    return span(f"{row.precision:.0%}", "warn" if row.precision < 0.5 else "good")


def _raised(number: int) -> Span:
    return span(figures.count(number), "strong" if number else "faint")
