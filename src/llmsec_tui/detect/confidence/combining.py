"""How sure all evidence about one text makes us that it is an attack."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import exp, log

FARTHEST = 7.0
"""In log-odds; no single piece of evidence says more (0.1 % or 99.9 %)."""

LEAST_BESIDE_RULES = -1.0
"""In log-odds; where a rule hit, a lower score says no more against it: encodings, hidden text, structure and many
languages are what rules know and the scorer doesn't."""


class Strength(IntEnum):
    """How sure a rule says it is."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


def strength(confidence: float) -> Strength:
    """The class of a rule by the confidence in its file."""
    return Strength((confidence >= 0.6) + (confidence >= 0.8))


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the logistic model that combines evidence; learned by ``training/confidence.py``."""

    intercept: float
    scorer: float
    """For each unit of the scorer's log-odds."""
    strengths: tuple[float, float, float]
    """For the strongest rule that hit, by its :class:`Strength`."""
    further: float
    """For each doubling of the number of rules that hit."""
    mention: float
    """For a text that merely talks about attacks, in full; at most 0."""
    data: float
    """For text of a tool or a document: orders are out of place there."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one text."""

    score: float | None
    """The scorer's probability, None where it was not asked."""
    confidences: tuple[float, ...]
    """Of the rules that hit it, the scorer's own not among them."""
    mention: float
    """0 to 1: how much it merely talks about attacks."""
    is_data: bool
    """Whether it is from a tool or a document."""


def log_odds(probability: float) -> float:
    """Between ``-FARTHEST`` and ``FARTHEST``."""
    if probability <= 0.0 or probability >= 1.0:
        return FARTHEST if probability >= 1.0 else -FARTHEST
    return max(-FARTHEST, min(FARTHEST, log(probability / (1 - probability))))


def scorer_says(score: float, rules: Sequence[float]) -> float:
    """The scorer's evidence in log-odds, beside these confidences of rules that hit."""
    odds = log_odds(score)
    return max(odds, LEAST_BESIDE_RULES) if rules else odds


def probability(odds: float) -> float:
    """Of log-odds, to six decimals: what lies behind them says nothing, and would be told apart by rounding alone."""
    return round(1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds)), 6)


def combined(evidence: Evidence, weights: Weights) -> float:
    """The probability that the text is an attack; 0 where nothing speaks for it.

    With the scorer a logistic model: pieces of evidence add up in log-odds, as in D. J. Spiegelhalter and R. P.
    Knill-Jones, JRSS A 147 (1984), 35-77. Without it, rules mean what their files say, and what is known beside them
    moves that as the model would.
    """
    rules = evidence.confidences
    beside = weights.mention * evidence.mention
    if len(rules) > 1:
        beside += weights.further * log(len(rules), 2)
    if evidence.score is None:
        return probability(log_odds(max(rules)) + beside) if rules else 0.0
    odds = weights.intercept + weights.scorer * scorer_says(evidence.score, rules) + beside
    odds += weights.data * evidence.is_data
    if rules:
        odds += weights.strengths[max(map(strength, rules))]
    return probability(odds)
