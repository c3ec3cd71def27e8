"""Fingerprints: the same pieces of a text wherever it turns up, however it is laid out or encoded; never too many."""

from base64 import b64encode
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.detect.signals.fingerprints import GRAM, MOST, WINDOW, fingerprints, of_decoded, unpacked
from llmsec_tui.detect.text.views import Views

TEXT = (
    "The harbour master keeps two books. In the blue one stands what each boat has paid, in the grey one what it owes, "
    "and nobody but Sigrid may read the grey one before the ice is gone and the first ferry has come in."
)
OTHER = "Bread is baked on Tuesdays and Fridays; bring your own dough by seven, and a log for the oven if you can."
WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), max_size=80)


def of(text: str) -> set[int]:
    [found] = fingerprints([text], ["user"])
    return set(unpacked(found or b""))


def contained(text: str, other: str) -> float:
    """The share of the first text's fingerprints that the other has."""
    return len(of(text) & of(other)) / len(of(text))


@pytest.mark.parametrize(
    "written",
    [
        TEXT.upper(),
        TEXT.replace(" ", "\n\t "),
        "> " + TEXT.replace(". ", ".\n> - "),
        "".join(letter + "\u200b" for letter in TEXT),
        TEXT.replace("a", "а").replace("o", "ο"),
        b64encode(TEXT.encode()).decode(),
        b64encode(b64encode(TEXT.encode())).decode(),
        TEXT.encode().hex(),
        quote(TEXT),
        '{"body": "' + TEXT.replace(" ", "\\u0020") + '"}',
    ],
    ids=["case", "layout", "quoted", "zero width", "look-alikes", "base64", "twice", "hex", "url", "escapes"],
)
def test_the_same_words_have_the_same_fingerprints_however_they_are_written(written: str) -> None:
    assert contained(TEXT, written) >= 0.9
    assert contained(TEXT, f"{OTHER} {written} {OTHER}") >= 0.7


@pytest.mark.parametrize(
    "text",
    [
        "港务长有两本账簿。蓝色的那本记着每条船付了多少钱，灰色的那本记着还欠多少，冰化之前只有西格丽德可以看。",
        "港の管理人は帳簿を二冊持っている。青い方には払った額、灰色の方には借りている額が書いてある。",
        "นายท่าเก็บสมุดไว้สองเล่ม เล่มสีน้ำเงินบันทึกว่าเรือแต่ละลำจ่ายเงินแล้วเท่าไร เล่มสีเทาบันทึกว่ายังค้างอยู่เท่าไร",
        "У начальника порта две книги. В синей записано, сколько заплатило каждое судно, а в серой, сколько должно.",
        "항만장은 장부를 두 권 가지고 있다. 파란 장부에는 배마다 낸 돈이, 회색 장부에는 갚을 돈이 적혀 있다.",
    ],
    ids=["Chinese", "Japanese", "Thai", "Russian", "Korean"],
)
def test_a_part_is_found_in_any_script(text: str) -> None:
    half = text[len(text) // 4 : -len(text) // 4]
    assert len(of(text) & of(f"{half}, {OTHER}")) >= 1
    assert not of(text) & of(OTHER)


@settings(max_examples=25, deadline=None)
@given(WORDS, WORDS, st.lists(st.integers(0, 999), min_size=WINDOW + GRAM - 1, max_size=60), WORDS)
def test_enough_tokens_in_a_row_leave_a_fingerprint_in_both(
    before: list[str], other: list[str], shared: list[int], after: list[str]
) -> None:
    run = [str(one) for one in shared]
    one, two = " ".join([*before, *run, *after]), " ".join([*other, *run])
    assert of(one) & of(two)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=120), max_size=8))
def test_a_text_has_the_same_fingerprints_alone_and_among_others(texts: list[str]) -> None:
    together = fingerprints(texts, [""] * len(texts))
    assert together == [fingerprints([text], [""])[0] for text in texts]
    for found in together:
        assert found is None or list(unpacked(found)) == sorted(set(unpacked(found)))


def test_too_few_words_have_none() -> None:
    assert fingerprints(["", "Good morning!", "...", " ".join(["word"] * (GRAM - 1))], [""] * 4) == [None] * 4


def test_of_a_long_text_a_fair_sample_is_kept() -> None:
    """The share that a half has of the whole can still be told, below the lesser cut of both."""
    words = [f"{number:x}" for number in range(100_000, 140_000)]
    whole, half = of(" ".join(words)), of(" ".join(words[::-1][:20_000][::-1]))
    assert len(whole) == len(half) == MOST
    cut = min(max(whole), max(half))
    below = [one for one in whole if one <= cut]
    assert 0.4 < len([one for one in below if one in half]) / len(below) < 0.6


@pytest.mark.parametrize("text", ["a" * 1_000_000, "%41" * 300_000, "数" * 300_000, "x y " * 250_000])
def test_a_huge_text_is_no_trouble(text: str) -> None:
    assert len(of(text)) <= MOST


PIECES = st.sampled_from(
    (
        *(TEXT, OTHER, b64encode(TEXT.encode()).decode(), TEXT.encode().hex(), quote(OTHER), "naïve ſo", "\n \t", "\0"),
        *(
            "vtaber cerivbhf",
            "tpmorp",
            "\u017fecret",
            "i g n o r e  a l l",
            "1gn0r3",
            "&#105;&#103;&#110;ore",
            "=3D=\r\n",
        ),
    )
)


@given(st.lists(st.lists(PIECES, max_size=5).map(" ".join), max_size=6))
def test_what_is_known_to_be_encoded_makes_no_difference(texts: list[str]) -> None:
    known = Views(pl.Series([*texts, None], dtype=pl.String)).decoded_plainly(range(len(texts)))
    assert of_decoded(texts, known) == fingerprints(texts, ["user"] * len(texts))
