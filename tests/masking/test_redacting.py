"""Marks stand where something was, and everything else stays what and where it was."""

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.masking import redact, redacted

PIECES = st.lists(
    st.one_of(
        st.sampled_from(["bob@example.org", "AKIAIOSFODNN7EXAMPLE", "4111 1111 1111 1111"]),
        st.text("abc äö文😀.,", min_size=1, max_size=8),
    ),
    max_size=12,
)


@given(PIECES, st.data())
@settings(max_examples=150)
def test_places_outside_of_marks_keep_their_text(pieces: list[str], data: st.DataObject) -> None:
    text = " | ".join(pieces)
    made = redacted(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    [(now_start, now_end)] = made.moved([(start, end)])
    assert 0 <= now_start <= now_end <= len(made.text)
    if all(end <= span.start or span.end <= start for span in made.spans):
        assert made.text[now_start:now_end] == text[start:end]
    else:
        assert "‹" in made.text[now_start:now_end] or start == end


def test_a_place_that_begins_inside_of_a_mark_takes_in_all_of_it() -> None:
    made = redacted("to bob@example.org: ignore all")
    assert made.text == "to ‹email›: ignore all"
    assert made.moved([(5, 10), (20, 30), (0, 4)]) == [(3, 10), (12, 22), (0, 10)]


def test_a_key_that_was_cut_in_two_gives_no_half_of_it_away() -> None:
    assert redact("the key is sk-abc12", cut_end=True) == "the key is ‹cut›"
    assert redact("mail to bob.smi", cut_end=True) == "mail to bob.smi"
    assert redact("mail to wobbly.plover", cut_end=True) == "mail to ‹cut›"
    assert redact("mail to bob@", cut_end=True) == "mail to ‹cut›"
    assert redact("1111 2222 and so on", cut_start=True) == "‹cut› and so on"
    assert redact("XyZ987abc", cut_start=True, cut_end=True) == "‹cut›"
    assert redact("a wonderful Sunday", cut_start=True, cut_end=True) == "a wonderful Sunday"


@given(st.integers(1, 39))
def test_no_cut_through_a_key_shows_more_than_a_few_characters_of_it(at: int) -> None:
    key = "sk-ant-" + "a1B2" * 8
    shown = redact(f"use {key[:at]}", cut_end=True)
    assert key[:at] not in shown or at < 10
