"""How often the interpreter looks for garbage while it reads logs."""

import gc

_NEW_OBJECTS = 200_000


def collect_rarely() -> None:
    """Look for reference cycles a few hundred times less often than by default.

    Decoded JSON is millions of short-lived containers that hold no cycles; looking for some took a third of the time
    that reading takes. Everything else is freed by its last reference, as always.
    """
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
