"""Passwords: dear to guess, and the same work for whoever is nobody."""

import itertools

import pytest

from llmsec_tui.access.passwords import FLOOR, LONGEST, Cost, Passwords, calibrated, cost_of, refusal
from llmsec_tui.errors import ServiceError

PASSWORDS = Passwords(FLOOR)


def test_the_floor_is_that_of_owasp() -> None:
    """19 MiB and two passes of argon2id; what is kept says so, and not what the password was."""
    kept = PASSWORDS.verifier("correct horse battery")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "correct" not in kept
    assert PASSWORDS.matches(kept, "correct horse battery")
    assert not PASSWORDS.matches(kept, "correct horse batterx")


def test_nobody_has_no_password() -> None:
    """It is hashed all the same, and never right."""
    assert not PASSWORDS.matches(None, "")
    assert not PASSWORDS.matches(None, "correct horse battery")


def test_the_same_letters_are_the_same_password() -> None:
    """A keyboard may send an accent as a character of its own; a lone surrogate is no reason to fail."""
    assert PASSWORDS.matches(PASSWORDS.verifier("caf\u00e9 au lait!"), "cafe\u0301 au lait!")
    assert PASSWORDS.matches(PASSWORDS.verifier("\ud800" * 12), "\ud800" * 12)


@pytest.mark.parametrize("verifier", ["", "nonsense", "$argon2id$nonsense", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$"])
def test_what_is_no_verifier_is_said(verifier: str) -> None:
    """A damaged account is no wrong password."""
    with pytest.raises(ServiceError, match="could not be checked"):
        PASSWORDS.matches(verifier, "x")


@pytest.mark.parametrize(
    ("step_s", "cost"),
    [(9.0, FLOOR), (0.2, Cost(131_072, 3)), (0.0, Cost(131_072, 3))],
)
def test_the_cost_is_what_the_machine_bears_and_never_below_the_floor(
    step_s: float, cost: Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that goes on by so much for each hash."""
    ticks = itertools.count(0.0, step_s)
    monkeypatch.setattr("argon2.PasswordHasher.hash", lambda *_: "")
    assert calibrated(lambda: next(ticks)) == cost


def test_a_cheap_verifier_is_made_anew_and_a_dear_one_kept() -> None:
    """An account that was made on a weaker machine, or with an older version."""
    dear = Passwords(Cost(20_480, 2))
    assert dear.too_cheap(PASSWORDS.verifier("correct horse battery"))
    assert not PASSWORDS.too_cheap(dear.verifier("correct horse battery"))
    assert not PASSWORDS.too_cheap(PASSWORDS.verifier("correct horse battery"))


def test_the_cost_of_accounts_is_that_of_the_dearest() -> None:
    """A restart keeps it, so that a name that does not exist takes no less work than one that does."""
    dear = Passwords(Cost(20_480, 2))
    assert cost_of([PASSWORDS.verifier("a"), dear.verifier("b")]) == Cost(20_480, 2)
    assert cost_of([]) is None


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("correct horse battery", True),
        ("elevenchars", False),
        ("twelve chars", True),
        ("aaaaaaaaaaaaaaa", False),
        ("xxADAxx is not for ada", False),
        ("x1y2" * (LONGEST // 4) + "z", False),
    ],
)
def test_a_new_password_is_not_easy_to_guess(password: str, taken: bool) -> None:
    """Length first; no rules about digits and signs."""
    assert (not refusal(password, "ada")) is taken
