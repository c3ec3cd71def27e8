"""Open files for reading without leaving a trace on them."""

import errno
import os
import stat
from pathlib import Path

from llmsec_tui.intake.encoding import SNIFFED, Encoding, encoding_of

_BLOCK = 64 * 1024
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


def open_readonly(path: Path | str, *, keep_access_time: bool = False) -> int:
    """A descriptor of a regular file; raises OSError, also for anything that is not a regular file.

    ``keep_access_time`` leaves the file's access time alone where the system permits that to this user.
    """
    descriptor = _open_keeping_access_time(path) if keep_access_time else os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return descriptor


def open_same(path: str, key: tuple[int, int]) -> int:
    """As :func:`open_readonly`; FileNotFoundError where the path leads to another file than that of the key by now."""
    descriptor = open_readonly(path)
    now = os.fstat(descriptor)
    if (now.st_dev, now.st_ino) != key:
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "it was replaced", path)
    return descriptor


def _open_keeping_access_time(path: Path | str) -> int:
    try:
        return os.open(path, _FLAGS | getattr(os, "O_NOATIME", 0))
    except PermissionError:
        # Only the owner may ask for that.
        return os.open(path, _FLAGS)


def list_inodes(directory: Path) -> dict[int, str]:
    """What is directly inside a directory, by inode; nothing if it cannot be listed."""
    try:
        with os.scandir(directory) as entries:
            return {entry.inode(): entry.path for entry in entries}
    except OSError:
        return {}


def open_found(listing: dict[int, str], inode: int) -> int | None:
    """A descriptor of the regular file with this inode, if it is listed and can be read."""
    if inode not in listing:
        return None
    try:
        return open_readonly(listing[inode])
    except OSError:
        return None


def encoding_before(descriptor: int, offset: int) -> Encoding | None:
    """How a file is encoded that is read from an offset on; None where its first bytes are read anyway."""
    return encoding_of(os.pread(descriptor, SNIFFED, 0))[0] if offset else None


def last_line_start(descriptor: int, size: int) -> int:
    """Offset of the last line that begins within the first ``size`` bytes."""
    end = size
    while end > 0:
        start = max(end - _BLOCK, 0)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
