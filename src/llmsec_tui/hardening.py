"""Keep what a process has in memory out of core dumps, and from other processes of the same user."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4
_PIPED_TOO = 1
"""A limit of one byte is the only one that Linux also heeds where core dumps are piped to a program."""


def leave_no_core() -> None:
    """No core dump of this process, nor of those that it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    limit = _PIPED_TOO if sys.platform == "linux" and hard != 0 else 0
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))


def keep_memory_private() -> None:
    """As :func:`leave_no_core`, and on Linux nobody but root can attach to this process or read its memory.

    What it starts anew is not covered and has to call this itself.
    """
    leave_no_core()
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError("prctl refused to make this process undumpable")
