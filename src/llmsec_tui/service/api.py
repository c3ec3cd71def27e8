"""Everything that can be asked of a collector: named queries and commands, their replies, and the rows inside them.

One frame on the wire is a 4-byte big-endian length and a msgpack body. A request is ``Request``, an answer ``Answer``.
Both sides import this module, so a question and its answer are checked types from the socket to the pane.

Times are microseconds since 1970 UTC. Texts are raw: whoever shows them passes them through ``llmsec_tui.text``.
"""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.alert_rows import AlertRow as AlertRow
from llmsec_tui.service.asks import PAGE_LIMIT as PAGE_LIMIT
from llmsec_tui.service.asks import Ask as Ask
from llmsec_tui.service.asks import Command as Command
from llmsec_tui.service.asks import Done as Done
from llmsec_tui.service.asks import Query as Query
from llmsec_tui.service.explain_api import Explain
from llmsec_tui.service.rule_api import DisableRule, EnableRule, GetRule, ListRules, ReloadRules
from llmsec_tui.service.silence_api import AddSilence, EndSilence, ListSilences, PreviewSilence, SilenceRow


class AlertAct(Struct, frozen=True, kw_only=True):
    """One thing that somebody did to an alert."""

    at: int
    actor: str
    act: str
    note: str


class AlertDetail(Struct, frozen=True, kw_only=True):
    """An alert with all that is needed to understand it."""

    row: AlertRow
    reason: str
    description: str
    false_positives: list[str]
    references: list[str]
    playbook: list[str]
    tags: list[str]
    rule_version: str
    rule_path: str
    field: str
    spans: list[tuple[int, int]]
    """In characters of the event's raw text."""
    decoded_by: str | None
    decoded_text: str | None
    format: str
    source_offset: int
    source_len: int
    record_sha256: str
    acts: list[AlertAct]
    others: list[AlertRow]
    """Other alerts of the same conversation, newest first, at most 20."""
    group_key: str | None = None
    """Of a rule over time: its group as a JSON object. The next ones are of such rules too."""
    began: int | None = None
    """When the first event that took part was."""
    n_events: int | None = None
    """How many events took part; None for a rule that looks at single events."""
    event_ids: list[str] = []
    """Those that took part, at most 100, the newest last."""
    in_group: int = 1
    """How many alerts are shown in its group, itself included."""
    stands_for: dict[str, int] = {}
    """How many alerts are not shown because this one is, by what suppressed them."""
    kept_by: AlertRow | None = None
    """The alert because of which this one is not shown."""
    silence: SilenceRow | None = None
    """The silence because of which it is not shown."""


class EventRow(Struct, frozen=True, kw_only=True):
    """One line of an event list; ``text`` is cut to the length asked for."""

    seq: int
    event_id: str
    ts: int | None
    kind: str
    role: str | None
    trust: str | None
    tool_name: str | None
    conversation_id: str | None
    user_id: str | None
    app: str | None
    model: str | None
    format: str
    source_path: str
    content_state: str
    text: str
    n_chars: int
    """Length of the whole text."""
    alert_level: str | None
    """Highest level among the alerts on this event."""


class EventDetail(Struct, frozen=True, kw_only=True):
    """Every field of one event that is set, by its column's name, and its text."""

    row: EventRow
    fields: dict[str, str]
    alerts: list[AlertRow]


class SourceRow(Struct, frozen=True, kw_only=True):
    """One followed file."""

    source_id: str
    path: str
    format: str
    state: str
    """following | waiting | unreadable | gone | done"""
    problem: str
    size: int
    offset: int
    lag_bytes: int
    lag_s: float
    """Age of the oldest byte that is written and not yet committed; 0 when caught up."""
    records: int
    events: int
    dead_letters: int
    alerts: int
    unknown: dict[str, int]
    """Records that no mapping knows, by type name."""
    content_yes: int
    """Content-bearing events whose content detectors can see."""
    content_no: dict[str, int]
    """Content-bearing events whose content they can't, by reason."""
    last_event_at: int | None


class DeadLetterRow(Struct, frozen=True, kw_only=True):
    """Bytes that could not be read."""

    seq: int
    source_path: str
    source_offset: int
    source_len: int
    reason: str
    excerpt: str
    at: int


class AuditRow(Struct, frozen=True, kw_only=True):
    """One record of the audit journal."""

    seq: int
    at: int
    actor: str
    uid: int
    role: str
    action: str
    object: str
    result: str
    """done | refused | failed"""
    reason: str
    hash: str


class RatePoint(Struct, frozen=True, kw_only=True):
    """What arrived in one bucket of wall-clock time."""

    at: int
    events: int
    alerts: int


class Overview(Struct, frozen=True, kw_only=True):
    """The first screen."""

    open_by_level: dict[str, int]
    """Alerts in state new, by level, as in all counts here those that are shown; every level is present."""
    acknowledged: int
    dismissed: int
    withdrawn: int = 0
    suppressed: int = 0
    """Alerts that are not shown, whatever their state."""
    events: int
    conversations: int
    dead_letters: int
    events_per_s: float
    """Over the last ten seconds."""
    bucket_s: int
    rate: list[RatePoint]
    """Oldest first, gaps filled with zeros."""
    sources: list[SourceRow]
    latest: list[AlertRow]


class Status(Struct, frozen=True, kw_only=True):
    """Who serves, from where, and how it is."""

    pid: int
    version: str
    store: str
    started_at: int
    now: int
    user: str
    role: str
    capabilities: list[str]
    rules: int
    rules_version: str
    watching: list[str]
    alerts_seq: int
    """Highest alert so far: a console that polls this knows when to look again."""
    events_seq: int
    audit_seq: int
    problem: str
    """A sentence when something is wrong with the collector itself (disk full, rules broken), else empty."""
    rules_off: int = 0
    """How many of the rules somebody turned off."""
    silences: int = 0
    """How many silences hold."""
    silenced: int = 0
    """How many alerts these have hidden."""


class AlertPage(Struct, frozen=True, kw_only=True):
    """Newest first."""

    rows: list[AlertRow]
    total: int
    """Rows that match the filter, on all pages."""
    suppressed: int = 0
    """Further alerts that match it and are not shown; 0 when the filter says what it wants of those."""


class EventPage(Struct, frozen=True, kw_only=True):
    """Newest first for lists, oldest first for a conversation."""

    rows: list[EventRow]
    total: int


class AuditPage(Struct, frozen=True, kw_only=True):
    """Newest first."""

    rows: list[AuditRow]
    total: int


class DeadLetterPage(Struct, frozen=True, kw_only=True):
    """Newest first."""

    rows: list[DeadLetterRow]
    total: int


class SourceList(Struct, frozen=True, kw_only=True):
    """All followed files."""

    rows: list[SourceRow]


class GetStatus(Query[Status], frozen=True, kw_only=True, tag="status"):
    capability: ClassVar[str] = "status.read"
    reply: ClassVar[type] = Status


class GetOverview(Query[Overview], frozen=True, kw_only=True, tag="overview"):
    capability: ClassVar[str] = "overview.read"
    reply: ClassVar[type] = Overview
    buckets: int = 60
    bucket_s: int = 60


class ListAlerts(Query[AlertPage], frozen=True, kw_only=True, tag="alerts.list"):
    """``before``/``after`` are exclusive bounds on ``seq``: before=S gives older ones, after=S the next newer ones.

    Suppressed alerts are left out, unless the filter says what it wants of them.
    """

    capability: ClassVar[str] = "alerts.read"
    reply: ClassVar[type] = AlertPage
    filter: str = ""
    grouped: bool = False
    """One row for each group: its newest alert."""
    before: int | None = None
    after: int | None = None
    limit: int = 100


class GetAlert(Query[AlertDetail], frozen=True, kw_only=True, tag="alerts.show"):
    capability: ClassVar[str] = "alerts.read"
    reply: ClassVar[type] = AlertDetail
    alert_id: str
    """The whole id or a prefix of at least four characters that only one alert has."""


class ListTookPart(Query[EventPage], frozen=True, kw_only=True, tag="alerts.events"):
    """The events that took part in an alert of a rule over time, oldest first; empty for other alerts."""

    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = EventPage
    alert_id: str
    text_chars: int = 200


class ListEvents(Query[EventPage], frozen=True, kw_only=True, tag="events.list"):
    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = EventPage
    filter: str = ""
    before: int | None = None
    after: int | None = None
    limit: int = 100
    text_chars: int = 200


class GetEvent(Query[EventDetail], frozen=True, kw_only=True, tag="events.show"):
    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = EventDetail
    event_id: str
    text_chars: int = 262_144


class GetConversation(Query[EventPage], frozen=True, kw_only=True, tag="conversation.show"):
    """The events around one event in its conversation, oldest first; without a conversation, in its file."""

    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = EventPage
    event_id: str
    before: int = 50
    after: int = 50
    text_chars: int = 16_384


class ListSources(Query[SourceList], frozen=True, kw_only=True, tag="sources.list"):
    capability: ClassVar[str] = "sources.read"
    reply: ClassVar[type] = SourceList


class ListDeadLetters(Query[DeadLetterPage], frozen=True, kw_only=True, tag="dead_letters.list"):
    capability: ClassVar[str] = "sources.read"
    reply: ClassVar[type] = DeadLetterPage
    before: int | None = None
    limit: int = 100


class ListAudit(Query[AuditPage], frozen=True, kw_only=True, tag="audit.list"):
    capability: ClassVar[str] = "audit.read"
    reply: ClassVar[type] = AuditPage
    filter: str = ""
    before: int | None = None
    after: int | None = None
    limit: int = 100


class AcknowledgeAlert(Command[Done], frozen=True, kw_only=True, tag="alerts.acknowledge"):
    """Take an alert: the actor becomes its owner. ``note`` may be empty."""

    capability: ClassVar[str] = "alerts.acknowledge"
    reply: ClassVar[type] = Done
    alert_id: str
    version: int
    note: str = ""


class DismissAlert(Command[Done], frozen=True, kw_only=True, tag="alerts.dismiss"):
    """Put an alert away. ``note`` must say why."""

    capability: ClassVar[str] = "alerts.dismiss"
    reply: ClassVar[type] = Done
    alert_id: str
    version: int
    note: str


class WatchPaths(Command[Done], frozen=True, kw_only=True, tag="sources.watch"):
    """Follow these files, directories or globs too (absolute paths)."""

    capability: ClassVar[str] = "sources.watch"
    reply: ClassVar[type] = Done
    paths: list[str]
    from_start: bool = False


class StopCollector(Command[Done], frozen=True, kw_only=True, tag="collector.stop"):
    capability: ClassVar[str] = "collector.stop"
    reply: ClassVar[type] = Done


AnyAsk = (
    GetStatus
    | GetOverview
    | ListAlerts
    | GetAlert
    | ListTookPart
    | ListEvents
    | GetEvent
    | GetConversation
    | ListSources
    | ListDeadLetters
    | ListAudit
    | AcknowledgeAlert
    | DismissAlert
    | WatchPaths
    | StopCollector
    | ListRules
    | GetRule
    | DisableRule
    | EnableRule
    | ReloadRules
    | ListSilences
    | PreviewSilence
    | AddSilence
    | EndSilence
    | Explain
)


class Request(Struct, frozen=True, kw_only=True):
    """One frame to the collector."""

    id: int
    """Chosen by the client; the answer carries it. Answers may overtake each other."""
    ask: AnyAsk
    deadline_ms: int = 5_000


class Refusal(Struct, frozen=True, kw_only=True):
    """Why there is no reply: ``kind`` is the name of an error class of ``llmsec_tui.errors``."""

    kind: str
    message: str
    hint: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """One frame from the collector: either ``reply`` (msgpack of the ask's reply type) or ``refusal``."""

    id: int
    reply: bytes = b""
    refusal: Refusal | None = None
