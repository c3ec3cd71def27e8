"""People act on incidents: what an act takes is looked up, it is decided, noted, and its effects are carried out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.incidents.acts import ACTS, Effect
from llmsec_tui.incidents.changes import Change, Closed, IncidentEvent, Limit, Linked, Pinned, RunStarted, Unlinked
from llmsec_tui.incidents.checks import NOTE_CHARS, TITLE_CHARS, permitted
from llmsec_tui.incidents.decide import Asked, decide, merge, split, unmerge
from llmsec_tui.incidents.fold import counted
from llmsec_tui.incidents.grouping import share_of
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.keys import AlertFacts
from llmsec_tui.incidents.members import brought
from llmsec_tui.incidents.share import highest
from llmsec_tui.service.desk.book import Book
from llmsec_tui.service.desk.steps import Steps, first_event
from llmsec_tui.service.incidents.api import ActOnIncident, OpenIncident
from llmsec_tui.store.store import Store

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What an act takes that is looked up elsewhere, before the store's transaction begins."""

    record: Pinned | None = None
    results: Mapping[int, str] = field(default_factory=dict)
    run: RunStarted | None = None
    told: tuple[str, ...] = ()
    """Sentences for whoever asks."""


class Acting:
    """One act, inside a transaction."""

    def __init__(self, store: Store, steps: Steps, book: Book) -> None:
        self.made = ""
        """The incident that the act made of another, if it did."""
        self._store = store
        self._steps = steps
        self._book = book

    def open(self, ask: OpenIncident) -> str:
        """Open an incident of alerts that are in none; its id."""
        alerts = self._free(ask.alert_ids)
        if not alerts:
            raise ServiceError("An incident is opened of alerts, and none was given.", hint="Name at least one.")
        if ask.level and ask.level not in self._steps.policy.times:
            raise ServiceError(f"There is no level {ask.level[:60]!r}; nothing was done.")
        if len(ask.title) > TITLE_CHARS or len(ask.note) > NOTE_CHARS:
            raise ServiceError(
                f"A title has at most {TITLE_CHARS:,} characters, and a note {NOTE_CHARS:,}; nothing was done.",
                hint="Say it in fewer words.",
            )
        name = f"INC-{self._store.next_incident_number()}"
        opened = self._steps.opened("person", alerts, title=ask.title.strip(), level=ask.level, note=ask.note)
        incident = self._book.open(name, opened)
        self._book.note(name, self._steps.duties(incident, alerts, self._book.at))
        self._store.put_alerts(ask.alert_ids, name)
        return name

    def act(self, ask: ActOnIncident, looked_up: LookedUp) -> str:
        """Do it; the id of the incident that it was done to."""
        incident = self._book.incident(ask.incident_id)
        asked = self._asked(incident, ask, looked_up)
        match ask.act:
            case "merge":
                self._merge(incident, asked)
            case "unmerge":
                self._unmerge(incident, asked)
            case "split":
                self._split(incident, asked, ask.alert_ids)
            case "add_alerts":
                self._add(incident, asked, ask.alert_ids)
            case _:
                self._on_one(incident, asked)
        return incident.incident_id

    def _asked(self, incident: Incident, ask: ActOnIncident, looked_up: LookedUp) -> Asked:
        return Asked(
            act=ask.act,
            actor=self._book.actor,
            version=ask.version,
            note=ask.note,
            owner=ask.owner,
            disposition=ask.disposition,
            incident=ask.incident,
            level=ask.level,
            title=ask.title,
            task=ask.task,
            pin=ask.pin,
            clock=ask.clock,
            when=ask.when,
            waive_open=ask.waive_open,
            limits=self._limits(incident, ask),
            record=looked_up.record,
            results=looked_up.results,
            run=looked_up.run,
            since=self._since(incident, ask),
        )

    def _since(self, incident: Incident, ask: ActOnIncident) -> Sequence[IncidentEvent]:
        act = ACTS.get(ask.act)
        if act is None or not act.checked or ask.version >= incident.version:
            return ()
        return counted(self._store.incident_events(incident.incident_id))[max(ask.version, 0) :]

    def _limits(self, incident: Incident, ask: ActOnIncident) -> list[Limit]:
        if ask.act == "start_duty":
            duty = self._steps.policy.duty(ask.clock)
            return [] if duty is None else [Limit(clock=duty.name, within=duty.within, duty=True)]
        level = ask.level if ask.act == "set_level" else incident.level
        return self._steps.limits(level) if level in self._steps.policy.times else []

    def _on_one(self, incident: Incident, asked: Asked) -> None:
        other = self._book.incident(asked.incident) if asked.incident else None
        changes = decide(incident, asked, self._book.at)
        after = self._book.note(incident.incident_id, changes)
        for effect in ACTS[asked.act].effects:
            if (carry_out := _EFFECTS.get(effect)) is not None:
                carry_out(self, after, asked)
        if other is not None:
            self._tell_other(incident, other, changes)

    def _tell_other(self, incident: Incident, other: Incident, changes: Sequence[Change]) -> None:
        """Links go both ways."""
        for change in changes:
            if isinstance(change, Linked | Unlinked) and _is_news(other, incident.incident_id, change):
                self._book.note(other.incident_id, [type(change)(to=incident.incident_id, note=change.note)])

    def _merge(self, incident: Incident, asked: Asked) -> None:
        permitted(incident, asked)
        target = self._book.incident(asked.incident)
        moving = self._store.incident_alerts(incident.incident_id)
        asked = replace(asked, share=share_of(self._store.alert_facts(moving)))
        ours, theirs = merge(incident, target, asked, self._book.at)
        self._book.note(incident.incident_id, ours)
        self._book.note(target.incident_id, theirs)
        self._store.put_alerts(moving, target.incident_id)

    def _unmerge(self, incident: Incident, asked: Asked) -> None:
        into = incident.merged_into or asked.incident
        if not into:
            # Says in words that it is not merged.
            decide(incident, asked, self._book.at)
        target = self._book.incident(into)
        events = self._store.incident_events(target.incident_id)
        coming = [
            alert
            for alert in self._store.alert_facts(brought(events, incident.incident_id))
            if alert.incident_id == target.incident_id
        ]
        ours, theirs = unmerge(incident, target, replace(asked, share=share_of(coming)), self._book.at)
        self._book.note(incident.incident_id, ours)
        self._book.note(target.incident_id, theirs)
        self._store.put_alerts([alert.alert_id for alert in coming], incident.incident_id)

    def _split(self, incident: Incident, asked: Asked, alert_ids: Sequence[str]) -> None:
        alerts = self._there(alert_ids)
        elsewhere = [alert.alert_id for alert in alerts if alert.incident_id != incident.incident_id]
        if elsewhere:
            raise ServiceError(
                f"Of these alerts {_named(elsewhere)} is not in {incident.incident_id}; nothing was done.",
                hint="Look at its alerts again.",
            )
        name = f"INC-{self._store.next_incident_number()}"
        asked = self._bringing(replace(asked, incident=name), alerts, asked.level)
        ours, opened = split(incident, asked, self._book.at)
        self._book.note(incident.incident_id, ours)
        self._book.open(name, opened)
        self.made = name
        self._store.put_alerts(alert_ids, name)

    def _add(self, incident: Incident, asked: Asked, alert_ids: Sequence[str]) -> None:
        alerts = self._free(alert_ids)
        share = share_of(alerts)
        asked = self._bringing(asked, alerts, self._steps.level(incident, share))
        after = self._book.note(incident.incident_id, decide(incident, asked, self._book.at))
        self._book.note(incident.incident_id, self._steps.duties(after, alerts, self._book.at))
        self._store.put_alerts(alert_ids, incident.incident_id)

    def _bringing(self, asked: Asked, alerts: Sequence[AlertFacts], level: str) -> Asked:
        """With what these alerts bring to an incident of that level; empty: the highest of theirs."""
        share = share_of(alerts)
        level = level or highest(share.levels) or ""
        return replace(
            asked,
            share=share,
            first_event_at=first_event(alerts),
            first_alert_at=min((alert.raised_at for alert in alerts), default=None),
            tasks=self._steps.tasks(share.rules),
            limits=self._steps.limits(level) if level in self._steps.policy.times else [],
        )

    def _there(self, alert_ids: Sequence[str]) -> list[AlertFacts]:
        """These alerts; NotFound when one is not there."""
        alerts = self._store.alert_facts(alert_ids)
        if missing := set(alert_ids) - {alert.alert_id for alert in alerts}:
            raise NotFound(f"There is no alert {_named(sorted(missing))}; nothing was done.")
        return alerts

    def _free(self, alert_ids: Sequence[str]) -> list[AlertFacts]:
        """These alerts, which must be in no incident and not withdrawn."""
        alerts = self._there(alert_ids)
        if inside := [alert for alert in alerts if alert.incident_id]:
            raise ServiceError(
                f"Alert {inside[0].alert_id[:8]} is in {inside[0].incident_id} already; nothing was done.",
                hint=f"Work on {inside[0].incident_id}, or split the alert off from there.",
            )
        if wrong := [alert for alert in alerts if alert.state == "withdrawn"]:
            raise ServiceError(f"Alert {wrong[0].alert_id[:8]} was withdrawn; nothing was done.")
        return alerts

    # Effects on the alerts of the incident.

    def _acknowledge_alerts(self, incident: Incident, asked: Asked) -> None:
        at, command = self._book.at, self._book.command_id
        self._store.acknowledge_alerts(incident.incident_id, asked.actor, at, command)

    def _close_alerts(self, incident: Incident, asked: Asked) -> None:
        self._store.close_alerts(
            incident.incident_id,
            asked.disposition,
            close_ref(incident.incident_id, incident.seq),
            asked.actor,
            self._book.at,
            asked.note,
            self._book.command_id,
        )

    def _reopen_alerts(self, incident: Incident, asked: Asked) -> None:
        events = self._store.incident_events(incident.incident_id)
        closes = [event.seq for event in events if isinstance(event.change, Closed)]
        if closes:
            ref = close_ref(incident.incident_id, closes[-1])
            self._store.reopen_alerts(ref, asked.actor, self._book.at, asked.note, self._book.command_id)


_EFFECTS: Mapping[Effect, Callable[[Acting, Incident, Asked], None]] = {
    Effect.ACKNOWLEDGE_ALERTS: Acting._acknowledge_alerts,
    Effect.CLOSE_ALERTS: Acting._close_alerts,
    Effect.REOPEN_ALERTS: Acting._reopen_alerts,
}
"""The other effects are what the incident's own changes say."""


def close_ref(incident_id: str, seq: int) -> str:
    """By what alerts know the close that closed them."""
    return f"{incident_id}#{seq}"


def _is_news(other: Incident, incident_id: str, change: Linked | Unlinked) -> bool:
    return (incident_id in other.links) is isinstance(change, Unlinked)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(name[:8] for name in names[:_MOST_NAMED]) + more
