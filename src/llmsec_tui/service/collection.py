"""How the interpreter shares itself out while it reads logs."""

import gc
import sys

_NEW_OBJECTS = 200_000
_TURN_S = 0.0005


def collect_rarely() -> None:
    """Look for reference cycles a few hundred times less often than by default.

    Decoded JSON is millions of short-lived containers that hold no cycles; looking for some took a third of the time
    that reading takes. Everything else is freed by its last reference, as always.
    """
    gc.set_threshold(_NEW_OBJECTS, 20, 20)


def take_short_turns() -> None:
    """Let a thread that comes back from native code have the interpreter after half a millisecond instead of five.

    Judging and committing come back many times a batch, and beside a thread that reads they waited longer than they
    worked.
    """
    sys.setswitchinterval(_TURN_S)
