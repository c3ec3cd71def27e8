"""Codes of an authenticator: those of the RFC, and each only once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.access.totp import STEP_S, code, new_secret, step_of, uri

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at_s", "last_six"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_the_vectors_of_rfc_6238(at_s: int, last_six: str) -> None:
    """Appendix B, SHA-1; it has eight digits, of which the last six are ours."""
    assert code(RFC_SECRET, at_s) == last_six


@given(st.integers(10**9, 4 * 10**9), st.integers(-3, 3))
def test_a_code_counts_a_step_before_and_after_its_own(at_s: int, off: int) -> None:
    """And no further."""
    secret = RFC_SECRET
    found = step_of(secret, code(secret, at_s + off * STEP_S), at_s, 0)
    assert (found == at_s // STEP_S + off) if abs(off) <= 1 else (found is None)


def test_a_code_counts_once() -> None:
    """Whoever looked over a shoulder cannot use it again."""
    given_code = code(RFC_SECRET, 3_000)
    step = step_of(RFC_SECRET, f" {given_code} ", 3_000, 0)
    assert step == 100
    assert step_of(RFC_SECRET, given_code, 3_010, step) is None


@pytest.mark.parametrize("wrong", ["", "0", "abcdef", "１２３４５６", "\ud800", "0" * 10_000])
def test_what_is_no_code_is_wrong(wrong: str) -> None:
    """And nothing worse."""
    assert step_of(RFC_SECRET, wrong, 3_000, 0) is None


def test_a_secret_is_told_as_authenticators_read_it() -> None:
    """Base32 without padding, and the account's name."""
    assert uri(RFC_SECRET, "ada").startswith(
        "otpauth://totp/llmsec-tui:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=llmsec-tui"
    )
    assert len({new_secret() for _ in range(9)}) == 9
