"""An incident as its changes add up to it."""

from dataclasses import dataclass, field

from llmsec_tui.incidents.states import Disposition, RunState, State, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A step to be done, and whether it was."""

    task: int
    text: str
    rule_id: str
    remedy: str
    came_with: str = ""
    """The incident that was merged into this one and brought it."""
    state: TaskState = TaskState.OPEN
    by: str = ""
    at: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A raw record that is evidence."""

    pin: int
    event_id: str
    source_id: str
    source_path: str
    source_offset: int
    source_len: int
    sha256: str
    note: str
    by: str
    at: int
    checked_at: int | None = None
    result: str = ""
    """intact | changed | cut | gone | unreadable; empty before the first check"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A remedy that was run or rehearsed."""

    run: int
    remedy: str
    rehearsal: bool
    what: str
    digest: str
    task: int | None
    by: str
    at: int
    state: RunState = RunState.RUNNING
    ended_at: int | None = None
    exit_code: int | None = None
    output_bytes: int = 0
    output_sha256: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long something may take, and how it went."""

    name: str
    within: int
    """Microseconds."""
    duty: bool
    began_at: int
    paused_before: int = 0
    """Microseconds that the incident had been pending when the clock began."""
    met_at: int | None = None
    paused_at_met: int | None = None
    """As ``paused_before``, when it was met: what is pending later does not move what was due then."""
    breached_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Times are microseconds since 1970 UTC."""

    incident_id: str
    """``INC-12``"""
    number: int
    seq: int
    """Of its last event."""
    version: int
    """Goes up with each event that a stale view must not act over; see ``acts.COUNTED``."""
    title: str
    how: str
    state: State
    before: State | None = None
    """To return to from ``pending`` and ``merged``."""
    before_hold: State | None = None
    """To return to from ``pending``, also when it was merged while it was pending."""
    level: str
    level_set: bool = False
    """A person said so; else it is the highest of its alerts."""
    level_alone: str = ""
    """Its level when it has no alerts: what it was when the last was withdrawn."""
    owner: str = ""
    owner_at: int | None = None
    """When its owner last did anything to it, counted for the version or not, or became its owner."""
    watchers: tuple[str, ...] = ()
    opened_at: int
    opened_by: str
    last_at: int
    """Of its last event."""
    changed_at: int
    """The last act that counts for the version, by whom and which."""
    changed_by: str
    changed: str
    first_event_at: int | None = None
    first_alert_at: int | None = None
    acknowledged_at: int | None = None
    """For the first time, as the next ones."""
    contained_at: int | None = None
    resolved_at: int | None = None
    closed_at: int | None = None
    """For the last time; None when it is not closed."""
    held_at: int | None = None
    """Since when it is pending."""
    pending_us: int = 0
    """How long it was pending, the current time not included."""
    pending_to_contained: int = 0
    """How much of that lay before ``contained_at``, and ..."""
    pending_to_resolved: int = 0
    """... before ``resolved_at``."""
    reopened: int = 0
    reopened_at: int | None = None
    """For the last time."""
    pending_to_reopened: int = 0
    """How much of ``pending_us`` lay before that."""
    disposition: Disposition | None = None
    closing_note: str = ""
    duplicate_of: str = ""
    merged_into: str = ""
    absorbed: tuple[str, ...] = ()
    """Incidents whose alerts are here now."""
    follows: str = ""
    links: tuple[str, ...] = ()
    n_alerts: int = 0
    levels: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    pins: tuple[Pin, ...] = ()
    runs: tuple[Run, ...] = ()
    clocks: tuple[Clock, ...] = ()
    breaches: int = 0
    """How many times it missed a clock, also one that was set anew since."""
    n_notes: int = 0
    n_tasks: int = 0
    """Ever made: the next has the number after it."""
    n_pins: int = 0
    """Ever made: the next has the number after it."""
