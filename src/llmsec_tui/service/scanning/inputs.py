"""The files of a scan as they were when it began: what each is called, its hash, and signs of change."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event

from llmsec_tui.service.scanning.crew import Crew, Where
from llmsec_tui.service.scanning.naming import names
from llmsec_tui.service.scanning.work import Cancelled, digest_of


@dataclass(frozen=True, slots=True)
class Input:
    """One file."""

    path: Path
    name: str
    """What it is called in this scan, wherever it lies."""
    sha256: str
    size: int
    """Bytes that were hashed."""
    modified: tuple[int, int]
    """Its size and time of modification (ns) before it was hashed."""

    def is_unchanged(self) -> bool:
        """Whether it still looks as it did, and is still there."""
        try:
            return _modified(self.path) == self.modified
        except OSError:
            return False


def inputs(
    files: Sequence[Path],
    patterns: Sequence[str],
    crew: Crew,
    hashes: Callable[[int], None],
    hashed: Callable[[int], None],
) -> tuple[list[Input], list[str]]:
    """Hash all files, and say of those that cannot be read why. ``hashes`` is told how many bytes there are, and
    ``hashed`` bytes as they are done, from any thread."""
    found: list[Input] = []
    problems: list[str] = []
    with _hashing(crew, hashed) as submit:
        pending = []
        for path, name in zip(files, names(files, patterns), strict=True):
            try:
                pending.append((path, name, _modified(path), submit(path)))
            except OSError as error:
                problems.append(_unreadable(path, error))
        hashes(sum(size for _, _, (size, _), _ in pending))
        for path, name, modified, future in pending:
            try:
                digest, size = crew.result(future, path)
            except OSError as error:
                problems.append(_unreadable(path, error))
                continue
            found.append(Input(path, name, digest, size, modified))
    return found, problems


@contextmanager
def _hashing(crew: Crew, hashed: Callable[[int], None]) -> Iterator[Callable[[Path], Future[tuple[str, int]]]]:
    """What hashes a file. Threads do it here: they do without the interpreter, and the crew makes itself ready."""
    if crew.where is Where.AWAY:
        yield lambda path: _told(crew.executor.submit(digest_of, path), hashed)
        return
    stop = Event()

    def unless_stopped(size: int) -> None:
        if stop.is_set():
            raise Cancelled
        hashed(size)

    threads = ThreadPoolExecutor(crew.width)
    try:
        yield lambda path: threads.submit(digest_of, path, unless_stopped)
    finally:
        stop.set()
        threads.shutdown(cancel_futures=True)


def _told(future: Future[tuple[str, int]], hashed: Callable[[int], None]) -> Future[tuple[str, int]]:
    def tell(done: Future[tuple[str, int]]) -> None:
        if not done.cancelled() and done.exception() is None:
            hashed(done.result()[1])

    future.add_done_callback(tell)
    return future


def digest_of_all(found: Sequence[Input]) -> str:
    """One hash for the whole input: of the file when it is one, else of the list that ``sha256sum`` would print."""
    if len(found) == 1:
        return found[0].sha256
    return sha256("".join(f"{one.sha256}  {one.name}\n" for one in found).encode()).hexdigest()


def _modified(path: Path) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 - one call for both
    return status.st_size, status.st_mtime_ns


def _unreadable(path: Path, error: OSError) -> str:
    return f"{path} cannot be read: {error.strerror}. It was left out."
