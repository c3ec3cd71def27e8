"""Sessions: how long they last, and when they lock."""

from llmsec_tui.access.role_file import shipped
from llmsec_tui.access.sessions import digest, opened

TIMES = shipped().session
MINUTE = 60_000_000


def test_a_session_lasts_half_a_day_and_locks_after_a_quarter_of_an_hour() -> None:
    """As it is shipped; activity keeps it open, and does not make it last longer."""
    session, _ = opened("ada", 1_000, 10 * MINUTE)
    assert not session.over(session.ends_at(TIMES) - 1, TIMES)
    assert session.over(session.ends_at(TIMES), TIMES)
    assert session.ends_at(TIMES) == 10 * MINUTE + 12 * 60 * MINUTE
    assert session.idle(25 * MINUTE, TIMES)
    assert not session.touched(20 * MINUTE).idle(34 * MINUTE, TIMES)
    assert session.touched(20 * MINUTE).ends_at(TIMES) == session.ends_at(TIMES)


def test_a_clock_that_was_set_back_ends_a_session() -> None:
    """It must not last longer for it."""
    session, _ = opened("ada", 1_000, 10 * MINUTE)
    assert session.over(9 * MINUTE, TIMES)


def test_a_password_that_was_just_given_counts_for_a_while() -> None:
    """Then it is asked for again."""
    session, _ = opened("ada", 1_000, 10 * MINUTE)
    assert session.proved(14 * MINUTE, TIMES)
    assert not session.proved(15 * MINUTE, TIMES)
    assert session.locked_up().opened_again(60 * MINUTE).proved(61 * MINUTE, TIMES)


def test_of_a_token_only_the_hash_is_kept() -> None:
    """And no two are alike; what cannot be a token is nobody's."""
    session, token = opened("ada", 1_000, 1)
    other, other_token = opened("ada", 1_000, 1)
    assert session.token_sha256 == digest(token) != other.token_sha256
    assert token not in repr(session)
    assert token != other_token
    assert digest("\ud800") != session.token_sha256
