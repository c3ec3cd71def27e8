"""Canonical records: the spelling that RFC 8785 asks for."""

import json

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.audit.canonical import Value, encode

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def test_control_characters_are_spelled_as_rfc_8785_says() -> None:
    """The five short escapes, lower-case hexadecimal for the rest, and everything else as it is."""
    text = "\u20ac$\u000f\nA'B\"\\/\u0008\u0009\u000c\u000d\u007f\u2028"
    assert encode({"string": text}) == (b'{"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\/\\b\\t\\f\\r\x7f\xe2\x80\xa8"}')


def test_keys_are_sorted_by_utf_16_code_units() -> None:
    """The sorting example of RFC 8785, section 3.2.3, in which a smiley comes before a Hebrew ligature."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(encode(dict.fromkeys(keys, 1)), object_pairs_hook=list)
    assert [key for key, _ in written] == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_numbers_are_integers_that_every_reader_keeps() -> None:
    """Floats and integers past 2**53 - 1 have spellings that differ between languages."""
    assert encode({"n": 2**53 - 1}) == b'{"n":9007199254740991}'
    for number in (2**53, -(2**53), 1.0, float("nan")):
        with pytest.raises(ValueError, match="canonical"):
            encode({"n": number})  # type: ignore[dict-item]


def test_a_lone_surrogate_has_no_canonical_form() -> None:
    """UTF-8 cannot write it."""
    with pytest.raises(ValueError, match="surrogate"):
        encode({"name": "\ud800"})


@given(st.dictionaries(TEXTS, VALUES, max_size=6))
def test_what_is_read_back_is_written_the_same(record: dict[str, Value]) -> None:
    """Decoding and encoding again changes no byte, whatever order the keys came in."""
    written = encode(record)
    assert encode(msgspec.json.decode(written)) == written
    assert encode(dict(reversed(record.items()))) == written


@given(st.dictionaries(TEXTS, VALUES, max_size=6))
def test_the_spelling_is_that_of_another_implementation(record: dict[str, Value]) -> None:
    """Of the package ``rfc8785``, which other people wrote."""
    assert encode(record) == rfc8785.dumps(record)
