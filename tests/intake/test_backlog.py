"""How long bytes have waited to be read is never understated."""

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.intake.backlog import Backlog


def test_what_was_read_waits_no_more() -> None:
    backlog = Backlog()
    since = [backlog.since]
    backlog.grown(10, 1.0)
    backlog.grown(20, 2.0)
    for position in (9, 10, 19, 20):
        backlog.read(position)
        since.append(backlog.since)
    assert since == [None, 1.0, 2.0, 2.0, None]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=400), st.integers(0, 2000))
def test_the_oldest_unread_byte_is_at_most_reported_older_than_it_is(steps: list[int], position: int) -> None:
    backlog = Backlog()
    size = 0
    written: list[float] = []
    for at, step in enumerate(steps):
        size += step
        written += [float(at)] * step
        backlog.grown(size, float(at))
    backlog.read(position)
    if position >= size:
        assert backlog.since is None
    else:
        assert backlog.since is not None
        assert backlog.since <= written[position]
        assert len(steps) > 128 or backlog.since == written[position]
