"""Tokens that are strong enough, and every way in which one of them is found again."""

from base64 import b64encode
from codecs import encode
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.canaries.token import (
    FEWEST_CHARS,
    is_told_by_parts,
    new,
    pieces,
    spoken,
    squeezed_forms,
    weakness,
)
from llmsec_tui.detect.signals.squeezed import squeeze

STRONG = st.text(ascii_letters + digits, min_size=16, max_size=40).filter(lambda token: not weakness(token))
JOINTS = st.sampled_from(["", " ", "-", "\n", ", ", " · ", "**", "\u200b", ".\r\n"])


def test_a_new_token_is_strong_told_by_its_parts_and_never_the_same() -> None:
    tokens = {new() for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {32}
    assert not any(map(weakness, tokens))
    assert all(map(is_told_by_parts, tokens))


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("a1b2c3d4e5f6g7h", f"fewer than {FEWEST_CHARS}"),
        ("a1-b2-c3-d4-e5-f6-g7", f"fewer than {FEWEST_CHARS}"),
        ("abcdefghijklmnopqrst", "no digits"),
        ("12345678901234567890", "no letters"),
        ("a1" * 20, "too even"),
        ("a1b2c3d4e5f6 g7h8i9", "other characters"),
        ("ä1b2c3d4e5f6g7h8i9j0", "other characters"),
        ("a1b2c3d4e5f6g7h8" * 9, "more than 128"),
    ],
)
def test_a_weak_token_is_refused_with_the_reason(token: str, why: str) -> None:
    assert why in weakness(token)


@pytest.mark.parametrize("token", ["abcdefgh12345678x1", "x1234567890abcdefgh", "12345678x1abcdefg1"])
def test_a_token_that_begins_or_ends_with_a_word_or_a_number_is_not_told_by_its_parts(token: str) -> None:
    assert not weakness(token)
    assert not is_told_by_parts(token)


@given(STRONG, st.data())
def test_it_is_found_in_pieces_encoded_and_turned_around(token: str, data: st.DataObject) -> None:
    joint = data.draw(JOINTS)
    before = data.draw(st.text(ascii_letters, max_size=4))
    forms = squeezed_forms(token)
    for written in (
        joint.join(token),
        joint.join(token.upper()),
        joint.join(encode(token, "rot13")),
        joint.join(token[::-1]),
        joint.join(token.encode().hex(" ")),
        joint.join(b64encode(f"{before}{token} so".encode()).decode()),
        "".join(f"%{byte:02x}" for byte in token.encode()),
    ):
        squeezed = squeeze(f"It is {written}.")
        assert any(form in squeezed for form in forms), written


@given(STRONG)
def test_its_forms_and_pieces_are_too_long_for_chance(token: str) -> None:
    assert all(len(form) >= FEWEST_CHARS for form in squeezed_forms(token))
    assert spoken(token)[0] == token
    assert {len(piece) for piece in pieces(token)} == {8}
