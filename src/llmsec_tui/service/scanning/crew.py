"""Who does the work of a scan: this process, processes beside it, or a Dask cluster. All are executors."""

import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.errors import ConfigError, ServiceError
from llmsec_tui.formats.registry import Registry
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


class Where(Enum):
    """Where the work of a scan is done, and so what the workers know of it."""

    HERE = "in this process"
    BESIDE = "in processes beside this one, which were given the rules and formats"
    AWAY = "on other machines, perhaps, which read the rules and formats themselves"


@dataclass(frozen=True, slots=True)
class Crew:
    """An executor, and what its workers have to know."""

    executor: Executor
    width: int
    """How much is done at a time."""
    where: Where
    rules: tuple[str, ...] = ()
    """Where workers that are away read rules."""
    formats: str = ""
    """Where they read formats of the user's own."""
    lost: tuple[type[Exception], ...] = (BrokenExecutor, CancelledError)
    """What the executor raises when a worker, or whoever minds them, is gone for good."""

    def submit(self, do: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Have it done. Where the workers are gone already, the future says so when its turn comes."""
        try:
            return self.executor.submit(do, *args, **kwargs)
        except self.lost as error:
            gone: Future[_T] = Future()
            gone.set_exception(error)
            return gone

    def result(self, future: Future[_T], path: Path) -> _T:
        """What a worker made of a file. Raises what its work raised, and ServiceError when the worker is gone."""
        try:
            return future.result()
        except self.lost as error:
            raise ServiceError(
                f"A process that read {path} was ended from outside, perhaps for want of memory.",
                hint="Scan with fewer --jobs; with --manifest, what is done by then need not be done again.",
            ) from error


def in_place() -> Crew:
    """This process."""
    return Crew(InPlace(), 1, Where.HERE)


def worth(patterns: Sequence[str]) -> int:
    """How many processes are of use for these files: reading the rules takes each as long as some megabytes."""
    size = 0
    for path in expand(patterns).files:
        with suppress(OSError):
            size += path.stat().st_size
    return max(size // WORTH_BYTES, 1)


@contextmanager
def beside(jobs: int, ruleset: RuleSet, registry: Registry) -> Iterator[Crew]:
    """So many processes, which end with this context and with this process, however that ends."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    # A copy, without what was made ready in this process and cannot leave it.
    executor = ProcessPoolExecutor(jobs, context, _begin, (stop, replace(ruleset), registry))
    try:
        for _ in range(jobs):
            # Making rules ready takes a worker a second or two. Meanwhile the input is hashed.
            executor.submit(work.warm)
        yield Crew(executor, jobs, Where.BESIDE)
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
        # Nothing is pure: a file may have changed since its hash was asked for.
        crew = away(client.get_executor(pure=False), _CLUSTER_WIDTH, rules, formats)
        yield replace(crew, lost=(*crew.lost, distributed.KilledWorker))
    finally:
        client.close()


def away(executor: Executor, width: int, rules: Sequence[Path], formats: Path) -> Crew:
    """Any executor whose workers see the same files, rules and formats under the same paths."""
    return Crew(executor, width, Where.AWAY, tuple(str(path.absolute()) for path in rules), str(formats.absolute()))


def _begin(stop: Event, ruleset: RuleSet, registry: Registry) -> None:
    """What a worker process does first."""
    # A Ctrl-C in the terminal is for the one who gave the work to act upon.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work.listen(stop)
    work.give(ruleset, registry)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
