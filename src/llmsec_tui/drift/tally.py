"""Values add up, bin by bin, to one sketch for each place that they belong to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from llmsec_tui.drift.bins import Names
from llmsec_tui.drift.metrics import BY_NAME, LAYOUT, NUMBERS, Metric, Shape
from llmsec_tui.drift.sketch import pack

_NONE = np.zeros(0, dtype=np.int64)


class Tally:
    """Of places, which are told by their numbers."""

    def __init__(self) -> None:
        self.names: set[tuple[str, int, str]] = set()
        """Metric, bin and name, of every name in a mix."""
        self._found: dict[str, tuple[list[Any], list[Any]]] = {}
        self._single: dict[str, tuple[list[int], list[float]]] = {}

    def take(self, events: pl.DataFrame, values: Mapping[str, pl.Expr]) -> None:
        """The values of several metrics, of each event that has one; its ``place`` is a column."""
        if events.is_empty():
            return
        frame = events.select("place", **{metric: value.cast(pl.Float64) for metric, value in values.items()})
        places = frame["place"].to_numpy()
        for metric in values:
            found = frame[metric].to_numpy()
            there = np.isfinite(found)
            if there.any():
                self._add(metric, places[there], found[there])

    def take_names(self, metric: str, events: pl.LazyFrame, column: str) -> None:
        """A name of each event that has one."""
        counted = events.filter(pl.col(column) != "").group_by("place", column).len().collect()
        for place, name, count in counted.iter_rows():
            self._add(metric, np.full(count, place), np.full(count, self._slot(metric, name), dtype=np.float64))

    def put(self, metric: str, place: int, value: float | None) -> None:
        """One value."""
        if value is not None:
            places, values = self._single.setdefault(metric, ([], []))
            places.append(place)
            values.append(float(value))

    def put_name(self, metric: str, place: int, name: str) -> None:
        """One name."""
        self.put(metric, place, self._slot(metric, name))

    def sketches(self) -> dict[int, bytes]:
        """What came together, by place, as it is on disk; places where nothing was measured are left out."""
        found = [
            (metric, at.astype(np.int64), metric.bins.of(values), values) for metric, at, values in self._columns()
        ]
        bins = [at * LAYOUT.size + LAYOUT.starts[metric.name] + places for metric, at, places, _ in found]
        added = [(at * len(NUMBERS) + NUMBERS[one.name], v) for one, at, _, v in found if one.shape is not Shape.MIX]
        cells, counts = np.unique(np.concatenate([_NONE, *bins]), return_counts=True)
        numbers, inverse = np.unique(np.concatenate([_NONE, *(at for at, _ in added)]), return_inverse=True)
        sums = np.bincount(inverse, np.concatenate([np.zeros(0), *(values for _, values in added)]), len(numbers))
        numbers, sums = numbers[sums != 0], sums[sums != 0]
        # Both are in the order of places: what is of one is in a row.
        present = np.unique(cells // LAYOUT.size)
        ends = np.searchsorted(cells, [present * LAYOUT.size, (present + 1) * LAYOUT.size])
        sum_ends = np.searchsorted(numbers, [present * len(NUMBERS), (present + 1) * len(NUMBERS)])
        cells, numbers = cells % LAYOUT.size, numbers % len(NUMBERS)
        return {
            int(at): pack(cells[low:high], counts[low:high], numbers[first:last], sums[first:last])
            for at, low, high, first, last in zip(present, *ends, *sum_ends, strict=True)
        }

    def of(self, metric: Metric) -> Sequence[tuple[int, float]]:
        """The values of one metric, each with its place."""
        return [
            (int(place), float(value))
            for one, places, values in self._columns()
            if one is metric
            for place, value in zip(places, values, strict=True)
        ]

    def _add(self, metric: str, at: Any, found: Any) -> None:
        places, values = self._found.setdefault(metric, ([], []))
        places.append(at)
        values.append(found)

    def _slot(self, metric: str, name: str) -> int:
        bins = BY_NAME[metric].bins
        assert isinstance(bins, Names), "only mixes have names"
        slot = bins.slot(name)
        self.names.add((metric, slot, name[:200]))
        return slot

    def _columns(self) -> Iterator[tuple[Metric, Any, Any]]:
        for name, (places, values) in self._found.items():
            yield BY_NAME[name], np.concatenate(places), np.concatenate(values)
        for name, (one_by_one, found) in self._single.items():
            yield BY_NAME[name], np.array(one_by_one), np.array(found)
