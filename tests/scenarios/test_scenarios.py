"""Whole conversations, agents and populations: attacks are found, and their benign twins are left alone."""

from collections import Counter

import pytest
from tests.scenarios.pairs import Pair, judged, pairs, surveyed

from llmsec_tui.detect.rule import RuleSet

PAIRS = pairs()


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_an_attack_is_found_and_its_benign_twin_is_not(pair: Pair, shipped_rules: RuleSet) -> None:
    outcome = judged(pair, shipped_rules)
    assert (outcome.missed, outcome.false) == ((), ())


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_both_logs_are_read_to_the_last_line_and_alike(pair: Pair) -> None:
    """In one and the same format, with nothing that could not be read: a twin that is not understood proves nothing."""
    attack, benign = surveyed(pair.attack), surveyed(pair.benign)
    assert [one.dead_letters for one in (attack, benign)] == [0, 0]
    assert not attack.unknown + benign.unknown
    assert attack.format == benign.format
    assert min(attack.events, benign.events) > 1


def test_there_are_sixty_pairs_in_eight_formats_or_more() -> None:
    formats = Counter(surveyed(pair.attack).format for pair in PAIRS)
    assert len(PAIRS) >= 60
    assert len(formats) >= 8, formats
    assert formats.most_common(1)[0][1] <= len(PAIRS) // 2, "one format is most of them"
