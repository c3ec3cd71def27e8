"""Put marks in the place of what is found, and tell where everything else went."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from llmsec_tui.masking.finding import Span, find

CUT = "cut"
"""The mark of a word at the end of a piece of text, which may be a part of something that was found in the whole."""
_FEWEST_CHARS = 8
"""A shorter beginning of a key gives nothing away."""
_FEWEST_DIGITS = 4
_OF_NUMBERS = "0123456789 -.()+"
_OF_ADDRESSES = "._+"
"""What joins the names in front of an ``@`` that was cut off."""
_LONGEST_WORD = 4_096
"""What is longer is masked in part."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with marks in it."""

    text: str
    spans: tuple[Span, ...]
    """What was replaced, in characters of the text as it was."""

    def moved(self, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Where places of the text as it was are now; one that begins or ends inside of a mark takes in all of it."""
        starts = [span.start for span in self.spans]
        return [
            (self._moved(starts, start, at_end=False), self._moved(starts, end, at_end=True)) for start, end in places
        ]

    def _moved(self, starts: list[int], at: int, *, at_end: bool) -> int:
        before = bisect_right(starts, at - at_end)
        shift = sum(len(mark(span.what)) - (span.end - span.start) for span in self.spans[:before])
        if before and at < (last := self.spans[before - 1]).end:
            now = last.start + shift - (len(mark(last.what)) - (last.end - last.start))
            return now + len(mark(last.what)) * at_end
        return at + shift


def mark(what: str) -> str:
    """What stands in the place of something."""
    return f"‹{what}›"


def redacted(text: str, *, cut_start: bool = False, cut_end: bool = False) -> Redacted:
    """The text with a mark for each span, or for a suspicious word at an end where it was cut out of a longer one."""
    spans = find(text)
    if cut_start or cut_end:
        spans = _with_ends(text, spans, cut_start=cut_start, cut_end=cut_end)
    if not spans:
        return Redacted(text, ())
    pieces: list[str] = []
    at = 0
    for span in spans:
        pieces += (text[at : span.start], mark(span.what))
        at = span.end
    return Redacted("".join((*pieces, text[at:])), tuple(spans))


def redact(text: str, *, cut_start: bool = False, cut_end: bool = False) -> str:
    """As :func:`redacted`, the text alone."""
    return redacted(text, cut_start=cut_start, cut_end=cut_end).text


def _with_ends(text: str, spans: list[Span], *, cut_start: bool, cut_end: bool) -> list[Span]:
    first = spans[0].start if spans else len(text)
    last = spans[-1].end if spans else 0
    head = _suspicious(text[:first][:_LONGEST_WORD]) if cut_start else 0
    tail = _suspicious(text[last:][: -_LONGEST_WORD - 1 : -1]) if cut_end else 0
    if head + tail > len(text):
        return [Span(0, len(text), CUT)]
    before = [Span(0, head, CUT)] if head else []
    after = [Span(len(text) - tail, len(text), CUT)] if tail else []
    return [*before, *spans, *after]


def _suspicious(text: str) -> int:
    """How many characters at the beginning may be the rest of a key or a number; 0 when it is a harmless word."""
    if text[:1] in _OF_NUMBERS:
        numbers = len(text) - len(text.lstrip(_OF_NUMBERS))
        if sum(map(str.isdigit, text[:numbers])) >= _FEWEST_DIGITS:
            return len(text[:numbers].rstrip())
    word = text.split(None, 1)[0] if text and not text[0].isspace() else ""
    is_short = len(word) < _FEWEST_CHARS and "@" not in word
    return 0 if is_short or _is_ordinary(word) else len(word)


def _is_ordinary(word: str) -> bool:
    """Whether a word is written as words are, also from its end: of letters in one piece, with one capital at most."""
    is_joined = "@" in word or any(joint in word.strip(_OF_ADDRESSES) for joint in _OF_ADDRESSES)
    return not is_joined and not any(map(str.isdigit, word)) and sum(map(str.isupper, word)) <= 1
