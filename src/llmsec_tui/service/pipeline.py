"""One batch through the stages: records → events → what is new → alerts → what to commit.

The work is cut where the interpreter lock matters: ``read`` is pure Python and lays columns out of it, ``judge`` waits
for another process or for Polars, which do without the lock. Two threads can each do one half, a batch apart.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import polars as pl

from llmsec_tui.detect.correlate.correlator import Correlator
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.errors import FormatError
from llmsec_tui.events.batch import EventBatch, build, dead_letters
from llmsec_tui.events.history import Kept, Lookup, Mapped, resolve
from llmsec_tui.events.model import SEEN, ContentState, DeadLetter, Event, Kind, Record, TsSource
from llmsec_tui.formats.registry import Registry
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.records import OURS, Notice, NoticeKind, Read, Said
from llmsec_tui.service.campaigns.assigning import Assigning
from llmsec_tui.service.judging import DEFECTS, Detect, judged, not_evaluable, told_fields
from llmsec_tui.service.over_time import OverTime
from llmsec_tui.service.silences.suppression import Suppression
from llmsec_tui.service.source_memories import SourceMemories
from llmsec_tui.service.vigil import Vigil
from llmsec_tui.store.commit import Commit, Memory, SourceDelta
from llmsec_tui.store.suppression import only_shown

_NAMED = {
    "app": "service_name",
    "model": "response_model",
    "tenant": "tenant_id",
    "agent": "agent_name",
    "user": "user_id",
}
"""The columns of what a monitor speaks of."""
_TOLD = frozenset(NoticeKind) - {NoticeKind.UNREADABLE, NoticeKind.FOUND, NoticeKind.GONE}
"""Notices that become events, because what happened to the log, or to us, may be an attack on the one who watches."""

_AT_A_STRETCH = 16
"""Records between two pauses: a few milliseconds."""
_NO_RULES = RuleSet(())
Leveled = Callable[[pl.DataFrame, RuleSet], pl.DataFrame]


@dataclass(slots=True)
class Tally:
    """What one batch brought from one source."""

    source_id: str
    path: str
    formats: Counter[str]
    unknown: Counter[str]
    hidden: Counter[str]
    """Content-bearing events whose content cannot be seen, by reason."""
    records: int = 0
    events: int = 0
    dead_letters: int = 0
    seen: int = 0
    """Content-bearing events whose content can be seen."""
    last_ts: int | None = None

    def delta(self, alerts: int) -> SourceDelta:
        """The tally as the store adds it up."""
        return SourceDelta(
            source_id=self.source_id,
            path=self.path,
            format=self.formats.most_common(1)[0][0] if self.formats else "",
            records=self.records,
            events=self.events,
            dead_letters=self.dead_letters,
            alerts=alerts,
            unknown=dict(self.unknown),
            content_yes=self.seen,
            content_no=dict(self.hidden),
            last_event_at=self.last_ts,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """The events of a batch before it is known which are new."""

    mapped: list[Mapped]
    letters: list[DeadLetter]
    tallies: dict[str, Tally]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A batch after the first half: new events, not yet judged."""

    batch: EventBatch
    kept: list[Kept]
    """What the batch was built from."""
    outdated: list[Kept]
    """Versions of events in it that came in the same batch; they are judged and not stored."""
    keys: dict[int, str]
    letters: list[DeadLetter]
    tallies: dict[str, Tally]
    checkpoints: list[Checkpoint]
    repeats: int


class Pipeline:
    """The stages between a file and the store, with the memory that batches in flight need."""

    def __init__(
        self,
        detect: Detect,
        lookup: Lookup,
        over_time: OverTime | None = None,
        *,
        ruleset: RuleSet = _NO_RULES,
        suppression: Suppression | None = None,
        assigning: Assigning | None = None,
        leveled: Leveled = lambda alerts, _: alerts,
        secret: bytes = b"",
        in_flight: int = 6,
        memories: SourceMemories | None = None,
        registry: Registry | None = None,
    ) -> None:
        """``ruleset`` is what is judged by, to count what it cannot judge; ``suppression`` decides what people are
        shown, and without it they are shown all; ``assigning`` brings alerts to campaigns; ``leveled`` gives alerts
        that rules tell the levels that hold here; ``lookup`` tells keys that are committed, which were made with
        ``secret``; ``in_flight`` is how many drafted batches may not be committed yet; ``memories`` is what sources
        said before the last restart; ``registry`` knows the formats, and without it those that are shipped."""
        self._detect = detect
        self._over_time = over_time or OverTime(Correlator(_NO_RULES, lambda _: {}))
        self._ruleset = ruleset
        self._suppression = suppression
        self._assigning = assigning
        self._leveled = leveled
        self._between_batches = threading.Lock()
        self._lookup = lookup
        self._secret = secret
        self._memories = memories or SourceMemories()
        self._registry = registry or Registry()
        self._vigil = Vigil(self._memories)
        self._recent: deque[dict[int, str]] = deque(maxlen=in_flight)

    def read(self, read: Read, pause: Callable[[], None] = lambda: None) -> Drafted:
        """Map records to events and keep the new ones. No record is lost: what no format maps is a dead letter.

        ``pause`` is called now and then, to let others work.
        """
        found = self.map(read, pause)
        resolved = resolve(found.mapped, self._known, self._secret)
        self._recent.append(resolved.keys)
        batch = build(resolved.kept)
        checkpoints = self._memories.put_into(read.checkpoints)
        return Drafted(
            batch,
            resolved.kept,
            resolved.outdated,
            resolved.keys,
            found.letters,
            found.tallies,
            checkpoints,
            resolved.repeats,
        )

    def map(self, read: Read, pause: Callable[[], None] = lambda: None) -> Found:
        """Only the events, new ones and repeats; ``pause`` as in :meth:`read`."""
        tallies: dict[str, Tally] = {}
        letters = list(read.dead_letters)
        mapped: list[Mapped] = []
        tally = None
        for number, record in enumerate(read.records):
            if number % _AT_A_STRETCH == 0:
                pause()
            if tally is None or tally.source_id != record.source_id:
                tally = _tally(tallies, record.source_id, record.path)
            tally.records += 1
            try:
                outcome = self._registry.map(record, self._memories.of(record.source_id))
            except DEFECTS as error:
                letters.append(_letter(record, error))
                continue
            tally.formats[outcome.format] += 1
            if outcome.unknown is not None:
                tally.unknown[outcome.unknown] += 1
            mapped.append(Mapped(record, outcome.format, outcome.events))
        for letter in letters:
            _tally(tallies, letter.source_id, letter.path).dead_letters += 1
        live = dict.fromkeys(read.live, time.time_ns() // 1000)
        notices = [*read.notices, *self._vigil.over(mapped, letters, live)]
        told = [_told(notice) for notice in notices if notice.kind in _TOLD]
        return Found(told + mapped, letters, tallies)

    def forget(self, source_id: str) -> None:
        """A source was read to its end: nothing of it is needed any more."""
        self._memories.drop(source_id)
        self._vigil.forget(source_id)

    def judge(self, drafted: Drafted, now: int) -> Commit:
        """Run all rules over the new events. ``now`` (µs) is when the batch is taken to have arrived."""
        with self._between_batches:
            batch, detected = judged(self._detect, drafted.batch, drafted.kept, drafted.outdated)
            over_time, memory = self._over_time.observe(batch, detected.hits, now)
            unjudged = not_evaluable(self._ruleset, batch.events)
            alerts = self._leveled(detected.alerts, self._ruleset)
            decided = self._decided(pl.concat([alerts, over_time]), memory, now)
            if self._assigning is not None:
                decided = self._assigning.assigned(decided, batch, now)
        _count(batch.events, drafted.tallies)
        hit = batch.events.filter(pl.col("event_id").is_in(alerts["event_id"].implode()))
        source_of = dict(hit.select("event_id", "source_id").iter_rows())
        single = only_shown(decided).filter(pl.col("n_events").is_null())
        raised = Counter(source_of[event] for event in single["event_id"])
        return Commit(
            batch=batch,
            alerts=decided,
            dead_letters=dead_letters(drafted.letters),
            keys=drafted.keys,
            checkpoints=drafted.checkpoints,
            stats=[one.delta(raised[name]) for name, one in drafted.tallies.items() if not name.startswith(OURS)],
            at=now,
            memory=memory,
            not_evaluable=unjudged,
        )

    def finish(self, now: int) -> Commit:
        """What the end of all input raises."""
        alerts, memory = self._over_time.finish(now)
        return Commit(build([]), alerts, dead_letters([]), {}, [], [], now, memory)

    def snapshot(self, *, at_end: bool = False) -> bytes | None:
        """What rules over time remember, when it is worth being written down; every judged batch must be stored."""
        with self._between_batches:
            return self._over_time.snapshot(at_end=at_end)

    def install(self, ruleset: RuleSet, tell: Callable[[], None]) -> Sequence[str]:
        """Judge by other rules from the next batch on; ``tell`` is called between the batches.

        The ids of rules over time whose memory was dropped, because they changed.
        """
        with self._between_batches:
            tell()
            self._ruleset = ruleset
            if self._suppression is not None:
                self._suppression.use(ruleset)
            return self._over_time.replace(ruleset)

    def _decided(self, alerts: pl.DataFrame, memory: Memory, now: int) -> pl.DataFrame:
        return alerts if self._suppression is None else self._suppression.decided(alerts, memory.withdrawn, now)

    @property
    def problem(self) -> str:
        """A sentence when something of what was read may not have been judged in full, else empty."""
        undecided = "" if self._suppression is None else self._suppression.problem
        unassigned = "" if self._assigning is None else self._assigning.problem
        return " ".join(filter(None, (self._over_time.problem, undecided, unassigned)))

    def _known(self, keys: list[int]) -> dict[int, str]:
        asked = set(keys)
        known: dict[int, str] = {}
        for batch in self._recent:
            known |= {key: batch[key] for key in batch.keys() & asked}
        return self._lookup(list(asked - known.keys())) | known


def _tally(tallies: dict[str, Tally], source_id: str, path: str) -> Tally:
    if (tally := tallies.get(source_id)) is None:
        tally = tallies[source_id] = Tally(source_id, path, Counter(), Counter(), Counter())
    return tally


def _count(events: pl.DataFrame, tallies: dict[str, Tally]) -> None:
    groups = events.group_by("source_id", "content_state").agg(
        pl.len(), pl.col("source_path").first(), pl.col("ts").max().dt.epoch("us")
    )
    for source_id, state, count, path, last in groups.iter_rows():
        tally = _tally(tallies, source_id, path)
        tally.events += count
        if state in SEEN:
            tally.seen += count
        elif state != ContentState.NONE:
            tally.hidden[state] += count
        if last is not None:
            tally.last_ts = max(tally.last_ts or last, last)


def _told(notice: Notice) -> Mapped:
    """A notice as an event, so that rules and people see it where they see everything else."""
    event = Event(
        kind=Kind.INTAKE,
        native_id=f"{notice.kind}:{notice.source_id}:{notice.offset}",
        **told_fields(notice.kind, notice.message),
        **(_said(notice.said) if notice.said is not None else {}),
    )
    nothing = sha256(b"").digest()
    return Mapped(Record(notice.source_id, notice.path, 0, notice.offset, 0, nothing, None), "intake", [event])


def _said(said: Said) -> dict[str, Any]:
    """What only a monitor's event has."""
    about = {column: said.names[name] for name, column in _NAMED.items() if name in said.names}
    return {"operation_name": said.rule_id, "ts": said.at, "ts_source": TsSource.NATIVE, **about}


def _letter(record: Record, error: BaseException) -> DeadLetter:
    known = isinstance(error, FormatError)
    reason = str(error) if known else f"A defect of ours kept it from being mapped ({type(error).__name__})."
    return DeadLetter(
        record.source_id, record.path, record.offset, record.length, record.sha256, reason, repr(record.data)[:200]
    )
