"""Two people act on incidents in any order while alerts come and go and the clock moves, also back; and what must hold.

The machine does not know how anything is decided: it knows the table of acts, and what must be true of any desk.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.incidents import desk_laws as laws
from tests.incidents.desk_model import Desk
from tests.incidents.parts import DUTY, HOUR, MINUTE, SECOND, share

from llmsec_tui.errors import LlmsecError, ServiceError, StaleVersion
from llmsec_tui.incidents.acts import ACTS, Act, Effect, Need
from llmsec_tui.incidents.changes import (
    Absorbed,
    AlertsWithdrawn,
    Change,
    IncidentEvent,
    MergedInto,
    SplitOff,
    Unmerged,
)
from llmsec_tui.incidents.decide import Asked, legal, merge, unmerge
from llmsec_tui.incidents.fold import record
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.members import members
from llmsec_tui.incidents.states import LEVELS, OPEN, Disposition, RunState, State, TaskState
from llmsec_tui.service.incidents.api import ActOnIncident

PEOPLE = ("alice", "bob")
ON_ONE = [name for name in ACTS if name != "export"]
_BY_DETAILS = frozenset(
    {
        *("merge", "unmerge", "split", "add_alerts", "link", "unlink", "watch", "unwatch", "unpin", "check_pins"),
        *("finish_task", "waive_task", "reopen_task", "add_task", "run", "start_duty", "amend_duty", "meet_duty"),
        *("take_over", "assign", "hand_over", "set_level", "retitle", "pin"),
    }
)
"""Acts that may be refused though the table allows them: there is nothing to do them to, or they change nothing."""

_acts = st.sampled_from(ON_ONE)
_people = st.sampled_from(PEOPLE)
_picks = st.integers(0, 7)
_levels = st.sampled_from(LEVELS)
_turns = st.lists(st.tuples(st.integers(0, 40), _picks), min_size=1, max_size=6)
_MOVING = [name for name, act in ACTS.items() if act.to is not None or act.back or Effect.OWN in act.effects]


class DeskMachine(RuleBasedStateMachine):
    """To be completed with a desk."""

    done: ClassVar[Counter[str]] = Counter()
    refused: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.desk: Desk = self.new_desk()
        self._command = 0
        self._last: tuple[str, ActOnIncident, str] | None = None
        self._touched: set[str] = set()
        self._seen: dict[str, Incident] = {}

    def new_desk(self) -> Desk:
        raise NotImplementedError

    # What happens by itself.

    @initialize(users=st.lists(st.sampled_from("uvw"), min_size=2, max_size=5))
    def begin(self, users: list[str]) -> None:
        for place, user in enumerate(users):
            self.desk.arrive("critical" if place % 2 == 0 else "medium", f"r{place % 3}", user)

    @rule(level=_levels, number=st.integers(0, 2), user=st.sampled_from("uvwx"))
    def alert(self, level: str, number: int, user: str) -> None:
        self.desk.arrive(level, f"r{number}", user)

    @rule(pick=_picks)
    def withdraw(self, pick: int) -> None:
        alerts = [alert for alert in self.desk.alerts() if alert not in self.desk.withdrawn()]
        self.desk.withdraw(alerts[pick % len(alerts) :][:1] if alerts else [])

    @rule(span=st.sampled_from([1, SECOND, 20 * MINUTE, 40 * MINUTE, 3 * HOUR, 80 * HOUR]))
    def time_goes_by(self, span: int) -> None:
        self.desk.now += span

    @rule(span=st.sampled_from([SECOND, HOUR, 24 * HOUR]))
    def the_clock_is_set_back(self, span: int) -> None:
        self.desk.now -= span

    @rule()
    def tick(self) -> None:
        self.desk.tick()
        again = dict(self.desk.incidents())
        self.desk.tick()
        assert self.desk.incidents() == again, "what time does is done once"

    @rule(pick=_picks, state=st.sampled_from([RunState.DONE, RunState.DONE, RunState.FAILED, RunState.LOST]))
    def a_run_ends(self, pick: int, state: RunState) -> None:
        going = [
            (name, run.run)
            for name, incident in self.desk.incidents().items()
            for run in incident.runs
            if run.state is RunState.RUNNING
        ]
        if going:
            self.desk.end_run(*going[pick % len(going)], state)

    # What people do.

    @rule(actor=_people, picks=st.sets(_picks, min_size=1, max_size=3))
    def open(self, actor: str, picks: set[int]) -> None:
        loose = self._loose()
        alerts = [loose[pick] for pick in sorted(picks) if pick < len(loose)]
        if alerts:
            self.desk.open(actor, self._next_command(), alerts)

    @rule(actor=_people, where=_picks, turns=_turns, level=_levels)
    def do_what_is_legal(self, actor: str, where: int, turns: list[tuple[int, int]], level: str) -> None:
        """By whoever may, on the newest version, with all that it takes; a few acts on end."""
        for turn, pick in turns:
            if (incident := self._incident(where)) is not None:
                names = [name for name in legal(incident) if name in ON_ONE]
                self._do_legally(actor, incident, ACTS[names[turn % len(names)]], pick, level)

    @rule(actor=_people, where=_picks, turns=_turns, meddling=st.booleans())
    def move_on(self, actor: str, where: int, turns: list[tuple[int, int]], meddling: bool) -> None:
        """From state to state, and from hand to hand, in some minutes; or as one who may not."""
        for turn, pick in turns:
            self.desk.now += pick * MINUTE
            if (incident := self._incident(where)) is not None:
                acts = [ACTS[name] for name in legal(incident) if name in _MOVING]
                act = acts[turn % len(acts)]
                if meddling:
                    self._do(actor, self._fitting(incident, act, actor, pick, "low"), expected=False)
                else:
                    self._do_legally(actor, incident, act, pick, "low")

    @rule(actor=_people, where=_picks, pick=_picks, state=st.sampled_from([RunState.DONE, RunState.FAILED]))
    def rehearse_and_run(self, actor: str, where: int, pick: int, state: RunState) -> None:
        incident = self._incident(where)
        if incident is None or "run" not in legal(incident):
            return
        name = incident.incident_id
        self._do(actor, self._fitting(incident, ACTS["rehearse"], actor, pick, "low"), expected=True)
        self.desk.end_run(name, self.desk.incidents()[name].runs[-1].run, state)
        going = [run for run in incident.runs if run.state is RunState.RUNNING and not run.rehearsal]
        ready = state is RunState.DONE and not going
        incident = self.desk.incidents()[name]
        self._do(actor, self._fitting(incident, ACTS["run"], actor, pick, "low"), expected=ready)

    @rule(actor=_people, where=_picks, name=_acts, pick=_picks, behind=st.integers(0, 2), level=_levels)
    def do_anything(self, actor: str, where: int, name: str, pick: int, behind: int, level: str) -> None:
        """Also what is illegal, up to another, or by an old version."""
        if (incident := self._incident(where)) is None:
            return
        ask = self._fitting(incident, ACTS[name], actor, pick, level)
        self._do(actor, _changed(ask, version=max(incident.version - behind, 0)), expected=False)

    @rule(actor=_people, where=_picks, name=_acts)
    def do_with_nothing_given(self, actor: str, where: int, name: str) -> None:
        if (incident := self._incident(where)) is None:
            return
        ask = ActOnIncident(
            command_id=self._next_command(), incident_id=incident.incident_id, act=name, version=incident.version
        )
        if ACTS[name].needs:
            self._refused(actor, ask, incident)
        else:
            self._do(actor, ask, expected=False)

    @rule(actor=_people, where=_picks, to=_picks, back=st.booleans())
    def merge_in_chains(self, actor: str, where: int, to: int, back: bool) -> None:
        """So that merges of what was merged into come often, and so do those taken back."""
        wanted = {State.MERGED} if back else OPEN
        found = [one for one in self._all() if one.state in wanted]
        if not found:
            return
        incident = found[where % len(found)]
        name = "unmerge" if back else "merge"
        self._do(actor, self._fitting(incident, ACTS[name], actor, to, "low"), expected=False)

    @rule(actor=_people, name=_acts)
    def repeat_the_last_command(self, actor: str, name: str) -> None:
        if self._last is None:
            return
        who, ask, told = self._last
        before = dict(self.desk.incidents())
        assert self.desk.act(who, ask) == told
        assert self.desk.act(actor, _changed(ask, act=name)) == told, "the id counts, whatever comes with it"
        assert self.desk.incidents() == before

    @rule(where=_picks, to=_picks)
    def merge_then_unmerge_is_identity(self, where: int, to: int) -> None:
        """Tried on copies: the core is pure."""
        found = [one for one in self._all() if one.state in OPEN]
        if len(found) < 2 or where % len(found) == to % len(found):
            return
        source, target = found[where % len(found)], found[to % len(found)]
        ids = list(members(self.desk.log(source.incident_id)))
        asked = Asked(act="merge", actor="carol", version=source.version, incident=target.incident_id, share=_of(ids))
        now = self.desk.now
        ours, theirs = merge(source, target, asked, now)
        merged, _ = record(source, ours, at=now, actor="carol")
        absorbing, _ = record(target, theirs, at=now, actor="carol")
        assert (merged.state, absorbing.n_alerts) == (State.MERGED, target.n_alerts + source.n_alerts)
        asked = Asked(act="unmerge", actor="carol", version=merged.version, note="no", share=_of(ids))
        ours, theirs = unmerge(merged, absorbing, asked, now)
        assert _but_for_the_last(record(merged, ours, at=now, actor="carol")[0]) == _but_for_the_last(source)
        assert _but_for_the_last(record(absorbing, theirs, at=now, actor="carol")[0]) == _but_for_the_last(target)

    # What must hold.

    @invariant()
    def all_is_well(self) -> None:
        incidents = self.desk.incidents()
        for name, incident in incidents.items():
            if self._seen.get(name) != incident:
                laws.kept_as_its_events_add_up(incident, self.desk.log(name))
                laws.figures_as_naively_counted(incident, self.desk.log(name))
                laws.in_no_illegal_state(incident)
        laws.every_alert_in_one_place({name: self.desk.log(name) for name in incidents}, incidents, self.desk.alerts())
        laws.merges_end_somewhere(incidents)
        self._seen = dict(incidents)

    # How it is done.

    def _all(self) -> list[Incident]:
        return list(self.desk.incidents().values())

    def _incident(self, where: int) -> Incident | None:
        found = self._all()
        return found[where % len(found)] if found else None

    def _loose(self) -> list[str]:
        withdrawn = self.desk.withdrawn()
        return [alert for alert, name in self.desk.alerts().items() if not name and alert not in withdrawn]

    def _next_command(self) -> str:
        self._command += 1
        return f"command-{self._command}"

    def _fitting(self, incident: Incident, act: Act, actor: str, pick: int, level: str) -> ActOnIncident:
        """With everything that the act needs."""
        others = [one.incident_id for one in self._all() if one.incident_id != incident.incident_id]
        other = others[pick % len(others)] if others else incident.incident_id
        if act.name == "unlink" and incident.links:
            other = incident.links[pick % len(incident.links)]
        inside = [alert for alert, name in self.desk.alerts().items() if name == incident.incident_id]
        loose = self._loose()
        given: dict[Need, dict[str, Any]] = {
            Need.NOTE: {"note": f"because {pick}"},
            Need.OWNER: {"owner": PEOPLE[pick % 2]},
            Need.DISPOSITION: {"disposition": list(Disposition)[pick % 6], "incident": other, "waive_open": True},
            Need.INCIDENT: {"incident": other},
            Need.ALERTS: {"alert_ids": (loose if act.name == "add_alerts" else inside)[: 1 + pick % 2]},
            Need.LEVEL: {"level": level},
            Need.TITLE: {"title": f"title {pick}"},
            Need.TASK: {"task": _task(incident, act, pick)},
            Need.PIN: {"pin": incident.pins[pick % len(incident.pins)].pin if incident.pins else 1},
            Need.EVENT: {"event_id": self.event(pick)},
            Need.REMEDY: {"remedy": ("block", "revoke")[pick % 2]},
            Need.CLOCK: {"clock": DUTY.clock},
            Need.WHEN: {"when": self.desk.now - pick * HOUR},
        }
        fields: dict[str, Any] = {}
        for need in act.needs:
            fields |= given[need]
        if fields.get("disposition") == Disposition.DUPLICATE and other == incident.incident_id:
            fields["disposition"] = Disposition.TEST
        return ActOnIncident(
            command_id=self._next_command(),
            incident_id=incident.incident_id,
            act=act.name,
            version=incident.version,
            **fields,
        )

    def event(self, pick: int) -> str:
        """The id of an event that can be pinned."""
        return f"e{pick}"

    def _do_legally(self, actor: str, incident: Incident, act: Act, pick: int, level: str) -> None:
        actor = incident.owner if act.owners_only and incident.owner else actor
        self._do(actor, self._fitting(incident, act, actor, pick, level), expected=act.name not in _BY_DETAILS)

    def _do(self, actor: str, ask: ActOnIncident, *, expected: bool) -> None:
        incident, act = self.desk.incidents()[ask.incident_id], ACTS[ask.act]
        is_stale = act.checked and ask.version != incident.version
        is_elsewhere = incident.state not in act.come_from
        is_anothers = act.owners_only and incident.owner not in ("", actor)
        if is_stale or is_elsewhere or is_anothers:
            error = self._refused(actor, ask, incident)
            assert isinstance(error, StaleVersion) == is_stale or is_elsewhere
            return
        logs = self._lengths()
        try:
            told = self.desk.act(actor, ask)
        except ServiceError:
            if expected:
                raise
            assert self._lengths() == logs
            self.refused[act.name] += 1
            return
        self.done[act.name] += 1
        self._last = actor, ask, told
        self._went_as_the_table_says(actor, act, incident, ask)

    def _refused(self, actor: str, ask: ActOnIncident, incident: Incident) -> LlmsecError:
        logs, before = self._lengths(), dict(self.desk.incidents())
        with pytest.raises(ServiceError) as refused:
            self.desk.act(actor, ask)
        assert self._lengths() == logs
        assert self.desk.incidents() == before
        assert incident.incident_id in refused.value.message or "There is no" in refused.value.message
        self.refused[ask.act] += 1
        return refused.value

    def _went_as_the_table_says(self, actor: str, act: Act, before: Incident, ask: ActOnIncident) -> None:
        after = self.desk.incidents()[before.incident_id]
        assert after.state is (before.before if act.back else act.to or before.state)
        assert after.version == before.version + (1 if act.checked else 0)
        assert after.seq > before.seq
        if Effect.OWN in act.effects:
            assert after.owner == actor
        if act.name == "unmerge":
            self._came_back(before)
        own = [event for event in self._since(before) if event.command_id == ask.command_id]
        assert own
        assert {event.actor for event in own} == {actor}

    def _came_back(self, incident: Incident) -> None:
        """What an unmerge gave back is what was taken along, but for what was withdrawn or split off in between."""
        log = self.desk.log(incident.incident_id)
        merged = max(place for place, event in enumerate(log) if isinstance(event.change, MergedInto))
        had = set(members(log[:merged]))
        back = {alert for alert, name in self.desk.alerts().items() if name == incident.incident_id}
        assert back <= had
        there = [event.change for event in self.desk.log(incident.merged_into)]
        taken = max(place for place, one in enumerate(there) if _is_absorbed(one, incident.incident_id))
        # A way back from further on may have brought less as well.
        if not any(isinstance(one, AlertsWithdrawn | SplitOff | Unmerged) for one in there[taken:]):
            assert back == had

    def _since(self, before: Incident) -> Sequence[IncidentEvent]:
        return self.desk.log(before.incident_id)[before.seq :]

    def _lengths(self) -> dict[str, int]:
        return {name: incident.seq for name, incident in self.desk.incidents().items()}


def _task(incident: Incident, act: Act, pick: int) -> int:
    is_open = act.name != "reopen_task"
    fit = [task.task for task in incident.tasks if (task.state is TaskState.OPEN) is is_open]
    return fit[pick % len(fit)] if fit else 1 + pick


def _is_absorbed(change: Change, name: str) -> bool:
    return isinstance(change, Absorbed) and change.incident == name


def _of(alert_ids: Sequence[str]) -> Any:
    return share(*alert_ids)


def _changed(ask: ActOnIncident, **fields: Any) -> ActOnIncident:
    return msgspec.structs.replace(ask, **fields)


def _but_for_the_last(incident: Incident) -> Incident:
    """Without that something happened at all, and with no number of a task given away."""
    return replace(
        incident,
        seq=0,
        version=0,
        last_at=0,
        owner_at=None,
        changed_at=0,
        changed_by="",
        changed="",
        n_tasks=0,
    )
