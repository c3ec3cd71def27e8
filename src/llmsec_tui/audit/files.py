"""What the journal asks of the file system: one writer, regular files, whole records, all on disk."""

import fcntl
import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from llmsec_tui.errors import StoreError, StoreLocked

_BROKEN_HINT = (
    "Keep the folder as evidence and run: llmsec-tui audit verify. "
    "To go on with a new journal, move the folder away first."
)


def lock(folder: Path) -> int:
    """Become the only writer until the descriptor is closed. Raises StoreLocked, naming the other process."""
    path = folder / "lock"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(fd)
        raise StoreLocked(
            f"The audit journal {folder} is being written by process {holder}; nothing was changed.",
            hint="Use the running collector, or stop it first.",
        ) from error
    try:
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
    except OSError:
        os.close(fd)
        raise
    return fd


def open_segment(path: Path) -> int:
    """Open or make a file of the journal for appending; links, pipes and devices are refused."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise StoreError(f"The journal file {path} is not a regular file; nothing was written.", hint=_BROKEN_HINT)
    return fd


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_whole(fd: int, data: bytes) -> None:
    """Write all of it, however many calls that takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def set_tail_aside(folder: Path, path: Path, whole_end: Callable[[bytes], int]) -> tuple[Path, int, str] | None:
    """Move the bytes behind the last whole record to a file of their own; its path, size and SHA-256, or None."""
    data = path.read_bytes()
    whole = whole_end(data)
    tail = data[whole:]
    if not tail:
        return None
    aside = folder / f"torn-{time.time_ns() // 1000}"
    fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        write_whole(fd, tail)
        os.fsync(fd)
    except OSError:
        with suppress(OSError):
            aside.unlink()
        raise
    finally:
        os.close(fd)
    sync_folder(folder)
    os.truncate(path, whole)
    return aside, len(tail), sha256(tail).hexdigest()


def failed(folder: Path, what: str, error: OSError) -> StoreError:
    """The error for a journal that the operating system will not let us use."""
    return StoreError(
        f"The audit journal {folder} {what}: {error.strerror}. The records in it are as they were.",
        hint="Free space or mend the permissions, then repeat the command.",
    )


def broken(path: Path, offset: int, why: str) -> StoreError:
    """The error for a record that is not as it was written."""
    return StoreError(
        f"The audit journal is broken: {path}, byte {offset}: {why}. Nothing was changed.", hint=_BROKEN_HINT
    )
