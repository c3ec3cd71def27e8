"""Whatever way records are put into a file, each is found at its exact place, however the bytes arrive."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.intake.framings import FRAMINGS, check_places, fed

from llmsec_tui.intake.frame import Framer
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.records import Read
from llmsec_tui.intake.stream import RecordStream

TEXTS = st.text(
    st.sampled_from('a"\\{}[]\n\r,: \t/é€😀\u2028\x00\x1eਅĊ'),
    max_size=8,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(st.fixed_dictionaries({"n": VALUES, "text": TEXTS}), min_size=1, max_size=4)
CUTS = st.lists(st.integers(0, 2000), max_size=6)


@pytest.mark.parametrize("name", FRAMINGS)
@settings(max_examples=25)
@given(RECORDS, CUTS)
@example([{"n": [{}, {"a": []}], "text": "}\n{"}, {"n": {}, "text": "\\"}], [1, 2, 3, 4, 5])
def test_all_records_are_found_with_their_exact_places(
    name: str, records: list[dict[str, Any]], cuts: list[int]
) -> None:
    data = FRAMINGS[name](records)
    read = fed(data)
    assert read.dead_letters == []
    assert [record.data for record in read.records] == records
    check_places(data, read)
    assert fed(data, cuts) == read


@pytest.mark.parametrize("name", FRAMINGS)
def test_one_byte_at_a_time_gives_the_same(name: str) -> None:
    records = [{"n": n, "text": 'é "\\ 😀 }{][', "list": [{}, {"a": [1, "b"]}]} for n in range(4)]
    data = FRAMINGS[name](records)
    read = fed(data, range(len(data)))
    assert [record.data for record in read.records] == records
    assert read == fed(data)


@pytest.mark.parametrize("name", FRAMINGS)
def test_reading_can_stop_and_go_on_behind_any_record(name: str) -> None:
    """As after a restart: with nothing but the offset, the number of records and the framing."""
    records = [{"n": n, "text": 'é "\\ 😀 }{]['} for n in range(4)]
    data = FRAMINGS[name](records)
    for place in range(len(data)):
        stream, read = RecordStream("s", "/log"), Read()
        stream.feed(data[:place], read)
        encoding = stream.encoding if stream.consumed else None
        again = RecordStream("s", "/log", stream.consumed, stream.records, stream.framing, encoding=encoding)
        again.feed(data[stream.consumed :], read, last=True)
        assert [record.data for record in read.records] == records
        assert read.dead_letters == []
        check_places(data, read)


DAMAGE = st.sampled_from(
    [b'{"cut":"', b"}", b"]", b"{", b"[", b'"', b"\\", b"\n", b"\r", b"\x1e", b"\x00", b"\xff", b",", b" text ", b"[{"]
)


@pytest.mark.parametrize("name", FRAMINGS)
@settings(max_examples=25)
@given(RECORDS, st.lists(st.tuples(st.integers(0, 500), DAMAGE), min_size=1, max_size=3), CUTS)
def test_damage_changes_neither_places_nor_what_cuts_mean(
    name: str, records: list[dict[str, Any]], damage: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    data = FRAMINGS[name](records)
    for place, bad in damage:
        place %= len(data) + 1
        data = data[:place] + bad + data[place:]
    read = fed(data)
    check_places(data, read)
    assert fed(data, cuts) == read


@pytest.mark.parametrize(
    "first", [b'[{"a":1},{"b":"cut', b'[{"a":1},{"b":1,', b'[{"a":1},{"b":{', b'[{"a":1},{"b":2', b"[{"]
)
def test_an_array_cut_short_does_not_hide_the_lines_after_it(first: bytes) -> None:
    read = fed(first + b'\n{"c":3}\n{"d":4}\n')
    assert [record.data for record in read.records][-2:] == [{"c": 3}, {"d": 4}]
    assert len(read.dead_letters) == 1


def test_what_is_no_object_in_an_array_is_a_dead_letter_and_the_others_are_records() -> None:
    data = b'[{"a":1}, 5, "x,]", null, {"b":2} garbage {"c":3}, {"d":4}]\n{"e":5}\n'
    read = fed(data)
    assert [record.data for record in read.records][-2:] == [{"d": 4}, {"e": 5}]
    check_places(data, read)
    assert len(read.dead_letters) >= 3


def test_an_item_that_is_too_long_is_measured_and_the_next_one_is_found() -> None:
    data = b'[{"a":1},{"long":"' + b"x" * 100 + b'"},{"b":2}]'
    for step in (1, 7, len(data)):
        framer = Framer(line_cap=50)
        cuts = [framer.feed(data[place : place + step]) for place in range(0, len(data), step)]
        assert [frame.data for cut in cuts for frame in cut.frames] == [b'{"a":1}', b'{"b":2}']
        assert [(over.offset, over.length) for cut in cuts for over in cut.oversize] == [(9, 111)]


def test_many_broken_items_take_no_more_than_their_share_of_time() -> None:
    """Fed at once; work that grows with the square would never end."""
    count = 20_000
    assert len(fed(b"[{" + b"\n{" * count).dead_letters) == count + 1
    assert len(fed(b'[{"a":1}' + b",2" * count + b"]").dead_letters) == count


def test_an_array_is_read_without_holding_more_than_an_item() -> None:
    framer = Framer()
    framer.feed(b'[{"n":0}')
    for n in range(2000):
        assert len(framer.feed(b',\n{"n":%d}' % n).frames) == 1
        assert framer.framing is Framing.ITEMS
    assert framer.consumed > 2000 * 8


def test_an_array_of_messages_is_one_conversation_unless_it_is_longer_than_a_line_may_be() -> None:
    messages = [{"role": "user", "content": f"question {n}"} for n in range(20)]
    data = json.dumps(messages).encode()
    assert [record.data for record in fed(data).records] == [messages]
    for cap, count in ((len(data), 1), (len(data) - 1, 20)):
        framer = Framer(line_cap=cap)
        frames = framer.feed(data).frames + framer.finish().frames
        assert len(frames) == count


def test_a_document_ends_with_its_bracket_though_no_newline_follows() -> None:
    framer = Framer()
    assert len(framer.feed(b'{\n  "a": 1\n}').frames) == 1
    assert framer.consumed == 12
    assert len(framer.feed(b'\n{\n  "b": 2\n}').frames) == 1


def test_the_text_beside_a_record_is_kept() -> None:
    head = "2026-03-01T10:00:00.000Z [files] [info] Message from client:"
    read = fed(f'{head} {{"a":1}} {{ metadata: undefined }}\n'.encode())
    (record,) = read.records
    assert (record.data, record.offset, record.length) == ({"a": 1}, len(head) + 1, 7)
    assert record.beside == head + " { metadata: undefined }"


def test_the_nul_bytes_that_a_truncated_file_begins_with_hide_no_record() -> None:
    read = fed(b'{"a":1}\n' + b"\0" * 5000 + b'{"b":2}\n')
    assert [record.data for record in read.records] == [{"a": 1}, {"b": 2}]
    assert [(letter.offset, letter.length) for letter in read.dead_letters] == [(8, 5000)]


@pytest.mark.parametrize("separator", [b"\r", b"\x1e", b"\r \x1e"])
def test_a_broken_record_hides_none_behind_a_separator(separator: bytes) -> None:
    data = b'{"a":1}\n' + separator.join([b'{"b":', b'{"c":3}', b"nothing", b'{"d":4}']) + b'\n{"e":5}\n'
    read = fed(data)
    assert [next(iter(record.data)) for record in read.records] == ["a", "c", "d", "e"]
    assert len(read.dead_letters) == 2
    check_places(data, read)


def test_what_no_sent_event_has_is_a_dead_letter_and_the_others_are_records() -> None:
    data = b'data: {"a":1}\n\nnonsense\ndata: {broken\n{"b":2}\ndata:{"c":3}\ndata: [DONE]\n'
    read = fed(data)
    assert [record.data for record in read.records] == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert [letter.excerpt for letter in read.dead_letters] == ["nonsense", "{broken"]


@pytest.mark.parametrize(
    ("data", "records", "letters"),
    [
        (b'data: {\ndata: "a":1\ndata: }\n\ndata: {"b":2}\n', [{"a": 1}, {"b": 2}], 0),
        # One that was cut off, and the next begins at once, or after the blank line that ends it.
        (b'data: {"cut":[1\ndata: {"b":2}\n\n', [{"b": 2}], 1),
        (b'data: {"cut":\n\ndata: {"b":2}\n', [{"b": 2}], 1),
        (b'data: {"cut":\ndata: {"b":2}\n\n', [{"b": 2}], 1),
        (b'data: {"cut":"\ndata: {"b":2}\n\n', [{"b": 2}], 1),
        (b'data: {"cut":\nnonsense\ndata: {"b":2}\n\n', [{"b": 2}], 2),
        # Brackets that match and are no JSON all the same.
        (b'data: {"a":1,\ndata: {"b":2}\ndata: }\n\ndata: {"c":3}\n', [{"b": 2}, {"c": 3}], 2),
        (b'data: {\ndata: "cut":1', [], 2),
        (b"data: [\ndata: DONE\n\n", [], 2),
    ],
)
def test_an_event_on_several_lines_hides_nothing_when_it_is_broken(
    data: bytes, records: list[dict[str, int]], letters: int
) -> None:
    data = b'data: {"first":0}\n\n' + data
    for step in (len(data), 1):
        read = fed(data, range(0, len(data), step))
        check_places(data, read)
        assert [record.data for record in read.records] == [{"first": 0}, *records]
        assert len(read.dead_letters) == letters


def test_an_event_on_several_lines_is_held_no_longer_than_a_line_may_be() -> None:
    data = b"data: [\n" + b'data: {"n":1},\n' * 100
    framer = Framer(line_cap=200)
    assert len(framer.feed(b"event: x\n" + data).frames) > 80
    assert len(data) - framer.consumed < 300


def test_half_a_character_and_lone_surrogates_in_utf_16_are_pointed_at() -> None:
    good = '{"a":1}\n'.encode("utf-16-le")
    lone = b'{\0"\0a\0"\0:\0"\0\x00\xd8"\0}\0\n\0'
    data = good + lone + good + b"\n"
    read = fed(data)
    assert [record.data for record in read.records] == [{"a": 1}, {"a": "\ufffd\ufffd\ufffd"}, {"a": 1}]
    assert [(letter.offset, letter.length) for letter in read.dead_letters] == [(len(data) - 1, 1)]
    check_places(data, read)


def test_a_wide_line_that_is_too_long_is_measured_in_the_bytes_of_the_file() -> None:
    long = ('{"a":"' + "€" * 60 + '"}').encode("utf-16-le")
    data = b"\xff\xfe" + long + '\n{"b":2}\n'.encode("utf-16-le")
    for cap in (50, len(long)):
        stream, read = RecordStream("s", "/log", line_cap=cap), Read()
        for place in range(len(data)):
            stream.feed(data[place : place + 1], read)
        check_places(data, read)
        found = sorted([record.offset for record in read.records] + [letter.offset for letter in read.dead_letters])
        assert found == [2, 2 + len(long) + 2]
        assert len(read.dead_letters) == (cap == 50)


@given(st.binary(max_size=80), CUTS)
@settings(max_examples=300)
def test_any_bytes_can_be_cut_anywhere(data: bytes, cuts: list[int]) -> None:
    assert fed(data, cuts) == fed(data)
    check_places(data, fed(data))
    assert all(first.offset <= second.offset for first, second in pairwise(fed(data).records))
