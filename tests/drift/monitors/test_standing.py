"""A monitor speaks up once for each stretch in which something holds."""

from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.drift.monitors.standing import REST, Standing, State


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 4))
@settings(max_examples=200)
def test_it_is_told_after_enough_hours_and_again_only_after_a_rest(hours: list[bool], enough: int) -> None:
    standing, told = Standing(), 0
    for holds in hours:
        before, standing = standing, standing.after(holds, enough)
        told += standing.told and not before.told
    assert told == _stretches(hours, enough)
    assert State.of(State({"a": standing}, 3).packed()) == State({"a": standing}, 3)


def _stretches(hours: list[bool], enough: int) -> int:
    """How often ``enough`` hours in a row held, counting those once between which there is no rest."""
    count, is_told = 0, False
    for holds, run in groupby(hours):
        length = len(list(run))
        if holds and length >= enough and not is_told:
            count, is_told = count + 1, True
        elif not holds and length >= REST:
            is_told = False
    return count
