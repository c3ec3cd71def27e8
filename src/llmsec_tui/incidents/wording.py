"""What happened to an incident, in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, assert_never

from llmsec_tui.incidents.changes import (
    Absorbed,
    Acknowledged,
    AcknowledgementTimedOut,
    AlertsJoined,
    AlertsWithdrawn,
    Assigned,
    Breached,
    Change,
    Closed,
    DutyAmended,
    DutyMet,
    DutyStarted,
    Exported,
    GaveBack,
    HandedOver,
    IncidentEvent,
    LevelSet,
    Linked,
    Marked,
    MergedInto,
    Moved,
    Noted,
    Opened,
    Pinned,
    PinsChecked,
    Reopened,
    Retitled,
    RunEnded,
    RunStarted,
    SplitOff,
    TakenOver,
    TaskAdded,
    TaskDone,
    TaskReopened,
    TaskWaived,
    Told,
    Unlinked,
    Unmerged,
    Unpinned,
    Unwatched,
    Watched,
)
from llmsec_tui.incidents.states import RunState
from llmsec_tui.incidents.timeline import Kind, Moment

_HOW = {
    "level": "opened by itself, for its level",
    "risk": "opened by itself, for the risk that somebody has become",
    "correlation": "opened by itself, for a rule over time",
    "person": "opened",
    "split": "split off",
}
_MOVES = {
    "investigate": "is being investigated",
    "contain": "contained",
    "resolve": "resolved",
    "hold": "put on hold",
    "resume": "taken up again",
}
_ENDS = {
    RunState.RUNNING: "runs",
    RunState.DONE: "done",
    RunState.FAILED: "failed",
    RunState.TIMED_OUT: "took too long and was ended",
    RunState.LOST: "is lost: nobody knows what came of it",
}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


class Said(NamedTuple):
    """A change in words."""

    what: str
    text: str = ""
    kind: Kind = Kind.ACT
    ref: str = ""


class Known:
    """What earlier changes named by a number that later ones go by."""

    def __init__(self) -> None:
        self._tasks: dict[int, str] = {}
        self._runs: dict[int, str] = {}

    def learn(self, change: Change) -> None:
        """Remember the names that a change gives."""
        match change:
            case Opened() | AlertsJoined() | Absorbed():
                self._tasks.update({task.task: task.text for task in change.tasks})
            case TaskAdded():
                self._tasks[change.task.task] = change.task.text
            case RunStarted():
                self._runs[change.run] = f"{'rehearsal of ' if change.rehearsal else ''}{change.remedy}"
            case _:
                return

    def task(self, number: int) -> str:
        return self._tasks.get(number, f"task {number}")

    def run(self, number: int) -> str:
        return self._runs.get(number, f"run {number}")


def moments(events: Iterable[IncidentEvent]) -> Iterator[Moment]:
    """What happened to one incident, from its first event on, in words."""
    known = Known()
    for event in events:
        known.learn(event.change)
        said = words(event.change, known)
        at = event.change.when if isinstance(event.change, Marked) else event.at
        yield Moment(at=at, kind=said.kind, who=event.actor, what=said.what, text=said.text, ref=said.ref)


def words(change: Change, known: Known) -> Said:
    """One change in words; what people and logs wrote is in the text."""
    match change:
        case Opened():
            return Said(f"{_opened(change)}, {change.level}, {alerts(len(change.share.alert_ids))}", _title(change))
        case AlertsJoined():
            return Said(f"{alerts(len(change.share.alert_ids))} joined", change.note)
        case AlertsWithdrawn():
            return Said(f"{alerts(len(change.share.alert_ids))} withdrawn: later events proved them wrong")
        case Acknowledged():
            return Said(f"acknowledged, owner {change.owner}", change.note)
        case AcknowledgementTimedOut():
            return Said(f"new again: {change.owner} took it and did not go on", kind=Kind.CLOCK)
        case TakenOver():
            return Said(f"taken over by {change.owner}{_from(change.before)}", change.note)
        case Assigned():
            return Said(f"assigned to {change.owner}{_from(change.before)}", change.note)
        case HandedOver():
            return Said(f"handed over to {change.owner}{_from(change.before)}", change.note)
        case Moved():
            return Said(_MOVES.get(change.act, change.state.value), change.note)
        case Closed():
            return Said(_closed(change), change.note)
        case Reopened():
            return Said(f"reopened, owner {change.owner}", change.note)
        case MergedInto():
            return Said(f"merged into {change.into}", change.note, ref=change.into)
        case Absorbed():
            count = alerts(len(change.share.alert_ids))
            return Said(f"{change.incident} merged into this, with {count}", ref=change.incident)
        case Unmerged():
            return Said(f"no longer merged into {change.from_}", change.note, ref=change.from_)
        case GaveBack():
            count = alerts(len(change.share.alert_ids))
            return Said(f"{change.incident} no longer merged into this; {count} went back", ref=change.incident)
        case SplitOff():
            count = alerts(len(change.share.alert_ids))
            return Said(f"{count} split off into {change.into}", change.note, ref=change.into)
        case Linked():
            return Said(f"linked to {change.to}", change.note, ref=change.to)
        case Unlinked():
            return Said(f"no longer linked to {change.to}", change.note, ref=change.to)
        case LevelSet():
            return Said(f"level set to {change.level}", change.note)
        case Retitled():
            return Said("given another title", change.title)
        case Watched():
            return Said(f"watched by {change.watcher}")
        case Unwatched():
            return Said(f"no longer watched by {change.watcher}")
        case Noted():
            return Said("noted", change.note)
        case Marked():
            return Said("marked", change.text, Kind.MARK)
        case Pinned():
            return Said(f"pinned record {change.pin}", _pinned(change), ref=change.event_id)
        case Unpinned():
            return Said(f"took pin {change.pin} away", change.note)
        case PinsChecked():
            return Said(_checked(change.results))
        case TaskAdded():
            return Said("added a task", change.task.text)
        case TaskDone():
            return Said("task done", _about(known.task(change.task), change.note))
        case TaskWaived():
            return Said("task left out", _about(known.task(change.task), change.note))
        case TaskReopened():
            return Said("task open again", _about(known.task(change.task), change.note))
        case RunStarted():
            return Said(f"{known.run(change.run)} started", _about(change.what, change.note), Kind.RUN)
        case RunEnded():
            return Said(f"{known.run(change.run)} {_ended(change)}", change.told, Kind.RUN)
        case DutyStarted():
            what = f"duty {change.limit.clock} runs, {span(change.limit.within)} from when it was known"
            return Said(what, change.note, Kind.CLOCK)
        case DutyAmended():
            return Said(f"duty {change.clock}: known since another time", change.note, Kind.CLOCK)
        case DutyMet():
            return Said(f"duty {change.clock} met", change.note, Kind.CLOCK)
        case Breached():
            return Said(f"missed: {change.clock} was due", kind=Kind.CLOCK)
        case Told():
            told = "told" if change.delivered else "could not tell"
            return Said(f"{told} {change.channel}: {change.about}", change.why)
        case Exported():
            return Said(f"exported: {', '.join(change.formats)}", f"manifest {change.manifest_sha256}")
        case _:
            assert_never(change)


def alerts(count: int) -> str:
    """``1 alert``, ``5 alerts``."""
    return f"{count} alert" + ("s" if count != 1 else "")


def span(microseconds: int) -> str:
    """A length of time in its two largest units, such as ``1h 30min``."""
    left = max(microseconds // 1_000_000, 0)
    parts: list[str] = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count and len(parts) < 2:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def _opened(change: Opened) -> str:
    how = _HOW.get(change.how, "opened")
    return f"{how}, follows {change.follows}" if change.follows else how


def _title(change: Opened) -> str:
    return f"{change.title}: {change.note}" if change.note else change.title


def _from(before: str) -> str:
    return f" from {before}" if before else ""


def _closed(change: Closed) -> str:
    what = f"closed: {change.disposition.value.replace('_', ' ')}"
    of = f" of {change.duplicate_of}" if change.duplicate_of else ""
    count = len(change.waived)
    waived = f", {count} open task{'s' if count != 1 else ''} left out" if count else ""
    return f"{what}{of}{waived}"


def _pinned(change: Pinned) -> str:
    return _about(f"{change.source_path} at offset {change.source_offset}, SHA-256 {change.sha256}", change.note)


def _checked(results: Mapping[str, str]) -> str:
    counts = {result: list(results.values()).count(result) for result in dict.fromkeys(results.values())}
    return "read the pins again: " + (", ".join(f"{count} {result}" for result, count in counts.items()) or "none")


def _ended(change: RunEnded) -> str:
    code = f" ({change.exit_code})" if change.exit_code is not None else ""
    return f"{_ENDS[change.state]}{code} after {change.took_us / 1_000_000:.1f} s"


def _about(what: str, note: str) -> str:
    return f"{what}: {note}" if note else what
