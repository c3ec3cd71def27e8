"""Both ways of looking for strings find what is there, and neither changes what rules hit."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.parts import batch, ruleset, said
from tests.detect.test_differential import detections, plainly

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.match import scanner as scanners
from llmsec_tui.detect.match.scanner import HyperscanScanner, PolarsScanner, Scanner
from llmsec_tui.detect.match.signs import clue, of_event
from llmsec_tui.detect.match.suspects import pieces
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.text.views import Views
from llmsec_tui.detect.tree import And, Leaf, Or, Regex
from llmsec_tui.events.model import Event

_STRINGS = st.text(st.sampled_from("ab\\.[ \n\x00é忽𐍈ſİK"), min_size=1, max_size=4)
_TEXTS = st.text(st.sampled_from("ab\\.[ \n\x00é忽𐍈ſİK\ufffd\ud7ff"), max_size=12) | st.none()
_KINDS: list[type[Scanner]] = [PolarsScanner]
if scanners.hyperscan is not None:
    _KINDS.append(HyperscanScanner)
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
    *(
        "d29uZGVyIG1hZ2ljIHF1YXJ0eg==",
        "\ufffd\ufffd",
        "\x00",
        "\x1b[0m",
        "\x0b",
        "\u2028",
        "٣",
        " ",
        ".",
        "the",
        "x" * 700,
    ),
]


@pytest.mark.parametrize("kind", _KINDS)
@given(strings=st.lists(_STRINGS, unique=True, max_size=6), texts=st.lists(_TEXTS, max_size=5))
def test_a_scanner_finds_the_texts_that_contain_each_string(
    kind: type[Scanner], strings: list[str], texts: list[str | None]
) -> None:
    found = kind(strings).find(pl.Series(texts, dtype=pl.String))  # type: ignore[call-arg]
    wanted = {one: [at for at, text in enumerate(texts) if text is not None and one in text] for one in strings}
    assert {one: rows for one, rows in found.items() if rows} == {one: rows for one, rows in wanted.items() if rows}


@pytest.mark.skipif(scanners.hyperscan is None, reason="Hyperscan is not there")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(detections(), min_size=1, max_size=3),
    st.lists(st.lists(st.sampled_from(_EVERYTHING), max_size=7).map("".join).map(said), min_size=1, max_size=6),
)
def test_hits_are_the_same_with_either_scanner_and_without_any(
    made: list[dict[str, object]], events: list[Event]
) -> None:
    with_hyperscan = ruleset(*made)
    with_polars = RuleSet(with_hyperscan.rules)
    vars(with_polars)["scanner"] = PolarsScanner(with_hyperscan.scanner.strings)
    alerts = detect(with_hyperscan, batch(events)).alerts
    assert alerts.equals(detect(with_polars, batch(events)).alerts)
    for rule in with_hyperscan.rules:
        hits = alerts.filter(pl.col("rule_id") == rule.id)["source_offset"]
        assert sorted(hits) == plainly(rule, batch(events))


def test_without_hyperscan_polars_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanners, "hyperscan", None)
    rules = ruleset({"it": {"text|contains": "wonder"}, "condition": "it"})
    assert isinstance(rules.scanner, PolarsScanner)
    assert detect(rules, batch([said("a Wonder")])).alerts.height == 1


@settings(deadline=None)
@given(st.lists(st.sampled_from(_EVERYTHING), max_size=7).map("".join))
def test_what_is_found_is_in_the_folded_text(text: str) -> None:
    rules = ruleset({"it": {"text|contains": ["wonder", "zebra", "k2", "é"]}, "condition": "it"})
    found = pieces(rules, Views(pl.Series([text, None], dtype=pl.String)))
    for piece in ("wonder", "zebra", "k2", "e"):
        if piece in fold(text):
            assert 0 in found.get(piece, frozenset())


def test_a_choice_of_patterns_is_searched_as_each_of_them_would_be() -> None:
    """Flags stay with their pattern, and a pattern that ends in an alternative does not swallow the next."""
    rules = ruleset(
        {"it": {"text.folded|re": ["wonder|x1$", r"\bmagic"]}, "it2": {"text|re|i": "Q7"}, "condition": "1 of it*"}
    )
    said_so = ["wonder", "x1 no", "MAGIC", "q7", "x1", "tragic"]
    assert sorted(detect(rules, batch([said(text) for text in said_so])).alerts["source_offset"]) == [0, 2, 3, 4]


def test_gates_leave_the_text_open() -> None:
    (rule,) = ruleset(
        {"it": {"text|contains": "wonder"}, "tool": {"trust": "tool"}, "condition": "it and not tool"}
    ).rules
    assert rule.compiled.signs.pieces == {"wonder"}
    assert rule.compiled.signs.silent is False
    assert not isinstance(rule.compiled.gate, bool)
    (either,) = ruleset({"it": {"text|contains": "wonder"}, "tool": {"trust": "tool"}, "condition": "it or tool"}).rules
    assert either.compiled.gate is True
    assert isinstance(either.compiled.signs.silent, Leaf)
    assert of_event(And((Or(tuple(either.compiled.text_leaves)),))) is True


def test_a_pattern_of_common_words_has_no_clue() -> None:
    (rule,) = ruleset({"it": {"text|re": "the|quizzical"}, "condition": "it"}).rules
    (leaf,) = rule.compiled.text_leaves
    assert isinstance(leaf.match, Regex)
    assert clue(leaf) is None
