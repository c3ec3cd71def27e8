"""What can be filtered: the fields of each list by the names that people type, and the SQL that asks for each.

``?`` in a fragment stands for the one parameter of its term. They are constants; what people type is never in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from llmsec_tui.events.model import Kind, Role, Trust
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.incidents.states import OPEN, Disposition, State

STATES = ("new", "acknowledged", "dismissed", "withdrawn", "closed")
"""Of alerts."""
DISPOSITIONS = tuple(Disposition)


class Asks(Enum):
    """How a field is compared."""

    PART = auto()
    """The value is somewhere in it."""
    WHOLE = auto()
    """It is the value."""
    LEVEL = auto()
    """As WHOLE, and by rank."""
    NUMBER = auto()
    """By size."""
    FLAG = auto()
    """It is a condition, and the value says ``yes``, ``no`` or ``any``."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a list."""

    key: str
    """Its name in a row."""
    asks: Asks
    sql: str
    """Column or constant expression."""
    inside: str = "?"
    """Where ``sql`` is not a column of the list itself: a fragment around the comparison."""
    choices: tuple[str, ...] = ()
    """All values there are; empty when there are too many to know."""


@dataclass(frozen=True, slots=True)
class View:
    """One list."""

    name: str
    fields: Mapping[str, Field]
    words: tuple[str, ...]
    """The fields that plain words are looked for in."""
    time: Field
    """What ``last:`` goes by, as microseconds in a row and as a TIMESTAMP in SQL."""
    texts: frozenset[str] = frozenset()
    """The fields that hold what people and models wrote."""
    people: Mapping[str, Field] = field(default_factory=dict)
    """The fields that hold users, each as it is compared with a list of them."""
    private: frozenset[str] = frozenset()
    """The fields that hold other things by which users are known."""
    nameless: Mapping[str, Field] = field(default_factory=dict)
    """What stands in the place of a field for those who do not see users."""

    def named(self, name: str) -> Field | None:
        """The field by the name that people type, or by the one that it has in the rows they are shown."""
        return self.fields.get(name) or next((field for field in self.fields.values() if field.key == name), None)


def _part(key: str, sql: str) -> Field:
    return Field(key, Asks.PART, sql)


def _whole(key: str, sql: str, choices: tuple[str, ...] = ()) -> Field:
    return Field(key, Asks.WHOLE, sql, choices=choices)


def _number(key: str, sql: str) -> Field:
    return Field(key, Asks.NUMBER, sql)


EVENT_APP = "e.service_name"
EVENT_MODEL = "coalesce(e.response_model, e.request_model)"

_GROUP_ID = """coalesce(
    a.group_id,
    (SELECT coalesce(other.group_id, other.alert_id) FROM alerts AS other WHERE other.alert_id = a.suppressed_ref),
    a.alert_id
)"""
GROUP = "concat_ws(' ', " + _GROUP_ID + ", a.group_key)"
"""The group that an alert is in, or that it would be in were it shown; and the group of a rule over time."""

_STATE_WORDS = " ".join(
    (
        "i.state IN (SELECT state FROM (VALUES",
        ", ".join(
            f"('{state}', '{word}')" for state in State for word in (state, "open" if state in OPEN else "ended")
        ),
        ") AS words(state, word) WHERE ?)",
    )
)
"""An incident's state by its own name, or by what it has in common with others."""

ALERTS = View(
    "alerts",
    {
        "id": _part("alert_id", "a.alert_id"),
        "rule": _part("rule_id", "a.rule_id"),
        "title": _part("title", "a.title"),
        "level": Field("level", Asks.LEVEL, "a.level", choices=LEVELS),
        "confidence": _number("confidence", "a.confidence"),
        "state": _whole("state", "a.state", STATES),
        "owner": _part("owner", "a.owner"),
        "incident": _whole("incident_id", "a.incident_id"),
        "disposition": _whole("disposition", "a.disposition", DISPOSITIONS),
        "event": _part("event_id", "a.event_id"),
        "conversation": _part("conversation_id", "a.conversation_id"),
        "user": _part("user_id", "a.user_id"),
        "app": _part("app", "a.app"),
        "model": _part("model", "a.model"),
        "format": _whole("format", "a.format"),
        "source": _part("source_path", "a.source_path"),
        "role": _whole("role", "a.role", tuple(Role)),
        "trust": _whole("trust", "a.trust", tuple(Trust)),
        "tool": _part("tool_name", "a.tool_name"),
        "tag": _part("tags", "array_to_string(a.tags, ' ')"),
        "text": _part("excerpt", "a.excerpt"),
        "reason": _part("reason", "a.reason"),
        "group": _part("group_id", GROUP),
        "suppressed": Field("suppressed_by", Asks.FLAG, "a.suppressed_by IS NOT NULL", choices=("yes", "no", "any")),
        "suppressed_by": _whole("suppressed_by", "a.suppressed_by", ("inhibited", "silenced", "duplicate")),
        "campaign": _whole("campaign_id", "a.campaign_id"),
        "variant": _whole("variant_id", "a.variant_id"),
        "silence": _part("suppressed_ref", "CASE WHEN a.suppressed_by = 'silenced' THEN a.suppressed_ref END"),
    },
    words=("title", "text", "rule", "user", "app", "tool", "source", "conversation", "id"),
    time=Field("raised_at", Asks.NUMBER, "a.raised_at"),
    texts=frozenset({"text", "reason"}),
    people={"user": Field("user_id", Asks.WHOLE, "a.user_id = ANY(?::VARCHAR[])")},
    nameless={"group": _part("group_id", _GROUP_ID)},
)
OF_SUPPRESSED = frozenset({"suppressed", "suppressed_by", "silence", "incident"})
"""The fields of alerts by which a filter says what it wants of those that are not shown. What is in an incident is
there whether it is shown or not."""

INCIDENTS = View(
    "incidents",
    {
        "id": _whole("incident_id", "i.incident_id"),
        "title": _part("title", "i.title"),
        "level": Field("level", Asks.LEVEL, "i.level", choices=LEVELS),
        "state": Field("state", Asks.WHOLE, "word", _STATE_WORDS, choices=(*State, "open", "ended")),
        "owner": _part("owner", "i.owner"),
        "owned": Field("owner", Asks.FLAG, "i.owner <> ''", choices=("yes", "no", "any")),
        "watcher": _part("watchers", "array_to_string(i.watchers, ' ')"),
        "disposition": _whole("disposition", "i.disposition", DISPOSITIONS),
        "user": _part("users", "array_to_string(i.users, ' ')"),
        "app": _part("apps", "array_to_string(i.apps, ' ')"),
        "conversation": _part("conversations", "array_to_string(i.conversations, ' ')"),
        "rule": _part("rules", "array_to_string(i.rules, ' ')"),
        "how": _whole("how", "i.how", ("level", "risk", "correlation", "person", "split")),
        "by": _part("opened_by", "i.opened_by"),
        "alerts": _number("n_alerts", "i.n_alerts"),
        "reopened": _number("reopened", "i.reopened"),
        "breached": Field("breached", Asks.FLAG, "i.breached > 0", choices=("yes", "no", "any")),
        "due": _number("due", "epoch(i.due_at) / 60 - $now / 60000000"),
        "follows": _whole("follows", "i.follows"),
    },
    words=("title", "id", "user", "app", "conversation", "rule", "owner"),
    time=Field("last_at", Asks.NUMBER, "i.last_at"),
    people={"user": Field("users", Asks.WHOLE, "list_has_any(i.users, ?::VARCHAR[])")},
)
"""``due`` is in minutes from now; ``breached`` whether a clock was ever missed."""
OF_ENDED = frozenset({"state", "disposition", "id"})
"""The fields of incidents by which a filter says what it wants of those that are closed or merged."""

EVENTS = View(
    "events",
    {
        "id": _part("event_id", "e.event_id"),
        "kind": _whole("kind", "e.kind", tuple(Kind)),
        "role": _whole("role", "e.role", tuple(Role)),
        "trust": _whole("trust", "e.trust", tuple(Trust)),
        "tool": _part("tool_name", "e.tool_name"),
        "conversation": _part("conversation_id", "e.conversation_id"),
        "user": _part("user_id", "e.user_id"),
        "ip": _part("source_ip", "e.source_ip"),
        "app": _part("app", EVENT_APP),
        "model": _part("model", EVENT_MODEL),
        "format": _whole("format", "e.format"),
        "source": _part("source_path", "e.source_path"),
        "content": _whole("content_state", "e.content_state"),
        "trace": _part("trace_id", "e.trace_id"),
        "error": _part("error_message", "concat_ws(' ', e.error_type, e.error_message)"),
        "verdict": _part("guardrail_verdict", "e.guardrail_verdict"),
        "tokens": _number("tokens", "coalesce(e.input_tokens, 0) + coalesce(e.output_tokens, 0)"),
        "cost": _number("cost_usd", "e.cost_usd"),
        "level": Field(
            "alert_level", Asks.LEVEL, "level", "e.event_id IN (SELECT event_id FROM alerts WHERE ?)", LEVELS
        ),
        "text": Field("text", Asks.PART, "text", "e.content_sha256 IN (SELECT content_sha256 FROM contents WHERE ?)"),
    },
    words=("text", "tool", "user", "conversation", "error", "id"),
    time=Field("ts", Asks.NUMBER, "coalesce(e.ts, e.committed_at)"),
    texts=frozenset({"text", "error"}),
    people={"user": Field("user_id", Asks.WHOLE, "e.user_id = ANY(?::VARCHAR[])")},
    private=frozenset({"ip"}),
)

AUDIT = View(
    "audit",
    {
        "actor": _part("actor", "j.actor"),
        "os_user": _part("os_user", "j.os_user"),
        "uid": _number("uid", "j.uid"),
        "role": _whole("role", "j.role"),
        "session": _part("session", "j.session"),
        "tty": _part("tty", "j.tty"),
        "action": _part("action", "j.action"),
        "object": _part("object", "j.object"),
        "result": _whole("result", "j.result", ("done", "refused", "failed")),
        "reason": _part("reason", "j.reason"),
        "seq": _number("seq", "j.seq"),
    },
    words=("actor", "role", "action", "object", "result", "reason"),
    time=Field("at", Asks.NUMBER, 'j."at"'),
)

CAMPAIGNS = View(
    "campaigns",
    {
        "id": _part("campaign_id", "campaign_id"),
        "title": _part("title", "title"),
        "level": Field("level", Asks.LEVEL, "level", choices=LEVELS),
        "alerts": _number("alerts", "alerts"),
        "open": _number("open_alerts", "open_alerts"),
        "users": _number("users", "users"),
        "conversations": _number("conversations", "conversations"),
        "variants": _number("variants", "variants"),
        "app": _part("apps", "apps"),
    },
    words=("title", "id", "app"),
    time=Field("last_at", Asks.NUMBER, "last_at"),
)

RULES = View(
    "rules",
    {
        "id": _part("rule_id", "rule_id"),
        "title": _part("title", "title"),
        "level": Field("level", Asks.LEVEL, "level", choices=LEVELS),
        "kind": _part("kind", "kind"),
        "state": _whole("state", "state", ("on", "off", "broken", "changed")),
        "alerts": _number("alerts_24h", "alerts_24h"),
        "precision": _number("precision", "precision"),
        "judged": _number("judged", "judged"),
        "tag": _part("tags", "tags"),
        "file": _part("path", "path"),
    },
    words=("title", "id", "kind", "state", "tag", "file"),
    time=Field("last_alert_at", Asks.NUMBER, "last_alert_at"),
)

SILENCES = View(
    "silences",
    {
        "id": _part("silence_id", "silence_id"),
        "state": _whole("state", "state", ("holds", "expired", "ended")),
        "author": _part("author", "author"),
        "reason": _part("reason", "reason"),
        "demands": _part("demands", "demands"),
        "rule": _part("rule_title", "rule_title"),
        "hidden": _number("hidden", "hidden"),
    },
    words=("demands", "rule", "author", "reason", "id"),
    time=Field("created_at", Asks.NUMBER, "created_at"),
    private=frozenset({"demands"}),
)

BEHAVIOUR = View(
    "behaviour",
    {
        "verdict": _whole("verdict", "verdict", ("drift", "watch", "steady", "insufficient", "absent", "no baseline")),
        "slice": _part("slice", "slice"),
        "metric": _part("metric", "metric"),
        "title": _part("title", "title"),
        "shape": _whole("shape", "shape", ("number", "rate", "mix")),
        "effect": _number("effect", "effect"),
        "n": _number("n", "n"),
    },
    words=("title", "slice", "metric"),
    time=Field("slow_since", Asks.NUMBER, "slow_since"),
)
"""Of the drift board; ``last:`` goes by since when something moves away slowly."""
