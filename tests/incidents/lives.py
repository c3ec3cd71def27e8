"""What incidents live through: legal steps at times that jump both ways."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from tests.incidents.parts import DUTY, HOUR, LIMITS, MINUTE, NOW

from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.changes import Change, IncidentEvent
from llmsec_tui.incidents.clocks import by_itself
from llmsec_tui.incidents.fold import record, replay
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.policy import Times
from llmsec_tui.incidents.states import Disposition, State

TIMES = Times(acknowledge=15 * MINUTE, contain=HOUR, resolve=8 * HOUR, hold_acknowledged=30 * MINUTE)

ACK: Change = c.Acknowledged(owner="alice")
HOLD: Change = c.Moved(act="hold", state=State.PENDING, note="vendor")
RESUME: Change = c.Moved(act="resume", state=State.ACKNOWLEDGED)
CONTAIN: Change = c.Moved(act="contain", state=State.CONTAINED, note="revoked")
CLOSE: Change = c.Closed(disposition=Disposition.TRUE_POSITIVE, note="done")
REOPEN: Change = c.Reopened(owner="bob", note="again", limits=LIMITS)

_WORKED_ON = (State.ACKNOWLEDGED, State.INVESTIGATING, State.CONTAINED)
_STEPS: Sequence[tuple[Sequence[State], Change]] = (
    ((State.NEW,), ACK),
    (_WORKED_ON, HOLD),
    ((State.ACKNOWLEDGED, State.INVESTIGATING), CONTAIN),
    (_WORKED_ON, c.Moved(act="resolve", state=State.RESOLVED, note="done")),
    ((State.ACKNOWLEDGED, State.RESOLVED), c.Moved(act="investigate", state=State.INVESTIGATING)),
    ((*_WORKED_ON, State.RESOLVED, State.NEW), CLOSE),
    ((State.RESOLVED, State.CLOSED), REOPEN),
    (tuple(State), c.Noted(note="hm")),
)
STEPS = st.lists(st.tuples(st.integers(0, 999), st.integers(-3 * HOUR, 6 * HOUR)), min_size=10, max_size=40)
"""Which of the steps that are possible is taken, and how far the host's clock goes before that (µs)."""


@dataclass(frozen=True, slots=True)
class Life:
    """What one incident went through."""

    incident: Incident
    events: list[IncidentEvent]
    now: int
    """What the host's clock said in the end."""

    @property
    def opened_at(self) -> int:
        return self.events[0].at

    @property
    def state(self) -> str:
        return self.incident.state.value


def lived(steps: Sequence[tuple[int, int]], number: int = 1) -> Life:
    """The life of an incident that went through those steps."""
    opening = c.Opened(
        how="level",
        title="System prompt leaked",
        level="high",
        share=c.Share(alert_ids=[], levels={}, rules={}, keys={}),
        limits=LIMITS,
    )
    events = [IncidentEvent(incident_id=f"INC-{number}", seq=1, at=NOW, actor="llmsec-tui", change=opening)]
    incident, now = replay(events), NOW
    incident, more = record(incident, [c.DutyStarted(limit=DUTY, aware_at=NOW)], at=now, actor="alice")
    events += more
    for which, passed in steps:
        now += passed
        possible = _possible(incident, now)
        incident, more = record(incident, possible[which % len(possible)], at=now, actor="alice")
        events += more
    return Life(incident, events, now)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Any such life."""
    return lived(draw(STEPS), draw(st.integers(1, 1_000_000)))


def _possible(incident: Incident, now: int) -> list[Sequence[Change]]:
    """What may happen next; a tick of the clock is always among it."""
    steps = [[change] for states, change in _STEPS if incident.state in states]
    back = incident.before or State.ACKNOWLEDGED
    resumed = [[c.Moved(act="resume", state=back)]] if incident.state is State.PENDING else []
    return [by_itself(incident, TIMES, now), *steps, *resumed]
