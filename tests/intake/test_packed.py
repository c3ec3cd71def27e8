"""Packed files give the same records as plain ones, and what is damaged, hostile or a bomb is told of."""

import gzip
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.framings import FRAMINGS

from llmsec_tui.errors import SourceError
from llmsec_tui.intake.inflate import DamagedArchive
from llmsec_tui.intake.members import Budget
from llmsec_tui.intake.raw import raw
from llmsec_tui.intake.read import Read, WholeFile
from llmsec_tui.intake.zstd import unpack_zstd

RECORDS = [{"n": n, "text": 'é "\\ 😀'} for n in range(5)]
LINES = b"".join(json.dumps({"n": n}).encode() + b"\n" for n in range(3000))


def read(path: Path, piece_bytes: int = 1 << 20) -> Read:
    whole, file = Read(), WholeFile(path, piece_bytes=piece_bytes)
    for piece in file.pieces():
        whole.records.extend(piece.records)
        whole.dead_letters.extend(piece.dead_letters)
        whole.notices.extend(piece.notices)
    assert (file.size, file.sha256) == (path.stat().st_size, sha256(path.read_bytes()).hexdigest())
    return whole


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def in_zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def packings(data: bytes) -> Iterator[tuple[str, bytes, str]]:
    """(name of the file, its content, what its source is called behind the path)"""
    yield "plain", data, ""
    yield "gzip", gzip.compress(data), ""
    yield "zstd", in_zstd(data), ""
    yield "zip", zipped([("empty/", b""), ("samples/1_epoch_1.json", data)]), "!samples/1_epoch_1.json"
    yield "stored.zip", zipped([("a!b", data)], zipfile.ZIP_STORED), "!a!b"


@pytest.mark.parametrize("name", FRAMINGS)
def test_every_framing_is_read_out_of_every_packing_and_its_bytes_are_found_again(name: str, tmp_path: Path) -> None:
    data = FRAMINGS[name](RECORDS)
    for packing, content, member in packings(data):
        path = tmp_path / packing
        path.write_bytes(content)
        for piece_bytes in (1, 1 << 20):
            whole = read(path, piece_bytes)
            assert [record.data for record in whole.records] == RECORDS
            assert (whole.dead_letters, whole.notices) == ([], [])
        for record in whole.records:
            assert record.path == f"{path}{member}"
            again = raw(record.path, record.offset, record.length)
            assert again == data[record.offset : record.offset + record.length]
            assert sha256(again).digest() == record.sha256


def test_raw_bytes_that_are_not_there_any_more_are_told_of(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with pytest.raises(SourceError, match="No such file"):
        raw(path, 0, 1)
    for content in (b'{"a":1}\n', gzip.compress(b'{"a":1}\n')):
        path.write_bytes(content)
        assert raw(path, 1, 3) == b'"a"'
        with pytest.raises(SourceError, match="ends before byte 109"):
            raw(path, 100, 9)
    path.write_bytes(gzip.compress(LINES)[:-20])
    with pytest.raises(SourceError, match="cut off"):
        raw(path, len(LINES) - 5, 5)
    path.write_bytes(zipped([("x", b"1")]))
    with pytest.raises(SourceError, match="There is no y in it"):
        raw(f"{path}!y", 0, 1)
    path.write_bytes(b"plain")
    with pytest.raises(SourceError, match="no zip archive"):
        raw(f"{path}!y", 0, 1)
    with pytest.raises(SourceError, match="cannot be read"):
        raw("nul\0byte", 0, 1)
    with pytest.raises(SourceError, match="not a regular file"):
        raw(tmp_path, 0, 1)


def test_a_file_whose_name_looks_like_a_member_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.zip!b"
    path.write_bytes(b'{"a":1}\n')
    (tmp_path / "a.zip").write_bytes(zipped([("b", b"other")]))
    assert raw(path, 0, 7) == b'{"a":1}'


def test_members_are_sources_of_their_own_with_names_that_are_only_names(tmp_path: Path) -> None:
    names = ["../../etc/passwd", "/etc/passwd", "C:\\x", "a", "a", "\x1b[31mred\u202e", "é", "."]
    path = tmp_path / "run.eval"
    with pytest.warns(UserWarning, match="Duplicate name"):
        path.write_bytes(zipped([(name, json.dumps({"n": n}).encode()) for n, name in enumerate(names)]))
    whole = read(path)
    assert [record.data["n"] for record in whole.records] == list(range(len(names)))
    assert len({record.source_id for record in whole.records}) == len(names)
    assert all(record.path.startswith(f"{path}!") for record in whole.records)
    assert whole.records[4].path == f"{path}!a#2"
    for record in whole.records:
        assert sha256(raw(record.path, record.offset, record.length)).digest() == record.sha256
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["run.eval"]


def test_a_member_packed_with_zstd_is_read(tmp_path: Path) -> None:
    """As inspect writes them; Python's own module knows the method only by its number."""
    path = tmp_path / "run.eval"
    packed = in_zstd(LINES)
    content = bytearray(zipped([("a.json", packed)], zipfile.ZIP_STORED))
    directory = content.index(b"PK\x01\x02")
    checksum = struct.pack("<I", zlib.crc32(LINES))
    content[8:10] = content[directory + 10 : directory + 12] = struct.pack("<H", 93)
    content[14:18] = content[directory + 16 : directory + 20] = checksum
    content[22:26] = content[directory + 24 : directory + 28] = struct.pack("<I", len(LINES))
    path.write_bytes(content)
    whole = read(path)
    assert (len(whole.records), whole.notices) == (3000, [])


def test_what_is_wrong_with_one_member_keeps_none_of_the_others_from_being_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    content = bytearray(zipped([(name, LINES) for name in "abcde"]))
    entries = [place for place in range(len(content)) if content.startswith(b"PK\x01\x02", place)]
    content[entries[0] + 8] |= 1  # encrypted
    content[entries[1] + 10] = 99  # no such method
    content[entries[2] + 16] ^= 1  # another checksum
    header = struct.unpack_from("<I", content, entries[3] + 42)[0]
    content[header + 200 : header + 210] = b"\xff" * 10
    path.write_bytes(content)
    whole = read(path)
    told = {notice.path[-1]: notice.message for notice in whole.notices}
    assert sorted(told) == ["a", "b", "c", "d"]
    assert "encrypted" in told["a"]
    assert "method" in told["b"]
    assert "not what the archive's directory says" in told["c"]
    by_member = [sum(record.path.endswith(name) for record in whole.records) for name in ("!a", "!b", "!c", "!e")]
    assert by_member == [0, 0, 3000, 3000]


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"x" * 100, zipped([("a", LINES)])[:-30], b"PK\x05\x06"])
def test_a_zip_archive_without_a_directory_is_told_of(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    whole = read(path)
    assert (whole.records, len(whole.notices)) == ([], 1)
    assert "directory of the zip archive" in whole.notices[0].message


def test_an_archive_within_an_archive_is_told_of_and_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped([("inner.zip", zipped([("a", LINES * 10)]))]))
    whole = read(path)
    assert whole.records == []
    assert ["zip archive" in notice.message for notice in whole.notices] == [True]


def test_bombs_are_given_up() -> None:
    def zeros() -> Iterator[bytes]:
        while True:
            yield bytes(1 << 18)

    with pytest.raises(DamagedArchive, match="more than 200 times its size"):
        for _ in Budget(1000, bomb_bytes=5_000_000).watch(zeros()):
            pass
    pieces = unpack_zstd([in_zstd(bytes(40_000_000))], bomb_bytes=10_000_000)
    with pytest.raises(DamagedArchive, match="more than 200 times its size"):
        assert all(len(piece) <= 256 * 1024 for piece in pieces)


def test_a_bomb_in_an_archive_is_given_up_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmsec_tui.intake.read.Budget", lambda packed: Budget(packed, bomb_bytes=1_000_000))
    path = tmp_path / "a.zip"
    path.write_bytes(zipped([("good", LINES), ("bomb", b"[" + b" " * 20_000_000), ("late", LINES)]))
    whole = read(path)
    assert len(whole.records) == 3000
    assert [notice.path for notice in whole.notices] == [f"{path}!bomb", f"{path}!late"]
    assert all("more than 200 times its size" in notice.message for notice in whole.notices)


def test_frames_of_zstd_that_hold_nothing_are_skipped() -> None:
    skipped = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"12345"
    data = in_zstd(b"a") + skipped + in_zstd(b"") + in_zstd(b"b")
    for step in (1, 7, len(data)):
        assert b"".join(unpack_zstd(data[at : at + step] for at in range(0, len(data), step))) == b"ab"


@settings(max_examples=30)
@given(st.integers(0, 400), st.integers(1, 50), st.binary(min_size=1, max_size=3))
def test_damaged_zstd_gives_what_is_before_the_damage_or_says_so(place: int, step: int, bad: bytes) -> None:
    data = in_zstd(LINES) + in_zstd(b"more\n" * 1000)
    good = LINES + b"more\n" * 1000
    chunks = [data[at : at + step] for at in range(0, len(data), step)]
    assert b"".join(unpack_zstd(chunks)) == good
    for damaged in (data[: place % len(data)], data[:place] + bad + data[place + len(bad) :]):
        # Between two frames nothing is missing, and some bits of a header say nothing that matters.
        with suppress(DamagedArchive):
            assert len(b"".join(unpack_zstd([damaged]))) in (len(LINES), len(good))


@settings(max_examples=40)
@given(
    st.binary(max_size=400) | st.integers(0, 3000).map(lambda at: zipped([("a", LINES), ("b", LINES)])[:at]), st.data()
)
def test_no_damage_to_a_zip_archive_is_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    content += zipped([("x", b'{"a":1}\n' * 20)])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content = content[:place] + bytes([data.draw(st.integers(0, 255))]) + content[place + 1 :]
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    path.write_bytes(b"PK\x03\x04" + content[4:])
    read(path)
