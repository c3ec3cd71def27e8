"""The gate: rules load and do to their examples what they say."""

from pathlib import Path

from tests.detect.parts import body, write

from llmsec_tui.detect import gate
from llmsec_tui.detect.ruleset import load
from llmsec_tui.paths import shipped

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


def test_the_shipped_rules_pass() -> None:
    assert gate.lint([shipped("rules")]) == []
    assert gate.test(load([shipped("rules")])) == []


def test_the_rule_in_the_documentation_passes(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    path = tmp_path / "rule.yml"
    path.write_text(text.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert gate.lint([path]) == []
    assert gate.test(load([path])) == []
