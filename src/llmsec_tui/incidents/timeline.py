"""One timeline of an incident: what was logged, what was found, what people did, and what changed around it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """What a moment is; at the same instant they stand in this order."""

    EVENT = "event"
    ALERT = "alert"
    MARKER = "marker"
    CONFIGURATION = "configuration"
    MARK = "mark"
    ACT = "act"
    RUN = "run"
    CLOCK = "clock"


_RANK: Mapping[Kind, int] = {
    kind: min(rank, list(Kind).index(Kind.ACT))  # What happened to the incident itself keeps the order it has.
    for rank, kind in enumerate(Kind)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the timeline. Texts are raw."""

    seq: int = 0
    """Its place, 1 for the first; given by :func:`merge`."""
    at: int
    """Microseconds since 1970 UTC."""
    kind: Kind
    who: str
    what: str
    """A few words."""
    text: str = ""
    level: str = ""
    ref: str = ""
    """The id of the alert or event, or empty."""


def merge(parts: Iterable[Iterable[Moment]]) -> list[Moment]:
    """All moments in order of time, numbered. Those of one part that are at one instant keep their order.

    What happens later goes to the end, so the numbers of a page stay what they are unless something comes late.
    """
    every = sorted((moment for part in parts for moment in part), key=lambda moment: (moment.at, _RANK[moment.kind]))
    return [replace(moment, seq=number) for number, moment in enumerate(every, 1)]


def page(moments: Sequence[Moment], before: int | None, after: int | None, limit: int) -> list[Moment]:
    """Some of a merged timeline, newest first. Both bounds are exclusive; ``after`` alone gives those next to it."""
    low = max(after or 0, 0)
    high = len(moments) if before is None else min(before - 1, len(moments))
    inside = moments[low : max(high, low)]
    chosen = inside[:limit] if before is None and after is not None else inside[max(len(inside) - limit, 0) :]
    return list(reversed(chosen))
