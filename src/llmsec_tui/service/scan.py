"""Review files offline: the same stages as live, no collector, nothing written but the answer.

Files are read in sorted order and each from its first byte to its last, so alerts come out ordered by file and offset.
Those of rules over time follow at the end, ordered by time, rule and group. The same input gives the same output.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_bytes
from typing import Any

import polars as pl

from llmsec_tui import __version__
from llmsec_tui.detect.correlate.correlator import Correlator
from llmsec_tui.detect.engine import Detected
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.errors import SourceError
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.formats.registry import Registry
from llmsec_tui.intake.discover import expand
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.over_time import OverTime
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.store.commit import Commit, Memory
from llmsec_tui.store.origins import COPIED
from llmsec_tui.store.store import Store


@dataclass(slots=True)
class Summary:
    """What a scan read and found; the fields of ``scan --summary``."""

    rules_version: str
    files: int = 0
    size: int = 0
    """Bytes of all files."""
    records: int = 0
    events: int = 0
    repeats: int = 0
    dead_letters: int = 0
    seconds: float = 0.0
    unknown_types: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    hidden: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    input_sha256: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """Paths that could not be read, a sentence each."""
    texts: set[bytes] = field(default_factory=set)
    """First eight bytes of the hash of each distinct text."""

    def as_dict(self) -> dict[str, object]:
        """The summary under the names that scripts know."""
        return {
            "files": self.files,
            "bytes": self.size,
            "records": self.records,
            "events": self.events,
            "repeats": self.repeats,
            "contents": len(self.texts),
            "dead_letters": self.dead_letters,
            "unknown_types": dict(sorted(self.unknown_types.items())),
            "evaluable": {
                "yes": self.seen,
                "no": self.hidden.total(),
                "by_reason": dict(sorted(self.hidden.items())),
            },
            "alerts": {level: self.alerts[level] for level in LEVELS},
            "seconds": round(self.seconds, 3),
            "engine_version": __version__,
            "rules_version": self.rules_version,
            "input_sha256": self.input_sha256,
            "problems": self.problems,
        }


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
    ) -> None:
        """``store`` takes all events and alerts as well; it must be new to give the same answer as a plain scan.
        ``registry`` knows the formats, and without it those that are shipped."""
        self.summary = Summary(ruleset.version)
        self._patterns = patterns
        self._levels = LEVELS[LEVELS.index(min_level) :]
        self._store = store
        self._keys: dict[int, str] = {}
        self._now = time.time_ns() // 1000
        lookup, secret = (self._known, token_bytes(32)) if store is None else (store.known, store.secret)
        hits = _Hits(Detector(ruleset))
        over_time = OverTime(Correlator(ruleset, hits, lateness=None))
        self._pipeline = Pipeline(
            hits.detect, lookup, over_time, ruleset=ruleset, secret=secret, in_flight=1, registry=registry
        )

    def alerts(self) -> Iterator[pl.DataFrame]:
        """Alerts of at least ``min_level``, piece by piece, in the order of the input; raises as :meth:`commits`."""
        for commit in self.commits():
            if not (alerts := commit.alerts.filter(pl.col("level").is_in(self._levels))).is_empty():
                yield alerts

    def commits(self) -> Iterator[Commit]:
        """What each piece of the input brought, in its order; the last is what its end brought.

        Raises :class:`SourceError` when no file at all can be read.
        """
        started = time.perf_counter()
        found = expand(self._patterns)
        self.summary.problems = list(found.problems)
        for path in found.files:
            try:
                yield from self._file(path)
            except OSError as error:
                self.summary.problems.append(f"{path} cannot be read: {error.strerror}. It was left out.")
        yield self._taken(self._pipeline.finish(self._now))
        if self._pipeline.problem:
            self.summary.problems.append(self._pipeline.problem)
        self.summary.seconds = time.perf_counter() - started
        if not self.summary.files:
            raise SourceError(
                " ".join(self.summary.problems) or "There are no log files in what was given.",
                hint="Give files, directories or globs that hold JSON logs.",
            )

    def _file(self, path: Path) -> Iterator[Commit]:
        whole = WholeFile(path)
        for read in whole.pieces():
            drafted = self._pipeline.read(read)
            self.summary.repeats += drafted.repeats
            yield self._taken(self._pipeline.judge(drafted, self._now))
        self._pipeline.forget(whole.source_id)
        self.summary.files += 1
        self.summary.size += whole.size
        self.summary.input_sha256[str(path)] = whole.sha256

    def _taken(self, commit: Commit) -> Commit:
        """The commit, once it is counted and stored."""
        summary = self.summary
        for delta in commit.stats:
            summary.records += delta.records
            summary.events += delta.events
            summary.dead_letters += delta.dead_letters
            summary.unknown_types.update(delta.unknown)
            summary.seen += delta.content_yes
            summary.hidden.update(delta.content_no)
        summary.alerts.update(commit.alerts["level"].to_list())
        summary.texts.update(sha[:8] for sha in commit.batch.contents["content_sha256"])
        if self._store is None:
            self._keys.update(commit.keys)
        else:
            # A scan is whole: nothing is left for a later run to remember.
            self._store.commit(replace(commit, memory=Memory(left_out=commit.memory.left_out)))
        return commit

    def _known(self, keys: list[int]) -> dict[int, str]:
        return {key: self._keys[key] for key in keys if key in self._keys}


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
