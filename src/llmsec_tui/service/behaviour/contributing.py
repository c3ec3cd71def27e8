"""From a shift to the conversations that it is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift.baseline import grouping, regroup
from llmsec_tui.drift.measuring import Measurer, Single
from llmsec_tui.drift.metrics import Metric, Shape
from llmsec_tui.drift.segments import Slice
from llmsec_tui.drift.statistics import smoothed
from llmsec_tui.service.behaviour.api import ContributorRow
from llmsec_tui.store.queries import Reader

MOST = 20
MOST_EVENTS = 20_000
"""Events of a window that are looked at, the newest."""
_AT_ONCE = 5_000
_TEXTS = 500
"""Texts that are measured of so many events."""
_OF_TEXTS = frozenset(
    {"language", "valid_json", "links", "code", "entropy", "novelty", "on_topic", "hedging"},
)


def contributors(
    reader: Reader,
    metric: Metric,
    part: Slice,
    usual: npt.NDArray[np.int64],
    now: npt.NDArray[np.int64],
    since: int,
    until: int,
) -> list[ContributorRow]:
    """The conversations of a window that speak most for its difference from what is usual.

    Each value counts by the logarithm of how many times likelier it is in the window (the score of a Neyman–Pearson
    test); a conversation by the sum over its values.
    """
    if not usual.sum() or not now.sum():
        return []
    groups = grouping(metric, usual)
    scores = np.log(smoothed(regroup(now, groups)) / smoothed(regroup(usual, groups)))[groups]
    talks = _talks(_singles(reader, metric, part, since, until), metric, scores)
    speaking = sorted(
        (one for one in talks.values() if one.score > 0), key=lambda one: (-one.score, one.first.event_id)
    )
    whole = sum(one.score for one in speaking)
    return [one.row(metric, whole) for one in speaking[:MOST]]


def _singles(reader: Reader, metric: Metric, part: Slice, since: int, until: int) -> Iterable[Single]:
    measurer = Measurer()
    texts = _TEXTS if metric.name in _OF_TEXTS or part.dimension == "language" else 0
    for batch, alerted in reader.events_of(since, until, part, most=MOST_EVENTS, size=_AT_ONCE):
        for one in measurer.each(batch, metric, alerted, texts):
            if part.holds(one.segment):
                yield one


@dataclass(slots=True)
class _Talk:
    """One conversation, as far as it was seen."""

    first: Single
    top: Single
    """The event that speaks most."""
    best: float
    score: float = 0.0
    total: float = 0.0
    n: int = 0

    def row(self, metric: Metric, whole: float) -> ContributorRow:
        return ContributorRow(
            conversation_id=self.first.talk,
            event_id=self.top.event_id,
            app=self.first.segment.app,
            user_id=self.first.user_id,
            at=self.top.at,
            value=None if metric.shape is Shape.MIX else self.total / self.n,
            weight=self.score / whole,
        )


def _talks(singles: Iterable[Single], metric: Metric, scores: npt.NDArray[np.float64]) -> Mapping[str, _Talk]:
    found: dict[str, _Talk] = {}
    for one in singles:
        score = float(scores[int(metric.bins.of(np.array([one.value]))[0])])
        # What belongs to no conversation stands for itself.
        talk = found.setdefault(one.talk or one.event_id, _Talk(one, one, score))
        talk.score += score
        talk.total += one.value
        talk.n += 1
        if score > talk.best:
            talk.top, talk.best = one, score
    return found
