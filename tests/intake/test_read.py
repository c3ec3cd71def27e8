"""A review reads a file whole, in pieces, and leaves no trace on it."""

import gzip
import json
import os
import zlib
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.intake.inflate import DamagedArchive, inflate
from llmsec_tui.intake.read import Read, WholeFile, read_whole
from llmsec_tui.intake.records import NoticeKind


def merged(path: Path, piece_bytes: int = 1 << 20) -> Read:
    whole = Read()
    file = WholeFile(path, piece_bytes=piece_bytes)
    for read in file.pieces():
        whole.records.extend(read.records)
        whole.dead_letters.extend(read.dead_letters)
        whole.notices.extend(read.notices)
        assert read.checkpoints == []
    assert (file.size, file.sha256) == (path.stat().st_size, sha256(path.read_bytes()).hexdigest())
    return whole


@given(st.integers(1, 60))
def test_the_size_of_the_pieces_changes_nothing(tmp_path_factory: pytest.TempPathFactory, piece_bytes: int) -> None:
    path = tmp_path_factory.mktemp("read") / "a.jsonl"
    path.write_bytes(b'{"a":1}\nbad line\n{"b":2}\n{"c":3}')
    whole = merged(path, piece_bytes)
    assert [(record.offset, record.data) for record in whole.records] == [(0, {"a": 1}), (17, {"b": 2}), (25, {"c": 3})]
    assert [(letter.offset, letter.length) for letter in whole.dead_letters] == [(8, 8)]
    assert len({record.source_id for record in whole.records}) == 1


def test_a_last_line_cut_short_is_a_dead_letter(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":')
    assert [letter.offset for letter in merged(path).dead_letters] == [8]


def test_an_empty_file_has_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    assert list(read_whole(tmp_path / "a.jsonl")) == []


def test_reading_changes_neither_the_file_nor_its_times(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a":1}\n')
    os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    path.chmod(0o400)
    merged(path)
    # Looked at before the bytes are read again, which would set the access time.
    os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    list(WholeFile(path).pieces())
    now = path.stat()
    assert (now.st_atime_ns, now.st_mtime_ns) == (1_000_000_000, 2_000_000_000)


def test_a_binary_file_is_one_dead_letter_and_one_notice(tmp_path: Path) -> None:
    for size in (300, 100_000):
        path = tmp_path / f"{size}.log"
        path.write_bytes(bytes(range(256)) * (size // 256) + b"\n")
        whole = merged(path, 16_384)
        assert len(whole.dead_letters) == 1
        assert [notice.kind for notice in whole.notices] == [NoticeKind.UNREADABLE]
        assert whole.records == []


def test_a_few_nul_bytes_do_not_hide_the_records_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\0\0\0\n" + b'{"a":1}\n' * 2000)
    whole = merged(path, 4096)
    assert (len(whole.records), len(whole.dead_letters), whole.notices) == (2000, 1, [])


def test_records_behind_a_binary_beginning_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\0\n" * 8192 + b'{"a":1}\nbad\n')
    whole = merged(path, 8192)
    assert (len(whole.records), len(whole.dead_letters)) == (1, 2)


def test_the_kind_of_a_file_that_is_no_log_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"a": 1}\n'.encode("utf-32"))
    assert "UTF-32" in merged(path).notices[0].message


def test_what_is_not_a_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        next(read_whole(tmp_path / "pipe"))


def test_an_archive_is_known_by_its_content_and_its_offsets_count_unpacked_bytes(tmp_path: Path) -> None:
    path = tmp_path / "no-gz-in-the-name.jsonl"
    lines = [json.dumps({"n": n}).encode() + b"\n" for n in range(1000)]
    path.write_bytes(gzip.compress(b"".join(lines[:500])) + gzip.compress(b"".join(lines[500:])) + b"\0" * 10)
    for piece_bytes in (100, 1 << 20):
        whole = merged(path, piece_bytes)
        assert [record.data["n"] for record in whole.records] == list(range(1000))
        assert whole.records[-1].offset == len(b"".join(lines[:-1]))
        assert (whole.dead_letters, whole.notices) == ([], [])


def test_a_damaged_archive_gives_what_is_before_the_damage_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    packed = gzip.compress(b'{"a":1}\n' * 10_000 + os.urandom(100_000).hex().encode())
    for damaged in (packed[: len(packed) // 2], packed[:5000] + b"\xff" * 500 + packed[5500:]):
        path.write_bytes(damaged)
        whole = merged(path, 1024)
        assert len(whole.records) >= 9_000
        assert [notice.kind for notice in whole.notices] == [NoticeKind.UNREADABLE]
        assert "cannot be read to its end" in whole.notices[0].message


def test_a_bomb_is_given_up() -> None:
    bomb = zlib.compress(bytes(40_000_000), wbits=31)
    pieces = inflate([bomb], bomb_bytes=10_000_000)
    with pytest.raises(DamagedArchive, match="more than 200 times its size"):
        assert all(len(piece) <= 256 * 1024 for piece in pieces)
