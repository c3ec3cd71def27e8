"""What the next shift has to know, as a text in Markdown.

Whatever people or logs wrote stands between backticks, on one line and with nothing hidden in it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from llmsec_tui.incidents.changes import (
    AcknowledgementTimedOut,
    HandedOver,
    IncidentEvent,
    Moved,
    Noted,
    Reopened,
    Told,
)
from llmsec_tui.incidents.clocks import ClockReading, foremost, readings
from llmsec_tui.incidents.export.safe import code, moment
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.metrics import NOBODY
from llmsec_tui.incidents.states import LEVELS, RunState, State, TaskState

NOTES = 3
"""How many of the last notes are quoted."""
TASKS = 5
"""How many of the open tasks are."""
SHIFT_US = 12 * 3_600_000_000
"""What failed longer ago than this is no news."""

_MINUTE_US = 60_000_000
_BROKE = {
    RunState.FAILED: "failed",
    RunState.TIMED_OUT: "took too long and was ended",
    RunState.LOST: "is lost: nobody knows what came of it",
}


def report(
    incidents: Sequence[Incident],
    events: Iterable[IncidentEvent],
    now: int,
    *,
    user: str = "",
    total: int | None = None,
    problems: Sequence[str] = (),
) -> str:
    """The whole report. ``events`` are the notes and other late events of these incidents, in their order.

    ``user`` is whose incidents they are, empty for everybody's; ``total`` how many there are when these are not all;
    ``problems`` what is wrong with the collector itself.
    """
    told = {name: list(found) for name, found in groupby(events, key=lambda event: event.incident_id)}
    ordered = in_order(incidents, now)
    lines = [*_head(ordered, now, user, total), *_broke(ordered, told, now, problems), *_waiting(ordered, told, now)]
    for owner, found in groupby(sorted(ordered, key=_owner), key=_owner):
        mine = list(found)
        lines += ["", f"## {code(owner[1]) if owner[1] else NOBODY}: {_incidents(len(mine))}"]
        for one in mine:
            lines += _incident(one, told.get(one.incident_id, []), now)
    return "\n".join(lines) + "\n"


def in_order(incidents: Iterable[Incident], now: int) -> list[Incident]:
    """Missed clocks first, then by level, then by what is due next."""
    return sorted(incidents, key=lambda one: _urgency(one, now))


def lasting(span: int) -> str:
    """A span of time (µs) in two units at most: ``2 d 3 h``, ``14 min``."""
    minutes = abs(span) // _MINUTE_US
    days, hours, rest = minutes // 1_440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _head(incidents: Sequence[Incident], now: int, user: str, total: int | None) -> Iterator[str]:
    yield f"# Hand-over, {_time(now)}"
    yield ""
    whose = f"Of {code(user)}: " if user else ""
    if not incidents:
        yield f"{whose}nothing is open." if whose else "Nothing is open."
        return
    levels = (f"{n} {level}" for level in reversed(LEVELS) if (n := sum(one.level == level for one in incidents)))
    missed = sum(any(one.state == "breached" for one in readings(each, now)) for each in incidents)
    nobodys = sum(not one.owner for one in incidents)
    parts = [f"{_incidents(len(incidents))} open ({', '.join(levels)})"]
    parts += [f"{missed} missed a clock"] if missed else []
    parts += [f"{nobodys} without an owner"] if nobodys and not user else []
    yield f"{whose}{'; '.join(parts)}."
    if total is not None and total > len(incidents):
        yield ""
        yield f"There are {total - len(incidents)} more, opened earlier, that are not in this report."


def _broke(
    incidents: Sequence[Incident], told: Mapping[str, Sequence[IncidentEvent]], now: int, problems: Sequence[str]
) -> Iterator[str]:
    lines = [f"- {code(problem)}" for problem in problems]
    for one in incidents:
        for run in one.runs:
            if run.state in _BROKE and (run.ended_at or run.at) >= now - SHIFT_US:
                kind = "the rehearsal of " if run.rehearsal else ""
                why = f": {code(run.told)}" if run.told else ""
                lines.append(f"- {one.incident_id}: {kind}{code(run.remedy)} {_BROKE[run.state]}{why}")
        for event in told.get(one.incident_id, ()):
            if event.at >= now - SHIFT_US and (failed := _failed(event)):
                lines.append(f"- {one.incident_id}: {failed}")
    if lines:
        yield from ("", "## What broke", "", *lines)


def _failed(event: IncidentEvent) -> str:
    match event.change:
        case Told(delivered=False) as told:
            why = f": {code(told.why)}" if told.why else ""
            return f"{code(told.channel)} could not be told ({told.about}){why}"
        case AcknowledgementTimedOut():
            return f"{code(event.change.owner)} took it and did not go on; it is nobody's again"
        case _:
            return ""


def _waiting(incidents: Sequence[Incident], told: Mapping[str, Sequence[IncidentEvent]], now: int) -> Iterator[str]:
    held = [one for one in incidents if one.state is State.PENDING]
    if held:
        yield from ("", "## What waits for somebody outside", "")
    for one in held:
        moves = (event.change for event in told.get(one.incident_id, ()) if isinstance(event.change, Moved))
        why = [move.note for move in moves if move.act == "hold"]
        since = "" if one.held_at is None else f", for {lasting(now - one.held_at)}"
        yield f"- {one.incident_id} ({_of(one)}){since}: {code(why[-1]) if why else 'no reason is quoted'}"


def _incident(one: Incident, told: Sequence[IncidentEvent], now: int) -> Iterator[str]:
    yield from ("", f"### {one.incident_id} · {one.level} · {one.state.value}", "", code(one.title), "")
    changed = f"{one.changed} by {code(one.changed_by)} {lasting(now - one.changed_at)} ago"
    yield f"- opened {_time(one.opened_at)}, {_alerts(one.n_alerts)}; last: {changed}"
    for reading in readings(one, now):
        if reading.met_at is None:
            yield f"- clock {reading.name}: {_left(reading)}"
    yield from _tasks(one)
    for run in one.runs:
        if run.state is RunState.RUNNING:
            yield f"- runs: {code(run.remedy)}, for {lasting(now - run.at)}"
    for event in [event for event in told if _note(event)][-NOTES:]:
        yield f"- {code(event.actor)}, {_time(event.at)}: {code(_note(event))}"


def _tasks(one: Incident) -> Iterator[str]:
    left = [task for task in one.tasks if task.state is TaskState.OPEN]
    # Nobody has begun on one that is new: its steps are those of the playbook, and not what is left of them.
    quoted = [] if one.state is State.NEW else left[:TASKS]
    for task in quoted:
        remedy = f" (remedy {code(task.remedy)})" if task.remedy else ""
        yield f"- to do {task.task}: {code(task.text)}{remedy}"
    if more := len(left) - len(quoted):
        yield f"- to do: {more}{' more' if quoted else ''} of its {len(one.tasks)} steps"


def _note(event: IncidentEvent) -> str:
    match event.change:
        case Noted(note=note) | Moved(note=note) | HandedOver(note=note) | Reopened(note=note):
            return note
        case _:
            return ""


def _left(reading: ClockReading) -> str:
    if reading.state == "paused":
        return f"stands still, {lasting(reading.left)} left"
    if reading.state == "breached":
        return f"missed {lasting(reading.left)} ago"
    return f"{lasting(reading.left)} left"


def _urgency(one: Incident, now: int) -> tuple[bool, int, int, int]:
    first = foremost(one, now)
    level = LEVELS.index(one.level) if one.level in LEVELS else -1
    if first is None:
        return True, -level, 1 << 62, -one.number
    return first.state != "breached", -level, first.left, -one.number


def _owner(one: Incident) -> tuple[bool, str]:
    return bool(one.owner), one.owner


def _of(one: Incident) -> str:
    return code(one.owner) if one.owner else "nobody's"


def _incidents(n: int) -> str:
    return "1 incident" if n == 1 else f"{n} incidents"


def _alerts(n: int) -> str:
    return "1 alert" if n == 1 else f"{n} alerts"


def _time(at: int) -> str:
    return moment(at).strftime("%Y-%m-%d %H:%M UTC")
