"""Since when a file has had bytes that nobody has read yet."""

from collections import deque

_MARKS = 128


class Backlog:
    """Remembers at what time a file was seen to have grown to what size."""

    def __init__(self) -> None:
        self._marks: deque[tuple[int, float]] = deque()

    def grown(self, size: int, now: float) -> None:
        """The file has this many bytes."""
        if self._marks and size <= self._marks[-1][0]:
            return
        if len(self._marks) == _MARKS:
            # Two neighbours become one that is as large as the later and as old as the earlier: never too young.
            pairs = list(self._marks)
            merged = zip(pairs[::2], pairs[1::2], strict=True)
            self._marks = deque((later[0], earlier[1]) for earlier, later in merged)
        self._marks.append((size, now))

    def read(self, position: int) -> None:
        """Everything before this position was read."""
        while self._marks and self._marks[0][0] <= position:
            self._marks.popleft()

    @property
    def since(self) -> float | None:
        """When the oldest unread byte was seen; None when there is none."""
        return self._marks[0][1] if self._marks else None
