"""The files of a scan as they were when it began: what each is called, its hash, and signs of change."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from llmsec_tui.service.scanning.naming import names
from llmsec_tui.service.scanning.work import digest_of


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
        """Whether it still looks as it did."""
        return _modified(self.path) == self.modified


def inputs(
    files: Sequence[Path], patterns: Sequence[str], executor: Executor, hashed: Callable[[int], None]
) -> tuple[list[Input], list[str]]:
    """Hash all files, and say of those that cannot be read why; ``hashed`` is told bytes as they are done."""
    found, problems = [], []
    pending = []
    for path, name in zip(files, names(files, patterns), strict=True):
        try:
            pending.append((path, name, _modified(path), executor.submit(digest_of, path)))
        except OSError as error:
            problems.append(_unreadable(path, error))
    for path, name, modified, future in pending:
        try:
            digest, size = future.result()
        except OSError as error:
            problems.append(_unreadable(path, error))
            continue
        hashed(size)
        found.append(Input(path, name, digest, size, modified))
    return found, problems


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
