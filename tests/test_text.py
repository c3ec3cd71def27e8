"""The one door for untrusted text."""

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.text import clip, visible, visible_lines

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY_TEXT)
def test_nothing_that_a_terminal_obeys_comes_through(text: str) -> None:
    """No control, bidi, tag, zero-width or surrogate character survives."""
    shown = visible(text)
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in shown)
    assert not any(0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in shown)
    assert not any(0xD800 <= ord(c) < 0xE000 or 0xE0000 <= ord(c) < 0xE1000 for c in shown)


@given(ANY_TEXT, ANY_TEXT)
def test_different_texts_look_different_unless_they_hold_control_pictures(one: str, other: str) -> None:
    """Nobody can fake our marks: the brackets that we write with are escaped."""
    pictures = {chr(0x2400 + code) for code in range(0x22)}
    if one != other and not pictures & {*one, *other}:
        assert visible(one) != visible(other)


def test_escape_sequences_are_shown() -> None:
    """An OSC 52 clipboard write is readable and harmless."""
    assert visible("\x1b]52;c;aGk=\x07") == "␛]52;c;aGk=␇"


def test_whole_texts_keep_their_lines() -> None:
    """Panes show paragraphs; only newlines and tabs are spared."""
    assert visible_lines("a\n\tb\r") == "a\n    b␍"


def test_clip_marks_what_it_cuts() -> None:
    """A cut is never silent."""
    assert clip("abcdef", 4) == "abc…"
    assert clip("abc", 4) == "abc"
