"""What JSON permits, forbids and leaves open, one case at a time as a line in a good file."""

import json
from hashlib import sha256

import pytest
from tests.intake.framings import check_places, fed

from llmsec_tui.intake.records import Read

BEFORE, AFTER = b'{"before":1}\n', b'\n{"after":2}\n'

VALID: list[bytes] = [
    b"[]",
    b"{}",
    b"[ ]",
    b"{ }",
    b'[""]',
    b"[null]",
    b"[true]",
    b"[false]",
    b"[0]",
    b"[-0]",
    b"[-1]",
    b"[123]",
    b"[1.5]",
    b"[-0.0]",
    b"[0e1]",
    b"[0e+1]",
    b"[1E22]",
    b"[1E-2]",
    b"[1E+2]",
    b"[1e-2]",
    b"[123e65]",
    b"[123.456e78]",
    b"[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
    b"[20000000000000000000000]",
    b"[-237462374673276894279832749832423479823246327846]",
    b"[1, 2]",
    b"[1,null,null,null,2]",
    b"[[]   ]",
    b"[[],[[]],{}]",
    b" [1] ",
    b"[\t1\t]",
    b'{"a":[]}',
    b'{"":0}',
    b'{"a":"b","a":"c"}',
    b'{"a":"b","a":"b"}',
    b'{"min":-1.0e+28,"max":1.0e+28}',
    b'{"x":[{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}],"id":"a"}',
    b'{"a\\u0000b":42}',
    b'["\\u0060\\u012a\\u12AB"]',
    b'["\\ud801\\udc37"]',
    b'["\\ud83d\\ude39\\ud83d\\udc8d"]',
    b'["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
    b'["\\\\u0000"]',
    b'["\\""]',
    b'["a/*b*/c/*d//e"]',
    b'["\\\\a"]',
    b'["\\\\n"]',
    b'["\\u0012"]',
    b'["\\uFFFF"]',
    b'["\\uDBFF\\uDFFE"]',
    b'["new\\u00A0line"]',
    b'["\\u0000"]',
    b'["\\u002c"]',
    b'["\\uA66D"]',
    b'["\\u005C"]',
    b'["\\u0022"]',
    b'["\\u200B"]',
    b'["\\u2064"]',
    b'["\\uFDD0"]',
    b'["\\uFFFE"]',
    b'["asd "]',
    b'[" "]',
    b'["a\x7fa"]',
    '["€𝄞"]'.encode(),
    '["\u2028\u2029"]'.encode(),
    '["\ufeff"]'.encode(),
    '["\uffff\U0010ffff"]'.encode(),
    '["⍂㈴⍂"]'.encode(),
    '{"é":"ё"}'.encode(),
]

NO_RECORD: list[bytes] = [
    # Valid JSON, but neither an object nor an array.
    b'"a string"',
    b'""',
    b"42",
    b"-0.1",
    b"true",
    b"false",
    b"null",
    b' "spaced" ',
    # Not JSON.
    b"[1 true]",
    b'["": 1]',
    b"[,1]",
    b"[1,,2]",
    b'["x",,]',
    b'["x"',
    b'["",]',
    b"[,]",
    b"[1,]",
    b"[1",
    b"[1,1",
    b"[",
    b'[   , ""]',
    b"[x",
    b"[x]",
    b"[nul]",
    b"[fals]",
    b"[tru]",
    b"[True]",
    b"[NULL]",
    b"[nan]",
    b"[NaN]",
    b"[Infinity]",
    b"[-Infinity]",
    b"[+Inf]",
    b"[++1234]",
    b"[+1]",
    b"[-]",
    b"[-01]",
    b"[012]",
    b"[-1.0.]",
    b"[-2.]",
    b"[.-1]",
    b"[.2e-3]",
    b"[0.1.2]",
    b"[0.3e]",
    b"[0.3e+]",
    b"[0.e1]",
    b"[0e]",
    b"[0E+]",
    b"[1.0e-]",
    b"[1 000.0]",
    b"[1eE2]",
    b"[2.e+3]",
    b"[9.e+]",
    b"[1+2]",
    b"[0x1]",
    b"[0x42]",
    b"[1a]",
    b"[- 1]",
    b"[-foo]",
    b"[1.2a-3]",
    b"[1_000]",
    "[１]".encode(),
    b'["\\x00"]',
    b'["\\a"]',
    b'["\\u00A"]',
    b'["\\uD834\\u"]',
    b'["\\u"]',
    b'["\\\\\\"]',
    b'["\\',
    b'["\\"',
    b'["a\x00a"]',
    b'["a\x01a"]',
    b'["\t"]',
    b'["\x1f"]',
    b'["new\rline"]',
    b'["\\\xf0\x9f\x8c\x80"]',
    b"['single quote']",
    b'["abc',
    b'["a" "b"]',
    b"[abc]",
    b'["a',
    b'{"a" b}',
    b'{"a":',
    b'{"a"',
    b'{"a',
    b'{"a":1',
    b'{"a":1,',
    b'{"a":"a',
    b'{"a":"b",}',
    b'{"a":"b",,"c":"d"}',
    b'{"a"::"b"}',
    b'{"a"=>1}',
    b'{"a","b"}',
    b'{"a":"a" 123}',
    b"{key: 'value'}",
    b'{:"b"}',
    b"{,}",
    b'{"x", null}',
    b"{1:1}",
    b"{9999E9999:1}",
    b"{null:null}",
    b'{a:"b"}',
    b"{'a':0}",
    b'{[: "x"}',
    b"{",
    b"}",
    b"]",
    b":",
    b",",
    b"*",
    b"#",
    b"<.>",
    b"<null>",
    b"aa",
    b"1]",
    b"\xe5",
    b"\xff\xfe",
    "å".encode(),
    b"[\xff]",
    b"[1\xe5]",
    b"[-123.123\xff]",
    b"[1e1\xe5]",
    b"[0\xe5]",
    b"[\x0c]",
    "[\u2060]".encode(),
    "[\u00a0]".encode(),
    b'[\\u000A""]',
    b'{"\\u0061":x}',
    b"/* note */",
    b"[1]]"[1:],
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'[{"":' * 50_000,
    b"[1e9999]",
    b"[-1e9999]",
    b"[" + b"9" * 5000 + b"]",
]

MIXED: list[tuple[bytes, int]] = [
    # A record, and then something that is none; with how many records there are.
    (b'{"a":"b"}#', 1),
    (b'{"a":"b"}/**/', 1),
    (b'{"a":"b"}//', 1),
    (b'{"a":true} "x"', 1),
    (b"[1]x", 1),
    (b"[][", 1),
    (b"[1]]", 1),
    (b'[""],', 1),
    (b'{"a":"a"} 123', 1),
    (b"{}}", 1),
    (b"[]\xe5", 1),
    (b"[1],[2]", 1),
    (b'{}{"a":1}nothing', 2),
]

UNDEFINED: list[tuple[bytes, object]] = [
    # What one parser takes and another does not: kept wherever that invents nothing.
    (b'["\\uDADA"]', ["\ufffd"]),
    (b'["\\uD888\\u1234"]', ["\ufffd\u1234"]),
    (b'["\\uD800\\n"]', ["\ufffd\n"]),
    (b'["\\uDd1ea"]', ["\ufffda"]),
    (b'["\\uD800\\uD800\\n"]', ["\ufffd\ufffd\n"]),
    (b'["\\ud800abc"]', ["\ufffdabc"]),
    (b'["\\uDFAA"]', ["\ufffd"]),
    (b'["\\uDd1e\\uD834"]', ["\ufffd\ufffd"]),
    (b'{"\\uDFAA":0}', {"\ufffd": 0}),
    (b'["\xff"]', ["\ufffd"]),
    (b'["\xe6\x97\xa5\xd1\x88\xfa"]', ["日ш\ufffd"]),
    (b'["\x81"]', ["\ufffd"]),
    (b'["\xc0\xaf"]', ["\ufffd\ufffd"]),
    (b'["\xf4\xbf\xbf\xbf"]', ["\ufffd\ufffd\ufffd\ufffd"]),
    (b'["\xed\xa0\x80"]', ["\ufffd\ufffd\ufffd"]),
    (b'["\xe0\xff"]', ["\ufffd\ufffd"]),
    (b"[123123e-10000000]", [0.0]),
    (b"[1" + b"0" * 400 + b"]", [10**400]),
    (b'\xef\xbb\xbf{"a":0}', {"a": 0}),
    (b"[" * 200 + b"]" * 200, json.loads("[" * 200 + "]" * 200)),
]


def read(case: bytes) -> Read:
    """The case between two good lines, cut in the middle for good measure."""
    data = BEFORE + case + AFTER
    found = fed(data)
    check_places(data, found)
    assert fed(data, [len(data) // 2]) == found
    assert (found.records[0].data, found.records[-1].data) == ({"before": 1}, {"after": 2})
    return found


def test_there_are_many_cases() -> None:
    assert len({*VALID, *NO_RECORD, *(case for case, _ in [*MIXED, *UNDEFINED])}) > 220


@pytest.mark.parametrize("case", VALID, ids=range(len(VALID)))
def test_what_json_permits_is_a_record(case: bytes) -> None:
    found = read(case)
    (record,) = found.records[1:-1]
    assert (found.dead_letters, record.data) == ([], json.loads(case))
    assert (record.length, record.sha256) == (len(case.strip()), sha256(case.strip()).digest())


@pytest.mark.parametrize("case", NO_RECORD, ids=range(len(NO_RECORD)))
def test_what_is_no_record_is_a_dead_letter_of_exactly_its_bytes(case: bytes) -> None:
    found = read(case)
    assert len(found.records) == 2
    (letter,) = found.dead_letters
    assert (letter.offset, letter.length) == (len(BEFORE) + len(case) - len(case.lstrip()), len(case.strip()))
    assert letter.reason.endswith(".")


@pytest.mark.parametrize(("case", "records"), MIXED, ids=range(len(MIXED)))
def test_what_follows_a_record_is_a_dead_letter(case: bytes, records: int) -> None:
    found = read(case)
    assert (len(found.records), len(found.dead_letters)) == (2 + records, 1)


@pytest.mark.parametrize(("case", "value"), UNDEFINED, ids=range(len(UNDEFINED)))
def test_what_json_leaves_open_is_kept(case: bytes, value: object) -> None:
    found = read(case)
    assert (found.records[1].data, found.dead_letters) == (value, [])


MEANS_SOMETHING_ELSE_AT_FIRST = (b"[", b":", b"\xff\xfe")
"""An array begins, a comment in a capture of server-sent events, a byte order mark."""
FIRST = [case for case in NO_RECORD if case not in MEANS_SOMETHING_ELSE_AT_FIRST]


@pytest.mark.parametrize("case", FIRST, ids=range(len(FIRST)))
def test_a_file_that_begins_with_what_is_no_record_still_gives_the_others(case: bytes) -> None:
    data = case + AFTER + AFTER
    found = fed(data)
    check_places(data, found)
    assert {"after": 2} in [record.data for record in found.records]
    assert found.dead_letters
