"""However many pieces a minute comes in, it is one sketch for each segment soon after, and nothing is lost."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.drift.measuring import MINUTE
from llmsec_tui.drift.metrics import BY_NAME, LAYOUT
from llmsec_tui.drift.segments import Segment
from llmsec_tui.drift.sketch import Sketch, merged
from llmsec_tui.store.behaviour import Measured
from llmsec_tui.store.store import Store

SEGMENTS = [Segment(app, "gpt-5", "", "", "en", "") for app in ("shop", "desk")]
PIECES = st.lists(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(SEGMENTS)), min_size=1, max_size=4), max_size=6)


def one_call() -> bytes:
    sketch = Sketch()
    sketch.counts[LAYOUT.of(BY_NAME["errors"])] = [1, 0]
    return sketch.packed()


def measured(minute: int, segment: Segment) -> Measured:
    return Measured(minute * MINUTE, segment, one_call())


def test_a_minute_that_is_over_is_one_sketch_for_each_segment(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.duckdb")
    for seq in range(5):
        store.add_measured([measured(1, segment) for segment in SEGMENTS], [], seq)
    reader = store.reader()
    assert len(reader.minutes(0, 10 * MINUTE)) == 10
    store.add_measured([measured(2, SEGMENTS[0])], [], 6)
    assert sorted((at // MINUTE, number) for at, number, _ in reader.minutes(0, 10 * MINUTE)) == [
        (1, 1),
        (1, 2),
        (2, 1),
    ]
    store.close()


@settings(max_examples=15, deadline=None)
@given(PIECES)
def test_whatever_the_order_of_minutes_no_call_is_lost(pieces: list[list[tuple[int, Segment]]]) -> None:
    """Also with clocks that go back and forth."""
    store = Store.open(Path(":memory:"))
    for seq, piece in enumerate(pieces):
        store.add_measured([measured(*one) for one in piece], [], seq)
    whole = merged(sketch for *_, sketch in store.reader().minutes(0, 10 * MINUTE))
    assert whole.n(BY_NAME["errors"]) == sum(map(len, pieces))
    store.close()
