"""Parts of a timeline become one, in an order that does not depend on how they came, and in pages."""

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.incidents.timeline import Kind, Moment, merge, page

_MOMENTS = st.builds(
    Moment,
    at=st.integers(0, 5),
    kind=st.sampled_from(Kind),
    who=st.just(""),
    what=st.uuids().map(str),
)
_PARTS = st.lists(st.lists(_MOMENTS, max_size=6), max_size=4)


@given(_PARTS)
def test_all_moments_are_there_once_in_order_of_time(parts: list[list[Moment]]) -> None:
    merged = merge(parts)
    assert [moment.seq for moment in merged] == list(range(1, len(merged) + 1))
    assert sorted(moment.what for moment in merged) == sorted(moment.what for part in parts for moment in part)
    assert [moment.at for moment in merged] == sorted(moment.at for moment in merged)


@given(st.lists(st.sampled_from([Kind.ACT, Kind.RUN, Kind.CLOCK]), max_size=8))
def test_what_happened_to_the_incident_at_one_instant_keeps_its_order(kinds: list[Kind]) -> None:
    """A closing stands after the task that was waived for it, whatever the names of their kinds."""
    acts = [Moment(at=1, kind=kind, who="", what=str(number)) for number, kind in enumerate(kinds)]
    assert [moment.what for moment in merge([acts])] == [str(number) for number in range(len(kinds))]


def test_at_one_instant_the_cause_stands_before_what_it_brought_about() -> None:
    kinds = [Kind.ACT, Kind.ALERT, Kind.EVENT]
    merged = merge([[Moment(at=1, kind=kind, who="", what="")] for kind in kinds])
    assert [moment.kind for moment in merged] == [Kind.EVENT, Kind.ALERT, Kind.ACT]


@given(_PARTS, st.integers(1, 7))
def test_pages_in_both_directions_give_everything_once(parts: list[list[Moment]], limit: int) -> None:
    merged = merge(parts)
    back: list[Moment] = []
    before: int | None = None
    while rows := page(merged, before, None, limit):
        back += rows
        before = rows[-1].seq
    assert back == merged[::-1]
    forth: list[Moment] = []
    after = 0
    while rows := page(merged, None, after, limit):
        forth += rows[::-1]
        after = rows[0].seq
    assert forth == merged


@given(_PARTS, st.lists(_MOMENTS, max_size=4), st.integers(1, 5))
def test_what_comes_later_leaves_older_pages_as_they_are(
    parts: list[list[Moment]], more: list[Moment], limit: int
) -> None:
    """Somebody who pages back while the incident goes on sees no row twice and misses none."""
    merged = merge(parts)
    first = page(merged, None, None, limit)
    later = [Moment(at=moment.at + 10, kind=moment.kind, who="", what=moment.what) for moment in more]
    if first:
        assert page(merge([*parts, later]), first[-1].seq, None, limit) == page(merged, first[-1].seq, None, limit)


@given(_PARTS, st.integers(-3, 30), st.integers(-3, 30), st.integers(1, 5))
def test_odd_bounds_give_what_is_inside_of_them(parts: list[list[Moment]], before: int, after: int, limit: int) -> None:
    merged = merge(parts)
    rows = page(merged, before, after, limit)
    inside = [moment for moment in merged if after < moment.seq < before]
    assert rows == inside[::-1][:limit]
