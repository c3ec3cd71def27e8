"""Review files offline: the same stages as live, no collector, nothing written but the answer.

Files are taken in sorted order and each from its first byte to its last, so alerts come out ordered by file and offset.
Those of rules over time follow at the end, ordered by time, rule and group. The same input gives the same output,
whoever does the work, and memory does not grow with it (see ``scanning/``).
"""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes
from typing import Any

import polars as pl

from llmsec_tui.detect.correlate.correlator import Correlator
from llmsec_tui.detect.engine import Detected
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.errors import SourceError
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.formats.registry import Registry
from llmsec_tui.intake.discover import expand
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.intake.records import Read
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.over_time import OverTime
from llmsec_tui.service.pipeline import Drafted, Pipeline
from llmsec_tui.service.scanning.crew import Crew, in_place
from llmsec_tui.service.scanning.inputs import digest_of_all, inputs
from llmsec_tui.service.scanning.keytable import KeyTable
from llmsec_tui.service.scanning.manifest import Manifest
from llmsec_tui.service.scanning.remembered import Remembered
from llmsec_tui.service.scanning.review import Review
from llmsec_tui.service.scanning.states import States
from llmsec_tui.service.scanning.summary import Summary
from llmsec_tui.service.scanning.telling import Once, in_order
from llmsec_tui.service.scanning.watching import Watcher
from llmsec_tui.store.commit import Commit, Memory
from llmsec_tui.store.origins import COPIED
from llmsec_tui.store.store import Store


class Scan:
    """One pass over some files. Iterate over :meth:`alerts`, then read :attr:`summary`."""

    def __init__(
        self,
        patterns: Sequence[str],
        ruleset: RuleSet,
        *,
        min_level: str = LEVELS[0],
        store: Store | None = None,
        registry: Registry | None = None,
        crew: Crew | None = None,
        manifest: Manifest | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        """``store`` takes all events and alerts as well, with the ids that a collector gives them; it must be new, and
        is filled by this process alone. ``registry`` knows the formats, and without it those that are shipped. The
        ``crew`` does the work, and without it this process. The ``manifest`` knows what was done, and learns more."""
        self.summary = Summary(ruleset.version)
        self._patterns = patterns
        self._ruleset = ruleset
        self._levels = LEVELS[LEVELS.index(min_level) :]
        self._store = store
        self._registry = registry or Registry()
        self._crew = crew or in_place()
        self._manifest = manifest
        self._watcher = watcher or Watcher()

    def alerts(self) -> Iterator[pl.DataFrame]:
        """Alerts of at least ``min_level``, piece by piece, in the order of the input.

        Raises :class:`SourceError` when no file at all can be read.
        """
        frames = self._review() if self._store is None else (commit.alerts for commit in self.commits())
        for frame in frames:
            if not (alerts := frame.filter(pl.col("level").is_in(self._levels))).is_empty():
                yield alerts

    def _review(self) -> Iterator[pl.DataFrame]:
        started = time.perf_counter()
        try:
            yield from self._reviewed()
            self.summary.complete = True
        finally:
            self.summary.seconds = time.perf_counter() - started

    def _reviewed(self) -> Iterator[pl.DataFrame]:
        summary = self.summary
        found = expand(self._patterns)
        files, problems = inputs(found.files, self._patterns, self._crew, self._watcher.hashes, self._watcher.hashed)
        summary.problems = [*found.problems, *problems]
        summary.input_sha256 = {str(file.path): file.sha256 for file in files}
        if not files:
            raise _nothing(summary)
        self._watcher.begins(files, digest_of_all(files))
        with tempfile.TemporaryDirectory(prefix="llmsec-tui-") as folder:
            place, secret = Path(folder), token_bytes(32)
            if self._manifest is not None:
                place, secret = self._manifest.parts, self._manifest.secret
            yield from Review(
                files,
                self._ruleset,
                self._registry,
                self._crew,
                summary,
                place,
                secret,
                self._manifest,
                self._watcher,
            ).alerts()

    def commits(self) -> Iterator[Commit]:
        """What each piece of the input brought, in its order and with all events; the last is what its end brought.

        This process reads it all, and gives ids as a collector does. Raises as :meth:`alerts`.
        """
        with _Alone(self._ruleset, self._registry, self._store, self.summary) as alone:
            yield from alone.commits(self._patterns)


class _Alone:
    """Reads everything in this process, and hands on whole batches."""

    def __init__(self, ruleset: RuleSet, registry: Registry, store: Store | None, summary: Summary) -> None:
        self._summary = summary
        self._store = store
        self._remembered = Remembered()
        self._texts = KeyTable()
        self._once = Once()
        self._states = States()
        self._now = time.time_ns() // 1000
        lookup, secret = (self._remembered.known, token_bytes(32)) if store is None else (store.known, store.secret)
        hits = _Hits(Detector(ruleset))
        over_time = OverTime(Correlator(ruleset, hits, lateness=None))
        self._pipeline = Pipeline(
            hits.detect, lookup, over_time, ruleset=ruleset, secret=secret, in_flight=1, registry=registry
        )

    def __enter__(self) -> "_Alone":
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._remembered, self._texts, self._once, self._states):
            one.close()

    def commits(self, patterns: Sequence[str]) -> Iterator[Commit]:
        started = time.perf_counter()
        summary = self._summary
        found = expand(patterns)
        summary.problems = list(found.problems)
        for path in found.files:
            try:
                yield from self._file(path)
            except OSError as error:
                summary.problems.append(f"{path} cannot be read: {error.strerror}. It was left out.")
        last = self._pipeline.finish(self._now)
        self._summary.alerts.update(last.alerts["level"].to_list())
        yield self._stored(last)
        if self._pipeline.problem:
            summary.problems.append(self._pipeline.problem)
        summary.seconds = time.perf_counter() - started
        if not summary.files:
            raise _nothing(summary)
        summary.complete = True

    def _file(self, path: Path) -> Iterator[Commit]:
        whole = WholeFile(path)
        for read in whole.pieces():
            drafted = self._pipeline.read(read)
            yield self._taken(read, drafted, self._pipeline.judge(drafted, self._now))
        for source_id in (whole.source_id, *whole.member_ids):
            self._pipeline.forget(source_id)
        self._summary.files += 1
        self._summary.size += whole.size
        self._summary.input_sha256[str(path)] = whole.sha256

    def _taken(self, read: Read, drafted: Drafted, commit: Commit) -> Commit:
        """What a piece of a file brought, once it is counted and stored."""
        commit = replace(commit, alerts=in_order(commit.alerts, read))
        stored = self._stored(commit)
        fresh = self._once.fresh(commit.alerts)
        self._count(drafted, commit)
        self._summary.alerts.update(fresh["level"].to_list())
        return replace(stored, alerts=fresh)

    def _count(self, drafted: Drafted, commit: Commit) -> None:
        summary = self._summary
        summary.repeats += drafted.repeats
        for delta in commit.stats:
            summary.records += delta.records
            summary.dead_letters += delta.dead_letters
            summary.unknown_types.update(delta.unknown)
        summary.count(self._states.changes(commit.batch.events, drafted.kept))
        shas = {*commit.batch.contents["content_sha256"], *(one.content_sha256 for one in drafted.outdated)} - {None}
        summary.contents += self._texts.update({int.from_bytes(sha[:8]): 0 for sha in shas})

    def _stored(self, commit: Commit) -> Commit:
        if self._store is None:
            self._remembered.add(commit.keys)
        else:
            # A scan is whole: nothing is left for a later run to remember.
            self._store.commit(replace(commit, memory=Memory(left_out=commit.memory.left_out)))
        return commit


class _Hits:
    """Detects, and keeps of the events that rules over time take what their alerts copy: a scan has no store."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._kept: list[pl.DataFrame] = []

    def detect(self, batch: EventBatch) -> Detected:
        found = self._detector(batch)
        if not found.hits.is_empty():
            is_hit = pl.col("event_id").is_in(found.hits["event_id"].unique().implode())
            self._kept.append(batch.events.lazy().filter(is_hit).select(COPIED).collect())
        return found

    def __call__(self, event_ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """The columns in ``COPIED`` of these events; of one that was amended, the last."""
        wanted = pl.col("event_id").is_in(list(event_ids))
        return {row["event_id"]: row for frame in self._kept for row in frame.filter(wanted).iter_rows(named=True)}


def _nothing(summary: Summary) -> SourceError:
    return SourceError(
        " ".join(summary.problems) or "There are no log files in what was given.",
        hint="Give files, directories or globs that hold JSON logs.",
    )
