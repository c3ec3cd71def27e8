"""Labelled texts as they are read from files."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from llmsec_tui.errors import SourceError
from llmsec_tui.service.evaluation.rows import check, rows


def row(number: int = 0, **changes: Any) -> dict[str, Any]:
    given = {
        "id": f"row-{number}",
        "text": "Good morning.",
        "label": 0,
        "role": "user",
        "task": "injection",
        "source": "ours",
        "lang": "en",
        "kind": "benign",
    }
    return {key: value for key, value in (given | changes).items() if value is not None}


def lines(*given: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in given)


def problems(path: Path, data: bytes) -> list[str]:
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        check(path)
    return caught.value.message.splitlines()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
def test_packed_and_plain_files_are_read_alike_and_further_fields_do_not_matter(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "texts"
    path.write_bytes(pack(lines(row(0, licence="MIT"), row(1, text="Zeile\u2028zwei\n")) + b"\n" + lines(row(2))[:-1]))
    assert check(path) == 3
    assert [(one.id, one.text) for one in rows(path)] == [
        ("row-0", "Good morning."),
        ("row-1", "Zeile\u2028zwei\n"),
        ("row-2", "Good morning."),
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": None}, "missing required field `text`"),
        ({"label": 2}, "Invalid enum value 2 - at `$.label`"),
        ({"label": "1"}, "at `$.label`"),
        ({"role": "robot"}, "Invalid enum value 'robot' - at `$.role`"),
        ({"task": "spam"}, "at `$.task`"),
        ({"text": 7}, "Expected `str`, got `int` - at `$.text`"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_with_its_line(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    path = tmp_path / "texts.jsonl"
    said = problems(path, lines(row(0)) + b"\n" + lines(row(1, **changes)))
    assert said[0] == "1 of 2 lines cannot be used; nothing was measured:"
    assert said[1].startswith(f"{path}:3: ")
    assert words in said[1]


def test_all_bad_lines_are_counted_and_the_first_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    said = problems(path, b"{\n" * 30 + lines(row(0)))
    assert said[0] == "30 of 31 lines cannot be used; nothing was measured:"
    assert len(said) == 22
    assert said[-1] == "… and 10 more"


def test_an_id_that_comes_again_names_the_line_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    assert problems(path, lines(row(0), row(1), row(0)))[1] == f"{path}:3: the id is that of line 1 again."


@pytest.mark.parametrize("data", [b"", b"\n \n", gzip.compress(b"", mtime=0)])
def test_a_file_without_rows_is_refused(tmp_path: Path, data: bytes) -> None:
    [said] = problems(tmp_path / "texts.jsonl", data)
    assert said.endswith("holds no rows; nothing was measured.")


def test_a_damaged_archive_and_a_missing_file_are_told(tmp_path: Path) -> None:
    [said] = problems(tmp_path / "texts.jsonl.gz", gzip.compress(lines(row(0)))[:-12])
    assert "cut off" in said
    with pytest.raises(SourceError, match="No such file"):
        check(tmp_path / "nothing")
    with pytest.raises(SourceError, match="directory"):
        check(tmp_path)


def test_text_that_is_no_unicode_is_kept_as_logs_are(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_bytes(lines(row(0, text="a\ud800b")) + lines(row(1)).replace(b"morning", b"morn\xffng"))
    assert check(path) == 2
    assert [one.text for one in rows(path)] == ["a\ufffdb", "Good morn\ufffdng."]


def test_a_line_that_comes_in_many_pieces_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_bytes(lines(row(0, text="x" * 1_000_000), row(1)))
    assert [len(one.text) for one in rows(path)] == [1_000_000, 13]
