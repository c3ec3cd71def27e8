"""Made-up traffic of one metric, hour by hour, that does nothing but vary: by chance, by season, by its own memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift.baseline import HOUR, OfSlice
from llmsec_tui.drift.metrics import BY_NAME, LAYOUT, NUMBERS, Metric, Shape
from llmsec_tui.drift.sketch import Sketch

Hours = list[npt.NDArray[np.float64]]

BEGIN = 96 * HOUR
"""A Monday at midnight."""
TOKENS, REFUSALS, TOOLS = BY_NAME["output_tokens"], BY_NAME["refusals"], BY_NAME["tools"]


@dataclass(frozen=True)
class Kind:
    """How traffic varies."""

    name: str
    swing: float = 0.0
    """By how much, as a power of e, the level goes up and down in a day."""
    noise: float = 0.0
    """The standard deviation of what is added to the level in an hour."""
    memory: float = 0.0
    """How much of it lasts to the next hour."""


STILL, DAILY = Kind("still"), Kind("daily", swing=0.4)
WANDERING = Kind("memory", noise=0.1, memory=0.7)
BOTH = Kind("daily, memory", swing=0.4, noise=0.1, memory=0.7)
KINDS = (STILL, DAILY, WANDERING, BOTH)


def levels(chance: np.random.Generator, kind: Kind, hours: int) -> npt.NDArray[np.float64]:
    """Of each hour, as a power of e."""
    found: npt.NDArray[np.float64] = kind.swing * np.sin(np.arange(hours) % 24 / 24 * 2 * np.pi)
    state = chance.normal(0, kind.noise)
    for at in range(hours):
        found[at] += state
        state = kind.memory * state + chance.normal(0, kind.noise * (1 - kind.memory**2) ** 0.5)
    return found


def values(
    chance: np.random.Generator, metric: Metric, level: float, n: int, shift: float = 1.0
) -> npt.NDArray[np.float64]:
    """One hour of ``n``: tokens ``shift`` times as many, refusals so many times as often, a tool so much likelier."""
    if metric is TOKENS:
        tokens: npt.NDArray[np.float64] = np.round(chance.lognormal(5.0 + level, 0.8, n) * shift)
        return np.asarray(np.maximum(1.0, tokens), dtype=np.float64)
    if metric is REFUSALS:
        return np.asarray(chance.random(n) < min(0.03 * np.exp(level) * shift, 1.0), dtype=np.float64)
    weights = np.array([0.5 * np.exp(level) * shift, 0.25, 0.15, 0.07, 0.03])
    return chance.choice(5, n, p=weights / weights.sum()).astype(np.float64)


def sketched(metric: Metric, found: npt.NDArray[np.float64]) -> Sketch:
    sketch = Sketch()
    sketch.counts[LAYOUT.of(metric)] = np.bincount(metric.bins.of(found), minlength=metric.bins.size)
    if metric.shape is not Shape.MIX:
        sketch.sums[NUMBERS[metric.name]] = found.sum()
    return sketch


def usual(metric: Metric, hours: Sequence[npt.NDArray[np.float64]]) -> OfSlice:
    """A baseline of these hours."""
    counts = [sketched(metric, one).counts for one in hours]
    return OfSlice(BEGIN + np.arange(len(hours)) * HOUR, np.array(counts, dtype=np.int64).reshape(-1, LAYOUT.size))
