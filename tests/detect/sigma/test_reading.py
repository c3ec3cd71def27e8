"""Rule files are read strictly, within bounds, and never bring the program down."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.ruleset import read as read_rules
from llmsec_tui.detect.sigma.reading import MOST_BYTES, MOST_DEEP, MOST_VALUES, parse, read


def found(folder: Path, content: bytes | str) -> list[tuple[str, int]]:
    """Code and line of everything that is wrong with a file of these bytes."""
    path = folder / "rule.yml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [(issue.code, issue.line) for document in read(path) for issue in document.issues]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("", ("yaml", 1)),
        ("# nothing but a comment\n", ("yaml", 1)),
        ("- a\n- b\n", ("yaml", 1)),
        ("just words\n", ("yaml", 1)),
        ("a: 1\n---\n", ("yaml", 3)),
        ("a: 1\n---\n- b\n", ("yaml", 3)),
        ("a: 1\nb:\n\tc: 2\n", ("yaml", 3)),
        ("a: [unclosed\n", ("yaml", 2)),
        ("a: 1\nb: \x07\n", ("yaml", 2)),
        ("a: 1\nb: \x00\n", ("yaml", 2)),
        (b"a: 1\nb: \xff\n", ("encoding", 2)),
        ("a: é\n".encode("utf-16"), ("encoding", 1)),
        ("a: &x [1]\nb: *x\n", ("yaml-alias", 2)),
        ("a: 1\n? [b]\n: 2\n", ("yaml-key", 2)),
        ("a: 1\nb: !!python/object:os.system x\n", ("yaml-value", 2)),
        ("a: !mine x\n", ("yaml-value", 1)),
        ("a: 1\nb: 2026-13-45\n", ("yaml-value", 2)),
        ("a: " + "9" * 5000 + "\n", ("yaml-value", 1)),
        ("a: 1\nb: 2\na: 3\n", ("duplicate-key", 3)),
        ("a:\n  b: 1\n  b: 2\n", ("duplicate-key", 3)),
        ("a: {b: 1, b: 2}\n", ("duplicate-key", 1)),
    ],
)
def test_what_is_not_a_plain_yaml_mapping_is_refused_with_its_line(
    tmp_path: Path, content: bytes | str, wanted: tuple[str, int]
) -> None:
    assert found(tmp_path, content) == [wanted]


def test_tabs_are_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a:\n\tb: 1\n", encoding="utf-8")
    [issue] = read(tmp_path / "a.yml")[0].issues
    assert "tab" in issue.message
    assert str(issue).startswith(f"{tmp_path}/a.yml:2:1: yaml: ")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("x" * (MOST_BYTES + 1), "too-big"),
        ("a: [" + "1," * MOST_VALUES + "]", "too-many-values"),
        ("a: [" + "1," * 500_000 + "]", "too-many-values"),
        ("[" * 900_000, "too-deep"),
        ("- " * 400_000, "too-deep"),
        ("{a: " * 200_000, "too-deep"),
        ("".join(" " * n + "a:\n" for n in range(MOST_DEEP + 5)), "too-deep"),
        ("a: &a [x]\n" + "".join(f"b{n}: [*a, *a, *a]\n" for n in range(50)), "yaml-alias"),
    ],
)
def test_bombs_are_defused(tmp_path: Path, content: str, code: str) -> None:
    assert {one for one, _ in found(tmp_path, content)} == {code}


def test_a_file_of_brackets_does_not_kill_the_process(tmp_path: Path) -> None:
    """libyaml's own composer runs out of stack on it."""
    (tmp_path / "bomb.yml").write_text("[" * 1_000_000, encoding="utf-8")
    command = [sys.executable, "-m", "llmsec_tui", "rules", "lint", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "too-deep" in done.stdout


def test_a_file_may_hold_several_documents_each_with_its_own_lines(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text("# first\na: 1\n---\n# second\nb:\n  - c\n", encoding="utf-8")
    first, second = read(path)
    assert (first.data, second.data) == ({"a": 1}, {"b": ["c"]})
    assert (first.line("a"), second.line("b"), second.line("b", 0)) == (2, 5, 6)
    assert first.raw + second.raw == path.read_bytes()


def test_what_stands_before_a_broken_document_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text("a: 1\n---\nb: [\n", encoding="utf-8")
    first, second = read(path)
    assert (first.data, first.issues) == ({"a": 1}, [])
    assert [issue.code for issue in second.issues] == ["yaml"]


def test_a_byte_order_mark_and_dos_lines_are_read(tmp_path: Path) -> None:
    assert found(tmp_path, "\ufeffa: 1\r\nb: 2\r\n") == []


def test_columns_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a: {b: 1, b: 2}\n", encoding="utf-8")
    assert str(read(tmp_path / "a.yml")[0].issues[0]).startswith(f"{tmp_path}/a.yml:1:11: duplicate-key: ")


def test_unreadable_files_are_one_clear_problem(tmp_path: Path) -> None:
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere.yml")
    [issue] = read(tmp_path / "gone.yml")[0].issues
    assert issue.code == "unreadable"
    (tmp_path / "folder.yml").mkdir()
    assert [issue.code for issue in read_rules([tmp_path])[1]] == ["empty"]


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`? \n\t,\u0085\u2028é\ufeff", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for document in parse(Path("any.yml"), text.encode("utf-8", "ignore").decode()):
        assert document.data or document.issues or document.raw


_NAMES = st.text(alphabet="xyz", min_size=1, max_size=3)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(_NAMES, _VALUES, min_size=1))
def test_what_yaml_writes_is_read_as_it_was(data: dict[str, object]) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)
    [document] = parse(Path("any.yml"), text)
    assert document.issues == []
    assert document.data == yaml.safe_load(text)
