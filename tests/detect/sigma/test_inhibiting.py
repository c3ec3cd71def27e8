"""A rule may name others that speak for it; what cannot be, is refused where it stands."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.detect.parts import body
from tests.detect.sigma.written import base, codes, correlation, number, read_all

from llmsec_tui.detect.sigma.making import make
from llmsec_tui.detect.sigma.reading import parse


def rule(n: int, *inhibitors: object, level: str = "high", name: str = "") -> dict[str, Any]:
    """A rule that alerts."""
    whole = body({"it": {"text|contains": f"word{n}"}, "condition": "it"}, id=number(n), title=f"Rule {n}", level=level)
    called = {"name": name} if name else {}
    examples = {"match": [{"text": f"word{n}"}], "no_match": [{"text": "nothing"}]}
    inhibited = {"inhibited_by": list(inhibitors)} if inhibitors else {}
    return {**whole, **called, "llmsec": {**whole["llmsec"], "examples": examples, **inhibited}}


def test_names_and_ids_become_ids_each_once(tmp_path: Path) -> None:
    ruleset, issues = read_all(
        tmp_path, rule(1, "strong", number(2), number(3)), rule(2, name="strong"), rule(3, level="critical")
    )
    assert issues == []
    assert [one.inhibited_by for one in ruleset.rules] == [(number(2), number(3)), (), ()]


def test_a_rule_over_time_inhibits_and_is_inhibited(tmp_path: Path) -> None:
    loud = correlation(3, [number(2)], generate=True)
    loud["llmsec"]["inhibited_by"] = [number(1)]
    ruleset, issues = read_all(tmp_path, rule(1, level="critical"), rule(2, number(3)), loud)
    assert issues == []
    assert ruleset.by_id[number(2)].inhibited_by == (number(3),)
    assert ruleset.by_id[number(3)].inhibited_by == (number(1),)


@pytest.mark.parametrize(
    ("documents", "code", "says"),
    [
        ([rule(1, "strnog"), rule(2, name="strong")], "unknown-rule", "strong"),
        ([rule(1, number(2)), rule(2, level="medium")], "inhibited_by", "lower level"),
        ([rule(1, number(1))], "inhibited_by", "inhibits itself"),
        ([rule(1, number(2)), base(2), correlation(3, [number(2)])], "inhibited_by", "only counted"),
    ],
)
def test_what_cannot_inhibit_is_refused_on_its_line(
    tmp_path: Path, documents: list[dict[str, Any]], code: str, says: str
) -> None:
    ruleset, (issue,) = read_all(tmp_path, *documents)
    assert issue.code == code
    assert says in issue.message
    lines = (tmp_path / "rules.yml").read_text(encoding="utf-8").splitlines()
    assert "inhibited_by" in lines[issue.line - 2]
    assert number(1) not in ruleset.by_id


def test_a_circle_is_named_with_all_in_it(tmp_path: Path) -> None:
    ruleset, issues = read_all(
        tmp_path, rule(1, "two", name="one"), rule(2, "three", name="two"), rule(3, "one", name="three")
    )
    assert [issue.code for issue in issues] == ["inhibited_by"] * 3
    assert "one → two → three → one" in issues[0].message
    assert ruleset.rules == ()


@pytest.mark.parametrize("given", ["one", [], [1], {"one": 1}])
def test_it_is_a_list_of_texts(tmp_path: Path, given: object) -> None:
    wrong = rule(1)
    wrong["llmsec"]["inhibited_by"] = given
    found = codes(tmp_path, wrong)
    assert found
    assert set(found) <= {"inhibited_by", "unknown-rule"}


@given(st.dictionaries(st.integers(0, 5), st.lists(st.integers(0, 5), max_size=3), max_size=6))
def test_no_rule_that_loads_inhibits_itself_by_way_of_others(links: dict[int, list[int]]) -> None:
    documents = [rule(n, *(number(one) for one in ones)) for n, ones in links.items()]
    ruleset = make(parse(Path("any.yml"), yaml.safe_dump_all(documents)), {})
    for one in ruleset.rules:
        reached, todo = set(), list(one.inhibited_by)
        while todo:
            other = todo.pop()
            if other not in reached and other in ruleset.by_id:
                reached.add(other)
                todo += ruleset.by_id[other].inhibited_by
        assert one.id not in reached
