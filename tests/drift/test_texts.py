"""What is told of a text, and whether heaps of texts differ."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.drift.text_drift import LEAST, TextDrift, _auc, compare
from llmsec_tui.drift.texts import UNKNOWN, language, measure, on_topic


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The order is on its way to you, and you can expect it soon.", "en"),
        ("Die Bestellung ist auf dem Weg und wird bald bei Ihnen sein.", "de"),
        ("La commande est dans le camion pour vous avec les autres.", "fr"),
        ("El pedido está en camino para usted con los otros.", "es"),
        ("Заказ уже в пути и скоро будет у вас.", "ru"),
        ("订单正在路上,很快就会送到您手中。", "zh"),
        ("ご注文はまもなく届きます。", "ja"),
        ("주문이 배송 중입니다.", "ko"),
        ("12345 67890", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_languages_are_told_by_script_or_by_their_commonest_words(text: str, expected: str) -> None:
    assert measure(text).language == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1, 2]}', True),
        ('```json\n{"a": 1}\n```', True),
        ('{"a": 1,, "b": "and so on and so on and so on"}', False),
        ('{"a": "it was cut off somewhere in the middle of a ', False),
        ("[see below", None),
        ("No JSON at all.", None),
        ("[" * 100_000 + "]", False),
    ],
)
def test_only_what_sets_out_to_be_json_is_judged_as_json(text: str, expected: bool | None) -> None:
    assert measure(text).valid_json is expected


def test_links_code_hedging_and_repetition_are_seen() -> None:
    told = measure("Sorry, maybe you could look at https://example.org and run ```ls``` there, perhaps twice.")
    assert (told.links, told.code) == (True, True)
    assert told.hedging is not None
    assert told.hedging > 0.15
    assert measure("again and again " * 20).novelty == pytest.approx(3 / 58)
    assert measure("one two").novelty is measure("one two").hedging is None
    assert measure("aaaa").entropy == 0
    assert measure("abcd").entropy == 2


def test_an_answer_is_on_topic_when_it_takes_up_the_words_of_the_question() -> None:
    asked = measure("Where does this order number come from?").words
    assert on_topic(asked, measure("This order came from number 7, where it does rest.").words) == pytest.approx(6 / 7)
    assert on_topic(frozenset({"order"}), frozenset()) is None


@given(st.text(max_size=300))
def test_any_text_can_be_measured(text: str) -> None:
    told = measure(text)
    assert told.entropy >= 0
    assert all(share is None or 0 <= share <= 1 for share in (told.novelty, told.hedging))
    assert language(text, Counter(text.split()))


def heap(n: int, *words: str) -> list[str]:
    chance = np.random.default_rng(n)
    common = [f"word{at}" for at in range(200)]
    return [" ".join([*chance.choice(common, 12), *words]) for _ in range(n)]


def differ(found: TextDrift) -> bool:
    """Both tests say so."""
    return found.auc > found.auc_limit and found.mmd_p <= 0.05


def test_texts_with_other_words_differ_and_the_words_are_named() -> None:
    found = compare(heap(120, "order", "parcel"), heap(100, "refuse", "policy"))
    assert found is not None
    assert differ(found)
    assert found.auc > 0.95
    assert {"refuse", "policy"} <= set(found.more)
    assert {"order", "parcel"} <= set(found.fewer)


def test_words_that_hardly_any_text_has_say_nothing() -> None:
    """Numbers of orders are in one text each, and in no usual one."""
    now = [f"{text} order{at}" for at, text in enumerate(heap(60, "refuse"))]
    found = compare(heap(900, "order"), now)
    assert found is not None
    assert "refuse" in found.more
    assert not any(word.startswith("order") for word in found.more)


def test_texts_of_the_same_kind_differ_rarely() -> None:
    """Either test alone is wrong once in twenty times, and both must say so."""
    said = []
    for size in range(60, 68):
        found = compare(heap(size, "order"), heap(size + 100, "order"))
        assert found is not None
        said.append(differ(found))
    assert sum(said) <= 1


def test_of_too_few_texts_nothing_is_said() -> None:
    assert compare(heap(LEAST - 1), heap(500)) is None
    assert compare(heap(500), heap(LEAST - 1)) is None


def test_texts_without_any_word_are_all_the_same() -> None:
    found = compare(["..."] * 60, ["!?"] * 60)
    assert found is not None
    assert found.auc == 0.5
    assert not differ(found)


def test_the_area_under_the_curve_is_that_of_scipy() -> None:
    """stats.mannwhitneyu(new, old).statistic / (20 · 20) of SciPy 1.17.1; with ties."""
    old = [0.3, 0.8, 0.3, -1.3, 0.9, 0.4, -0.5, 0.6, 0.4, 0.3, 0.0, 0.5, -0.7, -0.2, -0.5, 0.6, 0.0, -0.3, -0.8, -0.3]
    new = [0.5, 0.2, 1.8, 1.5, -2.2, -1.4, 0.3, 0.1, 0.7, 0.7, 2.6, -0.6, 0.1, 2.5, 1.1, 1.2, 0.0, -1.1, 0.7, 0.6]
    sides = np.array([0.0] * 20 + [1.0] * 20, dtype=np.float32)
    assert _auc(np.array(old + new, dtype=np.float32), sides) == pytest.approx(0.6525)
