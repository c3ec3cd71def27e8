"""Turn what DuckDB says into the project's errors: what, where, what became of the data, what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from llmsec_tui.errors import DeadlineExceeded, StoreError, StoreLocked

_DISK_FULL = ("No space left on device", "File too large", "Disk quota exceeded")
_OTHER_FILE = ("not a valid DuckDB database file", "Corrupt database", "checksum", "magic bytes")
_OTHER_VERSION = ("older version of DuckDB", "newer version of DuckDB", "storage version", "version number")


@contextmanager
def told(path: Path, doing: str) -> Iterator[None]:
    """Raise anything DuckDB raises inside as a :class:`StoreError`; ``doing`` completes "The store … cannot"."""
    try:
        yield
    except duckdb.InterruptException as error:
        raise DeadlineExceeded(
            "The query was interrupted before it had an answer.", hint="Narrow the filter."
        ) from error
    except duckdb.Error as error:
        raise explain(error, path, doing) from error


def explain(error: duckdb.Error, path: Path, doing: str) -> StoreError:
    """The :class:`StoreError` that says what DuckDB means."""
    said = str(error)
    if "Conflicting lock" in said:
        return StoreLocked(
            f"Another process{_holder(said)} has the store {path} open.",
            hint="Attach to that collector, or stop it first.",
        )
    if any(sign in said for sign in _DISK_FULL):
        return StoreError(
            f"The disk is full: the store {path} cannot {doing}. What was committed is safe; this is not stored.",
            hint="Free space on that disk; reading goes on from the last checkpoint.",
        )
    if isinstance(error, duckdb.FatalException):
        return StoreError(
            f"DuckDB gave up on the store {path} and it cannot {doing}: {_first_line(said)}.",
            hint="Restart the collector; everything that was committed is still there.",
        )
    if any(sign in said for sign in _OTHER_VERSION):
        return StoreError(
            f"The store {path} was written by another version of DuckDB: {_first_line(said)}.",
            hint="Use the llmsec-tui that wrote it, or name another directory with --home; the file was not changed.",
        )
    if any(sign in said for sign in _OTHER_FILE):
        return StoreError(
            f"{path} is not a store, or it is damaged: {_first_line(said)}.",
            hint="Move it away and watch the logs --from-start, or name another directory with --home.",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return StoreError(
            f"The store {path} cannot {doing}: it needs more memory than it may use.",
            hint="Narrow the filter; if intake stopped, report this with the size of the store.",
        )
    return StoreError(f"The store {path} cannot {doing}: {_first_line(said)}.", hint="Nothing was changed.")


def _first_line(said: str) -> str:
    return said.partition("\n")[0].rstrip(".")


def _holder(said: str) -> str:
    """`` (python3.11, PID 123)`` out of DuckDB's "Conflicting lock is held in python3.11 (PID 123)"."""
    program, found, rest = said.partition("held in ")[2].partition(" (PID ")
    return f" ({Path(program).name}, PID {rest.partition(')')[0]})" if found else ""
