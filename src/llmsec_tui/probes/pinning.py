"""Pin what is usual in the days before a story, as a person would: once a collector has measured them."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from uuid import uuid4

from llmsec_tui.errors import CollectorGone, ServiceError
from llmsec_tui.probes.days import Days
from llmsec_tui.service.behaviour.api import ListBehaviour, PinBaseline
from llmsec_tui.service.client import ask_once

NOTE = "The shop's quiet hours: no release, no other model, no incident."
_WAIT_S = 180.0
_EVERY_S = 0.2
_NEAR = 2 * 60_000_000
_OVER = 3
"""The third last hour of what was written is over, and was judged once all was measured."""


def pin_usual(socket: Path, days: Days, until: int, stop: Event) -> None:
    """Wait until a collector has measured all before ``until`` (µs), and pin the quiet hours.

    Nothing is pinned when ``stop`` comes before. Raises ServiceError when the collector takes too long.
    """
    if _wait(lambda: _is_measured(socket, until), stop):
        _wait(lambda: _is_pinned(socket, days), stop)


def _wait(done: Callable[[], bool], stop: Event) -> bool:
    """Whether it was done; not when it was stopped."""
    end = time.monotonic() + _WAIT_S
    while not done():
        if time.monotonic() > end:
            raise ServiceError(
                f"The collector has not measured the days before the story within {_WAIT_S:g} s.",
                hint="Try again when the machine has less to do.",
            )
        if stop.wait(_EVERY_S):
            return False
    return True


def _is_measured(socket: Path, until: int) -> bool:
    try:
        board = ask_once(socket, ListBehaviour(filter="slice:all metric:output_tokens"))
    except CollectorGone:
        # It is about to start.
        return False
    is_judged = any(len(row.spark) >= _OVER and row.spark[-_OVER] is not None for row in board.rows)
    return is_judged and board.until > until - _NEAR


def _is_pinned(socket: Path, days: Days) -> bool:
    try:
        pin = PinBaseline(command_id=uuid4().hex, since=0, until=days.quiet_until, note=NOTE)
        ask_once(socket, pin)
    except ServiceError:
        # Hours are judged a moment before they are over.
        return False
    return True
