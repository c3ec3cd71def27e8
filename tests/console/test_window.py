"""The run of rows that a list holds, against a list of everything."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.console.window import CAP, Window


@dataclass(frozen=True)
class Row:
    """The least that a row can be."""

    seq: int


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.integers(1, 300)),
        st.tuples(st.sampled_from(["newest", "older", "newer", "oldest", "seen"]), st.integers(1, 150)),
    ),
    max_size=40,
)


@given(st.integers(0, 400), STEPS)
def test_what_is_held_is_always_an_unbroken_run_and_knows_its_place(start: int, steps: list[tuple[str, int]]) -> None:
    """Whatever arrives, and in whichever order pages are asked for."""
    everything = [Row(2 * seq) for seq in range(start, 0, -1)]
    window: Window[Row] = Window()
    known_total = 0
    for step, number in steps:
        if step == "arrive":
            top = everything[0].seq if everything else 0
            everything[:0] = [Row(top + 2 * more) for more in range(number, 0, -1)]
            continue
        _take(window, everything, step, number)
        known_total = len(everything)
        _check(window, everything)
    assert window.total == known_total


def _take(window: Window[Row], everything: list[Row], step: str, limit: int) -> None:
    rows, total = window.rows, len(everything)
    if step == "oldest":
        window.start_at_oldest(everything[-limit:], total)
    elif step == "newest" or not rows:
        window.merge_newest(everything[:limit], total, limit)
    elif step == "newer":
        after = rows[0].seq
        window.merge_after(after, [row for row in everything if row.seq > after][-limit:], total, limit)
    else:
        before = rows[-1].seq if step == "older" else rows[len(rows) // 2].seq + 1
        window.merge_before(before, [row for row in everything if row.seq < before][:limit], total, limit)


def _check(window: Window[Row], everything: list[Row]) -> None:
    assert len(window.rows) <= CAP + 150
    if not window.rows:
        assert not everything
        return
    at = everything.index(window.rows[0])
    assert window.rows == everything[at : at + len(window.rows)]
    assert window.above == at
    if window.at_oldest:
        assert window.rows[-1] == everything[-1]
    assert window.index(window.rows[-1].seq) == len(window.rows) - 1
    assert window.index(1) is None


def test_rows_that_no_longer_fit_the_filter_go_away_where_a_page_covers_them() -> None:
    """A page is the truth about the range that it covers."""
    window: Window[Row] = Window()
    window.merge_newest([Row(seq) for seq in range(10, 0, -1)], 10, 100)
    window.merge_before(9, [Row(8), Row(6), Row(5)], 9, 3)
    assert [row.seq for row in window.rows] == [10, 9, 8, 6, 5, 4, 3, 2, 1]
