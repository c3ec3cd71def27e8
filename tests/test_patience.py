"""Work that takes too long is given up, and tries of it that hang do not pile up."""

import threading

import pytest

from llmsec_tui.patience import Patience, within


def test_what_work_gives_or_raises_is_passed_on() -> None:
    def fail() -> int:
        raise KeyError("no such thing")

    assert within(60, lambda: 7) == 7
    with pytest.raises(KeyError, match="no such thing"):
        within(60, fail)


def test_while_a_try_hangs_there_is_no_other_and_afterwards_there_is() -> None:
    patience, end, tries = Patience(), threading.Event(), []

    def hang() -> None:
        tries.append(threading.current_thread())
        end.wait()

    for _ in range(3):
        with pytest.raises(TimeoutError):
            patience.within(0.05, hang)
    assert len(tries) == 1
    end.set()
    tries[0].join()
    assert patience.within(60, lambda: 7) == 7


def test_work_that_is_over_does_not_hang_whatever_it_raised() -> None:
    patience = Patience()

    def too_late() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        patience.within(60, too_late)
    assert patience.within(60, lambda: 7) == 7
