"""A sketch: the counts of all metrics in all bins, and the sums of values. Sketches add up in any order.

On disk only what is not zero is written: places and counts, then metrics and sums, all little endian.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift.bins import Values, quantile
from llmsec_tui.drift.metrics import LAYOUT, METRICS, NUMBERS, Metric

_PLACES: np.dtype[np.uint16] = np.dtype("<u2")
_COUNTS: np.dtype[np.uint32] = np.dtype("<u4")
_METRICS: np.dtype[np.uint8] = np.dtype("u1")
_SUMS: np.dtype[np.float64] = np.dtype("<f8")
_HEAD: np.dtype[np.uint16] = np.dtype("<u2")


@dataclass(slots=True)
class Sketch:
    """Of some calls."""

    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(LAYOUT.size, dtype=np.int64))
    sums: Values = field(default_factory=lambda: np.zeros(len(METRICS)))
    """Of the values of each metric."""

    def of(self, metric: Metric) -> npt.NDArray[np.int64]:
        """The counts of a metric."""
        return self.counts[LAYOUT.of(metric)]

    def n(self, metric: Metric) -> int:
        """How many values there are of a metric."""
        return int(self.of(metric).sum())

    def mean(self, metric: Metric) -> float | None:
        n = self.n(metric)
        return float(self.sums[NUMBERS[metric.name]]) / n if n else None

    def quantile(self, metric: Metric, share: float) -> float | None:
        """The value below which this share of all values is, as exact as the bins are."""
        return quantile(metric.bins, self.of(metric), share)

    def add(self, other: "Sketch") -> None:
        self.counts += other.counts
        self.sums += other.sums

    def packed(self) -> bytes:
        """As it is on disk."""
        places, metrics = np.flatnonzero(self.counts), np.flatnonzero(self.sums)
        return pack(places, self.counts[places], metrics, self.sums[metrics])


def pack(
    places: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], metrics: npt.NDArray[np.int64], sums: Values
) -> bytes:
    """A sketch as it is on disk, out of what is not zero in it."""
    head = np.array([len(places), len(metrics)], dtype=_HEAD)
    parts = (head, places.astype(_PLACES), counts.astype(_COUNTS), metrics.astype(_METRICS), sums.astype(_SUMS))
    return b"".join(part.tobytes() for part in parts)


class Unpacked(NamedTuple):
    """Many sketches. The first three go together, and so do the others."""

    of: npt.NDArray[np.int64]
    """The number of the sketch that a count is of."""
    places: npt.NDArray[np.uint16]
    counts: npt.NDArray[np.uint32]
    sums_of: npt.NDArray[np.int64]
    metrics: npt.NDArray[np.uint8]
    sums: Values


def unpack(sketches: Sequence[bytes]) -> Unpacked:
    """What is in sketches as they are on disk; all at once, as a board is of thousands."""
    sizes = np.array([len(data) for data in sketches], dtype=np.int64)
    data = np.frombuffer(b"".join(sketches), np.uint8)
    heads = data[(np.cumsum(sizes) - sizes)[:, None] + np.arange(2 * _HEAD.itemsize)].view(_HEAD).astype(np.int64)
    n_places, n_metrics = heads[:, 0], heads[:, 1]
    parts = [
        np.full(len(sizes), 2 * _HEAD.itemsize),
        *(n_places * _PLACES.itemsize, n_places * _COUNTS.itemsize),
        *(n_metrics * _METRICS.itemsize, n_metrics * _SUMS.itemsize),
    ]
    part = np.repeat(np.tile(np.arange(len(parts), dtype=np.uint8), len(sizes)), np.stack(parts, axis=1).ravel())
    numbers = np.arange(len(sizes))
    return Unpacked(
        np.repeat(numbers, n_places),
        data[part == 1].view(_PLACES),
        data[part == 2].view(_COUNTS),
        np.repeat(numbers, n_metrics),
        data[part == 3].view(_METRICS),
        data[part == 4].view(_SUMS),
    )


Key = TypeVar("Key", bound=Hashable)


def merged_by(found: Iterable[tuple[Key, bytes]]) -> dict[Key, Sketch]:
    """The sums of sketches as they are on disk, by their keys."""
    pairs = list(found)
    keys: dict[Key, int] = {}
    rows = np.array([keys.setdefault(key, len(keys)) for key, _ in pairs], dtype=np.int64)
    if not keys:
        return {}
    one = unpack([data for _, data in pairs])
    counts = _added(rows[one.of] * LAYOUT.size + one.places, one.counts, len(keys), LAYOUT.size).astype(np.int64)
    sums = _added(rows[one.sums_of] * len(METRICS) + one.metrics, one.sums, len(keys), len(METRICS))
    return {key: Sketch(counts[row], sums[row]) for key, row in keys.items()}


def _added(at: npt.NDArray[np.int64], values: npt.NDArray[Any], rows: int, columns: int) -> Values:
    whole = np.bincount(at, values.astype(np.float64), rows * columns).astype(np.float64)
    return whole.reshape(rows, columns)


def merged(sketches: Iterable[bytes]) -> Sketch:
    """The sum of sketches as they are on disk."""
    return merged_by((None, data) for data in sketches).get(None, Sketch())
