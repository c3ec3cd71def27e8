"""Lists that %name% stands for."""

from pathlib import Path

import pytest
from tests.detect.parts import body, hit, said, write
from tests.detect.sigma.written import number

from llmsec_tui.detect.ruleset import load, read

USING = body({"it": {"tool_name|expand": "%allowed%"}, "condition": "not it"})


def lists(folder: Path, text: str) -> Path:
    """The file with the lists of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "placeholders.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rules_take_their_values_from_the_file_of_their_folder(tmp_path: Path) -> None:
    write(tmp_path / "tools" / "rule.yml", USING)
    assert [issue.code for issue in read([tmp_path])[1]] == ["placeholder"]
    lists(tmp_path, "allowed: [ls, cat]\n")
    ruleset = load([tmp_path])
    events = (said("a", tool_name="ls"), said("a", tool_name="CAT"), said("a", tool_name="rm"))
    assert hit(ruleset, *events) == [2]


def test_a_single_file_finds_the_lists_beside_and_above_it(tmp_path: Path) -> None:
    path = write(tmp_path / "tools" / "rule.yml", USING)
    lists(tmp_path, "allowed: ls\n")
    assert len(load([path]).rules) == 1


def test_a_rule_changes_with_its_lists_and_with_no_others(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", USING)
    other = body({"it": {"text|contains": "x"}, "condition": "it"}, id=number(2), title="Another")
    write(tmp_path / "b.yml", other)
    versions = []
    for text in ("allowed: [ls]\nb: [x]\n", "allowed: [ls]\nb: [y]\n", "allowed: [ls, cat]\nb: [y]\n"):
        lists(tmp_path, text)
        versions.append([rule.version for rule in load([tmp_path]).rules])
    assert versions[0] == versions[1]
    assert [one == two for one, two in zip(versions[1], versions[2], strict=True)].count(False) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("allowed: []\n", "placeholder-value"),
        ("allowed: [[ls]]\n", "placeholder-value"),
        ("allowed: {a: b}\n", "placeholder-value"),
        ("allowed: [yes]\n", "placeholder-value"),
        ("allowed: ''\n", "placeholder-value"),
        ("'%allowed%': [ls]\n", "placeholder-name"),
        ("- ls\n", "yaml"),
        ("allowed: [ls]\nallowed: [cat]\n", "duplicate-key"),
    ],
)
def test_lists_that_make_no_sense_are_refused(tmp_path: Path, text: str, code: str) -> None:
    lists(tmp_path, text)
    other = body({"it": {"text|contains": "x"}, "condition": "it"})
    write(tmp_path / "a.yml", other)
    assert [issue.code for issue in read([tmp_path])[1]] == [code]


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", USING)
    lists(tmp_path, "allowed: [ls]\n")
    lists(tmp_path / "sub", "allowed: [cat]\n")
    assert [issue.code for issue in read([tmp_path])[1]] == ["duplicate-placeholder"]


def test_numbers_are_taken_as_they_are_written(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", body({"it": {"tool_call_id|expand": "%ids%"}, "condition": "it"}))
    lists(tmp_path, "ids: [007, 1e3]\n")
    assert hit(load([tmp_path]), said("a", tool_call_id="007"), said("a", tool_call_id="1e3")) == [0, 1]
