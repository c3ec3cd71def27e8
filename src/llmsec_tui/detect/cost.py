"""What each rule costs: how much of ordinary text its patterns must be run over, and how large they are.

The strings that a rule cannot do without keep most texts from it for next to nothing; what passes is searched by its
patterns. So cost is counted in work and not in time, on texts that are always the same, and is the same everywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from llmsec_tui.detect.engine import prepared
from llmsec_tui.detect.match import patterns
from llmsec_tui.detect.match.judging import Judge
from llmsec_tui.detect.match.texts import Texts
from llmsec_tui.detect.ordinary import ordinary
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.text.views import ROW, Views
from llmsec_tui.detect.tree import Leaf, Regex
from llmsec_tui.errors import RuleIssue

MOST_SHARE = 0.25
"""Of ordinary text that a rule's patterns may be run over."""
MOST_COST = 500.0
"""Instructions of patterns over each character of ordinary text."""


@dataclass(frozen=True, slots=True)
class RuleCost:
    """The work that one rule makes."""

    rule: Rule
    share: float
    """Of the characters of ordinary text, how many any of its patterns is run over: from 0 to 1."""
    cost: float
    """Instructions of patterns, as RE2 compiles them, that are run over each character of ordinary text."""


def costs(ruleset: RuleSet) -> list[RuleCost]:
    """The cost of every rule on single events, the dearest first."""
    if not ruleset.rules:
        return []
    batch = ordinary()
    texts = Views(pl.concat([batch.contents["text"], pl.Series([None], dtype=pl.String)]))
    events = prepared(batch, ruleset)
    suspects = ruleset.finder.suspects(events, texts)
    found = [
        _cost(rule, events, suspects.positions.get(rule.id), _Counting(Texts(texts), suspects.found))
        for rule in ruleset.rules
    ]
    return sorted(found, key=lambda one: (-one.cost, one.rule.id))


def too_dear(ruleset: RuleSet) -> Iterator[RuleIssue]:
    """The rules that would slow all others down."""
    for one in costs(ruleset):
        if one.share > MOST_SHARE or one.cost > MOST_COST:
            work = f"{one.share:.0%} of ordinary text, {one.cost:,.0f} instructions a character"
            message = f"the patterns of {one.rule.title!r} are run over {work}; ask for a telling string beside them"
            yield RuleIssue(str(one.rule.path), 0, "too-dear", message)


@dataclass(slots=True)
class _Work:
    instructions: int = 0
    """Times characters."""
    texts: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Counting(Judge):
    """Judges as always, and notes how far patterns are run."""

    work: _Work = field(default_factory=_Work)

    def _search(self, leaves: Sequence[Leaf], rows: frozenset[int]) -> frozenset[int]:
        size = sum(
            patterns.compiled(leaf.match.pattern).programsize for leaf in leaves if isinstance(leaf.match, Regex)
        )
        self.work.instructions += size * _length(self.views, rows)
        self.work.texts |= rows
        return Judge._search(self, leaves, rows)


def _cost(rule: Rule, events: pl.DataFrame, positions: pl.Series | None, judge: _Counting) -> RuleCost:
    if positions is not None:
        allowed = judge.allowed(rule.compiled, frozenset(events[ROW].gather(positions)))
        for leaf in rule.compiled.text_leaves:
            judge.holds(rule.compiled, leaf, allowed)
    whole = _length(judge.views, range(len(judge.views.texts) - 1))
    return RuleCost(rule, _length(judge.views, judge.work.texts) / whole, judge.work.instructions / whole)


def _length(texts: Views, rows: Iterable[int]) -> int:
    return int(texts.texts.gather(sorted(rows)).str.len_chars().sum() or 0)
