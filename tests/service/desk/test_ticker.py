"""Time passes at the desk, also when one tick fails."""

import threading

import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.errors import StoreError
from llmsec_tui.service.desk.ticker import Ticker


def test_a_tick_that_fails_is_told_and_the_next_comes(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged once, and the problem goes when it works again."""
    ticks: list[str] = []
    well = threading.Event()

    def tick(now: int) -> None:
        ticks.append(ticker.problem)
        if len(ticks) <= 2:
            raise StoreError("The disk is full.")
        if len(ticks) > 3:
            well.set()

    ticker = Ticker(tick, every_s=0.001)
    ticker.start()
    assert well.wait(PATIENCE_S)
    ticker.stop()
    assert ticks[0] == ticks[3] == ticker.problem == ""
    assert "Clocks" in ticks[1]
    assert caplog.text.count("The disk is full.") == 1


def test_one_that_was_never_started_can_be_stopped() -> None:
    Ticker(lambda now: None).stop()
