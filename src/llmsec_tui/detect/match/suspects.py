"""Which events of a batch each rule has to look at: those with its signs that pass its gate."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from llmsec_tui.detect.match.compiled import Compiled
from llmsec_tui.detect.match.gates import Gates, Name
from llmsec_tui.detect.match.lanes import Found, Lanes, Marks
from llmsec_tui.detect.match.needs import ODD
from llmsec_tui.detect.text.views import ROW, Views


@dataclass(frozen=True, slots=True)
class Suspects:
    """Events that rules have to look at."""

    positions: Mapping[str, pl.Series]
    """By the id of the rule, in order; rules without any are left out."""
    found: Found


@dataclass(frozen=True, slots=True)
class _Silent:
    """The gates for events without any of a rule's marks."""

    plain: Name
    odd: Name


class Finder:
    """Finds suspects for a set of rules; made once."""

    def __init__(self, rules: Mapping[str, Compiled]) -> None:
        """``rules`` are conditions by the id of the rule."""
        self._gates = Gates()
        self._whole = {key: self._gates.name(rule.gate) for key, rule in rules.items()}
        self._silent = {
            key: _Silent(self._gates.name(rule.plain_signs.silent), self._gates.name(rule.signs.silent))
            for key, rule in rules.items()
        }
        self._heard = {key: silent for key, silent in self._silent.items() if silent != _Silent(False, False)}
        self._lanes = Lanes(
            Marks(self._whole[key], rule.plain_signs.marks, rule.signs.marks - {ODD}) for key, rule in rules.items()
        )
        self._by_shape: dict[str, list[str]] = defaultdict(list)
        self._by_piece: dict[str, list[str]] = defaultdict(list)
        for key, rule in rules.items():
            for marks, by_mark in ((rule.plain_signs.marks, self._by_shape), (rule.signs.marks, self._by_piece)):
                for mark in marks:
                    by_mark[mark].append(key)

    def suspects(self, events: pl.DataFrame, views: Views) -> Suspects:
        """``events`` have ROW and lowered columns."""
        names = {name for silent in self._heard.values() for name in (silent.plain, silent.odd)}
        answers = self._gates.answers([*self._lanes.telling, *names], events)
        found = self._lanes.find(answers, views)
        marked = self._with_marks(events, found)
        positions = {key: np.array(sorted(some), dtype=np.uint32) for key, some in marked.items() if some}
        passing = {silent: _passing(silent, answers, found.odd) for silent in set(self._heard.values())}
        for key, silent in self._heard.items():
            some = passing[silent]
            if len(some):
                positions[key] = np.union1d(positions[key], some) if key in positions else some
        return Suspects({key: pl.Series(some, dtype=pl.UInt32) for key, some in positions.items()}, found)

    def _with_marks(self, events: pl.DataFrame, found: Found) -> dict[str, set[int]]:
        """The positions of the events with a rule's marks that pass its gate."""
        rows: dict[str, set[int]] = defaultdict(set)
        for by_mark, marked in ((self._by_shape, found.shapes), (self._by_piece, found.pieces)):
            for mark in by_mark.keys() & marked.keys():
                for key in by_mark[mark]:
                    rows[key] |= marked[mark]
        wanted = pl.Series(sorted(set[int]().union(*rows.values())), dtype=events[ROW].dtype)
        likely = events[ROW].is_in(wanted.implode()).arg_true()
        at_row: dict[int, list[int]] = defaultdict(list)
        for number, row in enumerate(events[ROW].gather(likely)):
            at_row[row].append(number)
        names = {self._whole[key] for key in rows}
        answers = self._gates.answers(names, events.select(self._gates.columns(names))[likely])
        passes: dict[Name, list[bool]] = {name: answers[name].to_list() for name in answers.columns if name != ROW}
        passes |= {True: [True] * len(likely), False: [False] * len(likely)}
        places = likely.to_list()
        positions: dict[str, set[int]] = {}
        for key, some in rows.items():
            of_gate = passes[self._whole[key]]
            positions[key] = {places[number] for row in some for number in at_row[row] if of_gate[number]}
        return positions


Places = npt.NDArray[np.uint32]


def _passing(silent: _Silent, answers: pl.DataFrame, odd: frozenset[int]) -> Places:
    """The positions of the events that pass a gate for events without marks."""
    plain, other = _answer(silent.plain, answers), _answer(silent.odd, answers)
    if silent.plain == silent.odd or not odd:
        return _true(plain)
    is_odd = answers[ROW].is_in(pl.Series(sorted(odd), dtype=pl.UInt32).implode())
    return _true((plain & ~is_odd) | (other & is_odd))


def _true(truths: pl.Series) -> Places:
    """Where it holds; by Polars this is a query of its own, which for some dozens of gates a batch takes its time."""
    return np.flatnonzero(truths.to_numpy()).astype(np.uint32)


def _answer(name: Name, answers: pl.DataFrame) -> pl.Series:
    return answers[name] if isinstance(name, str) else pl.Series([name]).new_from_index(0, answers.height)
