"""A stretch of a text that is written in another way: what it says, and which characters say which part of that."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

Edit = tuple[int, int, str]
"""The characters ``[start, end)`` and what stands for them."""


def _nothing() -> Iterable[Edit]:
    return ()


@dataclass(frozen=True)
class Run:
    """The characters ``[start, end)`` of a text, and what they say."""

    start: int
    end: int
    by: str
    """What takes it apart: ``base64``."""
    text: str
    edits: Callable[[], Iterable[Edit]] = field(default=_nothing, compare=False)
    """What turns the run into ``text``, in order, counted from ``start``; nothing where it is all or nothing."""
    step: int = 0
    """1 where every character stands for the one at its place, -1 where they do so from the end."""

    def moved(self, by: int) -> "Run":
        """The same run in a text that begins so many characters earlier."""
        return Run(self.start + by, self.end + by, self.by, self.text, self.edits, self.step)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Which characters of the text around the run say ``text[start:end]``, which may not be empty."""
        if self.step:
            return (self.start + start, self.start + end) if self.step > 0 else (self.end - end, self.end - start)
        said, written = self._knots
        first, last = bisect_right(said, start) - 1, bisect_right(said, end - 1) - 1
        is_edited = len(said) > len(("start", "end"))
        # Plain pieces and edits take turns; only in plain ones does a character stand for one.
        begin = written[first] + (start - said[first] if is_edited and first % 2 == 0 else 0)
        stop = written[last] + (end - said[last]) if is_edited and last % 2 == 0 else written[last + 1]
        return self.start + begin, self.start + stop

    @cached_property
    def _knots(self) -> tuple["array[int]", "array[int]"]:
        """Where each piece begins in what is said and in what is written; then both ends."""
        said, written = array("q", [0]), array("q", [0])
        for start, end, text in self.edits():
            plain = said[-1] + start - written[-1]
            said.extend((plain, plain + len(text)))
            written.extend((start, end))
        said.append(len(self.text))
        written.append(self.end - self.start)
        return said, written


def rewritten(run: str, by: str, edits: Callable[[], Iterable[Edit]]) -> Run:
    """A whole text with edits."""
    return Run(0, len(run), by, "".join(_pieces(run, edits())), edits)


def _pieces(run: str, edits: Iterable[Edit]) -> Iterator[str]:
    at = 0
    for start, end, words in edits:
        yield run[at:start]
        yield words
        at = end
    yield run[at:]
