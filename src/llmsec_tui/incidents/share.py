"""Count what alerts bring to an incident in, and out again."""

from collections.abc import Mapping

from llmsec_tui.incidents.states import LEVELS


def plus(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Both together; what comes to nothing is left out."""
    total = {name: counts.get(name, 0) + more.get(name, 0) for name in (*counts, *more)}
    return {name: count for name, count in total.items() if count > 0}


def minus(counts: Mapping[str, int], less: Mapping[str, int]) -> dict[str, int]:
    """What is left; never less than nothing."""
    left = {name: count - less.get(name, 0) for name, count in counts.items()}
    return {name: count for name, count in left.items() if count > 0}


def highest(levels: Mapping[str, int]) -> str | None:
    """The worst level that there is any of; None when there is none."""
    return max((level for level, count in levels.items() if count > 0), key=rank, default=None)


def rank(level: str) -> int:
    """The higher, the worse; -1 for what is no level."""
    return LEVELS.index(level) if level in LEVELS else -1
