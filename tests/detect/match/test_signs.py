"""What gives a rule away is in every event that it hits."""

from tests.detect.parts import batch, rule, ruleset, said

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.match.needs import ODD
from llmsec_tui.detect.match.signs import of_event
from llmsec_tui.detect.tree import And, Leaf, Or


def test_gates_leave_the_text_open() -> None:
    (it,) = ruleset(
        {"it": {"text|contains": "wonder"}, "tool": {"trust": "tool"}, "condition": "it and not tool"}
    ).rules
    for signs in (it.compiled.signs, it.compiled.plain_signs):
        assert signs.marks == {"wonder"}
        assert signs.silent is False
    assert not isinstance(it.compiled.gate, bool)
    (either,) = ruleset({"it": {"text|contains": "wonder"}, "tool": {"trust": "tool"}, "condition": "it or tool"}).rules
    assert either.compiled.gate is True
    assert isinstance(either.compiled.signs.silent, Leaf)
    assert isinstance(either.compiled.plain_signs.silent, Leaf)
    assert of_event(And((Or(either.compiled.text_leaves),))) is True


def test_a_pattern_of_common_words_gives_no_text_away() -> None:
    compiled = rule(text__re="the|quizzical").compiled
    assert compiled.signs.silent is True
    assert compiled.plain_signs.silent is True


def test_a_pattern_of_odd_characters_is_looked_for_in_odd_texts_only() -> None:
    compiled = rule(text__re="[\u200b-\u200f]{3,}").compiled
    assert compiled.signs.marks == {ODD}
    assert (compiled.plain_signs.marks, compiled.plain_signs.silent) == (frozenset(), False)


def test_of_what_must_all_be_there_the_rarest_gives_it_away() -> None:
    compiled = rule(text__contains=["wonder", "magic"], text__re=r"\bquartz jazz\b").compiled
    assert compiled.plain_signs.marks == {r"\bquartz\x20jazz\b"}
    assert not compiled.exact


def test_a_choice_of_patterns_is_searched_as_each_of_them_would_be() -> None:
    """Flags stay with their pattern, and a pattern that ends in an alternative does not swallow the next."""
    rules = ruleset(
        {"it": {"text.folded|re": ["wonder|x1$", r"\bmagic"]}, "it2": {"text|re|i": "Q7"}, "condition": "1 of it*"}
    )
    said_so = ["wonder", "x1 no", "MAGIC", "q7", "x1", "tragic"]
    assert sorted(detect(rules, batch([said(text) for text in said_so])).alerts["source_offset"]) == [0, 2, 3, 4]
