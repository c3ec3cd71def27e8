"""Tags, relations, fields and names."""

from pathlib import Path
from typing import Any

import pytest
from tests.detect.parts import body, write

from llmsec_tui.detect.ruleset import read
from llmsec_tui.detect.sigma.taxonomy import LISTED

GOOD = {"it": {"text|contains": "yes"}, "condition": "it"}


def found(folder: Path, **changes: Any) -> list[str]:
    """The issues of a rule with these changes."""
    return [str(issue) for issue in read([write(folder / "rule.yml", body(GOOD, **changes))])[1]]


@pytest.mark.parametrize(
    "tag",
    [
        *("owasp.llm10", "asi.asi01", "atlas.aml-t0051", "atlas.aml-t0051-001", "atlas.aml-ta0015"),
        *("attack.t1059", "attack.t1059.001", "attack.g0016", "attack.initial-access", "attack.stealth"),
        *("cve.2021-44228", "car.2016-04-005", "d3fend.d3-am", "stp.3k", "stp.4", "tlp.amber", "detection.dfir"),
        "acme-soc.tier-2",
    ],
)
def test_tags_of_the_catalogues_and_of_your_own_are_fine(tmp_path: Path, tag: str) -> None:
    assert found(tmp_path, tags=[tag]) == []


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("owasp.llm11", "did you mean 'owasp.llm"),
        ("owasp.llm1", "did you mean"),
        ("asi.asi11", "did you mean"),
        ("atlas.aml-t0051-003", "MITRE ATLAS 5.6.0 has no"),
        ("atlas.aml-t0099-000", "MITRE ATLAS 5.6.0 has no"),
        ("atlas.aml.t0051.001", "did you mean 'atlas.aml-t0051-001'"),
        ("attack.t105", "does not look like anything in attack"),
        ("attack.initial_access", "did you mean 'initial-access'"),
        ("attack.g0016.001", "does not look like"),
        ("cve.44228", "does not look like"),
        ("stp.6", "does not look like"),
        ("owsap.llm01", "did you mean 'owasp'"),
        ("OWASP.LLM01", "lower case"),
        ("owasp", "namespace.name"),
        ("owasp. llm01", "without spaces"),
    ],
)
def test_tags_that_exist_nowhere_are_refused_and_the_nearest_is_offered(tmp_path: Path, tag: str, said: str) -> None:
    [issue] = found(tmp_path, tags=["owasp.llm01", tag])
    assert said in issue


def test_every_bad_tag_is_told_at_once(tmp_path: Path) -> None:
    assert len(found(tmp_path, tags=["owasp.llm11", 5, "owasp.llm01", "Asi.x"])) == 3


def test_the_catalogues_have_as_many_names_as_their_editions() -> None:
    techniques = {name for name in LISTED["atlas"] if not name.startswith("aml-ta")}
    assert (len(techniques), len(LISTED["atlas"]) - len(techniques)) == (170, 16)
    assert len(LISTED["owasp"]) == len(LISTED["asi"]) == 10


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"related": [{"id": "x", "type": "derived"}]}, "related"),
        ({"related": [{"id": "6d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b21", "type": "son"}]}, "related"),
        ({"related": [{"id": "6d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b21"}]}, "related"),
        ({"related": ["x"]}, "related"),
        ({"related": {}}, "related"),
        ({"fields": ["user_idd"]}, "unknown-field"),
        ({"fields": "user_id"}, "fields"),
        ({"name": "two words"}, "name"),
        ({"name": "not"}, "name"),
        ({"name": "6D5F2A0E-6a43-4b6e-9d1f-0c5a8e7f1b21"}, "name"),
        ({"generate": True}, "unknown-key"),
        ({"logsource": {"product": "windows"}}, "product"),
        ({"logsource": {"product": "llm", "category": 5}}, "category"),
        ({"logsource": {"product": "llm", "service": ""}}, "service"),
        ({"filter": {"rules": "any"}}, "unknown-key"),
    ],
)
def test_other_keys_are_checked(tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    assert f": {code}: " in found(tmp_path, **changes)[0]


def test_a_document_is_one_kind_of_rule(tmp_path: Path) -> None:
    issues = found(tmp_path, correlation={"type": "event_count"}, filter={"rules": "any"})
    assert any(": kind: " in issue for issue in issues)


def test_a_time_of_day_is_no_date(tmp_path: Path) -> None:
    path = write(tmp_path / "rule.yml", body(GOOD))
    path.write_text(path.read_text(encoding="utf-8") + "date: 2026-01-01 10:00:00\n", encoding="utf-8")
    assert [issue.code for issue in read([path])[1]] == ["date"]
