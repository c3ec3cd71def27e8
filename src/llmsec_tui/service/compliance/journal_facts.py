"""What the record of acts says about a period: who did what, and when a collector ran."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from llmsec_tui.audit.journal import Journal
from llmsec_tui.compliance.facts import ActFacts, Span

_CHUNK = 500
_MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the journal has of a period."""

    acts: tuple[ActFacts, ...]
    watched: tuple[Span, ...]


def recorded(journal: Journal, period: Span, now: int) -> Recorded:
    """Read the whole journal, oldest record first. ``now`` (µs) is how far the collector that runs has come."""
    rows = list(_oldest_first(journal))
    within = [row for row in rows if period.start <= row["at"] < period.end]
    return Recorded(acts(within), watched(rows, period, now))


def acts(rows: Iterable[Mapping[str, Any]]) -> tuple[ActFacts, ...]:
    """Acts by name and result, with those who did them."""
    people: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        people[row["action"], row["result"]][row["actor"]] += 1
    return tuple(
        ActFacts(action=action, result=result, n=sum(by.values()), people=tuple(sorted(by)[:_MOST_PEOPLE]))
        for (action, result), by in sorted(people.items())
    )


def watched(rows: Iterable[Mapping[str, Any]], period: Span, now: int) -> tuple[Span, ...]:
    """When a collector ran, within the period.

    One that was killed counts up to its last record: when after that it died, nobody knows.
    """
    spans: list[tuple[int, int]] = []
    began: int | None = None
    last = 0
    for row in rows:
        if row["action"] == "collector.start":
            if began is not None:
                spans.append((began, last))
            began = row["at"]
        elif row["action"] == "collector.end" and began is not None:
            spans.append((began, row["at"]))
            began = None
        last = row["at"]
    if began is not None:
        spans.append((began, now))
    return tuple(_joined(sorted(spans), period))


def _joined(spans: Iterable[tuple[int, int]], period: Span) -> Iterator[Span]:
    """The parts of the spans that lie in the period; where a clock went back, each moment counts once."""
    reached = period.start
    for start, end in spans:
        start, end = max(start, reached), min(end, period.end)
        if start < end:
            yield Span(start=start, end=end)
            reached = end


def _oldest_first(journal: Journal) -> Iterator[Mapping[str, Any]]:
    after = 0
    while rows := journal.page(after=after, limit=_CHUNK)[0]:
        yield from reversed(rows)
        after = rows[0]["seq"]
