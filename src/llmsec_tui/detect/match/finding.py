"""Find where in a text a leaf that holds found what it looks for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from llmsec_tui.detect import fields
from llmsec_tui.detect.match import patterns
from llmsec_tui.detect.match.compile import DECODED_FOLDED_VIEW, FOLDED_VIEW, RAW_VIEW, views, wildcard_body
from llmsec_tui.detect.signals.signal import Signal, Span
from llmsec_tui.detect.text.decoding import Decoded
from llmsec_tui.detect.text.folding import Unfolding, fold, unfold
from llmsec_tui.detect.tree import Leaf, Present, Regex, Text

MAX_SPANS = 20
"""The most places that are pointed out for one leaf."""


@dataclass(frozen=True)
class Content:
    """One text and what was decoded from it."""

    raw: str
    decoded: list[Decoded]
    _made: dict[tuple[str, str], Sequence[Span]] = field(default_factory=dict, init=False, compare=False)

    @cached_property
    def folded(self) -> str:
        return fold(self.raw)

    @cached_property
    def unfolded(self) -> Unfolding:
        """The way back from :attr:`folded`."""
        return Unfolding(self.raw)

    def places(self, signal: Signal, trust: str) -> Sequence[Span]:
        """Where in it is what made a signal, which is worked out once."""
        key = (signal.name, trust)
        if key not in self._made:
            self._made[key] = signal.places(self.raw, trust)
        return self._made[key]


@dataclass(frozen=True, slots=True)
class Found:
    """One place: a stretch of the raw text, what it says there, and how that was decoded."""

    start: int
    end: int
    words: str
    decoded: Decoded | None = None


def find(leaf: Leaf, content: Content) -> list[Found]:
    """The places in the first view that shows any. Leaves that look for nothing in particular give none."""
    if isinstance(leaf.match, Present):
        shown = content.decoded if leaf.field is fields.DECODED and leaf.match.value else []
        return [Found(part.start, part.end, part.text, part) for part in shown[:MAX_SPANS]]
    for view in views(leaf):
        if found := _in_view(leaf, view, content):
            return found[:MAX_SPANS]
    return []


def _in_view(leaf: Leaf, view: str, content: Content) -> list[Found]:
    if view == RAW_VIEW:
        return [Found(start, end, content.raw[start:end]) for start, end in _spans(leaf, content.raw, False)]
    if view == FOLDED_VIEW:
        spans = content.unfolded(_spans(leaf, content.folded, True))
        return [Found(start, end, content.raw[start:end]) for start, end in spans]
    return _decoded(leaf, content.decoded, folded=view == DECODED_FOLDED_VIEW)


def _decoded(leaf: Leaf, parts: list[Decoded], *, folded: bool) -> list[Found]:
    form = fold if folded else str
    found = []
    for part in parts:
        text = form(part.text)
        for start, end in _spans(leaf, text, folded)[:1]:
            [place] = unfold(part.text, [(start, end)]) if folded else [(start, end)]
            found.append(Found(*part.place(*place), text[start:end], part))
    if found:
        return found
    # The parts are judged as one text, so a match may reach from one into the next.
    whole = form("\n".join(part.text for part in parts))
    return [
        Found(part.start, part.end, whole[start:end], part)
        for start, end in _spans(leaf, whole, folded)[:1]
        for part in parts
    ]


def _spans(leaf: Leaf, text: str, folded: bool) -> list[Span]:
    match leaf.match:
        case Text() as wanted:
            return _text_spans(wanted, text, folded=folded)
        case Regex(pattern):
            return patterns.spans(pattern, text, MAX_SPANS)
    return []


def _text_spans(wanted: Text, text: str, *, folded: bool) -> list[Span]:
    form = fold if folded and not wanted.cased else str
    literal = form(wanted.literal)
    ignores_case = not wanted.cased and not folded
    if ignores_case or not literal:
        flags = "(?is)" if ignores_case else "(?s)"
        return patterns.spans(flags + wildcard_body(_closed(wanted), form, any_run=".*?"), text, MAX_SPANS)
    if not wanted.open_end:
        return [(len(text) - len(literal), len(text))] if text.endswith(literal) else []
    if not wanted.open_start:
        return [(0, len(literal))] if text.startswith(literal) else []
    return _literal_spans(literal, text)


def _closed(wanted: Text) -> Text:
    """Without the wildcards at its ends, which would stretch over everything."""
    parts = wanted.parts[wanted.open_start : len(wanted.parts) - wanted.open_end]
    return Text(parts, wanted.cased)


def _literal_spans(literal: str, text: str) -> list[Span]:
    spans: list[Span] = []
    start = text.find(literal)
    while start >= 0 and len(spans) < MAX_SPANS:
        spans.append((start, start + len(literal)))
        start = text.find(literal, start + len(literal))
    return spans
