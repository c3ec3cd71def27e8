"""Records are found with their exact place, however the bytes arrive."""

import json
from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmsec_tui.intake.frame import Frame, Framer
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.held import Oversize

CAP = 40
DOCUMENT_CAP = 90


def cut(data: bytes, pieces: Sequence[int] = (), cap: int = 1 << 20) -> tuple[list[Frame], list[Oversize]]:
    """Feed the data in pieces that end at these places."""
    framer = Framer(line_cap=cap, document_cap=cap * 2)
    frames: list[Frame] = []
    oversize: list[Oversize] = []
    places = [0, *sorted(place % (len(data) + 1) for place in pieces), len(data)]
    for start, end in pairwise(places):
        found = framer.feed(data[start:end])
        frames += found.frames
        oversize += found.oversize
    found = framer.finish()
    assert framer.consumed == len(data)
    return frames + found.frames, oversize + found.oversize


def texts(data: bytes) -> list[bytes]:
    return [frame.data for frame in cut(data)[0]]


LINES = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b"{ ",
        b"[\r",
        b"",
        b"\r",
        b"   ",
        b"}{",
        b"},",
        b'{"a":1}',
        b' {"a":1} \r',
        b'{"a":1}{"b":2}',
        b'  "a": "{",',
        b'  "b": ["x\\"}", 1]',
        b'"a": {',
        b'{"a":',
        b'[{"a":1},',
        b'{"b":2}]',
        b'{"a":"cut off,',
        b"not json at all",
        b"\xfd\xfe\x00",
        b"\xef\xbb\xbf",
        b"x" * 45,
        b'  "long": "' + b"y" * 60 + b'"',
        b"z" * 120,
    ]
)


@given(st.lists(LINES, max_size=14), st.lists(st.integers(0, 400), max_size=8), st.booleans())
@example([b"{", b"z" * 120, b"}"], [3, 60, 100], True)
def test_how_bytes_are_dealt_out_changes_nothing(lines: list[bytes], pieces: list[int], newline: bool) -> None:
    data = b"\n".join(lines) + (b"\n" if newline else b"")
    assert cut(data, pieces, CAP) == cut(data, (), CAP)
    assert cut(data, range(len(data)), CAP) == cut(data, (), CAP)


@given(st.lists(LINES, max_size=14), st.lists(st.integers(0, 400), max_size=8))
def test_every_byte_that_is_not_blank_is_in_exactly_one_frame(lines: list[bytes], pieces: list[int]) -> None:
    data = b"\n".join(lines)
    frames, oversize = cut(data, pieces, CAP)
    left = bytearray(data)
    for frame in frames:
        assert data[frame.offset : frame.offset + len(frame.data)] == frame.data
        left[frame.offset : frame.offset + len(frame.data)] = b" " * len(frame.data)
    for over in oversize:
        whole = data[over.offset : over.offset + over.length]
        assert sha256(whole).digest() == over.sha256
        assert whole.startswith(over.head)
        left[over.offset : over.offset + over.length] = b" " * over.length
    # Of an array, its brackets and commas are in no frame.
    assert bytes(left).removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n[],") == b""
    places = sorted((one.offset, one.offset + length) for one, length in _lengths(frames, oversize))
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


def _lengths(frames: list[Frame], oversize: list[Oversize]) -> list[tuple[Frame | Oversize, int]]:
    return [*((frame, len(frame.data)) for frame in frames), *((over, over.length) for over in oversize)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\{}[]\n,: é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='k"{', max_size=3), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.dictionaries(st.text(alphabet='k"}', max_size=3), JSON, min_size=1, max_size=3)


@given(st.lists(RECORDS, min_size=1, max_size=5), st.sampled_from([1, 2, 4, "\t"]), st.sampled_from(["", "\n", "\n\n"]))
def test_pretty_printed_objects_one_after_the_other_are_one_record_each(
    records: list[dict[str, Any]], indent: int | str, between: str
) -> None:
    data = between.join(json.dumps(record, indent=indent) for record in records).encode()
    assert [json.loads(text) for text in texts(data)] == records


@given(st.lists(RECORDS, min_size=1, max_size=5), st.sampled_from([None, 0, 1, 2]), st.sampled_from(["\n", "\r\n"]))
def test_one_document_is_one_record_in_any_layout(
    records: list[dict[str, Any]], indent: int | None, newline: str
) -> None:
    document = {"records": records}
    data = json.dumps(document, indent=indent).replace("\n", newline).encode()
    assert [json.loads(text) for text in texts(data + b"\n")] == [document]
    for conversation in ([{"role": "user"}, *records], [["name", records]]):
        data = json.dumps(conversation, indent=indent).replace("\n", newline).encode()
        assert [json.loads(text) for text in texts(data + b"\n")] == [conversation]


def test_a_byte_order_mark_carriage_returns_and_blank_lines_are_skipped() -> None:
    frames, _ = cut(b'\xef\xbb\xbf{"a":1}\r\n\r\n  \n  {"bb":2}\r\n')
    assert frames == [Frame(3, b'{"a":1}'), Frame(19, b'{"bb":2}')]


def test_a_line_without_its_newline_waits() -> None:
    framer = Framer()
    assert framer.feed(b'{"a":1}\n{"b"').frames == [Frame(0, b'{"a":1}')]
    assert framer.consumed == 8
    assert framer.feed(b":2}").frames == []
    assert framer.feed(b"\n").frames == [Frame(8, b'{"b":2}')]
    assert framer.consumed == 16


def test_a_document_that_is_still_open_waits_and_is_not_consumed() -> None:
    framer = Framer()
    assert framer.feed(b'{\n  "a": 1\n').frames == []
    assert framer.consumed == 0
    assert framer.feed(b"}\n").frames == [Frame(0, b'{\n  "a": 1\n}')]
    assert framer.framing is Framing.DOCUMENTS


@pytest.mark.parametrize("first", [b'{"a":1,', b'{"a":"cut,', b"{", b"[", b'{"a":[', b'{"a":'])
def test_a_first_line_cut_short_does_not_hide_the_lines_after_it(first: bytes) -> None:
    good = [b'{"a":1}', b'{"b":2}']
    # An array may go on with objects on lines of their own; those are found to be no part of it once they end.
    found = texts(b"\n".join([first, *good]) + b"\n")
    assert found[-2:] == good or (first == b"[" and found[0].endswith(b"\n".join(good)))


@pytest.mark.parametrize("bad", [b"{", b"[", b'{"a":1,', b'[{"a":1},', b'{"a":"cut,'])
def test_a_line_cut_short_later_is_a_record_of_its_own(bad: bytes) -> None:
    assert texts(b'{"a":1}\n' + bad + b'\n{"b":2}\n{"c":3}\n') == [b'{"a":1}', bad, b'{"b":2}', b'{"c":3}']


def test_a_pretty_printed_object_that_was_never_closed_ends_where_the_next_begins() -> None:
    data = b'{\n  "a": 1,\n  "b\n{\n  "c": 2\n}\n'
    assert texts(data) == [b'{\n  "a": 1,\n  "b', b'{\n  "c": 2\n}']


def test_a_pretty_printed_object_amid_lines_is_one_record() -> None:
    assert texts(b'{"a":1}\n{\n  "b": 2\n}\n{"c":3}\n') == [b'{"a":1}', b'{\n  "b": 2\n}', b'{"c":3}']


def test_a_line_that_is_too_long_is_measured_and_not_held() -> None:
    long = b'{"a":"' + b"x" * 100 + b'"}'
    data = b'{"a":1}\n' + long + b'\n{"b":2}\n'
    for pieces in ((), (20, 60), range(len(data))):
        frames, oversize = cut(data, pieces, cap=50)
        assert [frame.data for frame in frames] == [b'{"a":1}', b'{"b":2}']
        assert oversize == [Oversize(8, len(long), sha256(long).digest(), long)]


def test_a_document_that_is_too_long_is_measured_and_the_next_one_is_found() -> None:
    long = b"{\n" + b"".join(b'  "a": %d,\n' % n for n in range(50)) + b'  "b": 0\n}'
    frames, oversize = cut(long + b'\n{\n  "b": 2\n}\n', (100, 300), cap=50)
    assert (oversize[0].offset, oversize[0].length) == (0, len(long))
    assert oversize[0].sha256 == sha256(long).digest()
    assert [frame.data for frame in frames] == [b'{\n  "b": 2\n}']


def test_a_framer_goes_on_where_another_one_stopped() -> None:
    data = b'{\n  "a": 1\n}\n{\n  "b": 2\n}\n'
    first = Framer()
    first.feed(data[:20])
    second = Framer(first.consumed, first.framing)
    assert second.feed(data[first.consumed :]).frames == [Frame(13, b'{\n  "b": 2\n}')]
