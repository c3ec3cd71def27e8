"""Give the events of a batch their confidence: rules that hit them, the scorer, and what speaks against them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from llmsec_tui.detect.confidence.combining import Evidence, combined
from llmsec_tui.detect.confidence.shipped import shipped
from llmsec_tui.detect.families import Task, is_of
from llmsec_tui.detect.match.finding import Content
from llmsec_tui.detect.rule import Described, Rule, RuleSet
from llmsec_tui.detect.signals.computing import Computed, with_signals
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import Trust
from llmsec_tui.text import clip

SCORE, MENTION = "injection_score", "mention"
ASKED = frozenset({SCORE, MENTION}) & SIGNALS.keys()
"""Signals that are asked for whether or not a rule does."""
UNTRUSTED = (str(Trust.USER), str(Trust.TOOL), str(Trust.RETRIEVED))
"""Whose texts the scorer is asked about."""
_DATA = frozenset((str(Trust.TOOL), str(Trust.RETRIEVED)))
_MOST_FRAGMENTS = 3
_FRAGMENT = 40
_NOTEWORTHY = 0.05


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all evidence together says about one event."""

    confidence: float
    by_scorer: str
    """What the scorer says; empty where it was not asked."""
    others: tuple[str, ...]
    """What else is known."""

    def words(self, rule: Rule) -> str:
        """To stand behind the rule's own reason; empty where nothing is known beside it."""
        # A rule on the score has said that.
        facts = [fact for fact in (self.by_scorer,) if fact and not asks_scorer(rule)] + [*self.others]
        return f"; {', '.join(facts)}, together {self.confidence:.2f}" if facts else ""


def is_scored(rule: Described) -> bool:
    """Whether the confidence of a rule's alerts is that of all evidence about the text."""
    return isinstance(rule, Rule) and is_of(rule, Task.INJECTION)


def asks_scorer(rule: Rule) -> bool:
    """Whether a rule alerts by the learned scorer."""
    return SCORE in rule.compiled.signals


def is_scorer_in_force(ruleset: RuleSet) -> bool:
    """Whether any rule alerts by the learned scorer; when none does, no alert is made surer or less sure by it."""
    return any(asks_scorer(rule) and rule.alerts for rule in ruleset.rules)


def without_rules(ruleset: RuleSet, batch: EventBatch) -> list[float]:
    """What the confidence of each event is if no scored rule hits it; to rank what raises no alert."""
    if not is_scorer_in_force(ruleset):
        return [0.0] * batch.events.height
    known = [name for name in (SCORE, MENTION) if name in SIGNALS]
    rows = with_signals(batch, known).select("trust", *known).iter_rows(named=True)
    evidence = (Evidence(row[SCORE], (), row.get(MENTION) or 0.0, row["trust"] in _DATA) for row in rows)
    return [combined(one, shipped().weights) for one in evidence]


class Confidences:
    """Those of one batch."""

    def __init__(self, ruleset: RuleSet, events: pl.DataFrame, signals: Computed) -> None:
        self._signals = signals
        self._trusts = events["trust"].to_list()
        self._by_rules_alone = not is_scorer_in_force(ruleset)
        self._knows_mentions = MENTION in SIGNALS

    def of(self, hits: Mapping[int, Sequence[Rule]], texts: Mapping[int, Content]) -> dict[int, Judgement]:
        """By positions of events: what is to be said of each, by the scored rules that hit it and its text."""
        positions = sorted(hits)
        scores = [None] * len(positions) if self._by_rules_alone else self._signals.values(SCORE, positions)
        mentions = self._signals.values(MENTION, positions) if self._knows_mentions else [None] * len(positions)
        return {
            at: self._judgement(at, hits[at], score, mention or 0.0, texts.get(at))
            for at, score, mention in zip(positions, scores, mentions, strict=True)
        }

    def _judgement(
        self, at: int, rules: Sequence[Rule], score: float | None, mention: float, text: Content | None
    ) -> Judgement:
        own = tuple(rule.confidence for rule in rules if not asks_scorer(rule))
        confidence = combined(Evidence(score, own, mention, self._trusts[at] in _DATA), shipped().weights)
        by_scorer = "" if score is None else f"the learned scorer says {score:.2f}{self._fragments(at, text)}"
        facts = []
        if len(own) > 1:
            facts.append(f"{len(own)} rules hit")
        if mention >= _NOTEWORTHY:
            facts.append(f"it talks about attacks ({mention:.2f})")
        return Judgement(confidence, by_scorer, tuple(facts))

    def _fragments(self, at: int, text: Content | None) -> str:
        if text is None:
            return ""
        places = text.places(SIGNALS[SCORE], self._trusts[at] or "")[:_MOST_FRAGMENTS]
        shown = (f'"{clip(" ".join(text.raw[start:end].split()), _FRAGMENT)}"' for start, end in places)
        return f" for {found}" if (found := ", ".join(shown)) else ""
