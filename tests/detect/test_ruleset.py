"""Rules load completely or not at all, and every problem is named with its file and line."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.detect.parts import ID, body, write

from llmsec_tui.detect.ruleset import load, read
from llmsec_tui.errors import RuleError, RuleIssue

OTHER = "7d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b20"
GOOD = {"it": {"text|contains": "yes"}, "condition": "it"}


def problems(folder: Path, text: str) -> list[RuleIssue]:
    """The issues of one rule file with this text."""
    path = folder / "rule.yml"
    path.write_text(text, encoding="utf-8")
    return read([path])[1]


def codes(folder: Path, data: dict[str, Any]) -> set[str]:
    """The codes of the issues of one rule file with this data."""
    return {issue.code for issue in read([write(folder / "rule.yml", data)])[1]}


def test_a_rule_file_becomes_a_rule(tmp_path: Path) -> None:
    data = body(GOOD, references=["https://example.org/a"], author="Ann", date=None)
    [rule] = load([write(tmp_path / "injection" / "rule.yml", data)]).rules
    assert (rule.id, rule.title, rule.level, rule.confidence) == (ID, "A rule", "high", 0.7)
    assert rule.tags == ("owasp.llm01",)
    assert rule.false_positives == ("none known",)
    assert rule.references == ("https://example.org/a",)
    assert rule.playbook == ("Look at it.",)
    assert len(rule.version) == 12
    assert [example.event.text for example in rule.examples.match] == ["yes"]


def test_all_problems_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    write(
        tmp_path / "a.yml", body({"it": {"txt|contains": "x", "text|contians": "y"}, "condition": "it"}, level="hihg")
    )
    (tmp_path / "b.yml").write_text("title: [unclosed", encoding="utf-8")
    write(tmp_path / "c.yml", body(GOOD, id=OTHER, title="Another"))
    with pytest.raises(RuleError) as caught:
        load([tmp_path])
    found = {(Path(issue.path).name, issue.code) for issue in caught.value.issues}
    assert found == {("a.yml", "unknown-field"), ("a.yml", "unknown-modifier"), ("a.yml", "level"), ("b.yml", "yaml")}
    good, issues = read([tmp_path])
    assert [rule.id for rule in good.rules] == [OTHER]
    assert issues == caught.value.issues


def test_names_that_nearly_exist_are_suggested(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", body({"it": {"tol_name|contain": "x"}, "condition": "it"}, level="hihg", tittle="x"))
    said = "\n".join(str(issue) for issue in read([tmp_path])[1])
    for name in ("'tool_name'", "'contains'", "'high'", "'title'"):
        assert f"did you mean {name}?" in said


def test_duplicate_keys_are_refused_wherever_they_are(tmp_path: Path) -> None:
    text = yaml.safe_dump(body(GOOD), sort_keys=False)
    line = text.splitlines().index("level: high") + 1
    issues = problems(tmp_path, text.replace("level: high", "level: high\nlevel: low"))
    assert [(issue.code, issue.line) for issue in issues] == [("duplicate-key", line + 1)]
    nested = text.replace("    text|contains: 'yes'", "    text|contains: a\n    text|contains: b")
    assert [issue.code for issue in problems(tmp_path, nested)] == ["duplicate-key"]


@pytest.mark.parametrize("key", ["title", "id", "status", "description", "level", "logsource", "detection", "tags"])
def test_required_keys_are_required(tmp_path: Path, key: str) -> None:
    assert codes(tmp_path, body(GOOD, **{key: None})) == {"missing-key"}


@pytest.mark.parametrize("key", ["confidence", "playbook", "examples"])
def test_our_own_keys_are_required_too(tmp_path: Path, key: str) -> None:
    ours = {name: value for name, value in body(GOOD)["llmsec"].items() if name != key}
    assert codes(tmp_path, body(GOOD, llmsec=ours)) == {"missing-key"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "not-a-uuid"),
        ("id", 5),
        ("status", "good"),
        ("level", "severe"),
        ("tags", []),
        ("tags", ["injection"]),
        ("tags", ["Owasp.LLM01"]),
        ("title", ""),
        ("falsepositives", []),
        ("falsepositives", "none"),
        ("date", "yesterday"),
        ("references", "https://example.org"),
        ("logsource", "llm"),
        ("llmsec", []),
    ],
)
def test_values_that_make_no_sense_are_refused_by_key(tmp_path: Path, key: str, value: object) -> None:
    assert codes(tmp_path, body(GOOD, **{key: value})) == {key}


def test_logsource_confidence_and_playbook_are_checked(tmp_path: Path) -> None:
    ours = body(GOOD)["llmsec"] | {"confidence": 1.5, "playbook": [], "colour": "red"}
    data = body(GOOD, logsource={"product": "windows"}, llmsec=ours)
    assert codes(tmp_path, data) == {"product", "confidence", "playbook", "unknown-key"}


@pytest.mark.parametrize(
    ("examples", "code"),
    [
        ({"match": [{"text": "a"}]}, "examples"),
        ({"match": [{"text": "a"}], "no_match": []}, "examples"),
        ({"match": ["a"], "no_match": [{"text": "b"}]}, "examples"),
        ({"match": [{"text": 5}], "no_match": [{"text": "b"}]}, "example-field"),
        ({"match": [{"txet": "a"}], "no_match": [{"text": "b"}]}, "example-field"),
        ({"match": [{"role": "usr"}], "no_match": [{"text": "b"}]}, "example-field"),
        ({"match": [{"cost_usd": True}], "no_match": [{"text": "b"}]}, "example-field"),
        ({"match": [{"refusal": 1}], "no_match": [{"text": "b"}]}, "example-field"),
        ({"mach": [{"text": "a"}], "match": [{"text": "a"}], "no_match": [{"text": "b"}]}, "unknown-key"),
    ],
)
def test_examples_must_be_events(tmp_path: Path, examples: object, code: str) -> None:
    assert codes(tmp_path, body(GOOD, llmsec=body(GOOD)["llmsec"] | {"examples": examples})) == {code}


def test_an_id_a_name_and_a_title_are_taken_once(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", body(GOOD, name="one"))
    write(tmp_path / "b.yml", body(GOOD, name="one"))
    write(tmp_path / "c.yml", body(GOOD, id=OTHER, name="one", title="Another"))
    write(tmp_path / "d.yml", body(GOOD, id=OTHER.replace("7", "8"), name="two", title=" a RULE"))
    ruleset, issues = read([tmp_path])
    assert [(Path(issue.path).name, issue.code) for issue in issues] == [
        ("b.yml", "duplicate-id"),
        ("c.yml", "duplicate-name"),
        ("d.yml", "duplicate-title"),
    ]
    assert "a.yml:2" in issues[0].message
    assert len(ruleset.rules) == 3


def test_a_broken_copy_does_not_keep_the_good_rule_out(tmp_path: Path) -> None:
    """Somebody keeps yesterday's version beside it: what can be detected is detected."""
    write(tmp_path / "a copy.yml", body({"it": {"txt": "x"}, "condition": "it"}))
    write(tmp_path / "b.yml", body(GOOD))
    ruleset, issues = read([tmp_path])
    assert [rule.path.name for rule in ruleset.rules] == ["b.yml"]
    assert [issue.code for issue in issues] == ["unknown-field", "duplicate-id"]


def test_one_broken_file_among_forty_leaves_thirty_nine(tmp_path: Path) -> None:
    for number in range(40):
        write(
            tmp_path / f"{number}.yml", body(GOOD, id=f"00000000-0000-4000-8000-{number:012d}", title=f"Rule {number}")
        )
    (tmp_path / "7.yml").write_bytes(b"\xff\xfe")
    ruleset, issues = read([tmp_path])
    assert len(ruleset.rules) == 39
    assert [(Path(issue.path).name, issue.code) for issue in issues] == [("7.yml", "encoding")]
    with pytest.raises(RuleError, match="1 problem in the rules"):
        load([tmp_path])


def test_missing_and_empty_folders_are_one_clear_problem_each(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RuleError) as caught:
        load([tmp_path / "gone", tmp_path / "empty"])
    assert [(issue.code, Path(issue.path).name) for issue in caught.value.issues] == [
        ("missing", "gone"),
        ("empty", "empty"),
    ]


def test_the_version_changes_with_any_byte_of_any_rule(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yml", body(GOOD))
    before = load([path])
    path.write_text(path.read_text(encoding="utf-8") + "# a word\n", encoding="utf-8")
    after = load([path])
    assert before.rules[0].version != after.rules[0].version
    assert before.version != after.version
    assert after.by_id[ID] is after.rules[0]
