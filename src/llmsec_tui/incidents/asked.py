"""An act that somebody asks for, with what was looked up for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from llmsec_tui.incidents.changes import IncidentEvent, Limit, NewTask, Pinned, RunStarted, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Only what the act needs is looked at. Numbers of tasks, pins and runs are given when it is decided."""

    act: str
    actor: str
    version: int = 0
    note: str = ""
    owner: str = ""
    disposition: str = ""
    incident: str = ""
    """The other incident, as ``INC-12``. Of a split: the new one."""
    level: str = ""
    title: str = ""
    task: int = 0
    pin: int = 0
    clock: str = ""
    when: int | None = None
    waive_open: bool = False
    share: Share | None = None
    """Of the alerts that move: those to add or to split off, all of the one to be merged, or all that it gets back."""
    first_event_at: int | None = None
    """Of these alerts, and ..."""
    first_alert_at: int | None = None
    """... when the first of them was raised."""
    tasks: Sequence[NewTask] = ()
    """Steps of the rules that are new with these alerts."""
    limits: Sequence[Limit] = ()
    """Of the service clocks for the level that it has or gets; of ``start_duty``: the duty."""
    record: Pinned | None = None
    results: Mapping[int, str] = field(default_factory=dict)
    """Of ``check_pins``, by the pin's number."""
    run: RunStarted | None = None
    since: Sequence[IncidentEvent] = ()
    """What counted for the version after ``version``, to be told when that is stale."""
