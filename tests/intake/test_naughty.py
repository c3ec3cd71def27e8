"""Strings that break software, as contents of a log and as names of files."""

import json
import os
from pathlib import Path

import pytest
from tests.intake.framings import FRAMINGS, check_places, fed

from llmsec_tui.intake.discover import expand
from llmsec_tui.intake.read import read_whole

NAUGHTY = [
    "",
    " ",
    "\t\n\r\x0b\x0c",
    "\x00",
    "a\x00b",
    "".join(map(chr, range(0x20))),
    "".join(map(chr, range(0x7F, 0xA0))),
    "\x1e\x1d\x1c",
    "\x1b[2J\x1b[1;31mred\x1b]0;title\x07\x1b]52;c;Y2xpcA==\x07",
    "\x9b31m\x90q\x9c",
    "\u202eright to left\u202c",
    "\u2066\u2067\u2068isolates\u2069",
    "مرحبا بالعالم",
    "שלום",
    "Z̸̨̛̼a͐l̶͝g̵o̷" * 20,
    "\u200b\u200c\u200d\ufeff\u2060\u00ad",
    "\u2028\u2029\x85",
    "\U000e0041\U000e0042",
    "\ufffe\uffff\U0010ffff",
    "\ufffd",
    "😀👩‍👩‍👧‍👦🇩🇪",
    "ﷺ﷽",
    "田中さんにあげて下さい",
    "İıſK",
    "ß\u1e9e",
    "'; DROP TABLE events; --",
    '"; SELECT * FROM alerts WHERE "1"="1',
    "%s%s%s%n%x %(a)s {0} {a.__class__} {{}} ${jndi:ldap://x/a} $(id) `id`",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[bold red]markup[/] [link=x]y[/link] [@click=app.quit]z[/]",
    "../../../../etc/passwd",
    "C:\\CON\\NUL",
    "\\",
    '\\"',
    '"',
    "\\u0000\\ud800",
    "}{][,:",
    '{"a":1}\n{"b":2}',
    "data: [DONE]\n\nevent: x",
    "NaN Infinity -0 1e400 0x41 null undefined true",
    "==^..^==",
    "x" * 300_000,
    "\\" * 50_000,
    '"' * 50_000,
    "[" * 50_000,
    "é" * 100_000,
]


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("name", FRAMINGS)
def test_naughty_strings_arrive_as_they_were_written(name: str, ascii_only: bool) -> None:
    texts = [text if len(text) < 1000 else text[:500] for text in NAUGHTY]
    records = [{"text": text, text: [text]} for text in texts]
    if ascii_only:
        records = [json.loads(json.dumps({"json": json.dumps(record)})) for record in records]
    data = FRAMINGS[name](records)
    read = fed(data, range(0, len(data), 97))
    assert [record.data for record in read.records] == records
    assert read.dead_letters == []
    check_places(data, read)


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_a_naughty_string_by_itself_hides_no_good_line(text: str) -> None:
    """As text that is no JSON, as an unquoted value, and as JSON with all of it escaped or nothing."""
    escaped, plain = json.dumps({"a": text}), json.dumps({"a": text}, ensure_ascii=False)
    for line in (text.replace("\n", ""), f'{{"a":{text.replace(chr(10), "")}}}', escaped, plain):
        data = f'{{"before":1}}\n{line}\n{{"after":2}}\n'.encode()
        read = fed(data, [len(data) // 2])
        check_places(data, read)
        assert (read.records[0].data, read.records[-1].data) == ({"before": 1}, {"after": 2})
    assert read.records[1].data == {"a": text}


def test_lone_surrogates_become_replacement_characters() -> None:
    read = fed(b'{"a":"\\ud800","b":"x\\udc00y","c":"\\ud83d\\ude00"}\n{"d":"\xed\xa0\x80"}\n')
    assert [record.data for record in read.records] == [
        {"a": "\ufffd", "b": "x\ufffdy", "c": "😀"},
        {"d": "\ufffd" * 3},
    ]


NAMES = [text.replace("/", "_").replace("\0", "") for text in NAUGHTY if 0 < len(text.encode()) < 200]


def test_naughty_file_names_are_read_like_others(tmp_path: Path) -> None:
    names = sorted({f"a{name}.jsonl" for name in NAMES})
    for number, name in enumerate(names):
        (tmp_path / name).write_text(f'{{"n":{number}}}\n')
    found = expand([str(tmp_path)])
    assert sorted(path.name for path in found.files) == names
    assert found.problems == []
    read = [record for path in found.files for piece in read_whole(path) for record in piece.records]
    assert sorted(record.data["n"] for record in read) == list(range(len(names)))
    assert len({record.source_id for record in read}) == len(names)


def test_a_file_name_that_is_no_utf_8_is_told_of_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text('{"a":1}\n')
    with open(os.fsencode(tmp_path) + b"/bad\xff\xfe.jsonl", "wb") as file:  # noqa: PTH123
        file.write(b'{"b":1}\n')
    found = expand([str(tmp_path)])
    assert [path.name for path in found.files] == ["good.jsonl"]
    (problem,) = found.problems
    assert "not UTF-8" in problem
    problem.encode()
