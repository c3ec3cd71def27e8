"""Every record is decoded the same way, and what cannot be is pointed at."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.events.model import DeadLetter, Record
from llmsec_tui.intake.decode import DEPTH, Decoder, deeper_than
from llmsec_tui.intake.frame import Frame, Framer
from llmsec_tui.intake.held import Oversize

BEFORE = b'{"before":1}'
AFTER = b'{"after":2}'


def decode(data: bytes) -> tuple[list[Record], list[DeadLetter]]:
    framer = Framer()
    frames = framer.feed(data).frames + framer.finish().frames
    return Decoder("s", "/log").decode(frames)


def deep(levels: int) -> bytes:
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


BAD = [
    (b'{"a":1', "Malformed JSON at byte 6"),
    (b"garbage", "Malformed JSON at byte 0"),
    (b'{"a":01}', "Malformed JSON"),
    (b"{'a':1}", "Malformed JSON"),
    (b'{"a":1,}', "Malformed JSON"),
    (b'{"a":"raw \x01 control"}', "Malformed JSON"),
    (b'{"a":"tab\there"}', "Malformed JSON"),
    (b'{"a":NaN}', "NaN"),
    (b'{"a":-Infinity}', "-Infinity"),
    (b'{"a":1e999}', "out of range"),
    (b'{"a":' + b"9" * 5000 + b"}", "too many digits"),
    (b'"a string"', "It is a string"),
    (b"12345678", "It is a number"),
    (b"null", "It is null"),
    (b"true", "It is true or false"),
    (b"\x00\x01\x02\x00binary", "NUL bytes"),
    (b'{"a":1\x00}', "NUL bytes"),
    (deep(DEPTH + 1), "nested deeper"),
    (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), "nested deeper"),
    (deep(100_000), "nested deeper"),
    (b"[" * 100_000, "nested deeper"),
    (b"\xff\xfe\xfd\xfc", "Malformed JSON"),
    (b'{"\xff":', "Malformed JSON at byte 5"),
    (b"{", "Malformed JSON"),
    (b"}", "Malformed JSON"),
    (b'"a": {"b":1}', "It is a string"),
    (b'[{"a":1},', "Malformed JSON"),
    (b'{"a":{"b":1}', "Malformed JSON"),
    (b'}, {"b":1}', "Malformed JSON"),
    (b'[1, {"b":1}', "Malformed JSON"),
    (b'text "open {"b":1}', "Malformed JSON"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD, ids=[bad[:20].hex() for bad, _ in BAD])
def test_a_bad_line_is_a_dead_letter_and_its_neighbours_are_records(bad: bytes, reason: str) -> None:
    records, letters = decode(b"\n".join([BEFORE, bad, AFTER]) + b"\n")
    assert [record.data for record in records] == [{"before": 1}, {"after": 2}]
    assert [record.index for record in records] == [0, 1]
    assert [(letter.offset, letter.length, letter.sha256) for letter in letters] == [
        (len(BEFORE) + 1, len(bad), sha256(bad).digest())
    ]
    assert reason in letters[0].reason
    assert letters[0].reason.endswith(".")
    assert letters[0].excerpt == bad.decode("utf-8", "replace")[:200]


GOOD: list[tuple[bytes, Any]] = [
    (b'["name",{"a":1}]', ["name", {"a": 1}]),
    (b'{"a":1,"a":2}', {"a": 2}),
    (b'{"a":123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
    (b'{"a":"x\\u0000y"}', {"a": "x\0y"}),
    (b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}),
    (b'{"a":"x\\ud800y","\\udfff":["\\ud800"]}', {"a": "x\ufffdy", "\ufffd": ["\ufffd"]}),
    (b'{"a":"\\ud83d\xff"}', {"a": "\ufffd\ufffd"}),
    (b'{"a":"x\xffy"}', {"a": "x\ufffdy"}),
    (b'{"a":"\xed\xa0\x80"}', {"a": "\ufffd\ufffd\ufffd"}),
    (b"{}", {}),
    (b"[]", []),
]


@pytest.mark.parametrize(("line", "value"), GOOD, ids=[line.hex()[:40] for line, _ in GOOD])
def test_odd_records_are_kept_as_they_stand(line: bytes, value: object) -> None:
    records, letters = decode(BEFORE + b"\n" + line + b"\n")
    assert letters == []
    assert records[1] == Record("s", "/log", 1, len(BEFORE) + 1, len(line), sha256(line).digest(), value)


@pytest.mark.parametrize("levels", [1, 2, DEPTH - 1, DEPTH])
def test_nesting_up_to_the_limit_is_read(levels: int) -> None:
    records, letters = decode(deep(levels) + b"\n")
    assert (len(records), letters) == (1, [])


@pytest.mark.parametrize("tail", [b'{"a":"\\ud800"}', b'{"b":"\xff"}'])
def test_the_depth_limit_holds_on_the_slow_path_too(tail: bytes) -> None:
    records, letters = decode(deep(DEPTH) + tail + deep(DEPTH + 1) + b"\n")
    assert len(records) == 2
    assert letters[0].offset == len(deep(DEPTH) + tail)


def test_glued_records_have_places_of_their_own() -> None:
    first, second, third = '{"a":"é\\"}"}'.encode(), b'["\xff"]', b'{"c":3}'
    records, letters = decode(BEFORE + b"\n" + first + b" " + second + third + b"\n")
    start = len(BEFORE) + 1
    places = [start, start + len(first) + 1, start + len(first) + 1 + len(second)]
    assert letters == []
    assert [record.offset for record in records[1:]] == places
    assert [record.sha256 for record in records[1:]] == [sha256(part).digest() for part in (first, second, third)]
    assert [record.index for record in records] == [0, 1, 2, 3]


def test_what_follows_good_records_on_a_line_is_a_dead_letter_of_its_own() -> None:
    records, letters = decode(b'{"a":1}{"b":2} tail\n{"c":3}\n')
    assert [record.data for record in records] == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert [(letter.offset, letter.length) for letter in letters] == [(15, 4)]


def test_many_glued_records_take_no_more_than_their_share_of_time() -> None:
    """A hundred thousand of them; work that grows with the square would never end."""
    records, letters = decode(b"{}" * 100_000 + b"x")
    assert (len(records), len(letters)) == (100_000, 1)


def test_a_record_that_was_not_held_is_a_dead_letter_with_its_length_and_hash() -> None:
    letter = Decoder("s", "/log").too_long(Oversize(7, 20_000_000, b"digest", b"\xff" + b"x" * 799))
    assert (letter.offset, letter.length, letter.sha256) == (7, 20_000_000, b"digest")
    assert letter.excerpt == "\ufffd" + "x" * 199
    assert "20,000,000 bytes" in letter.reason


@given(st.binary(max_size=60))
def test_any_bytes_become_records_or_dead_letters_that_cover_them(data: bytes) -> None:
    line = data.replace(b"\n", b"").strip(b" \t\r\x1e")
    if not line:
        return
    records, letters = Decoder("s", "/log").decode([Frame(10, line)])
    covered = bytearray(line)
    parts = [(record.offset, record.length, record.sha256) for record in records]
    parts += [(letter.offset, letter.length, letter.sha256) for letter in letters]
    for offset, length, digest in parts:
        start = offset - 10
        assert sha256(line[start : start + length]).digest() == digest
        covered[start : start + length] = b" " * length
    assert covered.strip(b" \t\r\x1e") == b""


@given(st.recursive(st.none(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.just("k"), inner)))
def test_depth_is_measured_exactly(value: object) -> None:
    def depth(one: object) -> int:
        if isinstance(one, dict):
            return 1 + max(map(depth, one.values()), default=0)
        return 1 + max(map(depth, one), default=0) if isinstance(one, list) else 0

    assert not deeper_than(depth(value), [None, value])
    assert depth(value) == 0 or deeper_than(depth(value) - 1, [value])
