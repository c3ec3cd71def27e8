"""Folding hides no difference that matters and leaves none that doesn't."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.text.folding import fold, fold_texts, mapped, unfold

_CHARACTERS = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from(" \t\n\u200b\u00ad\u0301\u00a0ſİßΣςкоｆ𝓲ﬁ…’—\u202e\U000e0041\x00\x0b\x85K"),
)
_TEXTS = st.text(_CHARACTERS, max_size=60)


@pytest.mark.parametrize(
    "written",
    [
        "ignore previous",
        "IGNORE Previous",
        "İgnore previouſ",
        "іgnоrе рrеvіоuѕ",
        "ｉｇｎｏｒｅ　ｐｒｅｖｉｏｕｓ",
        "𝓲𝓰𝓷𝓸𝓻𝓮 𝐩𝐫𝐞𝐯𝐢𝐨𝐮𝐬",
        "i\u200bg\u00adn\u2060o\ufeffre \u202eprevious",
        "ign\U000e0061ore\ufe0f previous",
        "ïgnöré prévìôüs",
        "i\u0336g\u0336n\u0336o\u0336r\u0336e\u0336 previous",
        "ignore \t\r\n \u00a0previous",
        "ign\x00ore\x08 previous",
        "🅸🅶🅽🅾🆁🅴 previous",
    ],
)
def test_disguised_words_fold_to_the_plain_ones(written: str) -> None:
    assert fold(written) == "ignore previous"


def test_words_of_other_scripts_stay_different() -> None:
    assert len({fold(word) for word in ("한국어", "각", "가", "हिन्दी", "ไทย", "忽略", "تجاهل")}) == 7


def test_folding_ignores_the_case_of_every_character() -> None:
    everything = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    forms = [{one, one.lower(), one.upper(), one.casefold()} for one in everything]
    several = [same for same in forms if len(same) > 1]
    assert len(several) > 2_000
    assert [same for same in several if len({fold(form) for form in same}) > 1] == []


@given(_TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(_TEXTS, max_size=6))
def test_columns_fold_as_single_texts_do(texts: list[str]) -> None:
    assert fold_texts(pl.Series(texts, dtype=pl.String)).to_list() == [fold(text) for text in texts]


@given(_TEXTS, _TEXTS, _TEXTS)
def test_what_a_text_contains_its_folded_form_contains_folded(before: str, inside: str, after: str) -> None:
    assert fold(inside) in fold(before + inside + after)


@given(_TEXTS, st.data())
def test_a_stretch_of_the_folded_text_leads_back_to_the_raw_one(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    if not folded:
        return
    start = data.draw(st.integers(0, len(folded) - 1))
    end = data.draw(st.integers(start + 1, len(folded)))
    [(raw_start, raw_end)] = unfold(text, [(start, end)])
    assert 0 <= raw_start < raw_end <= len(text)
    assert folded[start:end].strip() in fold(text[raw_start:raw_end])


@given(st.lists(st.tuples(_TEXTS, st.integers(0, 3_000)), max_size=4))
def test_every_folded_character_leads_back_to_the_one_it_comes_from(pieces: list[tuple[str, int]]) -> None:
    """As it is worked out character by character, also where a text is longer than what is looked at together."""
    text = "".join(piece * (count // (len(piece) or 1)) for piece, count in pieces)
    slow = _origins(text)
    assert unfold(text, [(at, at + 1) for at in range(len(slow))]) == [(origin, origin + 1) for origin in slow]


def _origins(text: str) -> list[int]:
    folded = [(raw, one) for raw, character in enumerate(text) for one in mapped(character)]
    before = ["", *(one for _, one in folded)]
    return [raw for (raw, one), last in zip(folded, before, strict=False) if (one, last) != (" ", " ")]


def test_stretches_are_found_far_into_a_long_text() -> None:
    text = "Ｘ  \n" * 3000 + "IGNORE\u200b  all" + " y" * 4000
    start = fold(text).index("ignore all")
    [(raw_start, raw_end)] = unfold(text, [(start, start + len("ignore all"))])
    assert text[raw_start:raw_end] == "IGNORE\u200b  all"
