"""What consoles and the shell are shown of incidents. Times and spans are microseconds; texts are raw."""

from msgspec import Struct


class ClockRow(Struct, frozen=True, kw_only=True):
    """One clock of an incident."""

    name: str
    title: str
    duty: bool
    state: str
    """running | paused | met | breached (not met in time, and not met yet) | late (met after it was due)"""
    began_at: int
    due_at: int | None
    """None while it is paused."""
    left: int
    """Until it is due, as of ``now``; negative afterwards. Of a clock that was met: what had been left."""
    met_at: int | None


class IncidentRow(Struct, frozen=True, kw_only=True):
    """One line of the queue."""

    seq: int
    """Its place in the list in the order asked for, the last being 1; the key that pages go by."""
    incident_id: str
    title: str
    level: str
    state: str
    before: str
    """Where a pending or merged one was."""
    owner: str
    version: int
    opened_at: int
    opened_by: str
    how: str
    """level | risk | correlation | person | split"""
    last_at: int
    """Of the last thing that happened to it."""
    changed_at: int
    changed_by: str
    changed: str
    """The last act: when, by whom, which."""
    n_alerts: int
    n_tasks: int
    n_tasks_open: int
    n_notes: int
    n_pins: int
    clock: ClockRow | None
    """The one that is due next or was missed first; None when none runs."""
    breached: int
    """How many clocks it missed."""
    users: list[str]
    """At most three."""
    apps: list[str]
    n_users: int
    n_conversations: int
    watchers: list[str]
    viewers: list[str]
    """Who has it open now."""
    disposition: str
    merged_into: str
    reopened: int
    acts: list[str]
    """What can be done to it where it stands, by whoever has the capability; see ``incidents/acts.py``."""


class IncidentPage(Struct, frozen=True, kw_only=True):
    """In the order asked for."""

    rows: list[IncidentRow]
    total: int


class TaskRow(Struct, frozen=True, kw_only=True):
    task: int
    text: str
    rule_id: str
    rule_title: str
    remedy: str
    state: str
    """open | done | waived"""
    by: str
    at: int | None
    note: str


class PinRow(Struct, frozen=True, kw_only=True):
    pin: int
    event_id: str
    source_path: str
    source_offset: int
    source_len: int
    sha256: str
    note: str
    by: str
    at: int
    checked_at: int | None
    result: str
    """intact | changed | cut | gone | unreadable; empty before the first check"""


class RunRow(Struct, frozen=True, kw_only=True):
    run: int
    remedy: str
    title: str
    rehearsal: bool
    what: str
    task: int | None
    state: str
    """running | done | failed | timed_out | lost"""
    by: str
    at: int
    ended_at: int | None
    exit_code: int | None
    output_bytes: int
    told: str


class RelatedRow(Struct, frozen=True, kw_only=True):
    """Another incident, and what connects them."""

    row: IncidentRow
    relation: str
    """linked | follows | followed_by | merged_here | merged_into | duplicate_of | similar"""
    shared: list[str]
    """Keys that both have, such as ``user:alice``; at most 5."""


class RuleCount(Struct, frozen=True, kw_only=True):
    rule_id: str
    title: str
    n: int


class ConversationCount(Struct, frozen=True, kw_only=True):
    conversation_id: str
    app: str
    n: int
    """Alerts of the incident in it."""
    event_id: str
    """Of the latest of these: what GetConversation takes."""


class IncidentDetail(Struct, frozen=True, kw_only=True):
    """An incident with all that is needed to work on it. Alerts and timeline are pages of their own."""

    row: IncidentRow
    now: int
    clocks: list[ClockRow]
    tasks: list[TaskRow]
    pins: list[PinRow]
    runs: list[RunRow]
    rules: list[RuleCount]
    conversations: list[ConversationCount]
    """Those with most alerts first, at most 50."""
    related: list[RelatedRow]
    """At most 20."""
    playbook: list[str]
    description: str
    """Of the rule with most alerts."""
    first_event_at: int | None
    first_alert_at: int | None
    acknowledged_at: int | None
    contained_at: int | None
    resolved_at: int | None
    closed_at: int | None
    pending_us: int
    closing_note: str
    duplicate_of: str
    follows: str
    absorbed: list[str]
    content_share: float | None
    """Of the content-bearing events since it began, how many detectors could see; None when there are none."""


class TimelineRow(Struct, frozen=True, kw_only=True):
    """One moment."""

    seq: int
    """Its place on the whole timeline, 1 for the first; the key that pages go by."""
    at: int
    kind: str
    """event | alert | act | run | clock | mark | marker | configuration"""
    who: str
    what: str
    """A few words: the act, the rule's title, the speaker."""
    text: str
    """The note, the excerpt, the output."""
    level: str
    ref: str
    """The id of the alert or event, or empty."""


class Timeline(Struct, frozen=True, kw_only=True):
    """Newest first."""

    rows: list[TimelineRow]
    total: int
    left_out: int
    """Log events that are not on it, because there are too many between the alerts."""


class RemedyRow(Struct, frozen=True, kw_only=True):
    """Something that can be done about an incident from here."""

    name: str
    title: str
    kind: str
    """command | webhook"""
    what: str
    """The command or request with everything filled in."""
    missing: list[str]
    """What it needs and the incident does not have; then it cannot be run."""
    rehearsed_at: int | None
    """When exactly this was last rehearsed well; None: it has to be rehearsed first."""
    running: bool
    tasks: list[int]
    """Open tasks that it does."""


class RemedyList(Struct, frozen=True, kw_only=True):
    rows: list[RemedyRow]


class RunOutput(Struct, frozen=True, kw_only=True):
    """What a remedy wrote: its beginning and its end when it was long."""

    run: RunRow
    text: str
    cut: int
    """Bytes that are left out in the middle."""


class DutyRow(Struct, frozen=True, kw_only=True):
    """A clock by law that can be started."""

    name: str
    title: str
    within: int


class Desk(Struct, frozen=True, kw_only=True):
    """What holds for all incidents."""

    duties: list[DutyRow]
    dispositions: list[str]
    levels: list[str]
    most_at_once: int
    """How many things the asker's role may change with one bulk act."""
    people: list[str]
    """Who has ever done something here: what an owner can be completed from."""
    policy: str
    """Its file, or empty for what is shipped."""
    problem: str
    """Why the file is not in force; empty when it is."""
    open: int
    mine: int
    breached: int


class Present(Struct, frozen=True, kw_only=True):
    """Who else has an incident open, as ``user@tty``."""

    others: list[str]


class ItemResult(Struct, frozen=True, kw_only=True):
    """What a bulk act did to one thing."""

    name: str
    done: bool
    message: str


class BulkDone(Struct, frozen=True, kw_only=True):
    message: str
    results: list[ItemResult]
    audit_seq: int


class ExportedFile(Struct, frozen=True, kw_only=True):
    name: str
    content: bytes


class Bundle(Struct, frozen=True, kw_only=True):
    """Files to be written side by side; ``manifest.sha256`` is the last."""

    incident_id: str
    files: list[ExportedFile]
    message: str


class NotificationRow(Struct, frozen=True, kw_only=True):
    seq: int
    at: int
    incident_id: str
    channel: str
    about: str
    state: str
    """waiting | delivered | held (for quiet hours) | given_up"""
    attempts: int
    next_at: int | None
    why: str


class NotificationPage(Struct, frozen=True, kw_only=True):
    """Newest first."""

    rows: list[NotificationRow]
    total: int


class MarkerRow(Struct, frozen=True, kw_only=True):
    """Something that changed in the world outside, such as a deploy."""

    seq: int
    at: int
    kind: str
    text: str
    app: str
    author: str


class MarkerPage(Struct, frozen=True, kw_only=True):
    """Newest first."""

    rows: list[MarkerRow]
    total: int
