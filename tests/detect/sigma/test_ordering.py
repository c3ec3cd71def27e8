"""Rules over time come after what they count; those that cannot are refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.detect.sigma.written import base, codes, correlation, monitor, number, read_all

from llmsec_tui.detect.sigma.making import make
from llmsec_tui.detect.sigma.reading import parse


def chain(links: dict[int, list[int]]) -> list[tuple[str, list[str]]]:
    """Ids and sources of the correlations that are left, in their order."""
    documents = [base(n) for n in range(3)] + [
        correlation(n, [number(one) for one in ones]) for n, ones in links.items()
    ]
    read = parse(Path("any.yml"), yaml.safe_dump_all(documents))
    return [(rule.id, list(rule.sources)) for rule in make(read, {}).grouped]


@given(st.dictionaries(st.integers(3, 9), st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True), max_size=7))
def test_each_comes_after_its_sources_and_none_is_in_a_circle(links: dict[int, list[int]]) -> None:
    sound: set[int] = {0, 1, 2}
    while more := {n for n, ones in links.items() if n not in sound and sound.issuperset(ones)}:
        sound |= more
    order = chain(links)
    assert {identity for identity, _ in order} == {number(n) for n in sound if n > 2}
    seen = {number(n) for n in range(3)}
    for identity, sources in order:
        assert seen.issuperset(sources)
        seen.add(identity)


def test_a_circle_is_named_with_all_in_it(tmp_path: Path) -> None:
    first, second = correlation(3, [number(4)]), correlation(4, [number(3), number(1)])
    issues = read_all(tmp_path, base(1), first | {"name": "three"}, second | {"name": "four"})[1]
    assert [issue.code for issue in issues] == ["cycle", "cycle"]
    assert "three → four → three" in issues[0].message
    assert codes(tmp_path, correlation(3, [number(3)])) == ["cycle"]


def test_what_counts_a_broken_rule_is_refused_on_the_line_that_names_it(tmp_path: Path) -> None:
    broken = base(1, "one", txt__contains="x")
    ruleset, issues = read_all(tmp_path, broken, correlation(3, ["one"]), correlation(4, [number(3)]))
    assert [issue.code for issue in issues] == ["unknown-field", "broken-rule", "broken-rule"]
    lines = (tmp_path / "rules.yml").read_text(encoding="utf-8").splitlines()
    assert lines[issues[1].line - 1].strip() == "- one"
    assert ruleset.grouped == ()


def test_monitors_can_be_counted_and_then_do_not_alert(tmp_path: Path) -> None:
    ruleset, issues = read_all(
        tmp_path, monitor(1, type="rate", threshold=5), correlation(3, [number(1)], condition={"gte": 2})
    )
    assert issues == []
    assert [(rule.id, rule.alerts) for rule in ruleset.grouped] == [(number(1), False), (number(3), True)]


@pytest.mark.parametrize(
    ("block", "fine"),
    [
        ({}, False),
        ({"condition": {"gte": 1}}, True),
        ({"condition": "weak and sure"}, False),
        ({"condition": "weak or sure"}, True),
        ({"condition": "(weak or sure) and weak"}, False),
        ({"condition": "sure and not weak"}, True),
        ({"kind": "temporal_ordered"}, False),
    ],
)
def test_nobody_claims_more_confidence_than_what_must_be_there(
    tmp_path: Path, block: dict[str, Any], fine: bool
) -> None:
    weak, sure = base(1, "weak") | {"llmsec": {"confidence": 0.3}}, base(2, "sure")
    changes = {"kind": "temporal", **block}
    issues = read_all(tmp_path, weak, sure, correlation(3, ["weak", "sure"], **changes))[1]
    assert [issue.code for issue in issues] == ([] if fine else ["confidence"])
