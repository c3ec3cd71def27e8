"""What consoles and the shell are shown of alerts, events, sources, the audit journal and the collector itself.

Times are microseconds since 1970 UTC; texts are raw.
"""

from msgspec import Struct

from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.silences.api import SilenceRow


class AlertAct(Struct, frozen=True, kw_only=True):
    """One thing that somebody did to an alert."""

    at: int
    actor: str
    act: str
    note: str


class RiskRow(Struct, frozen=True, kw_only=True):
    """How suspicious somebody has become: what their alerts added up to, less what has worn off since."""

    whose: str
    """user | conversation"""
    amount: float
    """What is left of it now."""
    added: float
    """What this alert added to it when it happened."""
    opens_at: float
    """An amount that opens an incident by itself."""
    half_life: int
    """In so many microseconds it falls to a half."""
    at: int
    """When the last event was that added to it."""


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
    campaign_id: str = ""
    """The campaign that it belongs to; empty when it can be part of none. The next three are of that campaign."""
    campaign_alerts: int = 0
    campaign_users: int = 0
    campaign_variants: int = 0
    environment: str | None = None
    """Where its event happened; of an evaluation attacks are expected."""
    revealed_until: int = 0
    """When its text is not shown in full to the asker any more; 0 unless they had it revealed."""
    risk: RiskRow | None = None
    """Of its user, or of its conversation where it has none; None where no alert of theirs has added to any."""


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


class Erasure(Struct, frozen=True, kw_only=True):
    """That the content of an event is gone for good."""

    at: int
    author: str
    reason: str


class EventDetail(Struct, frozen=True, kw_only=True):
    """Every field of one event that is set, by its column's name, and its text."""

    row: EventRow
    fields: dict[str, str]
    alerts: list[AlertRow]
    erased: Erasure | None = None
    revealed_until: int = 0
    """When its text is not shown in full to the asker any more; 0 unless they had it revealed."""


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
    os_user: str = ""
    """Whom the operating system knows the actor as; empty in records of the journal's first version."""
    session: str = ""
    """The login that it was done in; empty without one."""
    tty: str = ""


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
    closed: int = 0
    """With their incidents."""
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
    incidents_open: int = 0
    incidents_unowned: int = 0
    """Of these."""
    incidents_breached: int = 0
    """Of the open ones: those that missed a clock."""


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
    login: str = ""
    """What stands between the asker and an answer: empty for nothing | needed | locked. Then all else here is empty."""
    session: str = ""
    """The name of the asker's session; empty without a login."""
    content: str = ""
    """How much of what people and models wrote the asker sees: hidden | redacted | full"""
    protection: str = ""
    """One sentence: what this set-up protects, and what it does not."""
    sealed_seq: int = 0
    """The last record of the journal that a signed checkpoint covers."""
    anchor_seq: int = 0
    """The last one that somebody outside vouches for."""
    anchor_at: int = 0
    """When that was; 0 for never."""
    anchor: str = ""
    """Who vouches, or why nobody does."""
    signing: str = ""
    """Why nothing is signed; empty while it is."""


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
