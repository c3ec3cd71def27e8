"""Text of one event that turns up in another."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple, Self

from msgspec import field

from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing, Value
from llmsec_tui.detect.correlate.monitors.state import MonitorFold, State
from llmsec_tui.detect.correlate.monitors.words import figure, plural
from llmsec_tui.detect.rule import Grouped, Monitor, Sharing
from llmsec_tui.detect.signals.fingerprints import MOST, SIZE, unpacked

SOURCE, SINK, KNOWN = 0, 1, 2
"""Which of the rule's sources an entry is a hit of."""
CROWD = 32
"""Fingerprints that more than so many different texts have are boilerplate, whoever's they are."""

_ENDLESS = 2**64
_COPIED = 150
"""Fingerprints that are copied in a third of the time that it takes to fold an entry, as measured."""
_UNITS = ((86_400_000_000, "day"), (3_600_000_000, "hour"), (60_000_000, "minute"), (1_000_000, "second"))
_WHOLE = {"sink": "this text", "source": "that text", "smaller": "the shorter of both"}


Holding = tuple[Value, int]
"""A holder of a piece, and the number of its newest text that has it."""


class Text(NamedTuple):
    """A text that was seen."""

    at: int
    event_id: str
    """When it was last, and where."""
    known: bool
    """Whether it only says what is no news, and comes from nowhere."""
    same: Value
    apart: Value
    holder: Value
    """The event's values of the fields by these names; None where the rule names none."""
    hashes: bytes
    """Its fingerprints."""

    @property
    def content(self) -> tuple[object, ...]:
        """What is equal where the same text comes again from the same one."""
        return self[2:]


class Match(NamedTuple):
    """How much of a text turns up."""

    text: Text
    pieces: int
    share: float


class Texts(State):
    """What is remembered; a text that comes again is remembered once, as it was last."""

    texts: dict[int, Text] = field(default_factory=dict)
    """By number, oldest first."""
    numbers: dict[tuple[object, ...], int] = field(default_factory=dict)
    """By content."""
    index: dict[Value, dict[int, tuple[int, ...]]] = field(default_factory=dict)
    """By ``same`` and fingerprint: the newest ``CROWD + 1`` texts that have it."""
    holders: dict[int, tuple[Holding, ...]] = field(default_factory=dict)
    """By fingerprint, where the rule asks: the newest holders, each with its newest text that has it; no more of them
    than it takes to be common."""
    entered: int = 0
    held: int = 0
    """Fingerprints of all texts."""
    forgotten: int = 0
    """Fingerprints that there was no room for, since the beginning."""

    def copy(self) -> Self:
        other = super().copy()
        other.index = {same: index.copy() for same, index in self.index.items()}
        return other


class SharedText(MonitorFold[Texts]):
    """Fires where at least ``min_n`` fingerprints, and at least a share of ``threshold``, are those of an older text.

    ``sources[0]`` is where text comes from, ``sources[1]`` where it turns up; those of ``(t - timespan, t]`` are
    compared with each other, with equal values of ``same`` and different ones of ``apart``. What does not count: what
    the texts of ``sources[2]`` say, with ``apart`` those of the same value only; with ``apart`` also what its own value
    has as a source; what ``common`` different values of ``common_field`` have; what more than ``CROWD`` texts have.
    The share is Broder's containment ("On the resemblance and containment of documents", SEQUENCES 1997), estimated
    below the lesser cut of both sketches. Where several texts qualify, the one that most pieces come from is named, and
    of equals the newest. At most ``history`` fingerprints are remembered; the oldest texts are forgotten first.
    """

    state_type: ClassVar[type[State]] = Texts

    def __init__(self, rule: Monitor, state: Texts | None = None) -> None:
        super().__init__(rule, state)
        self.sharing = rule.sharing or Sharing("smaller")
        names = [name for name in rule.looks_at if name != rule.field]
        wanted = (self.sharing.same, self.sharing.apart, self.sharing.common_field)
        self._places = tuple(names.index(name) if name else None for name in wanted)

    def copy(self) -> Self:
        other = object.__new__(type(self))
        other.rule, other.sharing, other._places, other.state = self.rule, self.sharing, self._places, self.state.copy()
        return other

    @property
    def due(self) -> None:
        return None

    def pass_time(self, to: int) -> Sequence[Firing]:
        texts, until = self.state.texts, to - self.rule.timespan
        while texts and texts[oldest := next(iter(texts))].at <= until:
            self._drop(oldest)
        return NOTHING

    @property
    def spent(self) -> bool:
        return not self.state.texts

    def enter(self, entry: Entry) -> Firing | None:
        text = self._text(entry)
        if text is None:
            return None
        if entry.source != SINK:
            self._remember(text)
            return None
        found = self._best(text, self.rule.min_n, self.rule.threshold)
        if found is None:
            return None
        ids = (found.text.event_id, entry.event_id)
        return Firing(entry.at, entry.event_id, False, found.text.at, ids, 2, self._words(found, entry.at))

    def closest(self, entry: Entry) -> Match | None:
        """What it shares most with, however little that is; None where it shares nothing that counts."""
        text = self._text(entry)
        return None if text is None else self._best(text, 1, 0.0)

    def _text(self, entry: Entry) -> Text | None:
        """None where a value is missing without which it takes no part."""
        same, apart, holder = (None if at is None else entry.value[at] for at in self._places)
        if not entry.hashes:
            return None
        if (self.sharing.same and same is None) or (self.sharing.apart and apart is None):
            return None
        return Text(entry.at, entry.event_id, entry.source == KNOWN, same, apart, holder, entry.hashes)

    def _remember(self, text: Text) -> None:
        state = self.state
        number = state.entered
        state.entered += 1
        former = state.numbers.get(text.content)
        if former is None:
            state.held += len(text.hashes) // SIZE
        else:
            del state.texts[former]
        state.texts[number] = text
        state.numbers[text.content] = number
        index = state.index.setdefault(text.same, {})
        hashes = unpacked(text.hashes)
        # Most pieces are new: those of one text have their tuples in common.
        alone = (number,)
        for one in hashes:
            numbers = index.get(one)
            index[one] = alone if numbers is None else _joined(numbers, former, number)
        if self.sharing.common and text.holder is not None:
            self._hold(hashes, (text.holder, number))
        while state.held > self.rule.history and len(state.texts) > 1:
            before = state.held
            self._drop(next(iter(state.texts)))
            state.forgotten += before - state.held

    def _hold(self, hashes: "array[int]", own: Holding) -> None:
        """Note one more holder of these pieces, or one of them anew; only the newest are known."""
        holders, least = self.state.holders, 1 - self.sharing.common
        # Neighbouring pieces mostly had the same holders before, and have the same ones now.
        before: tuple[Holding, ...] = ()
        now: tuple[Holding, ...] = (own,)
        for one in hashes:
            others = holders.get(one, ())
            if others != before:
                before = others
                now = (*tuple(other for other in others if other[0] != own[0])[least:], own)
            holders[one] = now

    def _drop(self, number: int) -> None:
        """Forget a text than which there is no older one."""
        state = self.state
        text = state.texts.pop(number)
        del state.numbers[text.content]
        state.held -= len(text.hashes) // SIZE
        index, holders = state.index[text.same], state.holders
        for one in unpacked(text.hashes):
            if one in index and index[one][-1] == number:
                del index[one]
            if one in holders and holders[one][-1][1] == number:
                del holders[one]
        if not index:
            del state.index[text.same]

    def _best(self, text: Text, min_n: int, threshold: float) -> Match | None:
        index = self.state.index.get(text.same)
        if index is None:
            return None
        hashes = unpacked(text.hashes)
        met = [(one, numbers) for one in hashes if (numbers := index.get(one))]
        if len(met) < min_n:
            return None
        pieces: dict[int, int] = {}
        for one, numbers in met:
            for number in self._from(one, numbers, text):
                pieces[number] = pieces.get(number, 0) + 1
        best: tuple[int, int, Match] | None = None
        for number, count in pieces.items():
            if count < min_n or (best is not None and (count, number) < best[:2]):
                continue
            source = self.state.texts[number]
            share = count / self._whole(unpacked(source.hashes), hashes)
            if share >= threshold:
                best = count, number, Match(source, count, share)
        return None if best is None else best[2]

    def _from(self, one: int, numbers: tuple[int, ...], text: Text) -> Iterator[int]:
        """The texts that a fingerprint may have come from; none where it does not count."""
        texts, apart = self.state.texts, bool(self.sharing.apart)
        live = [number for number in numbers if number in texts]
        if len(live) > CROWD or self._is_common(one):
            return
        others = [number for number in live if texts[number].event_id != text.event_id]
        for number in others:
            other = texts[number]
            if (other.apart == text.apart) if apart else other.known:
                return
        yield from (number for number in others if not texts[number].known)

    def _is_common(self, one: int) -> bool:
        least, texts = self.sharing.common, self.state.texts
        return bool(least) and sum(number in texts for _, number in self.state.holders.get(one, ())) >= least

    def _whole(self, source: "array[int]", sink: "array[int]") -> int:
        """How many fingerprints would be all, below both cuts."""
        cut = min(one[-1] if len(one) >= MOST else _ENDLESS for one in (source, sink))
        sizes = {"source": bisect_right(source, cut), "sink": bisect_right(sink, cut)}
        return sizes.get(self.sharing.of) or min(sizes.values())

    def _words(self, found: Match, at: int) -> str:
        much = f"{figure(round(100 * found.share, 1))} % of {_WHOLE[self.sharing.of]}"
        there = f"{plural(found.pieces, 'piece')} of the text of event {found.text.event_id}"
        return f"{there}, {_ago(at - found.text.at)}, turn up here: {much}"

    def dump(self) -> object:
        return [list(self.state.texts.values()), self.state.forgotten]

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self:
        assert isinstance(rule, Monitor)
        fold = cls(rule)
        texts, forgotten = dumped
        for text in texts:
            fold._remember(Text(*text))
        fold.state.forgotten = forgotten
        return fold

    @property
    def held(self) -> int:
        return 1 + self.state.held + len(self.state.texts)

    @property
    def stride(self) -> int:
        return self.state.held // _COPIED

    @property
    def forgotten(self) -> int:
        return self.state.forgotten

    def shrink(self, to: int) -> int:
        before = self.held
        while self.held > to and self.state.texts:
            self._drop(next(iter(self.state.texts)))
        return before - self.held


def _joined(numbers: tuple[int, ...], former: int | None, number: int) -> tuple[int, ...]:
    """The newest texts that have a piece, with one more, or with one of them anew."""
    if former is not None and former in numbers:
        numbers = tuple(other for other in numbers if other != former)
    return (*numbers[-CROWD:], number)


def _ago(micros: int) -> str:
    for size, name in _UNITS:
        if micros >= size:
            return f"{plural(micros // size, name)} before"
    return "just before"
