"""The real desk on a real store, for the state machine of ``tests/incidents``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from tests.incidents.desk_model import TIMES
from tests.incidents.parts import DUTY, NOW, ended
from tests.service.parts import actor as actor_of
from tests.store.parts import alert, batch, kept, message, named

from llmsec_tui.access import Actor
from llmsec_tui.errors import NotFound
from llmsec_tui.incidents.changes import IncidentEvent, RunStarted
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.policy import Duty, Policy
from llmsec_tui.incidents.policy_file import load
from llmsec_tui.incidents.states import LEVELS, RunState
from llmsec_tui.service.asks import Done
from llmsec_tui.service.desk.arrivals import Arrivals
from llmsec_tui.service.desk.desk import Acted, Desk
from llmsec_tui.service.incidents.api import ActOnIncident, OpenIncident
from llmsec_tui.store.commit import Memory, Withdrawal
from llmsec_tui.store.store import Store


def policy() -> Policy:
    """As shipped, but for times that are all the same, one duty, and risk that never suffices."""
    shipped = load(None)
    return replace(
        shipped,
        opening=replace(shipped.opening, levels=frozenset({"critical"}), risk=1e9),
        times=dict.fromkeys(LEVELS, TIMES),
        duties=(Duty(name=DUTY.clock, title="Report it", within=DUTY.within),),
    )


class _Remedies:
    """Start nothing: the machine says when and how runs end."""

    def started(self, actor: Actor, incident: Incident, remedy: str, rehearsal: bool) -> RunStarted:
        if not remedy:
            raise NotFound("There is no remedy ''; nothing was done.")
        return RunStarted(run=0, remedy=remedy, rehearsal=rehearsal, what=remedy, digest=f"digest of {remedy}")

    def launch(self, incident_id: str, run: int) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the store has, read once after each change."""

    incidents: dict[str, Incident]
    logs: dict[str, list[IncidentEvent]]
    alerts: dict[str, str]
    states: dict[str, str]


class DeskInStore:
    """Commands go the way of ``service/commands.py``: a reply is kept with its act, or neither is."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.told: list[IncidentEvent] = []
        """All that ``changed`` was called with, also of what was taken back."""
        self._path = folder / "store.duckdb"
        self._alert_ids: list[str] = []
        self._begin()

    def _begin(self) -> None:
        self.store = Store.open(self._path)
        in_force = policy()
        self._desk = Desk(self.store, lambda: in_force, lambda rule: [f"Look at {rule}"], self._told)
        self._desk.remedies = _Remedies()
        self._arrivals = Arrivals(self.store, self._desk)
        self._seen: _Seen | None = None

    def reopen(self) -> None:
        self.store.close()
        self._begin()

    def close(self) -> None:
        self.store.close()

    def incidents(self) -> Mapping[str, Incident]:
        return self._read().incidents

    def log(self, incident_id: str) -> Sequence[IncidentEvent]:
        seen = self._read()
        if incident_id not in seen.logs:
            seen.logs[incident_id] = self.store.incident_events(incident_id)
        return seen.logs[incident_id]

    def alerts(self) -> Mapping[str, str]:
        return self._read().alerts

    def states(self) -> Mapping[str, str]:
        """Of alerts."""
        return self._read().states

    def withdrawn(self) -> set[str]:
        return {alert_id for alert_id, state in self._read().states.items() if state == "withdrawn"}

    def arrive(self, level: str, rule: str, user: str) -> None:
        number = len(self._alert_ids) + 1
        conversation = f"c{number}"
        row = alert(
            number,
            level=level,
            confidence=1.0,
            rule_id=rule,
            user_id=user,
            conversation_id=conversation,
            ts=None,
            excerpt=f"Something else {number}",
        )
        event = message(f"Something else {number}", conversation, ts=None, user_id=user)
        self._alert_ids.append(row["alert_id"])
        self._arrivals.commit(batch([kept(number, event)], alerts=[row], at=self.now))
        self._seen = None

    def withdraw(self, alert_ids: Sequence[str]) -> None:
        withdrawn = [Withdrawal(alert_id, "It was wrong.") for alert_id in alert_ids]
        self._arrivals.commit(batch(at=self.now, memory=Memory(withdrawn=withdrawn)))
        self._seen = None

    def open(self, actor: str, command_id: str, alert_ids: Sequence[str]) -> str:
        ask = OpenIncident(command_id=command_id, alert_ids=list(alert_ids))
        return self._once(command_id, lambda: self._desk.open(actor_of(user=actor), ask, self.now))

    def act(self, actor: str, ask: ActOnIncident) -> str:
        return self._once(ask.command_id, lambda: self._desk.act(actor_of(user=actor), ask, self.now))

    def end_run(self, incident_id: str, run: int, state: RunState) -> None:
        self._desk.happened(incident_id, [ended(run, state)], self.now)
        self._seen = None

    def tick(self) -> None:
        self._desk.tick(self.now)
        self._seen = None

    def event(self, pick: int) -> str:
        """The id of one that is stored."""
        return named(1 + pick % len(self._alert_ids))

    def _once(self, command_id: str, act: Callable[[], Acted]) -> str:
        self._seen = None
        if (reply := self.store.recorded_reply(command_id)) is not None:
            return msgspec.msgpack.decode(reply, type=Done).message
        with self.store.transaction():
            acted = act()
            done = Done(message=acted.message, version=acted.incident.version)
            self.store.record_reply(command_id, msgspec.msgpack.encode(done), self.now)
        if acted.then is not None:
            acted.then()
        return done.message

    def _told(self, incident: Incident, events: Sequence[IncidentEvent]) -> None:
        self.told.extend(events)

    def _read(self) -> _Seen:
        if self._seen is None:
            names = [f"INC-{number}" for number in range(1, self.store.next_incident_number())]
            facts = self.store.alert_facts(self._alert_ids)
            found = self.store.incidents(names)
            assert list(found) == names
            self._seen = _Seen(
                found,
                {},
                {alert.alert_id: alert.incident_id or "" for alert in facts},
                {alert.alert_id: alert.state for alert in facts},
            )
        return self._seen
