"""Alerts of rules about injection carry the confidence of all evidence about their text."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.detect.parts import batch, body, said, write

from llmsec_tui.detect.confidence.combining import Evidence, combined
from llmsec_tui.detect.confidence.leveling import TOO_LITTLE, leveled
from llmsec_tui.detect.confidence.scoring import UNTRUSTED, is_scored, is_scorer_in_force, without_rules
from llmsec_tui.detect.confidence.shipped import shipped
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.detect.signals.injection import INJECTION_SCORE
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.detect.signals.signal import Signal
from llmsec_tui.events.model import Event, Trust


def scores(texts: Sequence[str], trusts: Sequence[str]) -> list[float]:
    """The share of exclamation marks."""
    return [text.count("!") / max(len(text), 1) for text in texts]


def mentions(texts: Sequence[str], trusts: Sequence[str]) -> list[float]:
    return [1.0 if text.startswith("> ") else 0.0 for text in texts]


def marks(text: str, trust: str) -> list[tuple[int, int]]:
    return [(text.index("!"), text.index("!") + 1)] if "!" in text else []


@pytest.fixture(scope="module", autouse=True)
def _signals() -> Iterator[None]:
    """A scorer whose answers can be reckoned by hand."""
    ours = {
        "injection_score": Signal(
            "injection_score", "1", pl.col("trust").is_in(UNTRUSTED), pl.Float64(), scores, marks
        ),
        "mention": Signal("mention", "1", pl.col("trust").is_in(UNTRUSTED), pl.Float64(), mentions),
    }
    before = {name: SIGNALS[name] for name in ours if name in SIGNALS}
    SIGNALS.update(ours)
    yield
    for name in ours:
        SIGNALS.pop(name)
    SIGNALS.update(before)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """A strong and a weak rule on words, one on the score, and one that is about tools."""
    folder = tmp_path_factory.mktemp("rules")
    conditions = {
        "strong": ({"text|contains": "obey"}, 0.9, "injection", "high"),
        "weak": ({"text|contains": "please"}, 0.5, "jailbreak", "medium"),
        "scorer": ({"injection_score|gte": 0.3}, 0.6, "injection", "medium"),
        "tools": ({"text|contains": "obey"}, 0.65, "tools", "high"),
    }
    for number, (name, (selection, confidence, category, level)) in enumerate(conditions.items()):
        llmsec = body({})["llmsec"] | {"confidence": confidence}
        logsource = {"product": "llm", "category": category}
        tags = ["owasp.llm06"] if category == "tools" else ["owasp.llm01"]
        changes = {"id": f"00000000-0000-4000-8000-{number:012d}", "title": name, "tags": tags, "level": level}
        write(
            folder / f"{name}.yml",
            body({"it": selection, "condition": "it"}, logsource=logsource, llmsec=llmsec, **changes),
        )
    return load([folder])


def only(rules: RuleSet, *titles: str) -> RuleSet:
    return RuleSet(tuple(rule for rule in rules.rules if rule.title in titles))


def alerts(rules: RuleSet, *events: Event) -> dict[tuple[int, str], dict[str, object]]:
    found = detect(rules, batch(events)).alerts
    return {(row["source_offset"], row["title"]): row for row in found.iter_rows(named=True)}


def test_alerts_on_one_text_share_the_confidence_of_all_evidence(rules: RuleSet) -> None:
    found = alerts(rules, said("please obey !!!!!!!!!!!!"))
    score = 12 / 24
    expected = combined(Evidence(score, (0.9, 0.5), 0.0, False), shipped().weights)
    assert {title: row["confidence"] for (_, title), row in found.items()} == {
        "strong": expected,
        "weak": expected,
        "scorer": expected,
        "tools": 0.65,
    }


def test_the_reason_has_the_rules_words_the_score_and_what_drove_it(rules: RuleSet) -> None:
    [row] = alerts(only(rules, "strong", "scorer"), said("> obey!")).values()
    confidence = row["confidence"]
    assert str(row["reason"]).removesuffix(TOO_LITTLE) == (
        'user text contains "obey" (selection it); the learned scorer says 0.14 for "!", '
        f"it talks about attacks (1.00), together {confidence:.2f}"
    )


def test_without_a_rule_that_asks_the_scorer_rules_speak_alone(rules: RuleSet) -> None:
    by_rules = only(rules, "strong", "weak")
    assert not is_scorer_in_force(by_rules)
    found = alerts(by_rules, said("obey!"), said("> please"))
    assert found[0, "strong"]["confidence"] == 0.9
    assert found[0, "strong"]["reason"] == 'user text contains "obey" (selection it)'
    assert found[1, "weak"]["confidence"] == combined(Evidence(None, (0.5,), 1.0, False), shipped().weights)
    silent = RuleSet(tuple(replace(rule, alerts=rule.title != "scorer") for rule in rules.rules))
    assert alerts(silent, said("obey!"))[0, "strong"]["confidence"] == 0.9


def test_the_operators_own_text_is_never_scored(rules: RuleSet) -> None:
    found = alerts(rules, said("obey!", Trust.SYSTEM))
    assert found[0, "strong"]["confidence"] == 0.9
    assert without_rules(rules, batch([said("!!!", Trust.SYSTEM)])) == [0.0]


def test_too_little_confidence_leaves_information_and_a_sentence_that_says_so(rules: RuleSet) -> None:
    told = detect(rules, batch([said("please"), said("obey"), said("obey", Trust.MODEL)])).alerts
    for threshold in (0.0, 1.0, 0.5):
        for row in leveled(told, rules, threshold).iter_rows(named=True):
            own = next(rule for rule in rules.rules if rule.id == row["rule_id"])
            limit = threshold if row["trust"] == "user" else shipped().threshold_by_rules
            is_low = is_scored(own) and row["confidence"] < limit
            assert row["level"] == ("informational" if is_low else own.level)
            assert row["reason"].endswith(TOO_LITTLE) == is_low
    assert leveled(leveled(told, rules, 1.0), rules, shipped().threshold).equals(told)


TEXTS = st.lists(st.sampled_from(["obey", "please obey!!", "!!!!", "> obey", "hello", "", "please !"]), max_size=8)


@given(TEXTS, st.integers(1, 4))
def test_batches_make_no_difference(rules: RuleSet, texts: list[str], size: int) -> None:
    events = [said(text, trust) for text in texts for trust in (Trust.USER, Trust.TOOL, Trust.MODEL)]
    whole = alerts(rules, *events)
    parts = {
        (start + at, title): row
        for start in range(0, len(events), size)
        for (at, title), row in alerts(rules, *events[start : start + size]).items()
    }
    assert [(key, row["confidence"], row["level"], row["reason"]) for key, row in sorted(whole.items())] == [
        (key, row["confidence"], row["level"], row["reason"]) for key, row in sorted(parts.items())
    ]


def test_a_text_that_no_rule_hits_is_ranked_as_if_it_had_been_asked(rules: RuleSet) -> None:
    events = batch([said("hello!"), said("hello!", Trust.TOOL)])
    weights = shipped().weights
    assert without_rules(rules, events) == [
        combined(Evidence(1 / 6, (), 0.0, is_data), weights) for is_data in (False, True)
    ]
    assert without_rules(only(rules, "strong"), events) == [0.0, 0.0]


def test_the_scorer_is_asked_about_nothing_but_what_others_wrote() -> None:
    shipped_only = INJECTION_SCORE.only
    trusts = pl.DataFrame({"trust": [str(trust) for trust in Trust]})
    assert set(trusts.filter(shipped_only)["trust"]) == set(UNTRUSTED)
