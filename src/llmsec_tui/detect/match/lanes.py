"""Look in each text for the marks of only those rules that may hit an event with that text.

Few rules are about everything: one looks at what users say, another at calls of tools. Events are sorted into lanes by
the gates that keep most marks away, and each lane has scanners of its own, which are the faster the less they look for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from llmsec_tui.detect.match import scanner as scanners
from llmsec_tui.detect.match.compile import DECODED_FOLDED_VIEW
from llmsec_tui.detect.match.gates import Name
from llmsec_tui.detect.match.needs import ODD
from llmsec_tui.detect.match.scanner import HyperscanScanner, PolarsScanner, Scanner, literal, make_all_ready
from llmsec_tui.detect.text.views import ROW, Views

_TELLING = 5
"""Gates by which events are sorted; there are up to 2 to the power of this many lanes."""
_WORTH = 8
"""Marks that a gate must keep away to be worth it."""

Rows = Mapping[str, set[int]]
"""The numbers of the texts that have each mark."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What gives one rule away, in plain texts and in odd ones, and the gate that events must pass."""

    gate: Name
    plain: frozenset[str]
    odd: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the texts of a batch."""

    odd: frozenset[int]
    """The texts in which pieces were looked for; in all others it was shapes."""
    pieces: Rows
    shapes: Rows


@dataclass(frozen=True, slots=True)
class _Lane:
    plain: Scanner
    odd: Scanner


class Lanes:
    """Scanners for a set of rules, made when events need them."""

    def __init__(self, rules: Iterable[Marks]) -> None:
        self._rules = tuple(rules)
        kept = Counter[str]()
        for rule in self._rules:
            if isinstance(rule.gate, str):
                kept[rule.gate] += len(rule.plain | rule.odd)
        self.telling: Sequence[str] = [name for name, marks in kept.most_common(_TELLING) if marks >= _WORTH]
        self._lanes: dict[tuple[bool, ...], _Lane] = {}

    def find(self, passing: pl.DataFrame, views: Views) -> Found:
        """``passing`` has for each event ROW and whether it passes the gates in ``telling``."""
        pieces: dict[str, set[int]] = defaultdict(set, {ODD: set(views.odd)})
        shapes: dict[str, set[int]] = defaultdict(set)
        # Polars finds no shapes.
        odd = views.odd if scanners.hyperscan is not None else frozenset(views.numbers)
        looks: list[tuple[Scanner, pl.Series, dict[str, set[int]]]] = []
        for key, numbers in self._sorted(passing):
            lane = self._lane(key)
            is_odd = numbers.is_in(pl.Series(sorted(odd), dtype=numbers.dtype).implode())
            looks.append((lane.plain, numbers.filter(~is_odd), shapes))
            looks.append((lane.odd, numbers.filter(is_odd), pieces))
        looks = [look for look in looks if look[0].marks and not look[1].is_empty()]
        make_all_ready([scanner for scanner, _, _ in looks])
        for scanner, numbers, found in looks:
            _look(scanner, numbers, views, found)
        return Found(odd, pieces, shapes)

    def _sorted(self, passing: pl.DataFrame) -> Iterator[tuple[tuple[bool, ...], pl.Series]]:
        """The numbers of the texts in each lane; a text may be in several."""
        rows = passing.select(ROW, *self.telling).unique()
        lanes = rows.partition_by(self.telling, as_dict=True) if self.telling else {(): rows}
        for key, part in lanes.items():
            yield key, part[ROW]

    def _lane(self, key: tuple[bool, ...]) -> _Lane:
        lane = self._lanes.get(key)
        if lane is None:
            shut = {name for name, passes in zip(self.telling, key, strict=True) if not passes}
            rules = [rule for rule in self._rules if rule.gate not in shut]
            plain = sorted(frozenset[str]().union(*(rule.plain for rule in rules)))
            odd = sorted(frozenset[str]().union(*(rule.odd for rule in rules)))
            lane = self._lanes[key] = _Lane(HyperscanScanner(dict(zip(plain, plain, strict=True))), _for_pieces(odd))
        return lane


def _for_pieces(pieces: Sequence[str]) -> Scanner:
    """The fastest scanner that there is here."""
    if scanners.hyperscan is None:
        return PolarsScanner(pieces)
    return HyperscanScanner({piece: literal(piece) for piece in pieces})


def _look(scanner: Scanner, numbers: pl.Series, views: Views, found: dict[str, set[int]]) -> None:
    """Look in the folded texts with these numbers, and in what is encoded in them."""
    texts = views.folded.gather(numbers)
    if views.decoded:
        decoded = views.decoded_text.filter(pl.col(ROW).is_in(numbers.implode()))
        texts = pl.concat([texts, decoded[DECODED_FOLDED_VIEW]])
        numbers = pl.concat([numbers, decoded[ROW]])
    owners = numbers.to_list()
    for mark, positions in scanner.find(texts).items():
        found[mark].update(owners[position] for position in positions)
