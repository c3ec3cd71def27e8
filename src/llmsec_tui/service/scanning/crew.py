"""Who does the work of a scan: this process, processes beside it, or a Dask cluster. All are executors."""

import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from llmsec_tui.errors import ConfigError, ServiceError
from llmsec_tui.intake.discover import expand
from llmsec_tui.service.scanning import work

_P = ParamSpec("_P")
_T = TypeVar("_T")
_CLUSTER_WIDTH = 64
WORTH_BYTES = 32 * 1024 * 1024
"""What a process of its own should have to read."""


class InPlace(Executor):
    """Does everything at once, here."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class Crew:
    """An executor, and what its workers have to know."""

    executor: Executor
    width: int
    """How much is done at a time."""
    rules: tuple[str, ...] | None
    """Where they read rules; None where the rules of the scan are at hand."""
    formats: str


def in_place() -> Crew:
    """This process."""
    return Crew(InPlace(), 1, None, "")


def worth(patterns: Sequence[str]) -> int:
    """How many processes are of use for these files: reading the rules takes each as long as some megabytes."""
    size = 0
    for path in expand(patterns).files:
        with suppress(OSError):
            size += path.stat().st_size
    return max(size // WORTH_BYTES, 1)


@contextmanager
def beside(jobs: int, rules: Sequence[Path], formats: Path) -> Iterator[Crew]:
    """So many processes, which end with this context and with this process, however that ends."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    executor = ProcessPoolExecutor(jobs, context, _begin, (stop,))
    try:
        yield Crew(executor, jobs, _absolute(rules), str(formats.absolute()))
    except BaseException:
        stop.set()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def cluster(url: str, rules: Sequence[Path], formats: Path) -> Iterator[Crew]:
    """The workers of a Dask scheduler, which see the same files under the same paths.

    Raises ConfigError without the extra ``dask``, and ServiceError when the scheduler does not answer.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise ConfigError(
            "--executor needs Dask, which is not installed.", hint="Install it: pip install 'llmsec-tui[dask]'."
        ) from error
    try:
        client = distributed.Client(url, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ServiceError(f"The Dask scheduler {url} does not answer.", hint="Is it running there?") from error
    try:
        yield Crew(client.get_executor(), _CLUSTER_WIDTH, _absolute(rules), str(formats.absolute()))
    finally:
        client.close()


def _absolute(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(str(path.absolute()) for path in paths)


def _begin(stop: Event) -> None:
    """What a worker process does first."""
    # A Ctrl-C in the terminal is for the one who gave the work to act upon.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work.listen(stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
