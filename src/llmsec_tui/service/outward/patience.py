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
    ended: Future[T] = Future()
    threading.Thread(target=_do, args=(work, ended), name="patience", daemon=True).start()
    return ended.result(seconds)


def _do(work: Callable[[], T], ended: Future[T]) -> None:
    try:
        ended.set_result(work())
    except BaseException as error:
        ended.set_exception(error)
