"""The file of canaries: what is written is read again, and nothing that is wrong with it goes by."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.canaries.registry import MOST, Canary, load, planted, retired, written
from llmsec_tui.detect.canaries.token import new
from llmsec_tui.detect.ruleset import read

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)


def file(folder: Path, content: bytes | str, mode: int = 0o600) -> Path:
    path = folder / "canaries.yml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


@given(st.lists(st.tuples(NAMES, NAMES, st.booleans()), max_size=6))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, bool]]
) -> None:
    found: list[Canary] = []
    for app, prompt, is_gone in rows:
        canary = planted(found, app, prompt, new(), AT)
        found.append(retired(canary, AT) if is_gone else canary)
    assert load(file(tmp_path_factory.mktemp("c"), written(found))) == (found, [])
    assert [canary.name for canary in found] == [f"C-{number}" for number in range(1, len(rows) + 1)]


def test_a_file_that_is_not_there_or_empty_has_no_canaries_and_no_rules(tmp_path: Path) -> None:
    assert load(tmp_path / "canaries.yml") == ([], [])
    assert read([tmp_path / "canaries.yml"])[1] == []
    assert load(file(tmp_path, "\n")) == ([], [])
    assert load(file(tmp_path, written([]))) == ([], [])


ROW = '{{id: C-1, app: a, prompt: p, planted: "2026-11-23T12:00:00+00:00", {}}}'
TOKEN = 'token: "g0NGM5m9uOKvqv1sP2E5"'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("canaries: 7", "is a list"),
        ("canary: []", "no 'canary' here"),
        ("canaries: [7]", "is a mapping"),
        ("canaries: [{id: 3}]", "C- and a number"),
        (f"canaries: [{ROW.format('token: short1')}]", "fewer than 16"),
        (f"canaries: [{ROW.format('since: 3')}]", "no 'since' here"),
        (f"canaries: [{ROW.format('app: 3')}]", "twice"),
        ("canaries: [{id: C-1, app: '', prompt: p}]", "'app' is one line"),
        ("canaries: [{id: C-1, app: a, prompt: p, planted: soon}]", "are times"),
        (f"canaries: [{ROW.format('prompt_: x')}]", "no 'prompt_' here"),
        (f"canaries: [{ROW.format(TOKEN)}, {ROW.format(TOKEN)}]", "twice"),
        (f"canaries: [{', '.join([ROW.format(TOKEN)] * (MOST + 1))}]", "more than 200"),
        ("canaries: []\n---\ncanaries: []", "another document"),
        ("canaries: [", "not YAML"),
    ],
)
def test_whatever_is_wrong_is_told_and_makes_no_rule(tmp_path: Path, content: str, why: str) -> None:
    path = file(tmp_path, content)
    ruleset, issues = read([path])
    assert any(why in issue.message for issue in issues), issues
    assert not ruleset.rules
    assert all("g0NGM5m9" not in issue.message for issue in issues)
    assert load(path)[1]


def test_a_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    path = file(tmp_path, written([planted([], "shop", "v3", new(), AT)]), mode=0o640)
    ruleset, issues = read([path])
    assert [issue.code for issue in issues] == ["exposed"]
    assert not ruleset.everything
