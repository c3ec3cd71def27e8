"""The three answers a rule can give on an event: hit, clean, not evaluable.

A comparison with a content that nobody here can see is neither true nor false, and what follows from it by the laws
of 'and', 'or' and 'not' for three values (Kleene's) is the rule's answer. An absent field is no such case: it makes
every positive comparison false, as Sigma says.
"""

from collections.abc import Mapping
from enum import StrEnum

import polars as pl

from llmsec_tui.detect.match.compile import condition, lowered
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or
from llmsec_tui.events.model import ContentState

UNSEEN = frozenset(
    {ContentState.OFF, ContentState.ELSEWHERE, ContentState.ENCRYPTED, ContentState.MEDIA, ContentState.ERASED}
)
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
    if unseen.is_empty() or not ruleset.anyway:
        return {}
    lower = [pl.col(name).str.to_lowercase().alias(lowered(name)) for name in sorted(ruleset.lowered)]
    gates = unseen.with_columns(lower).with_columns(
        expression.alias(name) for name, expression in ruleset.gate_expressions.items()
    )
    sums = {name: int(gates[name].sum()) for name in ruleset.gate_expressions}
    counts: dict[str, int] = {}
    for rule_id, anyway in ruleset.anyway.items():
        # What may be a hit, less what is one for certain: Kleene's "unknown".
        gate = ruleset.gates[rule_id].whole
        if anyway is False and isinstance(gate, str):
            counts[rule_id] = sums[gate]
        elif anyway is False:
            counts[rule_id] = unseen.height if gate else 0
        elif anyway is not True and gate is not False:
            may = pl.lit(True) if gate is True else pl.col(gate)
            counts[rule_id] = gates.filter(may & ~condition(anyway)).height
    return {rule_id: count for rule_id, count in counts.items() if count}
