"""The gate: rules load and do to their examples what they say."""

from pathlib import Path
from typing import Any

from tests.detect.parts import body, write
from tests.detect.sigma.written import base, correlation, number, write_all

from llmsec_tui.detect import gate
from llmsec_tui.detect.ruleset import load
from llmsec_tui.errors import RuleIssue

DETECTION = {"it": {"text|contains": "open sesame", "trust": "tool"}, "condition": "it"}


def test_examples_that_are_missed_or_hit_wrongly_are_named_with_their_line(tmp_path: Path) -> None:
    examples = {
        "match": [{"role": "tool", "text": "Open Sesame!"}, {"role": "user", "text": "open sesame"}],
        "no_match": [{"role": "tool", "text": "open door"}, {"trust": "tool", "text": "open sesame"}],
    }
    ours = body(DETECTION)["llmsec"] | {"examples": examples}
    path = write(tmp_path / "rule.yml", body(DETECTION, llmsec=ours))
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [(issue.code, lines[issue.line - 1].strip(" -")) for issue in gate.test(load([path]))]
    assert found == [("no-hit", "role: user"), ("false-hit", "trust: tool")]


def test_an_example_gets_what_follows_from_its_role(tmp_path: Path) -> None:
    detection = {"it": {"kind": "message", "trust": "operator", "content_state": "present"}, "condition": "it"}
    examples = {"match": [{"role": "developer", "text": "a"}], "no_match": [{"role": "developer", "kind": "usage"}]}
    ours = body(detection)["llmsec"] | {"examples": examples}
    assert gate.test(load([write(tmp_path / "rule.yml", body(detection, llmsec=ours))])) == []


def test_lint_gives_issues_and_raises_nothing(tmp_path: Path) -> None:
    write(tmp_path / "rule.yml", body(DETECTION, level="loud"))
    assert [issue.code for issue in gate.lint([tmp_path, tmp_path / "gone"])] == ["missing", "level"]


def test_the_rules_in_the_documentation_pass(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in text.split("```yaml\n")[1:]]
    rules = [block for block in blocks if block.startswith("title:")]
    lists = [block for block in blocks if block.startswith("allowed_tools:")]
    assert (len(rules), len(lists)) == (5, 1)
    for at, block in enumerate(rules):
        (tmp_path / f"rule_{at}.yml").write_text(block, encoding="utf-8")
    (tmp_path / "placeholders.yml").write_text(lists[0], encoding="utf-8")
    ruleset = load([tmp_path])
    assert gate.test(ruleset) == []
    assert (len(ruleset.rules), len(ruleset.grouped)) == (5, 2)


FAILED = base(1, "failed", kind="tool_result", tool_is_error=True)


def over_time(folder: Path, block: dict[str, Any], match: list[Any], no_match: list[Any]) -> list[RuleIssue]:
    """What the gate says about a correlation with these examples."""
    whole = correlation(3, ["failed"], **block)
    whole["llmsec"] = whole["llmsec"] | {"examples": {"match": match, "no_match": no_match}}
    return gate.test(load([write_all(folder / "rules.yml", FAILED, whole)]))


def fails(at: str, times: int, user: str = "ann") -> dict[str, Any]:
    """So many failures of a user, a second apart."""
    event = {"at": at, "kind": "tool_result", "tool_is_error": True, "user_id": user}
    return event | ({"times": times, "every": "1s"} if times > 1 else {})


def test_sequences_go_through_the_engine_and_the_correlator(tmp_path: Path) -> None:
    three, apart = [fails("0s", 3)], [fails("0s", 2), fails("1s", 2, "bob"), fails("301s", 1)]
    assert over_time(tmp_path, {}, [three, [fails("0s", 1), fails("4m", 2)]], [apart, [fails("0s", 2)]]) == []


def test_sequences_that_are_missed_or_hit_wrongly_are_named_with_their_line(tmp_path: Path) -> None:
    issues = over_time(tmp_path, {}, [[fails("0s", 3)], [fails("5s", 2)]], [[fails("6s", 1)], [fails("7s", 4)]])
    lines = (tmp_path / "rules.yml").read_text(encoding="utf-8").splitlines()
    assert [(issue.code, lines[issue.line - 1].strip(" -")) for issue in issues] == [
        ("no-hit", "at: 5s"),
        ("false-hit", "at: 7s"),
    ]


def test_what_does_not_come_is_seen_once_later_events_have_come(tmp_path: Path) -> None:
    """Time goes on with events only."""
    done = base(2, "done", kind="tool_result", tool_is_error=False)
    whole = correlation(3, None, "temporal", condition="failed and not done")
    again = {"at": "10s", "kind": "tool_result", "tool_is_error": False, "user_id": "ann"}
    later = {"at": "1h", "kind": "meta"}
    examples = {
        "match": [[fails("0s", 1), later]],
        "no_match": [[fails("0s", 1)], [fails("0s", 1), again, later]],
    }
    whole["llmsec"] = whole["llmsec"] | {"examples": examples}
    assert gate.test(load([write_all(tmp_path / "rules.yml", FAILED, done, whole)])) == []


def test_a_correlation_of_correlations_is_tested_with_all_below_it(tmp_path: Path) -> None:
    inner = correlation(3, ["failed"])
    inner["llmsec"] = inner["llmsec"] | {"examples": {"match": [[fails("0s", 3)]], "no_match": [[fails("0s", 2)]]}}
    outer = correlation(4, [number(3)], condition={"gte": 2}, timespan="1d")
    twice = [fails("0s", 3), fails("1h", 3)]
    outer["llmsec"] = outer["llmsec"] | {"examples": {"match": [twice], "no_match": [[fails("0s", 9)]]}}
    assert gate.test(load([write_all(tmp_path / "rules.yml", FAILED, inner, outer)])) == []


def test_a_rule_that_is_only_counted_must_do_what_it_says_too(tmp_path: Path) -> None:
    examples = {"match": [{"kind": "tool_call"}], "no_match": [{"kind": "tool_result", "tool_is_error": False}]}
    whole = FAILED | {"llmsec": {"examples": examples}}
    silent = correlation(3, ["failed"])
    ours = {"examples": {"match": [[fails("0s", 3)]], "no_match": [[fails("0s", 1)]]}}
    silent["llmsec"] = silent["llmsec"] | ours
    issues = gate.test(load([write_all(tmp_path / "rules.yml", whole, silent)]))
    assert [issue.code for issue in issues] == ["no-hit"]
