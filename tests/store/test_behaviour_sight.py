"""What models do, as far as somebody sees: what is outside of a scope is in no sum, no name and no point."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from llmsec_tui.drift.metrics import BY_NAME
from llmsec_tui.drift.segments import Segment
from llmsec_tui.drift.sketch import Sketch
from llmsec_tui.store.behaviour import POINTS, Measured
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.sight import Sight
from llmsec_tui.store.store import Store

HOUR = 3_600_000_000
FAR = 10 * HOUR
_WHOSE = (("shop", "acme"), ("shop", "globex"), ("bank", "acme"))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A shop with two tenants, and a bank with one of them; an hour that is over and one that is not."""
    store = Store.open(tmp_path / "store.duckdb")
    sketch = Sketch()
    sketch.counts[:1] = 1
    parts = [Segment(app, "gpt", tenant, "", "", "") for app, tenant in _WHOSE]
    measured = [Measured(at, part, sketch.packed()) for at in (0, 2 * HOUR) for part in parts]
    store.add_measured(measured, [("tools", 3, "transfer_money"), ("language", 1, "en")], 6)
    found = store.reader()
    store.close_hours(found.minutes(0, HOUR), 0, HOUR, HOUR)
    store.pin_baseline(since=0, until=HOUR, author="a", note="b", at=1)
    slices = ["all", *(f"app={app}" for app in ("shop", "bank")), *(f"tenant={name}" for name in ("acme", "globex"))]
    rows = [(0, part, "errors", 1, 0.0, 0.0, 0.0, 1.0, "steady", 0.0, 0.0, None, None, 1) for part in slices]
    store.add_points(0, pl.DataFrame(rows, schema=dict(POINTS), orient="row"))
    yield found
    store.close()


@pytest.mark.parametrize(
    ("sight", "segments", "points"),
    [
        (Sight(), 3, ["all", "app=bank", "app=shop", "tenant=acme", "tenant=globex"]),
        (Sight(apps=("shop",)), 2, ["app=shop"]),
        (Sight(tenants=("acme",)), 2, ["tenant=acme"]),
        (Sight(apps=("shop",), tenants=("acme",)), 1, []),
        (Sight(apps=("shop') OR true --",)), 0, []),
    ],
)
def test_a_scope_has_only_its_own_segments(reader: Reader, sight: Sight, segments: int, points: list[str]) -> None:
    within = reader.within(sight)
    [pinned] = within.baselines()
    baseline = within.baseline(pinned)
    assert baseline is not None
    counts = (
        len(within.segments()),
        len(within.segments_seen()),
        len(within.hours(0, FAR)),
        len(within.minutes(0, FAR)),
        len(baseline.hours),
    )
    assert set(counts) == {segments}
    assert [one["slice"] for one in within.behaviour_points(0, FAR)] == points


def test_tools_of_others_are_not_named(reader: Reader) -> None:
    assert reader.names_of(BY_NAME["tools"].name) == {3: "transfer_money"}
    within = reader.within(Sight(apps=("bank",)))
    assert (within.names_of("tools"), within.names_of("language")) == ({}, {1: "en"})
