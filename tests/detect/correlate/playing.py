"""Events, rules over time and a store around a correlator, for the tests of this room."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from tests.detect.correlate.oracle import Happened

from llmsec_tui.detect.correlate.correlator import LATENESS, Correlated, Correlator, Counts
from llmsec_tui.detect.rule import Comparison, Correlation, CorrelationType, Monitor, RuleSet, Sequences
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.events.schema import EVENTS, HITS

TICK = 10_000_000
"""A third of the lateness."""
START = 1_790_000_000_000_000
NOW = START + 1_000_000 * TICK


def at(ticks: float) -> int:
    """Microseconds since 1970."""
    return START + round(ticks * TICK)


def happened(number: int, ticks: float | None, *hit: str, file: str = "file", **fields: Any) -> Happened:
    """The ``number``-th event of a file."""
    return Happened(
        event_id=f"{file}{number:04d}",
        at=None if ticks is None else at(ticks),
        place=(file, number, 0),
        hit=frozenset(hit),
        fields=fields,
    )


def correlation(kind: CorrelationType | str, *sources: str, ticks: float = 5, **changes: Any) -> Correlation:
    """A correlation, by default of all events without groups."""
    values: dict[str, Any] = {
        "id": "over-time",
        "version": "1",
        "name": "",
        "title": "Too much",
        "description": "",
        "level": "high",
        "confidence": 0.5,
        "tags": ("owasp.llm01",),
        "false_positives": (),
        "references": (),
        "playbook": (),
        "path": Path("rule.yml"),
        "sources": sources or ("a",),
        "group_by": (),
        "aliases": {},
        "timespan": round(ticks * TICK),
        "examples": Sequences((), ()),
        "type": CorrelationType(kind),
        "limits": (),
        "expression": None,
        "fields": (),
        "percentile": None,
    }
    return Correlation(**(values | changes))


def limit(op: str, value: float) -> tuple[Comparison, ...]:
    return (Comparison(op, value),)


def frames(events: Sequence[Happened]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Events and their hits as a batch has them."""
    rows = [
        {
            "event_id": event.event_id,
            "source_id": event.place[0],
            "source_offset": event.place[1],
            "sub_idx": event.place[2],
            "source_path": event.place[0],
            "source_len": 1,
            "record_sha256": b"",
            "format": "test",
            **event.fields,
        }
        for event in events
    ]
    times = pl.Series("ts", [event.at for event in events], dtype=pl.Int64).cast(pl.Datetime("us"))
    frame = pl.DataFrame(rows, schema={name: kind for name, kind in EVENTS.items() if name != "ts"}, orient="row")
    signals = [name for name in SIGNALS if any(name in event.fields for event in events)]
    hits = [(event.event_id, rule, *map(event.fields.get, signals)) for event in events for rule in sorted(event.hit)]
    schema = HITS | {name: SIGNALS[name].dtype for name in signals}
    return frame.with_columns(times).select(list(EVENTS)), pl.DataFrame(hits, schema=schema, orient="row")


class Player:
    """A correlator with a store: what is committed survives :meth:`crash`."""

    def __init__(self, *rules: Correlation | Monitor, lateness: int | None = LATENESS) -> None:
        self.ruleset = RuleSet((), rules)
        self.lateness = lateness
        self.standing: dict[str, dict[str, Any]] = {}
        self.counts: dict[str, Counts] = {}
        self.records: list[bytes] = []
        self.snapshot: bytes | None = None
        self.events: dict[str, dict[str, Any]] = {}
        self.withdrawn: list[str] = []
        self.correlator = self._new()

    def _new(self) -> Correlator:
        return Correlator(self.ruleset, self._origins, lateness=self.lateness)

    def _origins(self, names: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        return {name: self.events[name] for name in names if name in self.events}

    def batch(self, events: Sequence[Happened], amended: Iterable[str] = (), now: int = NOW) -> Correlated:
        """Observe and commit."""
        found = self.lose(events, amended, now)
        self.events |= {row["event_id"]: row for row in frames(events)[0].iter_rows(named=True)}
        self._commit(found)
        return found

    def lose(self, events: Sequence[Happened], amended: Iterable[str] = (), now: int = NOW) -> Correlated:
        """Observe and never commit."""
        return self.correlator.observe(*frames(events), list(amended), now)

    def finish(self, now: int = NOW) -> Correlated:
        found = self.correlator.finish(now)
        self._commit(found)
        return found

    def _commit(self, found: Correlated) -> None:
        for one in found.withdrawn:
            del self.standing[one.alert_id]
            self.withdrawn.append(one.alert_id)
        for row in found.alerts.iter_rows(named=True):
            assert row["alert_id"] not in self.standing, "raised twice"
            self.standing[row["alert_id"]] = row
        for rule, counts in found.counts.items():
            before = self.counts.get(rule, Counts(0, 0, 0, 0, 0))
            pairs = ((getattr(before, name), getattr(counts, name)) for name in Counts.__slots__)
            self.counts[rule] = Counts(*(one + other for one, other in pairs))
        if found.record:
            self.records.append(found.record)

    def save(self) -> None:
        """A snapshot takes the place of all before it."""
        self.snapshot, self.records = self.correlator.snapshot(), []

    def crash(self) -> list[str]:
        """Start again from what is committed."""
        self.correlator = self._new()
        return self.correlator.restore(self.snapshot, self.records)

    def replace(self, *rules: Correlation | Monitor) -> list[str]:
        self.ruleset = RuleSet((), rules)
        self.correlator, dropped = self.correlator.replaced(self.ruleset)
        return dropped

    def play(self, *events: Happened) -> list[dict[str, Any]]:
        """Each event in a batch of its own; the alerts that stand, in the order in which they were raised."""
        for event in events:
            self.batch([event])
        return list(self.standing.values())


def raised(rule: Correlation | Monitor, *events: Happened) -> list[str]:
    """The ids of the events by which a rule fires, when they come one by one."""
    return [row["event_id"] for row in Player(rule).play(*events)]
