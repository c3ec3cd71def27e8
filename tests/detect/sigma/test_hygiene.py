"""Warnings and hints: the rule loads, and could be better."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.detect.parts import body, write
from tests.detect.sigma.written import base, correlation, number, over_time, write_all

from llmsec_tui.detect.gate import examine, lint

GOOD = {"it": {"text|contains": ["one", "two"]}, "condition": "it"}
TWICE = {"match": [{"text": "one"}, {"text": "two"}], "no_match": [{"text": "no"}, {"text": "none"}]}


def tidy(detection: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A rule about which there is nothing to say, but for the changes."""
    ours = {"confidence": 0.7, "playbook": ["Look."], "examples": TWICE}
    extra: dict[str, Any] = {"author": "Ann", "date": date(2026, 1, 2)}
    whole = body(detection or GOOD, llmsec=ours, **extra)
    return whole | changes


def found(folder: Path, whole: dict[str, Any], name: str = "rule.yml") -> list[str]:
    """The codes of all that is said about a rule, which must load."""
    path = write(folder / name, whole)
    assert lint([path]) == []
    return [issue.code for issue in examine([path]).issues]


def test_there_is_nothing_to_say_about_a_tidy_rule(tmp_path: Path) -> None:
    assert found(tmp_path, tidy()) == []


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"title": "x" * 257}, "long-title"),
        ({"name": "x" * 257}, "long-name"),
        ({"description": "x" * 65_536}, "long-description"),
        ({"modified": date(2026, 1, 1)}, "date-order"),
        ({"tags": ["owasp.llm01", "acme.x"]}, "foreign-tag"),
        ({"tags": ["owasp.llm01", "owasp.llm01"]}, "duplicate-entry"),
        ({"references": ["https://a.example", "https://a.example"]}, "duplicate-entry"),
        ({"falsepositives": ["?"]}, "short-falsepositive"),
        ({"status": "unsupported"}, "retired"),
    ],
)
def test_the_header_could_be_better(tmp_path: Path, changes: dict[str, Any], wanted: str) -> None:
    assert found(tmp_path, tidy(**changes)) == [wanted]


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    whole = tidy(status="deprecated")
    del whole["author"], whole["date"]
    assert sorted(found(tmp_path, whole)) == ["no-author", "no-date", "no-successor", "retired"]


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        ({"text|contains": ["abc", "ABC"]}, ["duplicate-value"]),
        ({"text|contains|cased": ["abc", "ABC"]}, []),
        ({"text|re": ["ab[c]", "AB[C]"]}, []),
        ({"text|contains": ["ignore", "ignore all"]}, ["redundant-value"]),
        ({"text|contains|all": ["ignore", "ignore all"]}, []),
        ({"tool_name": ["ls", None]}, ["null-in-list"]),
        ({"tool_name": "*"}, ["wildcard-only"]),
        ({"text|contains": "*abc"}, ["idle-wildcard"]),
        ({"text|re": ".*ab[c]"}, ["idle-wildcard"]),
        ({"text|re": "ab[c].*"}, ["idle-wildcard"]),
        ({"text|re": r"ab[c]\.*"}, []),
        ({"text|re": "abc"}, ["plain-pattern"]),
        ([{"text|contains": "abc"}, {"tool_name": ["a", "A"]}], ["duplicate-value"]),
    ],
)
def test_values_could_be_better(tmp_path: Path, selection: Any, wanted: list[str]) -> None:
    assert found(tmp_path, tidy({"it": selection, "condition": "it"})) == wanted


def test_equal_selections_are_told(tmp_path: Path) -> None:
    detection = {"a": {"text|contains": "x1y"}, "b": {"text|contains": "x1y"}, "condition": "a or b"}
    assert found(tmp_path, tidy(detection)) == ["equal-selections"]


def test_examples_could_be_better(tmp_path: Path) -> None:
    ours = tidy()["llmsec"]
    few = ours | {"examples": TWICE | {"match": [{"text": "one"}]}}
    assert found(tmp_path, tidy(llmsec=few)) == ["few-examples"]
    same = ours | {"examples": TWICE | {"no_match": [{"text": "no"}, {"text": "one"}]}}
    assert found(tmp_path, tidy(llmsec=same)) == ["contradiction"]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("\ufeff{}", ["bom"]),
        ("{}".replace("\n", "\r\n"), []),
        ("{}\r\n# x\r\n", ["crlf"]),
        ("{}# x  \n\n", ["trailing-space"]),
    ],
)
def test_the_layout_could_be_better(tmp_path: Path, content: str, wanted: list[str]) -> None:
    path = write(tmp_path / "rule.yml", tidy() | {"date": None})
    text = path.read_text(encoding="utf-8")
    before, after = content.split("{}")
    path.write_bytes((before + text + after).encode())
    codes = [issue.code for issue in examine([path]).issues]
    assert [code for code in codes if code in ("bom", "crlf", "trailing-space", "final-newline")] == wanted


def test_spaces_inside_values_are_theirs(tmp_path: Path) -> None:
    path = write(tmp_path / "rule.yml", tidy())
    text = path.read_text(encoding="utf-8").replace(
        "description: Something to look for.", "description: |\n  a  \n  b \n"
    )
    path.write_text(text.rstrip("\n"), encoding="utf-8")
    codes = [issue.code for issue in examine([path]).issues]
    assert ("trailing-space" in codes, "final-newline" in codes) == (False, True)


def test_names_of_files_are_plain(tmp_path: Path) -> None:
    for name, wanted in (("ok_1.yml", False), ("Not ok.yml", True), ("rule.yaml", True)):
        assert ("file-name" in found(tmp_path / name, tidy(), name)) == wanted


def test_a_correlation_that_silences_a_rule_says_so(tmp_path: Path) -> None:
    loud = tidy(id=number(1), title="Loud", name="loud")
    quiet = base(2, "quiet")
    path = write_all(tmp_path / "rules.yml", loud, quiet, correlation(3, ["loud", "quiet"]))
    told = [issue for issue in examine([path]).issues if issue.code == "silenced-rule"]
    assert ["'Loud'" in issue.message for issue in told] == [True]
    path = write_all(path, loud, quiet, correlation(3, ["loud", "quiet"], generate=True))
    assert "silenced-rule" not in {issue.code for issue in examine([path]).issues}


def test_correlations_could_be_better(tmp_path: Path) -> None:
    path = write_all(tmp_path / "rules.yml", base(1, "one"), correlation(3, ["one"], "temporal", group_by=None))
    assert {"no-group-by", "single-rule"} <= {issue.code for issue in examine([path]).issues}


def test_filters_that_keep_or_hide_too_much_are_told(tmp_path: Path) -> None:
    block = {"rules": "any", "it": {"user_id": "me"}, "condition": "it"}
    given = {"title": "Me", "id": number(9), "logsource": {"product": "llm"}, "filter": block}
    path = write_all(tmp_path / "rules.yml", tidy(), given)
    assert {"broad-filter", "filter-keeps"} <= {issue.code for issue in examine([path]).issues}


def test_placeholders_that_nobody_uses_are_told(tmp_path: Path) -> None:
    write(tmp_path / "rule.yml", tidy({"it": {"tool_name|expand": "%used%"}, "condition": "it"}))
    (tmp_path / "placeholders.yml").write_text("used: [a]\nspare: [b]\n", encoding="utf-8")
    told = [issue for issue in examine([tmp_path]).issues if issue.code == "unused-placeholder"]
    assert [issue.line for issue in told] == [2]


def test_lint_tells_of_errors_only(tmp_path: Path) -> None:
    write_all(tmp_path / "rules.yml", over_time(1, correlation={}), tidy(tags=["acme.x"]))
    assert all(issue.code != "foreign-tag" for issue in lint([tmp_path]))
    assert any(issue.code == "foreign-tag" for issue in examine([tmp_path]).issues)
