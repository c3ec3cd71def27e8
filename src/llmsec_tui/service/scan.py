"""Review files offline: the same stages as live, no collector, nothing written but the answer.

Files are read in sorted order and each from its first byte to its last, so alerts come out ordered by file and offset
and the same input gives the same output.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes

import polars as pl

from llmsec_tui import __version__
from llmsec_tui.detect.ruleset import RuleSet
from llmsec_tui.errors import SourceError
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.intake.discover import expand
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.store.commit import Commit
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
        self, patterns: Sequence[str], ruleset: RuleSet, *, min_level: str = LEVELS[0], store: Store | None = None
    ) -> None:
        """``store`` takes all events and alerts as well; it must be new to give the same answer as a plain scan."""
        self.summary = Summary(ruleset.version)
        self._patterns = patterns
        self._levels = LEVELS[LEVELS.index(min_level) :]
        self._store = store
        self._keys: dict[int, str] = {}
        lookup, secret = (self._known, token_bytes(32)) if store is None else (store.known, store.secret)
        self._pipeline = Pipeline(Detector(ruleset), lookup, secret=secret, in_flight=1)

    def alerts(self) -> Iterator[pl.DataFrame]:
        """Alerts of at least ``min_level``, piece by piece, in the order of the input.

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
        self.summary.seconds = time.perf_counter() - started
        if not self.summary.files:
            raise SourceError(
                " ".join(self.summary.problems) or "There are no log files in what was given.",
                hint="Give files, directories or globs that hold JSON logs.",
            )

    def _file(self, path: Path) -> Iterator[pl.DataFrame]:
        whole = WholeFile(path)
        for read in whole.pieces():
            drafted = self._pipeline.read(read)
            commit = self._pipeline.judge(drafted, now=0)
            self.summary.repeats += drafted.repeats
            self._take(commit)
            if not (alerts := commit.alerts.filter(pl.col("level").is_in(self._levels))).is_empty():
                yield alerts
        self.summary.files += 1
        self.summary.size += whole.size
        self.summary.input_sha256[str(path)] = whole.sha256

    def _take(self, commit: Commit) -> None:
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
            self._store.commit(commit)

    def _known(self, keys: list[int]) -> dict[int, str]:
        return {key: self._keys[key] for key in keys if key in self._keys}
