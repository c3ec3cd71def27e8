"""Strings are found in the texts that have them, however many texts are searched at once."""

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.match.texts import Row

_SOME = st.text("ab\n é\0", max_size=6)


@given(st.lists(st.tuples(st.integers(0, 3), _SOME), max_size=8), _SOME.filter(bool))
def test_a_string_is_found_in_the_texts_that_contain_it(owned: list[tuple[int, str]], wanted: str) -> None:
    row = Row([owner for owner, _ in owned], [text.encode() for _, text in owned])
    assert row.containing(wanted.encode()) == {owner for owner, text in owned if wanted in text}
