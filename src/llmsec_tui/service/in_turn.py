"""The one line in which everything that changes something waits."""

import asyncio
from asyncio import Future
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from llmsec_tui.service.courtesy import Courtesy

T = TypeVar("T")


class InTurn:
    """Runs one thing at a time on a thread of its own, in the order in which they come; for use in one event loop."""

    def __init__(self, courtesy: Courtesy) -> None:
        """``courtesy`` is told of all that waits or runs."""
        self._courtesy = courtesy
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="command")

    def __call__(self, act: Callable[[], T]) -> Future[T]:
        """What the act gives, once it was its turn."""
        self._courtesy.begin()
        running = self._thread.submit(act)
        running.add_done_callback(lambda _: self._courtesy.end())
        return asyncio.wrap_future(running)

    def close(self) -> None:
        """Finish what waits, and end the thread."""
        self._thread.shutdown()
