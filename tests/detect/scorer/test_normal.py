"""The normal form of texts: plain letters, one space between words, each text for itself."""

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.detect.scorer.normal import SPACE, character_table, normal
from llmsec_tui.detect.scorer.weights import shipped

TABLE = shipped().table
TEXTS = st.lists(st.text(max_size=40), min_size=1, max_size=6)


def _codes(text: str) -> list[int]:
    return list(map(int, normal([text], TABLE).codes))


def test_case_look_alikes_width_and_invisible_characters_make_no_difference() -> None:
    for strange in (
        "IGNORE me",
        "ｉｇｎｏｒｅ me",
        "ign\u200bore me",
        "іgnоrе me",
        "𝐢𝐠𝐧𝐨𝐫𝐞 me",
        "igńöre \n\t me",
        "ign\U000e0041ore me",
    ):
        assert _codes(strange) == _codes("ignore me"), strange


def test_marks_of_punctuation_stay_and_all_digits_are_one() -> None:
    assert _codes("a-1") == _codes("a-9") != _codes("a 1")


def test_every_text_begins_and_ends_with_one_space() -> None:
    batch = normal(["  a b\n\n", "", "c"], TABLE)
    assert [batch.codes[batch.starts[0] : batch.starts[1]].tolist()] == [[SPACE, ord("a"), SPACE, ord("b"), SPACE]]
    assert batch.codes[batch.starts[2]] == SPACE
    assert batch.starts[-1] == len(batch.codes)


def test_the_table_of_the_weights_is_the_one_that_folding_gives() -> None:
    """A rule's folded text and the scorer's letters are not to drift apart; new characters of a later Unicode may."""
    assert (character_table() != TABLE).sum() < 500


@given(TEXTS)
@settings(max_examples=60)
def test_each_code_comes_from_its_own_place_in_its_own_text(texts: list[str]) -> None:
    batch = normal(texts, TABLE)
    for number, text in enumerate(texts):
        own = batch.raw[batch.starts[number] : batch.starts[number + 1]] - batch.raw_starts[number]
        assert (own[1:] > own[:-1]).all()
        assert own[0] == -1
        assert own[-1] <= len(text)


@given(TEXTS)
@settings(max_examples=60)
def test_a_text_has_the_same_form_in_any_batch(texts: list[str]) -> None:
    batch = normal(texts, TABLE)
    for number, text in enumerate(texts):
        assert batch.codes[batch.starts[number] : batch.starts[number + 1]].tolist() == _codes(text)
