"""Signals in conditions, in groups and as the values that rules over time look at."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from tests.detect.signals.texts import RULES, batch_of, said

from llmsec_tui.detect.answers import Answer, not_evaluable
from llmsec_tui.detect.correlate.correlator import Correlator
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.explain import explain
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.detect.signals.signal import Signal
from llmsec_tui.errors import RuleError
from llmsec_tui.events.model import ContentState

_NEVER = 2**62


class _Counting:
    """Counts capital letters, and how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def capitals(self, texts: Sequence[str], trusts: Sequence[str]) -> list[float]:
        self.asked += texts
        return [float(sum(map(str.isupper, text))) for text in texts]


def _first_words(texts: Sequence[str], trusts: Sequence[str]) -> list[str]:
    return [text.split()[0] for text in texts]


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> _Counting:
    """Two signals under names that rules may use."""
    one = _Counting()
    user = pl.col("trust") == "user"
    places = [(0, 4)]
    signal = Signal("injection_score", "1", user, pl.Float64(), one.capitals, lambda text, trust: places)
    monkeypatch.setitem(SIGNALS, "injection_score", signal)
    key = Signal("arguments_key", "1", pl.lit(True), pl.String(), _first_words)
    monkeypatch.setitem(SIGNALS, "arguments_key", key)
    return one


@pytest.fixture
def ruleset(counting: _Counting, tmp_path: Path) -> RuleSet:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "r.yml").write_text(RULES)
    return load([tmp_path / "rules"])


def test_a_condition_compares_a_signal_and_the_alert_shows_where_it_came_from(ruleset: RuleSet) -> None:
    batch = batch_of(said("LOUD people here"), said("quiet people"), said("LOUD people here", trust="tool"))
    alerts = detect(ruleset, batch).alerts
    assert alerts["event_id"].to_list() == batch.events["event_id"].to_list()[:1]
    assert alerts["spans"].to_list() == [[[0, 4], [5, 11]]]
    assert alerts["excerpt"].to_list() == ["LOUD people here"]
    assert alerts["reason"].to_list() == [
        'injection_score is 4.0, at least 3 for "LOUD" (selection loud) and '
        'user text contains "people" (selection about)'
    ]


def test_it_is_computed_once_per_text_and_only_where_the_rest_of_a_rule_allows_a_hit(
    ruleset: RuleSet, counting: _Counting
) -> None:
    """The rule looks at texts about people only."""
    detect(ruleset, batch_of(said("LOUD people"), said("LOUD people"), said("LOUD and nobody"), said("x people")))
    assert sorted(counting.asked) == ["LOUD people", "x people"]


def test_the_rule_says_of_a_content_that_is_not_here_that_it_cannot_be_judged(ruleset: RuleSet) -> None:
    batch = batch_of(said(None, state=ContentState.OFF))
    [rule] = (rule for rule in ruleset.rules if rule.alerts)
    assert explain(rule, batch).answer is Answer.NOT_EVALUABLE
    assert not_evaluable(ruleset, batch.events)[rule.id] == 1


def test_it_is_explained(ruleset: RuleSet) -> None:
    [rule] = (rule for rule in ruleset.rules if rule.alerts)
    assert isinstance(rule, Rule)
    steps = explain(rule, batch_of(said("LOUD people"))).steps
    assert ("loud: injection_score >= 3", True, 'it is "4.0"') in [(s.what, s.truth, s.why) for s in steps]


@pytest.mark.parametrize("cut", [1, 2, 6])
def test_rules_over_time_group_by_it_however_events_are_cut(ruleset: RuleSet, cut: int) -> None:
    """Three events of one first word fire; the memory of it is restored in between."""
    texts = ["get a", "put a", "get b", "put b", "get c", "put"]
    events = [said(text, at=number) for number, text in enumerate(texts)]
    batch = batch_of(*events)
    correlator = Correlator(ruleset, lambda _: {})
    fired = []
    for start in range(0, len(texts), cut):
        part = batch_of(*events[start : start + cut], first=start)
        fired.append(correlator.observe(part.events, detect(ruleset, part).hits, [], _NEVER).alerts)
        snapshot = correlator.snapshot()
        correlator = Correlator(ruleset, lambda _: {})
        correlator.restore(snapshot, [])
    alerts = pl.concat(fired)
    assert alerts["group_key"].to_list() == ['{"arguments_key":"get"}', '{"arguments_key":"put"}']
    assert batch.events.height == len(texts)


def test_the_version_of_the_rules_hangs_on_that_of_the_signals(
    ruleset: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ruleset.version
    signal = SIGNALS["injection_score"]
    other = Signal(signal.name, "2", signal.only, signal.dtype, signal.compute)
    monkeypatch.setitem(SIGNALS, signal.name, other)
    assert load([tmp_path / "rules"]).version != before


def test_examples_cannot_set_it(counting: _Counting, tmp_path: Path) -> None:
    (tmp_path / "r.yml").write_text(RULES.replace('{trust: user, text: "LOUD people"}', "{injection_score: 4.0}"))
    with pytest.raises(RuleError, match="injection_score"):
        load([tmp_path / "r.yml"])
