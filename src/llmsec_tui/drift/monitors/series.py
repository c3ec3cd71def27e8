"""Series made up of a few words, by lot that always falls the same: what monitors are tested on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift.baseline import HOUR, Baseline, HourOf, Pinned, digest
from llmsec_tui.drift.bins import Names
from llmsec_tui.drift.metrics import BY_NAME, LAYOUT, NUMBERS, Metric, Shape
from llmsec_tui.drift.segments import DIMENSIONS, Segment
from llmsec_tui.drift.sketch import Sketch

BEGIN = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()) * 1_000_000
"""A Monday at midnight, when the first hour begins."""
_USUALLY = {
    "app": "shop",
    "model": "model-1",
    "tenant": "acme",
    "agent": "clerk",
    "language": "en",
    "user": "ann",
    "key": "k1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What one example says."""

    metric: str = ""
    """"" for money and for rules."""
    n: int = 200
    """Values an hour; of a rule, alerts on a day on which it raises any."""
    days: int = 7
    """Of ordinary hours, which are the baseline; of a rule, days on which it is heard."""
    hours: int = 24
    """That come after them and are judged."""
    mean: float = 0.0
    """The median of a number, the share of a rate, dollars an hour; of a rule, the share of days with alerts."""
    spread: float = 0.5
    """The standard deviation of the natural logarithm of a number or of dollars."""
    mix: Mapping[str, float] = field(default_factory=dict)
    """The weight of each name."""
    to: float | None = None
    """What the mean changes to; None where it does not."""
    to_mix: Mapping[str, float] = field(default_factory=dict)
    at: int = 0
    """When it changes: microseconds after the ordinary hours."""
    over: int = 0
    """How long the change takes, in microseconds."""
    until: int | None = None
    """When it is as before again."""
    outlier: float | None = None
    """One value of this size, in the hour ``at``."""
    swing: float = 0.0
    """By how much, as a power of e, the mean goes up and down in a day."""
    budget: float | None = None
    """Dollars a day that ``prices.yml`` allows."""
    seed: int = 1
    names: Mapping[str, str] = field(default_factory=dict)
    """Of what it is: app, model, tenant, agent, language, prompt, user, key."""
    line: int = 0

    @property
    def called(self) -> dict[str, str]:
        """The value of every dimension."""
        return {**dict.fromkeys(DIMENSIONS, ""), **_USUALLY, **self.names}

    @property
    def segment(self) -> Segment:
        return Segment(*(self.called[name] for name in DIMENSIONS))

    @property
    def first(self) -> int:
        """When the first hour begins that is judged."""
        return BEGIN + self.days * 24 * HOUR

    def changed(self, at: int) -> float:
        """How much of the change has come in the hour that begins ``at``: 0 to 1."""
        passed = at - self.first - self.at
        if passed < 0 or (self.until is not None and at - self.first >= self.until):
            return 0.0
        return min((passed + HOUR) / self.over, 1.0) if self.over else 1.0

    def level(self, at: int) -> float:
        """The mean in the hour that begins ``at``."""
        to = self.mean if self.to is None else self.to
        share = self.changed(at)
        season = float(np.exp(self.swing * np.sin((at - BEGIN) / (24 * HOUR) * 2 * np.pi)))
        return (self.mean + share * (to - self.mean)) * season


@dataclass(frozen=True, slots=True)
class Examples:
    """Series on which a monitor must speak up, and on which it must not."""

    match: tuple[Series, ...]
    no_match: tuple[Series, ...]


def sketches(one: Series) -> Iterator[tuple[int, Sketch]]:
    """Each hour of a series of a metric, with what was measured in it."""
    chance, metric = np.random.default_rng(one.seed), BY_NAME[one.metric]
    for at in range(BEGIN, one.first + one.hours * HOUR, HOUR):
        values = _values(chance, metric, one, at)
        if one.outlier is not None and at == one.first + one.at // HOUR * HOUR:
            values = np.append(values, one.outlier)
        sketch = Sketch()
        sketch.counts[LAYOUT.of(metric)] = np.bincount(metric.bins.of(values), minlength=metric.bins.size)
        if metric.shape is not Shape.MIX:
            sketch.sums[NUMBERS[metric.name]] = values.sum()
        yield at, sketch


def dollars(one: Series) -> Iterator[tuple[int, float]]:
    """Each hour of a series of money, with what was spent in it; hours in which nothing was are left out."""
    chance = np.random.default_rng(one.seed)
    for at in range(BEGIN, one.first + one.hours * HOUR, HOUR):
        level = one.level(at)
        spent = float(level * np.exp(chance.normal(0, one.spread))) if level > 0 else 0.0
        if one.outlier is not None and at == one.first + one.at // HOUR * HOUR:
            spent = one.outlier
        if spent > 0:
            yield at, spent


def alert_days(one: Series) -> tuple[list[int], list[int]]:
    """Of a series of a rule: the days with alerts, and all days, counted since 1970."""
    chance = np.random.default_rng(one.seed)
    first = BEGIN // (24 * HOUR)
    days = range(first, first + one.days + one.hours // 24)
    return [day for day in days if chance.random() < one.level(day * 24 * HOUR)], list(days)


def baseline(one: Series, hours: Mapping[int, Sketch]) -> Baseline:
    """What its ordinary hours come to."""
    kept = [HourOf(at, one.segment, sketch.packed()) for at, sketch in hours.items() if at < one.first]
    return Baseline(Pinned(1, BEGIN, one.first, one.first, "example", "", digest(kept), len(kept), 0), kept)


def _values(chance: np.random.Generator, metric: Metric, one: Series, at: int) -> npt.NDArray[np.float64]:
    if metric.shape is Shape.MIX:
        return _named(chance, metric, one, one.changed(at))
    level = one.level(at)
    if metric.shape is Shape.RATE:
        return np.asarray(chance.random(one.n) < min(max(level, 0.0), 1.0), dtype=np.float64)
    return np.asarray(level * np.exp(chance.normal(0, one.spread, one.n)), dtype=np.float64)


def _named(chance: np.random.Generator, metric: Metric, one: Series, share: float) -> npt.NDArray[np.float64]:
    assert isinstance(metric.bins, Names)
    to = one.to_mix or one.mix
    names = sorted({*one.mix, *to})
    before, after = (np.array([part.get(name, 0.0) for name in names]) for part in (one.mix, to))
    weights = before / before.sum() * (1 - share) + after / after.sum() * share
    slots = np.array([metric.bins.slot(name) for name in names])
    return np.asarray(slots[chance.choice(len(names), one.n, p=weights)], dtype=np.float64)
