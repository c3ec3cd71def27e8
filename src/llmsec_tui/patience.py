"""Wait only so long for work that cannot be interrupted."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T]) -> T:
    """What the work gives or raises, or TimeoutError.

    It is done in a thread of its own. After the time it is left to itself, and what comes of it is dropped; such a
    thread keeps no process from ending, which is why this is no pool.
    """
    return Patience().within(seconds, work)


class Patience:
    """Waits as :func:`within` does for a thing that is tried again and again; tries that hang do not pile up."""

    def __init__(self) -> None:
        self._hanging: threading.Thread | None = None

    def within(self, seconds: float, work: Callable[[], T]) -> T:
        """As :func:`within`; TimeoutError at once while a try that took too long goes on."""
        if self._hanging is not None and self._hanging.is_alive():
            raise TimeoutError
        ended: Future[T] = Future()
        thread = threading.Thread(target=_do, args=(work, ended), name="patience", daemon=True)
        thread.start()
        try:
            return ended.result(seconds)
        except TimeoutError:
            # Work may raise this error too, and is over then.
            if not ended.done():
                self._hanging = thread
            raise


def _do(work: Callable[[], T], ended: Future[T]) -> None:
    try:
        ended.set_result(work())
    except BaseException as error:
        ended.set_exception(error)
