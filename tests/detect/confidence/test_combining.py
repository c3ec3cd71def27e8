"""One confidence out of several pieces of evidence."""

from dataclasses import replace
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.confidence.combining import (
    LEAST_BESIDE_RULES,
    Evidence,
    Strength,
    Weights,
    combined,
    log_odds,
    probability,
    strength,
)
from llmsec_tui.detect.confidence.shipped import shipped

WEIGHTS = Weights(-1.0, 0.5, (1.0, 2.0, 3.0), 0.5, -2.0, 0.25)
SHARES = st.floats(0, 1)
EVIDENCE = st.builds(
    Evidence,
    score=st.none() | SHARES,
    confidences=st.lists(SHARES, max_size=4).map(tuple),
    mention=SHARES,
    is_data=st.booleans(),
)


def test_evidence_adds_up_in_log_odds() -> None:
    one = Evidence(0.9, (0.85, 0.5), 0.25, True)
    expected = -1.0 + 0.5 * log_odds(0.9) + 3.0 + 0.5 - 2.0 * 0.25 + 0.25
    assert combined(one, WEIGHTS) == probability(expected)


def test_a_low_score_says_little_against_what_rules_found() -> None:
    """They know what the scorer can't: encodings, hidden text, structure."""
    found = [combined(Evidence(score, (0.7,), 0.0, False), WEIGHTS) for score in (0.0, 0.1, probability(-1.0))]
    assert set(found) == {probability(-1.0 + 0.5 * LEAST_BESIDE_RULES + 2.0)}
    assert combined(Evidence(0.01, (), 0.0, False), WEIGHTS) < combined(Evidence(0.1, (), 0.0, False), WEIGHTS)


def test_without_the_scorer_a_rule_means_what_its_file_says() -> None:
    assert combined(Evidence(None, (0.7,), 0.0, False), WEIGHTS) == 0.7
    assert combined(Evidence(None, (), 1.0, True), WEIGHTS) == 0.0
    assert combined(Evidence(None, (0.7,), 1.0, False), WEIGHTS) == probability(log_odds(0.7) - 2.0)
    assert combined(Evidence(None, (0.7, 0.7), 0.0, False), WEIGHTS) == probability(log_odds(0.7) + 0.5)


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [(0.0, Strength.LOW), (0.59, Strength.LOW), (0.6, Strength.MEDIUM), (0.8, Strength.HIGH), (1.0, Strength.HIGH)],
)
def test_rules_are_weak_middling_or_strong(confidence: float, expected: Strength) -> None:
    assert strength(confidence) is expected


@given(st.floats(0.001, 0.999))
def test_log_odds_and_probabilities_are_each_others_inverse(share: float) -> None:
    assert isclose(probability(log_odds(share)), share, abs_tol=1e-6)


@given(EVIDENCE, SHARES)
def test_the_shipped_weights_say_no_less_with_more_evidence(one: Evidence, share: float) -> None:
    """A higher score, a surer rule, another rule and fewer mentions never make an attack less likely."""
    weights = shipped().weights
    found = combined(one, weights)
    assert 0 <= found <= 1
    assert combined(replace(one, mention=one.mention * share), weights) >= found
    if one.score is not None:
        assert combined(replace(one, score=max(one.score, share)), weights) >= found
        assert combined(replace(one, confidences=(*one.confidences, share)), weights) >= found
