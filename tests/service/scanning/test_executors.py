"""Any executor of ``concurrent.futures`` does the work of a scan, and what comes of it does not depend on which."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from tests.service.parts import write_rules
from tests.service.scanning.test_review import exactly, write

from llmsec_tui.detect.ruleset import load
from llmsec_tui.errors import ServiceError
from llmsec_tui.service.scan import Scan
from llmsec_tui.service.scanning import cutting
from llmsec_tui.service.scanning.crew import Crew, Where, away
from llmsec_tui.service.scanning.manifest import Manifest

_P = ParamSpec("_P")
_T = TypeVar("_T")


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cutting, "RANGE", 4_000)
    monkeypatch.setattr(cutting, "_SNIFFED", 400)
    return write_rules(tmp_path / "rules")


@contextmanager
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield pool


@contextmanager
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


class LastFirst(Executor):
    """Does what it was given last before the rest, and only once somebody asks for something."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        future: Future[_T] = _Asked(self.work)

        def do() -> None:
            if future.set_running_or_notify_cancel():
                future.set_result(fn(*args, **kwargs))

        self._waiting.append(do)
        return future

    def work(self) -> None:
        while self._waiting:
            self._waiting.pop()()


class _Asked(Future[_T]):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> _T:
        self._work()
        return super().result(timeout)


@contextmanager
def last_first() -> Iterator[Executor]:
    yield LastFirst()


@pytest.mark.parametrize(
    "make", [processes, threads, last_first],
    ids=["processes", "threads", "last first"],
)  # fmt: skip
def test_the_answer_does_not_depend_on_who_does_the_work(
    make: Callable[[], AbstractContextManager[Executor]], rules: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path / "logs", 11)
    expected = exactly(Scan([str(folder)], load([rules])))
    assert expected[0]
    with make() as executor:
        crew = away(executor, 3, [rules], tmp_path / "formats.d")
        assert exactly(Scan([str(folder)], load([rules]), crew=crew)) == expected


class Deadly(Executor):
    """Gives the work to a pool, one of whose workers dies of about the fifth piece of it."""

    def __init__(self, pool: Executor, notes: Path) -> None:
        self._pool = pool
        self._notes = notes

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        return self._pool.submit(_do_or_die, self._notes, partial(fn, *args, **kwargs))


def _do_or_die(notes: Path, work: Callable[[], _T]) -> _T:
    with notes.open("ab", buffering=0) as file:
        file.write(b".")
    done = work()
    # Two that write at the same moment may both find the sixth.
    if notes.stat().st_size >= 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return done


def test_a_worker_that_dies_ends_the_scan_and_costs_nothing_that_was_done(rules: Path, tmp_path: Path) -> None:
    """The sentence names the file and says how to go on; going on ends in the same bytes."""
    folder = write(tmp_path / "logs", 11)
    ruleset = load([rules])
    expected = exactly(Scan([str(folder)], ruleset))

    def scan(crew: Crew, *, resume: bool) -> tuple[list[str], dict[str, object]]:
        with closing(Manifest(tmp_path / "m", ruleset.version, "", resume=resume)) as manifest:
            return exactly(Scan([str(folder)], ruleset, crew=crew, manifest=manifest))

    with processes() as pool:
        crew = away(Deadly(pool, tmp_path / "notes"), 1, [rules], tmp_path / "formats.d")
        with pytest.raises(ServiceError, match="ended from outside") as told:
            scan(crew, resume=False)
    assert str(folder) in told.value.message
    assert "--manifest" in told.value.hint
    with threads() as pool:
        crew = away(pool, 2, [rules], tmp_path / "formats.d")
        assert crew.where is Where.AWAY
        assert scan(crew, resume=True) == expected
