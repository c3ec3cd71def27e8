"""Alerts are suppressed in a fixed order: inhibit, silence, duplicate, group; none is lost on the way."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from llmsec_tui.detect.suppress import MEMORY, Matcher, Shown, Silence, Suppressor
from llmsec_tui.events.schema import ALERTS, SUPPRESSION

NOW = 1_700_000_000_000_000
SECOND = 1_000_000


def alert(number: int, rule: str = "r", **values: Any) -> dict[str, Any]:
    """The n-th alert, a second after the one before it."""
    empty: dict[str, Any] = dict.fromkeys(ALERTS)
    given = {"alert_id": f"a{number}", "event_id": f"e{number}", "rule_id": rule, "level": "high", "excerpt": "words"}
    return empty | given | {"ts": NOW + number * SECOND, "conversation_id": "c", "source_path": "f"} | values


def frame(alerts: Sequence[dict[str, Any]]) -> pl.DataFrame:
    times = [pl.Series("ts", [one["ts"] for one in alerts], dtype=pl.Int64).cast(pl.Datetime("us"))]
    return pl.DataFrame([one | {"ts": None} for one in alerts], schema=ALERTS, orient="row").with_columns(times)


def decided(suppressor: Suppressor, *alerts: dict[str, Any], now: int = NOW) -> list[tuple[Any, ...]]:
    return suppressor.apply(frame(alerts), now).select(*SUPPRESSION).rows()


def shown_in(group: str) -> tuple[None, None, str]:
    return None, None, group


def silence(until: int = NOW + 1, **fields: str) -> Silence:
    return Silence("s1", tuple(Matcher(name, value) for name, value in fields.items()), until)


def test_a_first_alert_is_shown_and_opens_a_group() -> None:
    assert decided(Suppressor({}), alert(1)) == [shown_in("a1")]


def test_the_same_words_of_the_same_rule_in_the_same_conversation_are_a_duplicate_for_an_hour() -> None:
    suppressor = Suppressor({})
    again = alert(2, ts=NOW + SECOND + MEMORY - 1)
    later = alert(3, ts=NOW + SECOND + MEMORY)
    assert decided(suppressor, alert(1), again, later) == [shown_in("a1"), ("duplicate", "a1", None), shown_in("a3")]


@pytest.mark.parametrize("other", [{"rule": "q"}, {"conversation_id": "d"}])
def test_another_rule_or_conversation_is_neither_duplicate_nor_group(other: dict[str, Any]) -> None:
    assert decided(Suppressor({}), alert(1), alert(2, **other)) == [shown_in("a1"), shown_in("a2")]


def test_other_words_of_the_same_rule_and_conversation_join_the_group() -> None:
    assert decided(Suppressor({}), alert(1), alert(2, excerpt="others")) == [shown_in("a1"), shown_in("a1")]


def test_without_a_conversation_the_user_and_then_the_file_is_the_place() -> None:
    by_user = [alert(n, conversation_id=None, user_id="u") for n in (1, 2)]
    by_file = [alert(n, conversation_id=None) for n in (3, 4)]
    answers = decided(Suppressor({}), *by_user, *by_file)
    assert answers == [shown_in("a1"), ("duplicate", "a1", None), shown_in("a3"), ("duplicate", "a3", None)]


def test_a_rule_is_inhibited_by_another_on_the_same_event_in_either_order() -> None:
    for rules in (("a-weak", "b-strong"), ("b-weak", "a-strong")):
        weak, strong = rules
        alerts = sorted((alert(1, weak, event_id="e"), alert(2, strong, event_id="e")), key=lambda a: a["rule_id"])
        answers = dict(zip([a["rule_id"] for a in alerts], decided(Suppressor({weak: [strong]}), *alerts), strict=True))
        assert answers[strong] == shown_in("a2")
        assert answers[weak] == ("inhibited", "a2", None)


def test_a_rule_is_inhibited_in_a_conversation_where_the_other_was_shown_within_the_hour() -> None:
    suppressor = Suppressor({"weak": ["strong"]})
    assert decided(suppressor, alert(1, "strong")) == [shown_in("a1")]
    assert decided(suppressor, alert(2, "weak")) == [("inhibited", "a1", None)]
    assert decided(suppressor, alert(3, "weak", conversation_id="d")) == [shown_in("a3")]
    assert decided(suppressor, alert(4, "weak", ts=NOW + SECOND + MEMORY)) == [shown_in("a4")]


def test_rules_that_inhibit_each_other_do_not_silence_both() -> None:
    answers = decided(Suppressor({"a": ["b"], "b": ["a"]}), alert(1, "a", event_id="e"), alert(2, "b", event_id="e"))
    assert answers == [shown_in("a1"), ("inhibited", "a1", None)]


def test_a_silence_hides_what_it_names_until_it_ends() -> None:
    suppressor = Suppressor({})
    suppressor.silences = [silence(rule_id="r", user_id="bob*")]
    hidden, other = alert(1, user_id="bobby"), alert(2, user_id="alice", conversation_id="d")
    assert decided(suppressor, hidden, other) == [("silenced", "s1", None), shown_in("a2")]
    assert decided(suppressor, hidden, now=NOW + 1) == [shown_in("a1")]


def test_inhibition_comes_before_silence_and_silence_before_duplicates() -> None:
    suppressor = Suppressor({"weak": ["strong"]})
    suppressor.silences = [silence(rule_id="weak")]
    assert decided(suppressor, alert(1, "strong"), alert(2, "weak")) == [shown_in("a1"), ("inhibited", "a1", None)]
    suppressor = Suppressor({})
    assert decided(suppressor, alert(1)) == [shown_in("a1")]
    suppressor.silences = [silence(rule_id="r")]
    assert decided(suppressor, alert(2)) == [("silenced", "s1", None)]


def test_an_alert_that_was_withdrawn_suppresses_nothing_any_more() -> None:
    suppressor = Suppressor({})
    decided(suppressor, alert(1))
    suppressor.forget_alerts({"a1"})
    assert decided(suppressor, alert(2)) == [shown_in("a2")]


def test_what_was_shown_before_a_restart_is_remembered() -> None:
    before = Shown("a0", "r", "conversation_id:c", "words", NOW, "g")
    suppressor = Suppressor({}, [before])
    assert decided(suppressor, alert(1), alert(2, excerpt="x")) == [("duplicate", "a0", None), shown_in("g")]


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        *[("ab", "ab", 1), ("ab", "abc", 0), ("a*", "abc", 1), ("*c", "abc", 1), ("a*c", "ac", 1), ("aa*aa", "aaa", 0)],
        *[("*b*", "abc", 1), ("a*b*c", "axxbyc", 1), ("a*b*c", "acb", 0), ("*", "", 1), ("a.c", "abc", 0)],
    ],
)
def test_only_the_star_is_special_in_a_matcher(pattern: str, value: str, matches: int) -> None:
    assert Matcher("app", pattern).matches({"app": value}) == bool(matches)


def test_a_matcher_never_matches_what_is_absent() -> None:
    assert not Matcher("app", "*").matches({"app": None})


_ALERTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("cd"), st.sampled_from("xy"), st.integers(0, 3), st.booleans()),
    min_size=1,
    max_size=12,
)


@given(_ALERTS, st.integers(1, 5))
def test_batches_make_no_difference(made: list[tuple[str, str, str, int, bool]], size: int) -> None:
    """As long as the alerts of one event stay together, which they do."""
    alerts = [
        alert(number, rule, conversation_id=place, excerpt=words, ts=NOW + hours * MEMORY // 2)
        for number, (rule, place, words, hours, _) in enumerate(made)
    ]
    inhibitors = {"a": ["b"]}
    whole = Suppressor(inhibitors).apply(frame(alerts), NOW)
    by_pieces = Suppressor(inhibitors)
    pieces = [by_pieces.apply(frame(alerts[at : at + size]), NOW) for at in range(0, len(alerts), size)]
    assert_frame_equal(pl.concat(pieces), whole)
    assert whole["group_id"].is_null().equals(whole["suppressed_by"].is_not_null().alias("group_id"))


def test_no_alerts_give_no_rows_of_the_right_columns() -> None:
    assert Suppressor({}).apply(pl.DataFrame(schema=ALERTS), NOW).schema == pl.Schema(ALERTS | SUPPRESSION)


def test_what_is_information_only_hides_nothing_else() -> None:
    """Or a text that is hardly an attack could be sent ahead, to hide one that is."""
    suppressor = Suppressor({"r": ["q"]})
    first = [alert(1, level="informational"), alert(2, "q", level="informational")]
    assert decided(suppressor, *first) == [shown_in("a1"), shown_in("a2")]
    assert decided(suppressor, alert(3)) == [shown_in("a3")]
    assert decided(suppressor, alert(4, level="informational")) == [("inhibited", "a2", None)]
    on_one = [alert(5, event_id="e"), alert(6, "q", event_id="e", level="informational", excerpt="others")]
    assert decided(Suppressor({"r": ["q"]}), *on_one) == [shown_in("a5"), shown_in("a6")]


def test_an_alert_hides_what_is_information_only_and_the_same_words_again() -> None:
    suppressor = Suppressor({})
    weaker = alert(2, level="informational")
    assert decided(suppressor, alert(1), weaker) == [shown_in("a1"), ("duplicate", "a1", None)]
    before = Shown("a0", "r", "conversation_id:c", "words", NOW, "g", informs=True)
    assert decided(Suppressor({}, [before]), alert(1), weaker) == [shown_in("a1"), ("duplicate", "a1", None)]
