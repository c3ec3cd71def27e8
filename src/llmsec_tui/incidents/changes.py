"""Everything that can happen to an incident, each kind a small message; an incident is what its changes add up to.

Changes are kept for ever, as JSON. A field is added with a default, never renamed, and no kind is taken away.
Times are microseconds since 1970 UTC.
"""

from msgspec import Struct

from llmsec_tui.incidents.states import Disposition, RunState, State


class Share(Struct, frozen=True, kw_only=True):
    """What some alerts bring to an incident, so that they can be counted in and out again."""

    alert_ids: list[str]
    levels: dict[str, int]
    """How many there are of each level."""
    rules: dict[str, int]
    """How many there are of each rule."""
    keys: dict[str, int]
    """How many have each key; see ``incidents/keys.py``."""


class Limit(Struct, frozen=True, kw_only=True):
    """How long something may take, by the policy that held when the clock was set."""

    clock: str
    """acknowledge | contain | resolve, or the name of a duty"""
    within: int
    """Microseconds."""
    duty: bool = False
    """A duty by law: it never stands still."""


class NewTask(Struct, frozen=True, kw_only=True):
    """A step to be done."""

    task: int
    """1 for the incident's first."""
    text: str
    rule_id: str = ""
    """Whose playbook it is from; empty when a person added it."""
    remedy: str = ""
    """The name of the remedy that does it; empty when a person has to."""


class Opened(Struct, frozen=True, kw_only=True, tag="opened"):
    how: str
    """level | risk | correlation | person | split"""
    title: str
    level: str
    share: Share
    limits: list[Limit]
    tasks: list[NewTask] = []
    first_event_at: int | None = None
    """When the earliest event of its alerts was."""
    first_alert_at: int | None = None
    follows: str = ""
    """The closed incident that would have had these alerts were it open, or that it was split from."""
    owner: str = ""
    """Who has it from its beginning: the one who had the incident that it was split from."""
    note: str = ""


class AlertsJoined(Struct, frozen=True, kw_only=True, tag="alerts_joined"):
    share: Share
    tasks: list[NewTask] = []
    first_event_at: int | None = None
    """Of these alerts."""
    limits: list[Limit] = []
    """Given when these alerts raise its level: what holds for the service clocks from now on, as with ``LevelSet``."""
    note: str = ""
    """When a person added them."""


class AlertsWithdrawn(Struct, frozen=True, kw_only=True, tag="alerts_withdrawn"):
    """Later events proved them wrong."""

    share: Share


class Acknowledged(Struct, frozen=True, kw_only=True, tag="acknowledged"):
    owner: str
    note: str = ""


class AcknowledgementTimedOut(Struct, frozen=True, kw_only=True, tag="acknowledgement_timed_out"):
    owner: str
    """Who had it, and has it no more."""


class TakenOver(Struct, frozen=True, kw_only=True, tag="taken_over"):
    owner: str
    before: str
    note: str


class Assigned(Struct, frozen=True, kw_only=True, tag="assigned"):
    owner: str
    before: str
    note: str = ""


class HandedOver(Struct, frozen=True, kw_only=True, tag="handed_over"):
    """As assigned, at the end of a shift."""

    owner: str
    before: str
    note: str = ""


class Moved(Struct, frozen=True, kw_only=True, tag="moved"):
    """Into another state by the act of that name: investigate, contain, resolve, hold, resume."""

    act: str
    state: State
    note: str = ""


class Closed(Struct, frozen=True, kw_only=True, tag="closed"):
    disposition: Disposition
    note: str
    duplicate_of: str = ""
    waived: list[int] = []
    """Tasks that were still open and are left out, for the reason of the note."""


class Reopened(Struct, frozen=True, kw_only=True, tag="reopened"):
    owner: str
    note: str
    limits: list[Limit]
    """Its clocks start anew."""


class MergedInto(Struct, frozen=True, kw_only=True, tag="merged_into"):
    into: str
    note: str = ""


class Absorbed(Struct, frozen=True, kw_only=True, tag="absorbed"):
    """The other side of ``MergedInto``."""

    incident: str
    share: Share
    tasks: list[NewTask] = []


class Unmerged(Struct, frozen=True, kw_only=True, tag="unmerged"):
    from_: str
    share: Share
    """What comes back: what it had, less what was withdrawn or split off since."""
    note: str = ""


class GaveBack(Struct, frozen=True, kw_only=True, tag="gave_back"):
    """The other side of ``Unmerged``."""

    incident: str
    share: Share


class SplitOff(Struct, frozen=True, kw_only=True, tag="split_off"):
    """Some of its alerts are an incident of their own now."""

    into: str
    share: Share
    note: str = ""


class Linked(Struct, frozen=True, kw_only=True, tag="linked"):
    to: str
    note: str = ""


class Unlinked(Struct, frozen=True, kw_only=True, tag="unlinked"):
    to: str
    note: str = ""


class LevelSet(Struct, frozen=True, kw_only=True, tag="level_set"):
    level: str
    note: str
    limits: list[Limit]
    """What holds for the service clocks from now on, counted from when they began."""


class Retitled(Struct, frozen=True, kw_only=True, tag="retitled"):
    title: str


class Watched(Struct, frozen=True, kw_only=True, tag="watched"):
    watcher: str


class Unwatched(Struct, frozen=True, kw_only=True, tag="unwatched"):
    watcher: str


class Noted(Struct, frozen=True, kw_only=True, tag="noted"):
    note: str


class Marked(Struct, frozen=True, kw_only=True, tag="marked"):
    """A moment on its timeline that somebody names."""

    when: int
    text: str


class Pinned(Struct, frozen=True, kw_only=True, tag="pinned"):
    """A raw record as evidence."""

    pin: int
    """1 for the incident's first."""
    event_id: str
    source_id: str
    source_path: str
    source_offset: int
    source_len: int
    sha256: str
    """Of the record's bytes, in hexadecimal digits."""
    note: str = ""


class Unpinned(Struct, frozen=True, kw_only=True, tag="unpinned"):
    pin: int
    note: str


class PinsChecked(Struct, frozen=True, kw_only=True, tag="pins_checked"):
    """The files were read again."""

    results: dict[str, str]
    """By the pin's number: intact | changed | cut | gone | unreadable"""


class TaskAdded(Struct, frozen=True, kw_only=True, tag="task_added"):
    task: NewTask


class TaskDone(Struct, frozen=True, kw_only=True, tag="task_done"):
    task: int
    note: str = ""


class TaskWaived(Struct, frozen=True, kw_only=True, tag="task_waived"):
    task: int
    note: str


class TaskReopened(Struct, frozen=True, kw_only=True, tag="task_reopened"):
    task: int
    note: str = ""


class RunStarted(Struct, frozen=True, kw_only=True, tag="run_started"):
    """A remedy, or its rehearsal."""

    run: int
    """1 for the incident's first."""
    remedy: str
    rehearsal: bool
    what: str
    """The command or request with everything filled in."""
    digest: str
    """SHA-256 of exactly what is run; a remedy runs only as it was rehearsed."""
    task: int | None = None
    """The task that it does."""
    note: str = ""


class RunEnded(Struct, frozen=True, kw_only=True, tag="run_ended"):
    run: int
    state: RunState
    exit_code: int | None
    """Of a command; the status of a webhook."""
    took_us: int
    output_bytes: int
    """All that it wrote, kept or not."""
    output_sha256: str
    """Of what is kept."""
    told: str
    """In a sentence."""


class DutyStarted(Struct, frozen=True, kw_only=True, tag="duty_started"):
    """A clock by law runs from when somebody became aware."""

    limit: Limit
    aware_at: int
    note: str = ""


class DutyAmended(Struct, frozen=True, kw_only=True, tag="duty_amended"):
    clock: str
    aware_at: int
    note: str


class DutyMet(Struct, frozen=True, kw_only=True, tag="duty_met"):
    """Reported, or found not to apply: the note says which."""

    clock: str
    note: str


class Breached(Struct, frozen=True, kw_only=True, tag="breached"):
    clock: str
    due_at: int


class Told(Struct, frozen=True, kw_only=True, tag="told"):
    """Somebody was notified, or could not be."""

    channel: str
    about: str
    """The kind of the change that it was about."""
    delivered: bool
    why: str = ""


class Exported(Struct, frozen=True, kw_only=True, tag="exported"):
    formats: list[str]
    manifest_sha256: str


Change = (
    Opened
    | AlertsJoined
    | AlertsWithdrawn
    | Acknowledged
    | AcknowledgementTimedOut
    | TakenOver
    | Assigned
    | HandedOver
    | Moved
    | Closed
    | Reopened
    | MergedInto
    | Absorbed
    | Unmerged
    | GaveBack
    | SplitOff
    | Linked
    | Unlinked
    | LevelSet
    | Retitled
    | Watched
    | Unwatched
    | Noted
    | Marked
    | Pinned
    | Unpinned
    | PinsChecked
    | TaskAdded
    | TaskDone
    | TaskWaived
    | TaskReopened
    | RunStarted
    | RunEnded
    | DutyStarted
    | DutyAmended
    | DutyMet
    | Breached
    | Told
    | Exported
)


class IncidentEvent(Struct, frozen=True, kw_only=True):
    """One change of one incident: who, when, by which command."""

    incident_id: str
    seq: int
    """1 for the incident's first; without gaps."""
    at: int
    """Never before the event before it, even when the host's clock was set back."""
    actor: str
    """``llmsec-tui`` for what happens by itself."""
    change: Change
    command_id: str = ""
