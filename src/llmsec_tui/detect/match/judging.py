"""Decide on which texts a condition can be true, by the cheapest way that gives the exact answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from llmsec_tui.detect.match import patterns
from llmsec_tui.detect.match.compile import RAW_VIEW, leaf_expression, on_text, views
from llmsec_tui.detect.match.compiled import Compiled
from llmsec_tui.detect.match.lanes import Found
from llmsec_tui.detect.match.texts import Texts, listed
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.text.views import ROW, VIEWS, Views
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Regex, Text


@dataclass(frozen=True, slots=True)
class Judge:
    """Answers for the texts of one batch."""

    texts: Texts
    found: Found

    @property
    def views(self) -> Views:
        return self.texts.views

    def allowed(self, rule: Compiled, rows: frozenset[int]) -> frozenset[int]:
        """Those of the texts with a rule's marks on which it can be true, whatever the event around them says."""
        return self._allowed(rule, rule.plan, rows, unknown=True)

    def having(self, rule: Compiled, part: Node, rows: frozenset[int]) -> frozenset[int]:
        """Those of the texts with a rule's marks on which a part of it is true that looks at nothing but the text."""
        return self._allowed(rule, part, rows, unknown=True)

    def _allowed(self, rule: Compiled, node: Node, rows: frozenset[int], *, unknown: bool) -> frozenset[int]:
        # A leaf on the event counts as true, and as false below a 'not', so the answer is never too narrow.
        match node:
            case Leaf() if on_text(node):
                return self.holds(rule, node, rows)
            case Leaf():
                return rows if unknown else frozenset()
            case Not(part):
                return rows - self._allowed(rule, part, rows, unknown=not unknown)
            case And(parts):
                for part in parts:
                    rows = self._allowed(rule, part, rows, unknown=unknown) if rows else rows
                return rows
            case Or(parts):
                return self._any(rule, parts, rows, unknown=unknown)

    def _any(self, rule: Compiled, parts: Sequence[Node], rows: frozenset[int], *, unknown: bool) -> frozenset[int]:
        found: frozenset[int] = frozenset()
        strings: dict[tuple[str, ...], list[Leaf]] = {}
        regexes: dict[tuple[tuple[str, ...], bool, bool], list[Leaf]] = {}
        for part in parts:
            if isinstance(part, Leaf) and on_text(part) and isinstance(part.match, Regex):
                regexes.setdefault(_manner(part, part.match.pattern), []).append(part)
            elif isinstance(part, Leaf) and part not in rule.exact and _is_contained(part):
                strings.setdefault(views(part), []).append(part)
            elif rows - found:
                found |= self._allowed(rule, part, rows - found, unknown=unknown)
        for group in strings.values():
            found |= self._contain(group, rows - found)
        for group in regexes.values():
            found |= self._search(group, rows - found)
        return found

    def holds(self, rule: Compiled, leaf: Leaf, rows: frozenset[int]) -> frozenset[int]:
        """Those of the texts with a rule's marks on which one of its leaves is true."""
        if (mark := rule.exact.get(leaf)) is not None:
            marked = rows & self.found.shapes.get(mark, frozenset())
            return marked - self.found.odd | self._holds(leaf, rows & self.found.odd)
        return self._holds(leaf, rows)

    def _holds(self, leaf: Leaf, rows: frozenset[int]) -> frozenset[int]:
        match leaf.match:
            case Text(literal=literal) as text if literal and (text.cased or RAW_VIEW not in views(leaf)):
                return self._compare(leaf, text, rows)
            case Regex():
                return self._search([leaf], rows)
        return self._evaluate(leaf, rows)

    def _evaluate(self, leaf: Leaf, rows: frozenset[int]) -> frozenset[int]:
        return frozenset(self.views.some(rows).filter(leaf_expression(leaf))[ROW]) if rows else frozenset()

    def _unclear(self, wanted: Sequence[str], shown: tuple[str, ...], rows: frozenset[int]) -> frozenset[int]:
        """The texts that RE2 might read differently."""
        if not all(map(patterns.takes_stand_ins, wanted)):
            return rows & self.views.differing
        unclear = rows & self.views.unclear
        return unclear & self.views.unclear_in(shown) if unclear else unclear

    def _contain(self, leaves: Sequence[Leaf], rows: frozenset[int]) -> frozenset[int]:
        """The texts that contain any of the strings, which are all looked for in the same views."""
        wanted = tuple(pl.escape_regex(_literal(leaf.match)) for leaf in leaves if isinstance(leaf.match, Text))
        if patterns.any_of(wanted) is None:
            return frozenset[int]().union(*(self._holds(leaf, rows) for leaf in leaves))
        owners, texts = listed(rows, self.texts.encoded(rows), _columns(leaves[0]))
        return frozenset(owners[at] for at in patterns.having(wanted, texts))

    def _compare(self, leaf: Leaf, text: Text, rows: frozenset[int]) -> frozenset[int]:
        """As :meth:`_evaluate`, for one string."""
        literal = _literal(text).encode()
        if text.open_start and text.open_end:
            return self.texts.in_a_row(rows, _columns(leaf)).containing(literal)
        owners, texts = listed(rows, self.texts.encoded(rows), _columns(leaf))
        return frozenset(_having(text, literal, zip(owners, texts, strict=True)))

    def _search(self, leaves: Sequence[Leaf], rows: frozenset[int]) -> frozenset[int]:
        """The texts on which any of the patterns is found, which all look at the same views.

        As :meth:`_evaluate`, by RE2 where that cannot give another answer.
        """
        if not rows:
            return rows
        wanted = tuple(leaf.match.pattern for leaf in leaves if isinstance(leaf.match, Regex))
        if patterns.any_of(wanted) is None:
            return frozenset[int]().union(*(self._search([leaf], rows) for leaf in leaves))
        alike = all(map(patterns.reads_alike, wanted))
        unclear = frozenset[int]() if alike else self._unclear(wanted, views(leaves[0]), rows)
        clear = list(rows - unclear)
        shown = self.texts.encoded(clear) if alike else self.texts.with_stand_ins(clear)
        owners, texts = listed(clear, shown, _columns(leaves[0]), ignores_case=all(map(_ignores_case, leaves)))
        held = frozenset(owners[at] for at in patterns.having(wanted, texts))
        return held.union(*(self._evaluate(leaf, unclear) for leaf in leaves))


def _manner(leaf: Leaf, pattern: str) -> tuple[tuple[str, ...], bool, bool]:
    """Patterns that are searched for in the same manner may be searched for as one."""
    return views(leaf), patterns.reads_alike(pattern), patterns.takes_stand_ins(pattern)


def _columns(leaf: Leaf) -> list[int]:
    """The places among VIEWS of what a leaf looks at."""
    return [VIEWS.index(name) for name in views(leaf)]


def _literal(text: Text) -> str:
    """The string as it stands in the views that are searched for it."""
    return text.literal if text.cased else fold(text.literal)


def _is_contained(leaf: Leaf) -> bool:
    match leaf.match:
        case Text(cased=cased, literal=literal, open_start=True, open_end=True) if on_text(leaf) and literal:
            return cased or RAW_VIEW not in views(leaf)
    return False


def _ignores_case(leaf: Leaf) -> bool:
    """Whether a pattern does so in all of its parts."""
    return isinstance(leaf.match, Regex) and leaf.match.ignore_case and not patterns.turns_flags_off(leaf.match.pattern)


def _having(text: Text, literal: bytes, views: Iterable[tuple[int, bytes]]) -> list[int]:
    """The owners of the views that are as a string says that must stand at their beginning, their end, or both."""
    match text.open_start, text.open_end:
        case True, False:
            return [owner for owner, view in views if view.endswith(literal)]
        case False, True:
            return [owner for owner, view in views if view.startswith(literal)]
    return [owner for owner, view in views if view == literal]
