"""Remedies at work: what can be done about an incident, doing it apart from everything else, and noting its end."""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Protocol, TypeVar

from llmsec_tui.access import Actor
from llmsec_tui.errors import ConfigError, NotFound, ServiceError, StoreError
from llmsec_tui.incidents.changes import Change, RunEnded, RunStarted, TaskDone
from llmsec_tui.incidents.incident import Incident, Run
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.incidents.remedies import Filled, Values, fill, rehearsed_at, summary, values
from llmsec_tui.incidents.states import RunState, TaskState
from llmsec_tui.service.incidents.rows import RemedyRow
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.outward.requesting import Request, request
from llmsec_tui.service.outward.runner import Ran, run_command
from llmsec_tui.service.outward.secrets_elsewhere import resolved
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 4
"""Runs beside each other; more wait for their turn."""
_CLOSE_S = 5.0
_RETRY_S = 1.0
_ORDINARY_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Happens(Protocol):
    """The part of the desk that notes what happened by itself."""

    def happened(self, incident_id: str, changes: Sequence[Change], at: int) -> object: ...


class Remedies:
    """Any thread may call it."""

    def __init__(self, desk: Happens, store: Store, policy: Callable[[], Policy]) -> None:
        self._desk = desk
        self._store = store
        self._policy = policy
        self._stop = threading.Event()
        self._turns = threading.Semaphore(AT_ONCE)
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def offered(self, incident: Incident, found: Values, now: int) -> list[RemedyRow]:
        """All remedies of the policy for this incident; ``found`` is ``remedy_values`` of the store."""
        known = values(incident, found)
        rows = []
        for remedy in self._policy().remedies:
            filled = fill(remedy, known)
            rows.append(
                RemedyRow(
                    name=remedy.name,
                    title=remedy.title,
                    kind="command" if remedy.command else "webhook",
                    what=filled.what,
                    missing=list(filled.missing),
                    rehearsed_at=rehearsed_at(incident, filled.digest, now),
                    running=any(_goes_on(run, remedy.name) for run in incident.runs),
                    tasks=[task.task for task in incident.tasks if _is_open(task.state, task.remedy, remedy.name)],
                )
            )
        return rows

    def started(self, actor: Actor, incident: Incident, remedy: str, rehearsal: bool) -> RunStarted:
        """What is to be noted when a remedy is run or rehearsed; its number is still to be given.

        Raises NotFound for a remedy that the policy does not have, ServiceError when the incident lacks something.
        """
        filled = self._filled(incident, remedy)
        if filled.missing:
            raise ServiceError(
                f"{remedy} cannot be run for {incident.incident_id}, which lacks: {'; '.join(filled.missing)}.",
                hint="Nothing was done. Split the incident, or do it by hand.",
            )
        tasks = [task.task for task in incident.tasks if _is_open(task.state, task.remedy, remedy)]
        return RunStarted(
            run=0,
            remedy=remedy,
            rehearsal=rehearsal,
            what=filled.tried if rehearsal else filled.what,
            digest=filled.digest,
            task=tasks[0] if tasks else None,
        )

    def launch(self, incident_id: str, run: int) -> None:
        """Do what was noted, in a thread of its own; to be called once its transaction has ended."""
        thread = threading.Thread(target=self._work, args=(incident_id, run), name=f"run-{run}", daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def lose(self, now: int) -> None:
        """Note, when a collector starts, that nobody knows what came of what ran when the last one ended."""
        for incident_id in self._store.running():
            incident = self._store.incident(incident_id)
            if incident is None:
                continue
            lost = [_lost(run) for run in incident.runs if run.state is RunState.RUNNING]
            self._desk.happened(incident_id, lost, now)
            log.warning("%s: the collector ended while %d of its remedies ran", incident_id, len(lost))

    def close(self) -> None:
        """End what runs, and note that; what cannot be ended in time is noted as lost at the next start."""
        self._stop.set()
        with self._lock:
            threads = list(self._threads)
        until = time.monotonic() + _CLOSE_S
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))

    def _filled(self, incident: Incident, name: str) -> Filled:
        remedy = self._policy().remedy(name)
        if remedy is None:
            raise NotFound(f"The policy has no remedy {name[:80]!r}.", hint="See: llmsec-tui incident remedies")
        return fill(remedy, values(incident, self._store.remedy_values(incident.incident_id)))

    # The thread of one run.

    def _work(self, incident_id: str, number: int) -> None:
        try:
            with self._turns:
                incident = self._store.incident(incident_id)
                assert incident is not None
                run = next(run for run in incident.runs if run.run == number)
                ran = self._ran_safely(incident, run)
            self._insist(partial(self._note, incident_id, run, ran))
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _ran_safely(self, incident: Incident, run: Run) -> Ran:
        try:
            return self._ran(incident, run)
        except DEFECTS as error:
            # Nothing may die silently: whoever waits for it must see its end.
            log.error("%s: run %d of %s: %s", incident.incident_id, run.run, run.remedy, told(error))
            return _not_run(f"It failed in this program ({type(error).__name__}); how far it got is not known.")

    def _ran(self, incident: Incident, run: Run) -> Ran:
        if self._stop.is_set():
            return _not_run("The collector ends. Nothing was done.")
        try:
            filled = self._filled(incident, run.remedy)
            if filled.missing or filled.digest != run.digest:
                # Alerts may have come, or another policy, since somebody saw what would be done.
                return _not_run("What would be done has changed since it was asked for. Nothing was done.")
            return self._do(incident, run, filled)
        except (ConfigError, NotFound, StoreError) as error:
            return _not_run(f"{error.message} Nothing was done.")

    def _do(self, incident: Incident, run: Run, filled: Filled) -> Ran:
        known = values(incident, self._store.remedy_values(incident.incident_id))
        body = summary(incident, known, remedy=run.remedy, run=run.run, rehearsal=run.rehearsal)
        timeout_s = filled.timeout / 1e6
        command = filled.rehearsal if run.rehearsal else filled.command
        if command:
            return run_command(command, body, environment(incident.incident_id), timeout_s, self._stop)
        if run.rehearsal:
            return Ran(state=RunState.DONE, exit_code=None, took_us=0, told="Nothing was run: it was only shown.")
        whose = f"the remedy {run.remedy}"
        headers = {name: resolved(value, whose) for name, value in filled.headers.items()}
        return request(Request(method=filled.method, url=filled.url, body=body, headers=headers), timeout_s)

    def _note(self, incident_id: str, run: Run, ran: Ran) -> None:
        at = time.time_ns() // 1000
        with self._store.transaction():
            incident = self._store.incident(incident_id)
            assert incident is not None
            changes: list[Change] = [_ended(run, ran)]
            if ran.state is RunState.DONE and not run.rehearsal:
                changes += [
                    TaskDone(task=task.task, note=f"by run {run.run}")
                    for task in incident.tasks
                    if task.task == run.task and task.state is TaskState.OPEN
                ]
            self._store.keep_run_output(incident_id, run.run, ran.output, ran.cut)
            self._desk.happened(incident_id, changes, at)
        log.info("%s: run %d of %s: %s", incident_id, run.run, run.remedy, ran.told)

    def _insist(self, step: Callable[[], T]) -> None:
        """Do it until the store takes it, or the collector ends; then the next start says that it was lost."""
        while True:
            try:
                step()
            except StoreError as error:
                log.error("how a remedy ended could not be stored: %s", error)
                if self._stop.wait(_RETRY_S):
                    return
            else:
                return


def environment(incident_id: str = "") -> Mapping[str, str]:
    """All that a command gets to know of the collector's environment, and which incident it is about."""
    kept = {name: os.environ[name] for name in ("LANG", "HOME") if name in os.environ}
    about = {"LLMSEC_INCIDENT": incident_id} if incident_id else {}
    return {"PATH": os.environ.get("PATH", _ORDINARY_PATH), **kept, **about}


def _goes_on(run: Run, name: str) -> bool:
    return run.remedy == name and not run.rehearsal and run.state is RunState.RUNNING


def _is_open(state: TaskState, remedy: str, name: str) -> bool:
    return state is TaskState.OPEN and remedy == name


def _not_run(why: str) -> Ran:
    return Ran(state=RunState.FAILED, exit_code=None, took_us=0, told=why)


def _ended(run: Run, ran: Ran) -> RunEnded:
    return RunEnded(
        run=run.run,
        state=ran.state,
        exit_code=ran.exit_code,
        took_us=ran.took_us,
        output_bytes=ran.output_bytes,
        output_sha256=sha256(ran.output).hexdigest(),
        told=ran.told,
    )


def _lost(run: Run) -> RunEnded:
    return RunEnded(
        run=run.run,
        state=RunState.LOST,
        exit_code=None,
        took_us=0,
        output_bytes=0,
        output_sha256=sha256(b"").hexdigest(),
        told="The collector ended while it ran; what came of it is not known.",
    )
