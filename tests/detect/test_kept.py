"""What was made of rules is found again by the next process, and not trusted where others could have put it."""

from pathlib import Path

import polars as pl
import pytest

from llmsec_tui.detect import kept
from llmsec_tui.detect.fields import TEXT
from llmsec_tui.detect.match import literals, patterns, scanner, shapes
from llmsec_tui.detect.match.scanner import HyperscanScanner
from llmsec_tui.detect.match.syntax import Unclear
from llmsec_tui.detect.tree import Leaf, Regex

PATTERNS = (r"(?i)ignore\s+(all|any)\s+(previous|prior)", r"\bfoo|bar\d{3,}", "a(b", r".*", r"[^x]", "zé+")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "llmsec-tui" / "rules"


def _answers() -> list[object]:
    found: list[object] = []
    for pattern in PATTERNS:
        found += [patterns.problem(pattern), literals.of_pattern(pattern)]
        try:
            found.append(shapes.of_leaf(Leaf("s", TEXT, Regex(pattern, False))))
        except Unclear as unclear:
            found.append(str(unclear))
    return found


def test_answers_about_patterns_are_the_same_ones_in_another_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not worked out again, and nobody else can read them."""
    monkeypatch.setattr(kept, "_answers", kept._Answers())
    shapes.of_leaf.cache_clear()
    first = _answers()
    kept._answers.save()
    [file] = folder.iterdir()
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    monkeypatch.setattr(kept, "_answers", kept._Answers())
    shapes.of_leaf.cache_clear()
    monkeypatch.setattr(kept._answers, "save", lambda: None)
    assert _answers() == first
    assert not kept._answers._fresh


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, b"short"])
def test_what_is_damaged_is_made_anew(folder: Path, damage: bytes) -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"made"

    assert [kept.database(b"key", make) for _ in range(2)] == [b"made"] * 2
    [file] = folder.iterdir()
    file.write_bytes(damage)
    assert kept.database(b"key", make) == b"made"
    assert len(made) == 2


def test_nothing_is_taken_from_a_folder_that_others_can_reach(folder: Path) -> None:
    assert kept.database(b"key", lambda: b"mine") == b"mine"
    folder.chmod(0o755)
    assert kept.database(b"key", lambda: b"mine again") == b"mine again"


def test_where_there_is_no_room_for_it_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert kept.database(b"key", lambda: b"one") == b"one"
    assert kept.database(b"key", lambda: b"two") == b"two"


def test_another_version_of_the_program_finds_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.database(b"key", lambda: b"old")
    monkeypatch.setattr(kept, "_made_by", lambda: b"another")
    assert kept.database(b"key", lambda: b"new") == b"new"


def test_few_databases_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_DATABASES", 3)
    for number in range(5):
        kept.database(bytes([number]), lambda: b"x")
    assert len(list(folder.iterdir())) == 3


@pytest.mark.skipif(scanner.hyperscan is None, reason="Hyperscan is not built for this platform")
def test_a_database_off_the_disk_finds_what_it_found(folder: Path) -> None:
    """Also where some expressions are refused, and where the file is of another kind of machine."""
    texts = pl.Series(["abc 12", "nothing", "xyz"])
    found = []
    for _ in range(2):
        one = HyperscanScanner({"abc": "abc", "digits": r"\d\d", "bad": "(?<=x)y"})
        found.append(one.find(texts))
    assert found[0] == found[1] == {"abc": {0}, "digits": {0}, "bad": {0, 1, 2}}
