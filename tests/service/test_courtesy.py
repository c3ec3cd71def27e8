"""Batches let commands pass, and not for ever."""

import threading
from collections.abc import Callable

from tests.patience import PATIENCE_S

from llmsec_tui.service.courtesy import Courtesy


def _in_thread(work: Callable[[], None]) -> threading.Event:
    done = threading.Event()

    def run() -> None:
        work()
        done.set()

    threading.Thread(target=run, daemon=True).start()
    return done


def test_a_batch_waits_for_every_command_that_began() -> None:
    courtesy = Courtesy()
    courtesy.begin()
    courtesy.begin()
    batch = _in_thread(lambda: courtesy.let_pass(PATIENCE_S))
    courtesy.end()
    assert not batch.wait(0.05)
    courtesy.end()
    assert batch.wait(PATIENCE_S)


def test_long_work_takes_breaks_and_not_for_ever() -> None:
    """None when nobody waits; and all of them together have an end."""
    courtesy = Courtesy()
    pause = courtesy.breaks(0.02)
    assert _in_thread(pause).wait(PATIENCE_S)
    courtesy.begin()
    assert _in_thread(lambda: [pause() for _ in range(100_000)].clear()).wait(PATIENCE_S)


def test_a_batch_does_not_wait_for_nobody_nor_for_ever() -> None:
    courtesy = Courtesy()
    assert _in_thread(courtesy.let_pass).wait(PATIENCE_S)
    courtesy.begin()
    assert _in_thread(lambda: courtesy.let_pass(0.01)).wait(PATIENCE_S)
