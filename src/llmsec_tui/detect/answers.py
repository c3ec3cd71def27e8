"""The three answers a rule can give on an event: hit, clean, not evaluable.

A comparison with a content that nobody here can see is neither true nor false, and what follows from it by the laws
of 'and', 'or' and 'not' for three values (Kleene's) is the rule's answer. An absent field is no such case: it makes
every positive comparison false, as Sigma says.
"""

from collections.abc import Mapping
from enum import StrEnum

import polars as pl

from llmsec_tui.detect.match.compile import leaf_expression, lowered, on_text
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or
from llmsec_tui.events.model import ContentState

UNSEEN = frozenset({ContentState.OFF, ContentState.ELSEWHERE, ContentState.ENCRYPTED, ContentState.MEDIA})
"""States of a content of which nothing is here."""


class Answer(StrEnum):
    """What a rule says about an event."""

    HIT = "hit"
    CLEAN = "clean"
    NOT_EVALUABLE = "not evaluable"

    @classmethod
    def of(cls, truth: bool | None) -> "Answer":
        return cls.NOT_EVALUABLE if truth is None else cls.HIT if truth else cls.CLEAN


def truth_of(node: Node, truths: Mapping[Leaf, bool | None]) -> bool | None:
    """Whether a condition holds; None when that hangs on a content that cannot be seen."""
    match node:
        case Leaf():
            return truths[node]
        case Not(part):
            inner = truth_of(part, truths)
            return None if inner is None else not inner
        case And(parts) | Or(parts):
            found = [truth_of(part, truths) for part in parts]
            deciding = isinstance(node, Or)
            if deciding in found:
                return deciding
            return None if None in found else not deciding


def not_evaluable(ruleset: RuleSet, events: pl.DataFrame) -> dict[str, int]:
    """How many of these events (``schema.EVENTS``) each rule could not judge, by its id; rules without any are absent.

    Of a content that was cut, only what is here was looked at: an event of that kind counts here too, unless the
    columns around the content decide the answer.
    """
    unseen = events.filter(pl.col("content_state").is_in([*UNSEEN, ContentState.TRUNCATED]))
    rules = [rule for rule in ruleset.rules if rule.compiled.text_leaves]
    if unseen.is_empty() or not rules:
        return {}
    lower = [pl.col(name).str.to_lowercase().alias(lowered(name)) for name in sorted(ruleset.lowered)]
    counts = unseen.with_columns(lower).select(_unknown(rule).sum().alias(rule.id) for rule in rules)
    return {rule_id: count for rule_id, count in counts.row(0, named=True).items() if count}


def _unknown(rule: Rule) -> pl.Expr:
    """Whether the answer hangs on the content; Polars' 'and', 'or' and 'not' are Kleene's too."""
    return _without_content(rule.compiled.tree).is_null()


def _without_content(node: Node) -> pl.Expr:
    match node:
        case Leaf():
            return pl.lit(None, dtype=pl.Boolean) if on_text(node) else leaf_expression(node)
        case Not(part):
            return ~_without_content(part)
        case And(parts):
            return pl.all_horizontal([_without_content(part) for part in parts])
        case Or(parts):
            return pl.any_horizontal([_without_content(part) for part in parts])
