"""Decide on which texts a condition can be true, by the cheapest way that gives the exact answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from llmsec_tui.detect import patterns
from llmsec_tui.detect.compile import RAW_VIEW, leaf_expression, on_text, views
from llmsec_tui.detect.folding import fold
from llmsec_tui.detect.signs import Clue, Clues
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Regex, Text
from llmsec_tui.detect.views import ROW, VIEWS, Views

FEW = 400
"""Up to so many texts, calling RE2 for each is cheaper than having Polars compile a pattern anew."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Answers for the texts of one batch."""

    views: Views

    found: Mapping[str, frozenset[int]]
    """The texts that have each piece in them, folded or decoded."""

    def allowed(self, node: Node, rows: frozenset[int], clues: Clues) -> frozenset[int]:
        """Those of the texts on which the condition can be true, whatever the event around them says."""
        return self._allowed(node, rows, clues, unknown=True)

    def _allowed(self, node: Node, rows: frozenset[int], clues: Clues, *, unknown: bool) -> frozenset[int]:
        # A leaf on the event counts as true, and as false below a 'not', so the answer is never too narrow.
        match node:
            case Leaf() if on_text(node):
                return self.holds(node, rows, clues[node])
            case Leaf():
                return rows if unknown else frozenset()
            case Not(part):
                return rows - self._allowed(part, rows, clues, unknown=not unknown)
            case And(parts):
                for part in sorted(parts, key=_cost):
                    rows = self._allowed(part, rows, clues, unknown=unknown) if rows else rows
                return rows
            case Or(parts):
                found: frozenset[int] = frozenset()
                for part in sorted(parts, key=_cost):
                    found |= self._allowed(part, rows - found, clues, unknown=unknown) if rows - found else found
                return found

    def holds(self, leaf: Leaf, rows: frozenset[int], clue: Clue | None) -> frozenset[int]:
        """Those of the texts on which a leaf is true."""
        if clue is not None:
            rows = rows & frozenset[int]().union(*(self.found[one] for one in clue.pieces if one in self.found))
            if clue.is_all:
                return rows
        if not rows:
            return rows
        match leaf.match:
            case Text(literal=literal) as text if literal and (text.cased or RAW_VIEW not in views(leaf)):
                return self._compare(leaf, text, rows)
            case Regex() as regex if len(rows) <= FEW:
                return self._search(leaf, regex, rows)
        return self._evaluate(leaf, rows)

    def _evaluate(self, leaf: Leaf, rows: Iterable[int]) -> frozenset[int]:
        return frozenset(self.views.some(rows).filter(leaf_expression(leaf))[ROW])

    def _compare(self, leaf: Leaf, text: Text, rows: frozenset[int]) -> frozenset[int]:
        """As :meth:`_evaluate`, for one string."""
        literal = text.literal if text.cased else fold(text.literal)
        columns = [VIEWS.index(name) for name in views(leaf)]
        shown = self.views.shown
        return frozenset(
            row
            for row in rows
            if any(_compares(text, literal, view) for column in columns if (view := shown(row)[column]) is not None)
        )

    def _search(self, leaf: Leaf, regex: Regex, rows: frozenset[int]) -> frozenset[int]:
        """As :meth:`_evaluate`, by RE2 where that cannot give another answer."""
        search = patterns.compiled(regex.pattern).search
        columns = [VIEWS.index(name) for name in views(leaf)]
        texts = self.views
        unclear = rows & (texts.unclear if patterns.takes_stand_ins(regex.pattern) else texts.differing)
        held: set[int] = set()
        for row in rows - unclear:
            shown = texts.plain(row)
            if any(search(text) for text in {shown[column] for column in columns} if text is not None):
                held.add(row)
        return frozenset(held) | (self._evaluate(leaf, unclear) if unclear else frozenset())


def _compares(text: Text, literal: str, view: str) -> bool:
    match text.open_start, text.open_end:
        case True, True:
            return literal in view
        case True, False:
            return view.endswith(literal)
        case False, True:
            return view.startswith(literal)
    return view == literal


def _cost(node: Node) -> int:
    """Plain strings first, patterns last."""
    match node:
        case Leaf(match=Regex()):
            return 2
        case Leaf():
            return 0 if on_text(node) else 1
        case Not(part):
            return _cost(part)
        case And(parts) | Or(parts):
            return max(map(_cost, parts))
