"""Decide on which texts a condition can be true, by the cheapest way that gives the exact answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from llmsec_tui.detect import needs, patterns
from llmsec_tui.detect.compile import leaf_expression, on_text, views
from llmsec_tui.detect.fields import TEXT
from llmsec_tui.detect.needs import Need
from llmsec_tui.detect.prefilter import Found
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Regex, Text
from llmsec_tui.detect.views import ROW, VIEWS, Views

FEW = 400
"""Up to so many texts, calling RE2 for each is cheaper than having Polars compile a pattern anew."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Answers for the texts of one batch."""

    views: Views
    found: Found

    def allowed(self, node: Node, rows: frozenset[int], leaf_needs: Mapping[Leaf, Need | None]) -> frozenset[int]:
        """Those of the texts on which the condition can be true, whatever the event around them says."""
        return self._allowed(node, rows, leaf_needs, unknown=True)

    def _allowed(
        self, node: Node, rows: frozenset[int], leaf_needs: Mapping[Leaf, Need | None], *, unknown: bool
    ) -> frozenset[int]:
        # A leaf on the event counts as true, and as false below a 'not', so the answer is never too narrow.
        match node:
            case Leaf() if on_text(node):
                return self.holds(node, rows, leaf_needs[node])
            case Leaf():
                return rows if unknown else frozenset()
            case Not(part):
                return rows - self._allowed(part, rows, leaf_needs, unknown=not unknown)
            case And(parts):
                for part in sorted(parts, key=_cost):
                    rows = self._allowed(part, rows, leaf_needs, unknown=unknown) if rows else rows
                return rows
            case Or(parts):
                found: frozenset[int] = frozenset()
                for part in sorted(parts, key=_cost):
                    found |= self._allowed(part, rows - found, leaf_needs, unknown=unknown) if rows - found else found
                return found

    def holds(self, leaf: Leaf, rows: frozenset[int], need: Need | None) -> frozenset[int]:
        """Those of the texts on which a leaf is true."""
        if need is not None:
            rows = rows & needs.rows(need, self.found)
            if _is_plain(leaf, need):
                return rows
        if not rows:
            return rows
        if isinstance(leaf.match, Regex) and len(rows) <= FEW:
            return self._search(leaf, leaf.match, rows)
        return self._evaluate(leaf, rows)

    def _evaluate(self, leaf: Leaf, rows: Iterable[int]) -> frozenset[int]:
        return frozenset(self.views.some(rows).filter(leaf_expression(leaf))[ROW])

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


def _is_plain(leaf: Leaf, need: Need) -> bool:
    """Whether the leaf says no more than that the folded or the decoded text contains what it needs."""
    match leaf:
        case Leaf(field=field, match=Text(cased=False) as text):
            return field is TEXT and text.open_start and text.open_end and bool(text.literal) and isinstance(need, str)
    return False


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
