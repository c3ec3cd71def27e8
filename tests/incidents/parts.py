"""Incidents to try things on, and alerts to put into them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from llmsec_tui.incidents.changes import (
    Acknowledged,
    Change,
    Closed,
    DutyStarted,
    IncidentEvent,
    Limit,
    Linked,
    MergedInto,
    Moved,
    NewTask,
    Opened,
    Pinned,
    RunEnded,
    RunStarted,
    Share,
    TaskDone,
    Watched,
)
from llmsec_tui.incidents.decide import Asked
from llmsec_tui.incidents.fold import begin, record
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.states import Disposition, RunState, State

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
NOW = 1_780_000_000 * SECOND

LIMITS = [
    Limit(clock="acknowledge", within=15 * MINUTE),
    Limit(clock="contain", within=HOUR),
    Limit(clock="resolve", within=8 * HOUR),
]
DUTY = Limit(clock="gdpr", within=72 * HOUR, duty=True)


def share(*alert_ids: str, level: str = "high", rule: str = "r1", user: str = "u1") -> Share:
    """Alerts that are all alike."""
    n = len(alert_ids)
    counts = Counter({f"user:app|{user}": n}) if n else Counter[str]()
    return Share(
        alert_ids=list(alert_ids),
        levels={level: n} if n else {},
        rules={rule: n} if n else {},
        keys=dict(counts),
    )


def opened(
    number: int = 1, *, at: int = NOW, alerts: Share | None = None, tasks: Sequence[str] = (), **more: str
) -> Incident:
    """A new incident with two alerts, and these steps."""
    alerts = share(f"a{number}1", f"a{number}2") if alerts is None else alerts
    change = Opened(
        how="level",
        title=more.get("title", "System prompt leaked"),
        level=more.get("level", "high"),
        share=alerts,
        limits=LIMITS,
        tasks=[NewTask(task=n, text=text) for n, text in enumerate(tasks, 1)],
        first_event_at=at - MINUTE,
        first_alert_at=at,
        owner=more.get("owner", ""),
    )
    return begin(IncidentEvent(incident_id=f"INC-{number}", seq=1, at=at, actor="llmsec-tui", change=change))


def after(incident: Incident, *changes: Change, at: int = NOW, actor: str = "alice") -> Incident:
    """With these changes by alice."""
    return record(incident, changes, at=at, actor=actor)[0]


def in_state(state: State, number: int = 1) -> Incident:
    """Alice's, in that state; with an open and a finished step, a pin, a link, a duty and a good rehearsal."""
    new = opened(number, tasks=["Look", "Rotate"])
    rich = after(
        new,
        TaskDone(task=2),
        pin("e1", 1),
        Linked(to="INC-9"),
        Watched(watcher="carol"),
        DutyStarted(limit=DUTY, aware_at=NOW),
        rehearsal(1),
        ended(1),
    )
    return after(rich, *_WAY[state])


_ACK = Acknowledged(owner="alice")
_WAY: dict[State, Iterable[Change]] = {
    State.NEW: (),
    State.ACKNOWLEDGED: (_ACK,),
    State.INVESTIGATING: (_ACK, Moved(act="investigate", state=State.INVESTIGATING)),
    State.CONTAINED: (_ACK, Moved(act="contain", state=State.CONTAINED, note="revoked")),
    State.RESOLVED: (_ACK, Moved(act="resolve", state=State.RESOLVED, note="done")),
    State.CLOSED: (_ACK, Closed(disposition=Disposition.TRUE_POSITIVE, note="leak", waived=[1])),
    State.PENDING: (_ACK, Moved(act="hold", state=State.PENDING, note="vendor")),
    State.MERGED: (_ACK, MergedInto(into="INC-2")),
}


def pin(event_id: str, number: int = 0) -> Pinned:
    """A record of an event."""
    return Pinned(
        pin=number,
        event_id=event_id,
        source_id="s",
        source_path="/var/log/app.jsonl",
        source_offset=10,
        source_len=20,
        sha256="ab" * 32,
    )


def rehearsal(number: int = 0, digest: str = "d1", remedy: str = "block") -> RunStarted:
    return RunStarted(run=number, remedy=remedy, rehearsal=True, what="block u1", digest=digest)


def ended(number: int, state: RunState = RunState.DONE) -> RunEnded:
    return RunEnded(
        run=number, state=state, exit_code=0, took_us=SECOND, output_bytes=0, output_sha256="", told="It went well."
    )


def fitting(incident: Incident, act: str, actor: str = "alice") -> Asked:
    """An ask for the act with everything that it takes, as one would ask it of ``in_state``."""
    return Asked(
        act=act,
        actor=actor,
        version=incident.version,
        note="because",
        owner="bob",
        disposition="true_positive",
        incident={"unlink": "INC-9", "split": "INC-3"}.get(act, "INC-2"),
        level="critical",
        title="Another",
        task=2 if act == "reopen_task" else 1,
        pin=1,
        clock="nis2" if act == "start_duty" else "gdpr",
        when=NOW - HOUR,
        waive_open=True,
        share=share("a11", "a12") if act in ("merge", "unmerge") else share("a11"),
        limits=[*LIMITS, Limit(clock="nis2", within=24 * HOUR, duty=True)],
        record=pin("e2"),
        results={1: "intact"},
        run=None if act not in ("rehearse", "run") else rehearsal(),
    )
