"""Where lines ended on the way through a file: what tells how much of it a copy has that was made before its end."""

from collections.abc import Callable, Iterable

from llmsec_tui.intake.checkpoint import ANCHOR_BYTES, Checkpoint
from llmsec_tui.intake.identity import digest

LINES = 16
"""The end of each of the last lines is known, of so many."""
MARKS = 16
"""So many places at most are known before those, the fewer the further back."""

Point = tuple[int, bytes]


class Trail:
    """Ends of lines, each an offset with the digest of the ``ANCHOR_BYTES`` before it, in the order of the file."""

    __slots__ = ("points",)

    def __init__(self, points: Iterable[Point] = ()) -> None:
        self.points = tuple(points)

    def add(self, before: bytes, data: bytes, position: int, last: Point) -> None:
        """``data`` was read at an offset, behind the bytes ``before`` it; ``last`` is where its last record ended."""
        ends: list[Point] = []
        end = place = last[0] - position
        while place > 1 and (place := data.rfind(b"\n", 0, place - 1) + 1):
            anchor = before + data[:place] if place < ANCHOR_BYTES else data[place - ANCHOR_BYTES : place]
            ends.append((position + place, digest(anchor[-ANCHOR_BYTES:])))
            if len(ends) >= LINES:
                # From here on, each is twice as far back as the one before it.
                place -= end - place
        points = (*self.points, *reversed(ends), last)
        older, near = points[:-LINES], points[-LINES:]
        while len(older) > MARKS:
            older = older[::2]
        self.points = older + near


def shared(mark: Checkpoint, size: int, read: Callable[[int, int], bytes]) -> int:
    """How many of a file's ``size`` bytes are surely those that were read of another one; 0 if it is no copy of that.

    A copy that was made earlier ends between two places that are known; what is behind the first one may be the same,
    or the file may share no more than its beginning with the other one. ``read(count, offset)`` gives its bytes.
    """
    for offset, anchor in ((mark.offset, mark.anchor), *reversed(mark.trail)):
        if offset <= size:
            start = max(offset - ANCHOR_BYTES, 0)
            return offset if digest(read(offset - start, start)) == anchor else 0
    return 0
