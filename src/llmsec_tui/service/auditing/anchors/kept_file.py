"""A file of another user, which we may only append to (``chattr +a`` has the kernel see to that)."""

import array
import fcntl
import os
import stat

_GET_FLAGS = 0x80086601
"""FS_IOC_GETFLAGS"""
_APPEND_ONLY = 0x20


def append(path: str, line: bytes, _timeout_s: float) -> None:
    """Add a line, on disk when this returns. Raises OSError; the file is never made: it would be our own."""
    fd = _opened(path)
    try:
        data = line + b"\n"
        if (written := os.write(fd, data)) < len(data):
            raise OSError(f"only {written} of {len(data)} bytes were taken")
        os.fsync(fd)
    finally:
        os.close(fd)


def weakness(path: str) -> str:
    """Why the file proves less than it could, in a sentence; empty when all is well. Raises OSError."""
    fd = _opened(path)
    try:
        if os.fstat(fd).st_uid == os.geteuid():
            return f"{path} belongs to the collector's own user, who can change it; have another user own it."
        flags = array.array("L", [0])
        try:
            fcntl.ioctl(fd, _GET_FLAGS, flags)
        except OSError:
            # Not every file system knows such flags.
            return f"{path} may be overwritten by whoever can write it: its file system knows no append-only files."
        if not flags[0] & _APPEND_ONLY:
            return f"{path} may be overwritten by whoever can write it. As root: chattr +a {path}"
        return ""
    finally:
        os.close(fd)


def _opened(path: str) -> int:
    # A pipe without a reader would have us wait, and a link could lead to a file of ours.
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(0, "it is not a regular file")
    return fd
