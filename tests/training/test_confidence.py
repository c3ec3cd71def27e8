"""Weights of evidence are learned to where they fit best, however far that is from where the search begins."""

from random import Random

import pytest
from training.confidence import Seen, learned

from llmsec_tui.detect.confidence.combining import Evidence, combined


@pytest.mark.parametrize(("low", "high"), [(0.02, 0.03), (0.3, 0.9)])
def test_a_score_comes_to_mean_the_share_of_attacks_that_had_it(low: float, high: float) -> None:
    """Of two scores, each wrong once in ten; also where both are far from what the scorer says of most attacks."""
    chance = Random(7)
    seen = []
    for number in range(1_000):
        is_attack = number % 2 == 0
        score = high if is_attack != (chance.random() < 0.1) else low
        seen.append(Seen(Evidence(score, (), 0.0, False), is_attack, "ours", "chat", True))
    weights = learned(seen)
    for score in (low, high):
        having = [one.is_attack for one in seen if one.evidence.score == score]
        assert combined(Evidence(score, (), 0.0, False), weights) == pytest.approx(sum(having) / len(having), abs=0.02)
