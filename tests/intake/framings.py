"""Every way in which logs put records into a file, each written with the same records."""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any

from llmsec_tui.events.model import DeadLetter, Record
from llmsec_tui.intake.records import Read
from llmsec_tui.intake.stream import RecordStream

Value = dict[str, Any]
Writer = Callable[[Sequence[Value]], bytes]


def one(value: object, indent: int | str | None = None) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False)


def lines(values: Sequence[Value], newline: str = "\n") -> str:
    return "".join(one(value) + newline for value in values)


def pretty(values: Sequence[Value], between: str = "\n") -> str:
    return "".join(one(value, 2) + between for value in values)


def sent(values: Sequence[Value]) -> str:
    events = "".join(f"event: message\nid: {n}\ndata: {one(value)}\n\n" for n, value in enumerate(values))
    return f": a comment\n{events}retry: 10\n: ping\n\ndata: [DONE]\n\n"


def sent_on_lines(values: Sequence[Value]) -> str:
    """Each record on as many data lines as it has when it is pretty; with other fields amid them."""
    found = ""
    for n, value in enumerate(values):
        first, *more = one(value, n % 3).split("\n")
        found += f"event: message\ndata: {first}\nid: {n}\n: ping\n" + "".join(f"data:{line}\n" for line in more) + "\n"
    return found


def glued(values: Sequence[Value]) -> str:
    return "".join(one(value) + ("\n" if n % 3 == 2 else "") for n, value in enumerate(values))


def prefixed(values: Sequence[Value]) -> str:
    return "".join(f"2026-03-01T10:00:00.000Z [info] [files] Message: {one(value)}\n" for value in values)


FRAMINGS: dict[str, Writer] = {
    "lines": lambda values: lines(values).encode(),
    "lines, no newline at the end": lambda values: lines(values).encode().rstrip(),
    "lines, blank ones between": lambda values: lines(values, "\n \n\n").encode(),
    "lines, CRLF": lambda values: lines(values, "\r\n").encode(),
    "lines, CR": lambda values: lines(values, "\r").encode(),
    "lines, BOM": lambda values: lines(values).encode("utf-8-sig"),
    "lines, UTF-16 LE": lambda values: lines(values).encode("utf-16-le"),
    "lines, UTF-16 BE": lambda values: lines(values).encode("utf-16-be"),
    "lines, UTF-16 LE, BOM, CRLF": lambda values: b"\xff\xfe" + lines(values, "\r\n").encode("utf-16-le"),
    "lines, UTF-16 BE, BOM": lambda values: b"\xfe\xff" + lines(values).encode("utf-16-be"),
    "glued": lambda values: glued(values).encode(),
    "pretty": lambda values: pretty(values).encode(),
    "pretty, glued": lambda values: pretty(values, "").encode(),
    "pretty, CRLF": lambda values: pretty(values).replace("\n", "\r\n").encode(),
    "pretty, CR": lambda values: pretty(values).replace("\n", "\r").encode(),
    "pretty, UTF-16 LE, BOM": lambda values: b"\xff\xfe" + pretty(values).encode("utf-16-le"),
    "pretty, UTF-16 BE": lambda values: pretty(values).encode("utf-16-be"),
    "array, one line": lambda values: one(values).encode(),
    "array, an item a line": lambda values: ("[" + ",\n".join(map(one, values)) + "]\n").encode(),
    "array, pretty": lambda values: one(values, 4).encode() + b"\n",
    "array, pretty, no indentation": lambda values: one(values, 0).encode(),
    "array, pretty, CRLF, BOM": lambda values: one(values, "\t").replace("\n", "\r\n").encode("utf-8-sig"),
    "array, pretty, UTF-16 LE, BOM, CRLF": lambda values: (
        b"\xff\xfe" + one(values, 4).replace("\n", "\r\n").encode("utf-16-le")
    ),
    "array, one line, UTF-16 BE": lambda values: one(values).encode("utf-16-be"),
    "arrays, UTF-16 LE": lambda values: "\n".join(one([value]) for value in values).encode("utf-16-le"),
    "arrays": lambda values: "\n".join(one([value]) for value in values).encode(),
    "sent events": lambda values: sent(values).encode(),
    "sent events, CRLF": lambda values: sent(values).replace("\n", "\r\n").encode(),
    "sent events, records on lines": lambda values: sent_on_lines(values).encode(),
    "sent events, records on lines, CRLF": lambda values: sent_on_lines(values).replace("\n", "\r\n").encode(),
    "sent events, records on lines, UTF-16 LE": lambda values: sent_on_lines(values).encode("utf-16-le"),
    "sequence": lambda values: "".join(f"\x1e{one(value)}\n" for value in values).encode(),
    "sequence, pretty": lambda values: "".join(f"\x1e{one(value, 2)}\n" for value in values).encode(),
    "sequence, no newlines": lambda values: "".join(f"\x1e{one(value)}" for value in values).encode(),
    "text before": lambda values: prefixed(values).encode(),
}


def fed(data: bytes, cuts: Sequence[int] = ()) -> Read:
    """Everything that is in these bytes, fed in pieces that end at these places."""
    stream, read = RecordStream("s", "/log"), Read()
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(places):
        stream.feed(data[start:end], read)
    stream.feed(b"", read, last=True)
    assert stream.consumed == len(data)
    return read


def check_places(data: bytes, read: Read) -> None:
    """Every record and dead letter stands where it says it does, and none inside of another."""
    found: list[Record | DeadLetter] = [*read.records, *read.dead_letters]
    places = sorted((each.offset, each.offset + each.length, each.sha256) for each in found)
    for start, end, digest in places:
        assert sha256(data[start:end]).digest() == digest
    assert all(first[1] <= second[0] for first, second in pairwise(places))
    assert [record.index for record in read.records] == list(range(len(read.records)))
