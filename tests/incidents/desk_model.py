"""A desk in memory: what the real one has in its store is in dictionaries here. Times are microseconds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tests.incidents.parts import DUTY, HOUR, MINUTE, NOW, ended

from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.incidents.changes import (
    AlertsJoined,
    AlertsWithdrawn,
    Change,
    IncidentEvent,
    Limit,
    NewTask,
    Opened,
    Pinned,
    RunStarted,
    Share,
)
from llmsec_tui.incidents.clocks import by_itself
from llmsec_tui.incidents.decide import Asked, decide, merge, split, unmerge
from llmsec_tui.incidents.fold import begin, counted, record
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.members import brought, members
from llmsec_tui.incidents.moving_alerts import raises
from llmsec_tui.incidents.policy import Times
from llmsec_tui.incidents.share import highest
from llmsec_tui.incidents.states import LEVELS, OPEN, RunState
from llmsec_tui.incidents.task_acts import numbered
from llmsec_tui.service.incidents.api import ActOnIncident

TIMES = Times(acknowledge=15 * MINUTE, contain=HOUR, resolve=8 * HOUR, hold_acknowledged=30 * MINUTE)


class Desk(Protocol):
    """What the state machine works on: this one in memory, or the real one."""

    now: int

    def incidents(self) -> Mapping[str, Incident]:
        """By id, as they are kept, not as they are replayed."""

    def log(self, incident_id: str) -> Sequence[IncidentEvent]: ...

    def alerts(self) -> Mapping[str, str]:
        """All there ever were, and in which incident each is; empty for none."""

    def withdrawn(self) -> set[str]: ...

    def arrive(self, level: str, rule: str, user: str) -> None: ...

    def withdraw(self, alert_ids: Sequence[str]) -> None: ...

    def open(self, actor: str, command_id: str, alert_ids: Sequence[str]) -> str:
        """What the actor is told."""

    def act(self, actor: str, ask: ActOnIncident) -> str:
        """What the actor is told."""

    def end_run(self, incident_id: str, run: int, state: RunState) -> None: ...

    def tick(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Alert:
    level: str
    rule: str
    user: str
    at: int


class ModelDesk:
    """On the pure core."""

    def __init__(self) -> None:
        self.now = NOW
        self._facts: dict[str, _Alert] = {}
        self._where: dict[str, str] = {}
        self._withdrawn: set[str] = set()
        self._logs: dict[str, list[IncidentEvent]] = {}
        self._incidents: dict[str, Incident] = {}
        self._replies: dict[str, str] = {}

    def incidents(self) -> Mapping[str, Incident]:
        return self._incidents

    def log(self, incident_id: str) -> Sequence[IncidentEvent]:
        return self._logs[incident_id]

    def alerts(self) -> Mapping[str, str]:
        return self._where

    def withdrawn(self) -> set[str]:
        return self._withdrawn

    def arrive(self, level: str, rule: str, user: str) -> None:
        alert_id = f"a{len(self._facts) + 1:03}"
        self._facts[alert_id] = _Alert(level, rule, user, self.now)
        self._where[alert_id] = ""
        open_ones = [one for one in self._incidents.values() if one.state in OPEN and f"user:{user}" in one.keys]
        if open_ones:
            self._join(open_ones[-1], alert_id)
        elif level == "critical":
            self._open(self._opened("level", [alert_id]), "llmsec-tui", "")

    def withdraw(self, alert_ids: Sequence[str]) -> None:
        for alert_id in alert_ids:
            if name := self._where[alert_id]:
                self._note(name, [AlertsWithdrawn(share=self._share([alert_id]))])
            self._where[alert_id] = ""
            self._withdrawn.add(alert_id)

    def open(self, actor: str, command_id: str, alert_ids: Sequence[str]) -> str:
        if command_id in self._replies:
            return self._replies[command_id]
        self._free(alert_ids)
        if not alert_ids:
            raise ServiceError("No alerts.")
        self._replies[command_id] = self._open(self._opened("person", alert_ids), actor, command_id)
        return self._replies[command_id]

    def act(self, actor: str, ask: ActOnIncident) -> str:
        if ask.command_id in self._replies:
            return self._replies[ask.command_id]
        if (incident := self._incidents.get(ask.incident_id)) is None:
            raise NotFound(ask.incident_id)
        asked = self._asked(incident, actor, ask)
        match ask.act:
            case "merge":
                self._merge(incident, asked, ask.command_id)
            case "unmerge":
                self._unmerge(incident, asked, ask.command_id)
            case "split":
                self._split(incident, asked, ask)
            case _:
                self._on_one(incident, asked, ask)
        self._replies[ask.command_id] = f"{ask.act}: {self._incidents[ask.incident_id].state}"
        return self._replies[ask.command_id]

    def end_run(self, incident_id: str, run: int, state: RunState) -> None:
        self._note(incident_id, [ended(run, state)])

    def tick(self) -> None:
        for name, incident in list(self._incidents.items()):
            self._note(name, by_itself(incident, TIMES, self.now))

    def _asked(self, incident: Incident, actor: str, ask: ActOnIncident) -> Asked:
        limits = [DUTY] if ask.act == "start_duty" else self._limits(ask.level or incident.level)
        return Asked(
            act=ask.act,
            actor=actor,
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
            limits=limits,
            record=_record(ask.event_id) if ask.event_id else None,
            results={pin.pin: "intact" for pin in incident.pins},
            run=_run(ask.remedy) if ask.remedy else None,
            since=counted(self._logs[incident.incident_id])[max(ask.version, 0) :],
        )

    def _on_one(self, incident: Incident, asked: Asked, ask: ActOnIncident) -> None:
        if ask.act == "add_alerts":
            self._free(ask.alert_ids)
            asked = replace(asked, share=self._share(ask.alert_ids), first_event_at=self._first(ask.alert_ids))
        changes = decide(incident, asked, self.now)
        self._note(incident.incident_id, changes, asked.actor, ask.command_id)
        if ask.act == "add_alerts":
            self._where |= dict.fromkeys(ask.alert_ids, incident.incident_id)

    def _merge(self, source: Incident, asked: Asked, command_id: str) -> None:
        target = self._incidents.get(asked.incident, source)
        moving = list(members(self._logs[source.incident_id]))
        ours, theirs = merge(source, target, replace(asked, share=self._share(moving)), self.now)
        self._note(source.incident_id, ours, asked.actor, command_id)
        self._note(target.incident_id, theirs, asked.actor, command_id)
        self._where |= dict.fromkeys(moving, target.incident_id)

    def _unmerge(self, source: Incident, asked: Asked, command_id: str) -> None:
        target = self._incidents.get(source.merged_into or asked.incident, source)
        moving = brought(self._logs[target.incident_id], source.incident_id)
        ours, theirs = unmerge(source, target, replace(asked, share=self._share(moving)), self.now)
        self._note(source.incident_id, ours, asked.actor, command_id)
        self._note(target.incident_id, theirs, asked.actor, command_id)
        self._where |= dict.fromkeys(moving, source.incident_id)

    def _split(self, source: Incident, asked: Asked, ask: ActOnIncident) -> None:
        if any(self._where.get(alert) != source.incident_id for alert in ask.alert_ids):
            raise ServiceError("Not in it.")
        asked = replace(
            asked,
            incident=f"INC-{len(self._incidents) + 1}",
            share=self._share(ask.alert_ids),
            first_event_at=self._first(ask.alert_ids),
            tasks=_playbook(self._share(ask.alert_ids)),
        )
        ours, opened = split(source, asked, self.now)
        self._note(source.incident_id, ours, asked.actor, ask.command_id)
        self._open(opened, asked.actor, ask.command_id)

    def _join(self, incident: Incident, alert_id: str) -> None:
        share = self._share([alert_id])
        worse = highest(share.levels) or incident.level
        joined = AlertsJoined(
            share=share,
            tasks=numbered(incident, _playbook(share)),
            first_event_at=self._first([alert_id]),
            limits=self._limits(worse) if raises(incident, share) else [],
        )
        self._note(incident.incident_id, [joined])
        self._where[alert_id] = incident.incident_id

    def _opened(self, how: str, alert_ids: Sequence[str]) -> Opened:
        share = self._share(alert_ids)
        level = highest(share.levels) or "low"
        return Opened(
            how=how,
            title="Leak",
            level=level,
            share=share,
            limits=self._limits(level),
            tasks=numbered(None, _playbook(share)),
            first_event_at=self._first(alert_ids),
        )

    def _open(self, opened: Opened, actor: str, command_id: str) -> str:
        name = f"INC-{len(self._incidents) + 1}"
        event = IncidentEvent(incident_id=name, seq=1, at=self.now, actor=actor, change=opened, command_id=command_id)
        self._logs[name] = [event]
        self._incidents[name] = begin(event)
        self._where |= dict.fromkeys(opened.share.alert_ids, name)
        return name

    def _note(self, name: str, changes: Sequence[Change], actor: str = "llmsec-tui", command_id: str = "") -> None:
        self._incidents[name], events = record(
            self._incidents[name], changes, at=self.now, actor=actor, command_id=command_id
        )
        self._logs[name].extend(events)

    def _share(self, alert_ids: Sequence[str]) -> Share:
        facts = [self._facts[alert_id] for alert_id in alert_ids]
        return Share(
            alert_ids=list(alert_ids),
            levels=dict(Counter(one.level for one in facts)),
            rules=dict(Counter(one.rule for one in facts)),
            keys=dict(Counter(f"user:{one.user}" for one in facts)),
        )

    def _first(self, alert_ids: Sequence[str]) -> int | None:
        return min((self._facts[alert_id].at - MINUTE for alert_id in alert_ids), default=None)

    def _free(self, alert_ids: Sequence[str]) -> None:
        if any(self._where.get(alert, "?") or alert in self._withdrawn for alert in alert_ids):
            raise ServiceError("It is not free.")

    def _limits(self, level: str) -> list[Limit]:
        speed = LEVELS.index(level) + 1 if level in LEVELS else 1
        return [Limit(clock=limit.clock, within=limit.within // speed) for limit in TIMES.limits()]


def _playbook(share: Share) -> list[NewTask]:
    return [NewTask(task=0, text=f"Look at {rule}", rule_id=rule) for rule in share.rules]


def _record(event_id: str) -> Pinned:
    return Pinned(pin=0, event_id=event_id, source_id="s", source_path="/p", source_offset=0, source_len=1, sha256="00")


def _run(remedy: str) -> RunStarted:
    return RunStarted(run=0, remedy=remedy, rehearsal=False, what=remedy, digest=f"digest of {remedy}")
