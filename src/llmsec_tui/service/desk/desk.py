"""The incident desk of a running collector: alerts come to it, people act at it, and time goes by.

It keeps nothing of incidents in memory. Each step reads what the store has, inside the transaction that writes what
comes of it; so a step that fails leaves no trace, and the next one is right.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from msgspec.structs import replace

from llmsec_tui.access import Actor
from llmsec_tui.audit.record import Facts
from llmsec_tui.incidents.changes import Change, RunStarted
from llmsec_tui.incidents.clocks import by_itself
from llmsec_tui.incidents.evidence import Result
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.service.desk.acting import Acting, LookedUp
from llmsec_tui.service.desk.book import WE, Book, Changed
from llmsec_tui.service.desk.evidence import check, pinned
from llmsec_tui.service.desk.steps import Playbook, Steps
from llmsec_tui.service.desk.taking import take, withdraw
from llmsec_tui.service.desk.words import facts, told
from llmsec_tui.service.incidents.api import ActOnIncident, OpenIncident
from llmsec_tui.store.alert_queries import PREFIX_LENGTH
from llmsec_tui.store.incident_rows import PREFIX, number_of
from llmsec_tui.store.store import Store

_REMEDIES = frozenset({"rehearse", "run"})
_MOST_TOLD = 5
"""Pins of which a reply says what became of them; the incident says it of all."""


class Remedies(Protocol):
    """What runs remedies."""

    def started(self, actor: Actor, incident: Incident, remedy: str, rehearsal: bool) -> RunStarted:
        """What a run will do. Raises ServiceError or NotFound when it cannot be run."""

    def launch(self, incident_id: str, run: int) -> None:
        """Begin the run of that number, which is on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What came of an act."""

    incident: Incident
    message: str
    before: Facts
    after: Facts
    then: Callable[[], None] | None = None
    """What is to be done once the act is on record."""


class Desk:
    """Any thread may use it; the store lets one at a time."""

    def __init__(self, store: Store, policy: Callable[[], Policy], playbook: Playbook, changed: Changed) -> None:
        """``changed`` is called with every incident that changed, inside the transaction that stores it."""
        self.remedies: Remedies | None = None
        """What runs remedies, where something does."""
        self._store = store
        self._policy = policy
        self._playbook = playbook
        self._changed = changed

    def take(self, alert_ids: Sequence[str], at: int) -> None:
        """Place alerts that were just stored: those that are shown and in no incident."""
        if alert_ids:
            with self._store.transaction():
                book = Book(self._store, at)
                take(self._store, self._steps(), book, alert_ids)
                book.write(self._changed)

    def withdrawn(self, alert_ids: Sequence[str], at: int) -> None:
        """Take alerts that turned out wrong out of their incidents."""
        if alert_ids:
            with self._store.transaction():
                book = Book(self._store, at)
                withdraw(self._store, book, alert_ids)
                book.write(self._changed)

    def open(self, actor: Actor, ask: OpenIncident, at: int) -> Acted:
        """Open an incident. Raises ServiceError or NotFound, and then nothing was done."""
        with self._store.transaction():
            book = Book(self._store, at, actor.user, ask.command_id)
            name = Acting(self._store, self._steps(), book).open(ask)
            incident = book.incident(name)
            book.write(self._changed)
        return Acted(incident=incident, message=told("open", incident), before={}, after=facts(incident))

    def look_up(self, ask: ActOnIncident) -> LookedUp:
        """What the act takes that may take long to look up, for :meth:`act`; to be called outside of transactions."""
        if ask.act == "pin":
            with closing(self._store.reader()) as reader:
                return LookedUp(record=pinned(reader, ask.event_id, ask.note))
        if ask.act == "check_pins" and (incident := self._store.incident(self.name(ask.incident_id))) is not None:
            found = check([pin for pin in incident.pins if ask.pin in (0, pin.pin)])
            places = {pin.pin: pin.source_path for pin in incident.pins}
            odd = [one.told for one in found if one.result is not Result.INTACT or one.path != places[one.pin]]
            return LookedUp(results={one.pin: one.result.value for one in found}, told=tuple(odd[:_MOST_TOLD]))
        return LookedUp()

    def act(self, actor: Actor, ask: ActOnIncident, at: int, looked_up: LookedUp | None = None) -> Acted:
        """Do one act. Raises StaleVersion, ServiceError or NotFound, and then nothing was done."""
        ask = self._named(ask)
        looked_up = looked_up or self.look_up(ask)
        with self._store.transaction():
            book = Book(self._store, at, actor.user, ask.command_id)
            before = book.incident(ask.incident_id)
            run = self._run(actor, before, ask)
            acting = Acting(self._store, self._steps(), book)
            acting.act(ask, looked_up if run is None else LookedUp(run=run))
            incident = book.incident(ask.incident_id)
            book.write(self._changed)
        return Acted(
            incident=incident,
            message=" ".join([told(ask.act, incident, acting.made), *looked_up.told]),
            before=facts(before),
            after={**facts(incident), **({"made": acting.made} if acting.made else {})},
            then=None if run is None else self._launch(incident),
        )

    def happened(
        self, incident_id: str, changes: Sequence[Change], at: int, *, actor: str = WE, command_id: str = ""
    ) -> Incident:
        """Note what happened to an incident elsewhere, such as the end of a remedy. Raises NotFound."""
        with self._store.transaction():
            book = Book(self._store, at, actor, command_id)
            incident = book.note(incident_id, changes)
            book.write(self._changed)
        return incident

    def tick(self, now: int) -> None:
        """Let time do what it does: clocks are missed, and who took an incident and did nothing has it no more."""
        if not (due := self._store.due_incidents(now)):
            return
        policy = self._policy()
        with self._store.transaction():
            book = Book(self._store, now)
            book.load(due)
            for incident_id in due:
                if (incident := book.find(incident_id)) is not None:
                    book.note(incident_id, by_itself(incident, policy.times[incident.level], now))
            book.write(self._changed)

    def name(self, called: str) -> str:
        """The id of an incident by any of its names, also by the id of an alert that is in it. Raises NotFound."""
        if (number := number_of(called)) is not None:
            # The beginning of an alert's id may be all digits too.
            is_alert = called.isdecimal() and len(called) >= PREFIX_LENGTH
            if not is_alert or self._store.incident(f"{PREFIX}{number}") is not None:
                return f"{PREFIX}{number}"
        with closing(self._store.reader()) as reader:
            return reader.incident(called).incident_id

    def _named(self, ask: ActOnIncident) -> ActOnIncident:
        other = self.name(ask.incident) if ask.incident else ""
        return replace(ask, incident_id=self.name(ask.incident_id), incident=other)

    def _run(self, actor: Actor, incident: Incident, ask: ActOnIncident) -> RunStarted | None:
        if ask.act not in _REMEDIES or self.remedies is None:
            return None
        return self.remedies.started(actor, incident, ask.remedy, ask.act == "rehearse")

    def _launch(self, incident: Incident) -> Callable[[], None] | None:
        number = max(run.run for run in incident.runs)
        return None if self.remedies is None else partial(self.remedies.launch, incident.incident_id, number)

    def _steps(self) -> Steps:
        return Steps(self._policy(), self._playbook)
