"""Read, map and judge one piece of a scan's input, in whatever process this runs.

What stands before the piece is not known here, so repeats of it are judged too; the one who puts the pieces together
leaves them out (see ``putting.py``).
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from multiprocessing.synchronize import Event
from pathlib import Path
from secrets import token_hex

import polars as pl
from msgspec.structs import replace

from llmsec_tui.detect.correlate.plan import plans
from llmsec_tui.detect.correlate.taking import chosen, columns
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.ordinary import A_FEW, ordinary
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.errors import ConfigError
from llmsec_tui.events.batch import EventBatch, build
from llmsec_tui.events.history import Draft, Kept, Keyed, answered, drafted, settled, stitched
from llmsec_tui.events.model import DeadLetter, Record
from llmsec_tui.formats.own import load as load_own
from llmsec_tui.formats.registry import UNRECOGNISED, Registry
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.files import open_readonly
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.read import PIECE_BYTES, WholeFile
from llmsec_tui.intake.records import RECORD_COST, Notice, NoticeKind, Read
from llmsec_tui.intake.stream import RecordStream
from llmsec_tui.service.collection import collect_rarely
from llmsec_tui.service.judging import judged
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.service.scanning.naming import named
from llmsec_tui.service.scanning.parts import Call, Facts, Message, Part, Single, packed, write
from llmsec_tui.service.scanning.tasks import Done, Place, Setup, Task
from llmsec_tui.service.scanning.telling import in_order
from llmsec_tui.service.scanning.versions import Versions
from llmsec_tui.service.source_memories import SourceMemories

MOST_KEYS = 1_000_000
"""So many keys are remembered within a task; they only save work."""
PARTIAL = ".partial"
"""What the name of a file ends with that is still being written."""
_CHUNK_BYTES = 256 * 1024


class Cancelled(Exception):
    """Nobody wants the work any more."""


def is_cancelled() -> bool:
    """Whether the one who gave the work asked this process to stop."""
    return _stop is not None and _stop.is_set()


def listen(stop: Event) -> None:
    """Stop working when this is set."""
    global _stop
    _stop = stop


_stop: Event | None = None


class Worker:
    """Does tasks, one at a time."""

    def __init__(self, ruleset: RuleSet, registry: Registry, secret: bytes) -> None:
        self._ruleset = ruleset
        self._registry = registry
        self._secret = secret
        self.columns = columns(plans(ruleset.grouped)) if ruleset.grouped else []

    def run(self, task: Task) -> Done:
        """Write what the task finds to ``task.out``, which is there once it is whole."""
        out = Path(task.out)
        # The same task may be done twice at a time, where a worker that was given up is still there.
        partial_out = out.with_suffix(f".{token_hex(4)}{PARTIAL}")
        reader = _Reader(task)
        work = _Work(self, reader)
        try:
            with partial_out.open("wb") as stream:
                os.fchmod(stream.fileno(), 0o600)
                for part in work.parts():
                    write(part, stream)
                    if is_cancelled():
                        raise Cancelled
                stream.flush()
                os.fsync(stream.fileno())
        except BaseException:
            partial_out.unlink(missing_ok=True)
            raise
        digest, size = digest_of(partial_out)
        partial_out.replace(out)
        return Done(reader.end(), work.needs_last, size, digest, work.alerts, work.records)


class _Work:
    """One task being done."""

    def __init__(self, worker: Worker, reader: "_Reader") -> None:
        self.alerts = self.records = 0
        self.needs_last = True
        self._worker = worker
        self._reader = reader
        self._known: dict[int, str] = {}
        self._pipeline = Pipeline(
            lambda batch: detect(worker._ruleset, batch),
            lambda _: {},
            memories=reader.memories,
            registry=worker._registry,
            in_flight=0,
        )

    def parts(self) -> Iterator[Part]:
        try:
            for read in self._reader.reads():
                yield self._part(read)
        except OSError as error:
            yield _trouble(f"{self._reader.task.path} cannot be read: {error.strerror}. It was left out from there on.")

    def _part(self, read: Read) -> Part:
        found = self._pipeline.map(read)
        if read.records and not self.records:
            first = read.records[0]
            name = self._worker._registry.identify(first)
            self.needs_last = name == UNRECOGNISED or not any(
                one.record is first and one.format == name for one in found.mapped
            )
        drafts = drafted(found.mapped, self._worker._secret)
        resolved = settled(drafts, self._known, is_all=False)
        self._remember(resolved.keys)
        versions = Versions(resolved.kept)
        batch, detected = judged(versions.judge(self._worker._ruleset), build(resolved.kept), resolved.kept)
        alerts, records = in_order(detected.alerts, read), sum(one.records for one in found.tallies.values())
        self.alerts += alerts.height
        self.records += records
        unknown: Counter[str] = Counter()
        for tally in found.tallies.values():
            unknown.update(tally.unknown)
        return Part(
            records=records,
            repeats=resolved.repeats,
            dead_letters=len(found.letters),
            unknown=dict(sorted(unknown.items())),
            states=dict(sorted(batch.events["content_state"].value_counts().iter_rows())),
            facts=_facts(drafts.drafts, resolved.kept),
            texts=b"".join(sha[:8] for sha in batch.contents["content_sha256"]),
            alerts=packed(alerts),
            events=packed(self._counted(batch, versions, detected.hits)),
            problem=" ".join(one.message for one in read.notices if one.kind is NoticeKind.UNREADABLE),
        )

    def _remember(self, keys: Mapping[int, str]) -> None:
        if len(self._known) > MOST_KEYS:
            self._known.clear()
        self._known.update(keys)

    def _counted(self, batch: EventBatch, versions: Versions, hits: pl.DataFrame) -> pl.DataFrame:
        """The events that rules over time take."""
        if hits.is_empty():
            return pl.DataFrame()
        rules = hits.group_by("event_id", maintain_order=True).agg(rules=pl.col("rule_id"))
        hit = versions.named(batch.events).join(hits, on="event_id", how="semi", maintain_order="left")
        events = chosen(hit, hits, self._worker.columns)
        return versions.put_right(events.join(rules, on="event_id", maintain_order="left"))


class _Reader:
    """The bytes of one task, as records under the names of the scan."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._source_id = named(task.name)
        self._stream: RecordStream | None = None
        start = task.start
        self.memories = SourceMemories()
        if start is not None:
            self.memories = SourceMemories([_remembering(self._source_id, start)])
            self.memories.of(self._source_id).last = start.last

    def reads(self) -> Iterator[Read]:
        return self._whole() if self.task.start is None else self._range(self.task.start)

    def end(self) -> Place | None:
        """Where the next task of the file begins, once this one is read."""
        if self._stream is None:
            return None
        return Place.after(self._stream.consumed, self.memories.of(self._source_id))

    def _whole(self) -> Iterator[Read]:
        for read in WholeFile(self.task.file).pieces():
            yield _renamed(read, self.task)

    def _range(self, start: Place) -> Iterator[Read]:
        framing = Framing.LINES if start.offset else Framing.UNKNOWN
        stream = self._stream = RecordStream(self._source_id, self.task.path, start.offset, framing=framing)
        descriptor = open_readonly(self.task.path, keep_access_time=True)
        try:
            read, unread, at = Read(), 0, start.offset
            is_last = False
            while not is_last:
                size = _CHUNK_BYTES if self.task.end is None else min(_CHUNK_BYTES, self.task.end - at)
                chunk = os.pread(descriptor, size, at) if size else b""
                is_last = not chunk
                stream.feed(chunk, read, last=is_last and self.task.end is None)
                at += len(chunk)
                unread += len(chunk)
                if read and (is_last or max(unread, read.found * RECORD_COST) >= PIECE_BYTES):
                    yield read
                    read, unread = Read(), 0
        finally:
            os.close(descriptor)


def _facts(drafts: Sequence[Draft], kept: Sequence[Kept]) -> list[Facts]:
    taken = {(id(one.record), one.sub_idx): one for one in kept}
    found = []
    for draft in drafts:
        record = id(draft.mapped.record)
        singles = [
            Single(_state(taken.get((record, one.sub_idx))), one.first, one.second)
            for one in draft.singles
            if one.first
        ]
        calls = [
            _call(draft, call, beside, record, taken) for call, beside in zip(draft.calls, _beside(draft), strict=True)
        ]
        if singles or calls:
            found.append(Facts(draft.name, calls, singles))
    return found


def _beside(draft: Draft) -> list[list[Keyed]]:
    """For each call the events that are no messages and that ``history`` puts into its conversation."""
    found: list[list[Keyed]] = [[] for _ in draft.calls]
    places = {call[0].event.call_id: place for place, call in enumerate(draft.calls)}
    only = len(draft.calls) - 1 if len(places) == 1 else None
    for single in draft.singles:
        place = places.get(single.event.trace_id, only)
        if single.event.conversation_id is None and place is not None:
            found[place].append(single)
    return found


def _call(
    draft: Draft,
    call: Sequence[Keyed],
    beside: Sequence[Keyed],
    record: int,
    taken: Mapping[tuple[int, int], Kept],
) -> Call:
    own = call[0].event.conversation_id
    found = [taken.get((record, one.sub_idx)) for one in call]
    messages = [
        Message(one.sub_idx, _state(new), one.first, one.second, one.chain, one.pair, one.is_operators)
        for one, new in zip(call, found, strict=True)
    ]
    others = [new for one in beside if (new := taken.get((record, one.sub_idx))) is not None]
    conversation = next((new.conversation_id for new in [*found, *others] if new is not None), own) or ""
    spare = stitched(draft, call) if own is None else ""
    return Call(own, spare, conversation, answered(call), messages, [new.version or new.event_id for new in others])


def _state(new: Kept | None) -> str:
    return "" if new is None else new.event.content_state


def _trouble(what: str) -> Part:
    return Part(0, 0, 0, {}, {}, [], b"", b"", b"", what)


def _remembering(source_id: str, start: Place) -> Checkpoint:
    return Checkpoint(source_id, "", 1, 0, 1, start.offset, 0, b"", 0, b"", Framing.LINES, start.said)


def _renamed(read: Read, task: Task) -> Read:
    """The same with sources named for this scan: the file, or members of it."""
    names: dict[str, str] = {}

    def name(path: str) -> str:
        if path not in names:
            names[path] = named(task.name + path.removeprefix(task.path))
        return names[path]

    def record(one: Record) -> Record:
        return replace(one, source_id=name(one.path))

    def letter(one: DeadLetter) -> DeadLetter:
        return replace(one, source_id=name(one.path))

    return Read(
        [record(one) for one in read.records],
        [letter(one) for one in read.dead_letters],
        [Notice(name(one.path), one.path, one.offset, one.kind, one.message) for one in read.notices],
    )


def digest_of(path: Path, hashed: Callable[[int], None] = lambda _: None) -> tuple[str, int]:
    """SHA-256 of all bytes of a file, in hexadecimal, and how many they are; leaves its access time alone.

    ``hashed`` is told bytes as they are done.
    """
    digest, size = sha256(), 0
    descriptor = open_readonly(path, keep_access_time=True)
    try:
        while chunk := os.read(descriptor, 1024 * 1024):
            digest.update(chunk)
            size += len(chunk)
            hashed(len(chunk))
    finally:
        os.close(descriptor)
    return digest.hexdigest(), size


def give(ruleset: RuleSet, registry: Registry) -> None:
    """Let this process do tasks by these rules and formats."""
    global _given
    collect_rarely()
    _given = ruleset, registry


_given: tuple[RuleSet, Registry] | None = None


def warm() -> None:
    """Make ready in this process what is made when rules are first run."""
    assert _given is not None
    detect(_given[0], ordinary(A_FEW))


@lru_cache(maxsize=1)
def _worker(setup: Setup) -> Worker:
    ruleset, registry = _given or _read(setup)
    if ruleset.version != setup.rules_version:
        raise ConfigError("The rules changed while the scan was starting.", hint="Scan again.")
    return Worker(ruleset, registry, setup.secret)


def _read(setup: Setup) -> tuple[RuleSet, Registry]:
    collect_rarely()
    return load([Path(path) for path in setup.rules]), Registry(load_own(Path(setup.formats)))


def work(setup: Setup, task: Task) -> Done:
    """Do a task in this process, which reads the rules the first time if it was given none."""
    return _worker(setup).run(task)
