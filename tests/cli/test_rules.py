"""The rule gate from the shell."""

import json
from pathlib import Path

from tests.cli.parts import Said, command
from tests.detect.parts import body, write

GOOD = {"it": {"text|contains": ["one", "one two"]}, "condition": "it"}


def rules(*arguments: str | Path) -> Said:
    """Run one of the commands."""
    return command("rules", *arguments)


def test_warnings_and_hints_are_shown_and_do_not_fail(tmp_path: Path) -> None:
    path = write(tmp_path / "rule.yml", body(GOOD, tags=["acme.x"]))
    done = rules("lint", path)
    assert done.returncode == 0
    assert f"{path}:6:3: warning foreign-tag: " in done.stdout
    line = path.read_text(encoding="utf-8").splitlines().index("    - one two") + 1
    assert f"{path}:{line}:7: info redundant-value: " in done.stdout
    assert done.stderr.startswith("1 rule is well formed: 1 warning, ")


def test_errors_fail_and_say_how_much_is_left(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", body(GOOD))
    path = write(tmp_path / "b.yml", body(GOOD, level="hihg", title="B", id="x"))
    done = rules("lint", tmp_path)
    assert done.returncode == 1
    assert f"{path}:2:1: id: " in done.stdout
    assert "2 errors" in done.stderr
    assert "in 1 broken file; 1 rule of 2 load." in done.stderr


def test_json_lines_hold_every_issue_with_its_place_and_severity(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yml", body(GOOD, level="High"))
    done = rules("lint", "--format", "jsonl", path)
    issues = [json.loads(line) for line in done.stdout.splitlines()]
    [level] = [issue for issue in issues if issue["code"] == "level"]
    assert level["severity"] == "error"
    assert level["fixable"] is True
    assert level["path"] == str(path)
    assert level["line"] > 0
    assert level["column"] == 1
    assert {issue["severity"] for issue in issues} == {"error", "info"}


def test_a_summary_counts_by_code(tmp_path: Path) -> None:
    for number in range(3):
        write(
            tmp_path / f"{number}.yml",
            body({"it": {"txt": "x"}, "condition": "it"}, id=f"x{number}", title=f"R{number}"),
        )
    done = rules("lint", "--summary", "--format", "jsonl", tmp_path)
    rows = {row["code"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert (rows["unknown-field"]["problems"], rows["unknown-field"]["files"]) == (3, 3)
    assert "0.yml" in rows["unknown-field"]["first"]
    assert rules("lint", "--summary", tmp_path).stdout.splitlines()[0].split()[:2] == ["SEVERITY", "CODE"]


def test_fix_says_what_it_changed_and_lint_what_is_left(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yml", body(GOOD, level="High", tags=["OWASP.LLM01"]))
    done = rules("lint", "--fix", path)
    assert done.returncode == 0
    assert "level: High is now high" in done.stderr
    assert "2 changes made." in done.stderr
    assert "level: high\n" in path.read_text(encoding="utf-8")
    assert "0 changes made." in rules("lint", "--fix", path).stderr


def test_nothing_in_a_rule_reaches_the_terminal_raw(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text('"\\e]52;c;aGk=\\a": 1\n', encoding="utf-8")
    done = rules("lint", tmp_path)
    assert "\x1b" not in done.stdout + done.stderr
    assert done.returncode == 1


def test_list_shows_what_kind_of_rule_each_is() -> None:
    rows = [json.loads(line) for line in rules("list", "--format", "jsonl").stdout.splitlines()]
    assert {"rule_id", "kind", "alerts", "level", "title", "version", "path"} <= set(rows[0])
    assert not any("/" in row["rule_id"] for row in rows)
