"""Bytes of one source become records, dead letters and notices."""

from hashlib import sha256
from pathlib import Path

from llmsec_tui.intake.read import read_whole
from llmsec_tui.intake.records import NoticeKind, Read
from llmsec_tui.intake.stream import RecordStream


def test_a_record_that_is_too_long_is_a_dead_letter_and_a_notice_and_its_neighbours_are_records() -> None:
    long = b'{"long":"' + b"x" * 500 + b'"}'
    data = b'{"a":1}\n' + long + b'\n{"b":2}\n'
    stream = RecordStream("s", "/log", line_cap=100, document_cap=200)
    read = Read()
    for start in range(0, len(data), 64):
        stream.feed(data[start : start + 64], read)
    assert [record.data for record in read.records] == [{"a": 1}, {"b": 2}]
    (letter,) = read.dead_letters
    assert (letter.offset, letter.length, letter.sha256) == (8, len(long), sha256(long).digest())
    assert letter.excerpt == long.decode()[:200]
    (notice,) = read.notices
    assert (notice.kind, notice.offset, notice.source_id) == (NoticeKind.OVERSIZE, 8, "s")
    assert "511 bytes" in notice.message
    assert stream.consumed == len(data)


def test_sixteen_mebibytes_are_the_limit_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    limit = 16 * 1024 * 1024
    fits = b'"' + b"x" * (limit - 4) + b'"'
    path.write_bytes(b"[" + fits + b"]\n" + b"[" + fits + b" ]\n" + b"[1]\n")
    reads = list(read_whole(path))
    assert [record.length for read in reads for record in read.records] == [limit, 3]
    assert [letter.length for read in reads for letter in read.dead_letters] == [limit + 1]
    assert [notice.kind for read in reads for notice in read.notices] == [NoticeKind.OVERSIZE]


def test_a_stream_that_begins_in_the_middle_numbers_on() -> None:
    stream = RecordStream("s", "/log", offset=100, records=7)
    read = Read()
    stream.feed(b'{"a":1}\n', read)
    (record,) = read.records
    assert (record.index, record.offset, stream.records, stream.consumed) == (7, 100, 8, 108)


def test_a_binary_beginning_is_said_once_whatever_follows() -> None:
    stream = RecordStream("s", "/log")
    read = Read()
    for _ in range(20):
        stream.feed(b"\0\x01\n" * 1000, read)
    assert (len(read.notices), read.records) == (1, [])
    assert stream.problem
    before = len(read.dead_letters)
    stream.feed(b'{"a":1}\nbad\n', read)
    assert (len(read.records), len(read.dead_letters) - before, stream.problem) == (1, 1, "")
