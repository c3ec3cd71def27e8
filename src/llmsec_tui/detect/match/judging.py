"""Decide on which texts a condition can be true, by the cheapest way that gives the exact answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmsec_tui.detect.match import patterns
from llmsec_tui.detect.match.compile import FOLDED_VIEW, RAW_VIEW, leaf_expression, on_text, views
from llmsec_tui.detect.match.signs import Clue, Clues
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.text.views import ROW, VIEWS, Shown, Views
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Regex, Text

RAW, FOLDED = VIEWS.index(RAW_VIEW), VIEWS.index(FOLDED_VIEW)


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
                for part in parts:
                    rows = self._allowed(part, rows, clues, unknown=unknown) if rows else rows
                return rows
            case Or(parts):
                found: frozenset[int] = frozenset()
                patterns_by_views: dict[tuple[str, ...], list[Leaf]] = {}
                for part in parts:
                    if isinstance(part, Leaf) and isinstance(part.match, Regex) and on_text(part):
                        patterns_by_views.setdefault(views(part), []).append(part)
                    elif rows - found:
                        found |= self._allowed(part, rows - found, clues, unknown=unknown)
                for group in patterns_by_views.values():
                    some = frozenset[int]().union(*(self._having(rows - found, clues[leaf]) for leaf in group))
                    found |= self._search(group, some)
                return found

    def holds(self, leaf: Leaf, rows: frozenset[int], clue: Clue | None) -> frozenset[int]:
        """Those of the texts on which a leaf is true."""
        rows = self._having(rows, clue)
        if clue is not None and clue.is_all:
            return rows
        match leaf.match:
            case Text(literal=literal) as text if literal and (text.cased or RAW_VIEW not in views(leaf)):
                return self._compare(leaf, text, rows)
            case Regex():
                return self._search([leaf], rows)
        return self._evaluate(leaf, rows)

    def _having(self, rows: frozenset[int], clue: Clue | None) -> frozenset[int]:
        if clue is None or not rows:
            return rows
        return rows & frozenset[int]().union(*(self.found[one] for one in clue.pieces if one in self.found))

    def _evaluate(self, leaf: Leaf, rows: frozenset[int]) -> frozenset[int]:
        return frozenset(self.views.some(rows).filter(leaf_expression(leaf))[ROW]) if rows else frozenset()

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

    def _search(self, leaves: Sequence[Leaf], rows: frozenset[int]) -> frozenset[int]:
        """The texts on which any of the patterns is found, which all look at the same views.

        As :meth:`_evaluate`, by RE2 where that cannot give another answer.
        """
        if not rows:
            return rows
        wanted = [leaf.match.pattern for leaf in leaves if isinstance(leaf.match, Regex)]
        together = patterns.any_of(tuple(wanted))
        if together is None:
            return frozenset[int]().union(*(self._search([leaf], rows) for leaf in leaves))
        texts = self.views
        unclear = rows & (texts.unclear if all(map(patterns.takes_stand_ins, wanted)) else texts.differing)
        columns = [VIEWS.index(name) for name in views(leaves[0])]
        ignores_case = all(map(_ignores_case, leaves))
        held = {
            row
            for row in rows - unclear
            if any(together.search(text) for text in _different(texts.plain(row), columns, ignores_case=ignores_case))
        }
        return frozenset(held).union(*(self._evaluate(leaf, unclear) for leaf in leaves))


def _ignores_case(leaf: Leaf) -> bool:
    """Whether a pattern does so in all of its parts."""
    return isinstance(leaf.match, Regex) and leaf.match.ignore_case and not patterns.turns_flags_off(leaf.match.pattern)


def _different(shown: Shown, columns: Sequence[int], *, ignores_case: bool) -> set[str]:
    """The views in these columns that patterns might tell apart."""
    raw, folded = shown[RAW], shown[FOLDED]
    same = ignores_case and RAW in columns and raw is not None and raw.isascii() and raw.lower() == folded
    return {text for column in columns if (text := shown[column]) is not None and not (same and column == FOLDED)}


def _compares(text: Text, literal: str, view: str) -> bool:
    match text.open_start, text.open_end:
        case True, True:
            return literal in view
        case True, False:
            return view.endswith(literal)
        case False, True:
            return view.startswith(literal)
    return view == literal
