"""Who wants to know how a scan comes along, and of what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmsec_tui.service.scanning.inputs import Input


@dataclass(frozen=True, slots=True)
class Watcher:
    """A scan hashes its input, reads it, and then looks at it over time; in this order."""

    hashes: Callable[[int], None] = lambda _: None
    """Told how many bytes there are."""
    hashed: Callable[[int], None] = lambda _: None
    """Told how many more bytes were hashed; from any thread."""
    begins: Callable[[Sequence[Input], str], None] = lambda _, __: None
    """Told all files and the hash of the whole input, before anything is read."""
    read: Callable[[int], None] = lambda _: None
    """Told how many more bytes were read."""
    looks_back: Callable[[int], None] = lambda _: None
    """Told how many events rules over time look at, once everything is read."""
    looked_back: Callable[[int], None] = lambda _: None
    """Told how many more events they have looked at."""
