"""A sketch: the counts of all metrics in all bins, and the sums of values. Sketches add up in any order.

On disk only what is not zero is written: places and counts, then metrics and sums, all little endian.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift.bins import Values
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
        counts = self.of(metric)
        n = counts.sum()
        if not n:
            return None
        at = int(np.searchsorted(np.cumsum(counts), share * n))
        return float(metric.bins.places[min(at, metric.bins.size - 1)])

    def add(self, other: "Sketch") -> None:
        self.counts += other.counts
        self.sums += other.sums

    def add_packed(self, data: bytes) -> None:
        """Add a sketch as it is on disk."""
        places, counts, metrics, sums = unpack(data)
        # No place comes twice in a sketch.
        self.counts[places] += counts
        self.sums[metrics] += sums

    def packed(self) -> bytes:
        """As it is on disk."""
        places, metrics = np.flatnonzero(self.counts), np.flatnonzero(self.sums)
        head = np.array([len(places), len(metrics)], dtype=_HEAD)
        parts = (
            head,
            places.astype(_PLACES),
            self.counts[places].astype(_COUNTS),
            metrics.astype(_METRICS),
            self.sums[metrics].astype(_SUMS),
        )
        return b"".join(part.tobytes() for part in parts)


Unpacked = tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint32], npt.NDArray[np.uint8], Values]


def unpack(data: bytes) -> Unpacked:
    """Places and counts, metrics and sums."""
    n_places, n_metrics = (int(n) for n in np.frombuffer(data, _HEAD, 2))
    at = 2 * _HEAD.itemsize
    places = np.frombuffer(data, _PLACES, n_places, at)
    at += places.nbytes
    counts = np.frombuffer(data, _COUNTS, n_places, at)
    at += counts.nbytes
    metrics = np.frombuffer(data, _METRICS, n_metrics, at)
    at += metrics.nbytes
    return places, counts, metrics, np.frombuffer(data, _SUMS, n_metrics, at)


def merged(sketches: Iterable[bytes]) -> Sketch:
    """The sum of sketches as they are on disk."""
    whole = Sketch()
    for one in sketches:
        whole.add_packed(one)
    return whole
