"""How far behind: checked against a model that remembers every sighting."""

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.service.lag import Lag

_STEPS = st.lists(st.tuples(st.sampled_from(["grow", "commit"]), st.integers(0, 50)), max_size=400)


@given(_STEPS)
def test_the_age_of_the_oldest_uncommitted_byte_is_never_understated(steps: list[tuple[str, int]]) -> None:
    """It is exact for a few sightings, and errs towards older when there are very many."""
    lag = Lag()
    size = committed = 0
    sightings: list[tuple[float, int]] = []
    now = 0.0
    for what, amount in steps:
        now += 1
        if what == "grow":
            size += amount
            lag.seen("s", size, now)
            if amount:
                sightings.append((now, size))
        else:
            committed = min(committed + amount, size)
            lag.committed("s", committed)
        behind, age = lag.of("s", now)
        open_ones = [when for when, length in sightings if length > committed]
        exact = now - open_ones[0] if open_ones else 0.0
        assert behind == size - committed
        assert age == exact if len(sightings) <= 128 else age >= exact


def test_a_source_that_is_caught_up_has_no_lag() -> None:
    """Nor has one that nobody ever saw."""
    lag = Lag()
    lag.seen("s", 10, 1.0)
    lag.committed("s", 10)
    assert lag.of("s", 9.0) == lag.of("unknown", 9.0) == (0, 0.0)


def test_what_arrives_after_a_commit_counts_from_its_own_arrival() -> None:
    """A stream that is never quite caught up is as late as its oldest byte and not as old as the stream."""
    lag = Lag()
    lag.seen("s", 10, 1.0)
    lag.seen("s", 20, 2.0)
    lag.committed("s", 10)
    assert lag.of("s", 5.0) == (10, 3.0)
