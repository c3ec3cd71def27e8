"""One kind of thing that can be told by its form: where to look, what it looks like, and what must hold."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


def always(_: str) -> bool:
    """Whatever has the form is one."""
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """A pattern is RE2 over UTF-8, with bounded repetitions; one with a group means what is in the group."""

    name: str
    hints: tuple[str, ...]
    """Of which a text must have one, in lower case; any text will do where there are none."""
    pattern: bytes
    holds: Callable[[str], bool] = always
    near: tuple[str, ...] = ()
    """Words, in lower case, of which one must stand shortly before or right behind."""
    within: Callable[[str], Iterable[tuple[int, int]]] | None = None
    """Where a pattern finds more than what is meant: the places in it that are."""
    fewest: int = 1
    """So many different ones make one of this kind."""
