"""Both ways of looking for marks find what is there, and neither changes what rules hit."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.parts import batch, ruleset, said
from tests.detect.test_differential import detections, plainly

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.match import scanner as scanners
from llmsec_tui.detect.match.scanner import HyperscanScanner, PolarsScanner, Scanner, literal
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.model import Event

needs_hyperscan = pytest.mark.skipif(scanners.hyperscan is None, reason="Hyperscan is not there")


def for_strings(strings: list[str]) -> list[Scanner]:
    """Every scanner that there is, looking for these strings."""
    polars = PolarsScanner(strings)
    return (
        [polars] if scanners.hyperscan is None else [polars, HyperscanScanner({one: literal(one) for one in strings})]
    )


_STRINGS = st.text(st.sampled_from("ab\\.[ \x00é忽𐍈ſİK"), min_size=1, max_size=4)
_TEXTS = st.text(st.sampled_from("ab\\.[ \x00é忽𐍈ſİK\ufffd\ud7ff"), max_size=12) | st.none()
_EVERYTHING = [
    *(
        "wonder",
        "WONDER",
        "Magic",
        "quartz jazz",
        "ignore\nprevious",
        "ｍagic",
        "K2",
        "zeb\u200bra",
        "K",
        "ſ",
        "İ",
        "é",
    ),
    *("d29uZGVyIG1hZ2ljIHF1YXJ0eg==", "\ufffd\ufffd", "\x00", "\x1b[0m", "\x0b", "\u2028", "٣", " ", "  ", "\n", "."),
    *("the", "x" * 700, "wonder magic", "quartz\t\tjazz"),
]
_EVENTS = st.lists(st.lists(st.sampled_from(_EVERYTHING), max_size=7).map("".join).map(said), min_size=1, max_size=6)


@given(strings=st.lists(_STRINGS, unique=True, max_size=6), texts=st.lists(_TEXTS, max_size=5))
def test_a_scanner_finds_the_texts_that_contain_each_string(strings: list[str], texts: list[str | None]) -> None:
    wanted = {one: {at for at, text in enumerate(texts) if text is not None and one in text} for one in strings}
    for scanner in for_strings(strings):
        found = scanner.find(pl.Series(texts, dtype=pl.String))
        assert {one: set(rows) for one, rows in found.items() if rows} == {one: at for one, at in wanted.items() if at}


@needs_hyperscan
@settings(max_examples=60, deadline=None)
@given(st.lists(detections(), min_size=1, max_size=3), _EVENTS)
def test_hits_are_the_same_with_hyperscan_and_without_it(made: list[dict[str, object]], events: list[Event]) -> None:
    rules = ruleset(*made)
    alerts = detect(rules, batch(events)).alerts
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanners, "hyperscan", None)
        assert alerts.equals(detect(RuleSet(rules.rules), batch(events)).alerts)
    for rule in rules.rules:
        hits = alerts.filter(pl.col("rule_id") == rule.id)["source_offset"]
        assert sorted(hits) == plainly(rule, batch(events))


def test_without_hyperscan_polars_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanners, "hyperscan", None)
    rules = ruleset({"it": {"text|contains": "wonder"}, "condition": "it"})
    assert detect(rules, batch([said("a Wonder")])).alerts.height == 1


@needs_hyperscan
def test_texts_of_nothing_but_marks_are_searched_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often something is found, telling of it takes a bounded part of the time."""
    monkeypatch.setattr(scanners, "_FEW", 50)
    scanner = HyperscanScanner({"ab": "ab", "x": "x{2,}"})
    texts = pl.Series(["ab" * 1_000, "x" * 1_000, None, "", "b", "ab"])
    assert scanner.find(texts) == {"ab": {0, 5}, "x": {1}}


@needs_hyperscan
def test_a_mark_that_hyperscan_refuses_is_taken_to_be_everywhere() -> None:
    scanner = HyperscanScanner({"good": "good", "backward": r"(?<=a)b", "fine": "fine"})
    found = scanner.find(pl.Series(["good", "fine", "bad"]))
    assert found == {"good": {0}, "fine": {1}, "backward": {0, 1, 2}}


@needs_hyperscan
def test_a_mark_is_not_found_over_the_end_of_a_text() -> None:
    scanner = HyperscanScanner({"ab": "ab", r"\bb": r"\bb"})
    assert scanner.find(pl.Series(["a", "b", "ab"])) == {"ab": {2}, r"\bb": {1}}


@needs_hyperscan
def test_scanners_that_were_made_ready_together_find_what_others_find() -> None:
    texts = pl.Series(["some ab", "xx", None])
    made: list[Scanner] = [HyperscanScanner({"ab": "ab"}), HyperscanScanner({"x": "x{2,}"}), PolarsScanner(["ab"])]
    scanners.make_all_ready(made)
    assert all(one.is_ready for one in made)
    assert [one.find(texts) for one in made] == [{"ab": {0}}, {"x": {1}}, {"ab": {0}}]
