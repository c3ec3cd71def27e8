"""A record that says no time has the one that its logger wrote before it on the line."""

import pytest

from llmsec_tui.events.model import Event, Kind, Record, TsSource
from llmsec_tui.formats.line_time import timed_beside
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.registry import Registry

TEN = 1_772_359_200_000_000
"""2026-03-01T10:00:00Z"""


@pytest.mark.parametrize(
    ("beside", "ts"),
    [
        ("2026-03-01T10:00:00.000Z [server] [info] Message from client:", TEN),
        ("2026-03-01T10:00:00Z", TEN),
        ("[2026-03-01T10:00:00Z] INFO:", TEN),
        ("2026-03-01 10:00:00,250 INFO root", TEN + 250_000),
        ("2026-03-01 10:00:00 INFO", TEN),
        ("2026-03-01 12:00:00 +0200 INFO", TEN),
        ("[2026-03-01 10:00:00.5] x", TEN + 500_000),
        ("1772359200 INFO", TEN),
        ("1772359200.5 INFO", TEN + 500_000),
        ("2026-03-01 INFO a date alone is no time", None),
        ("INFO 2026", None),
        ("data:", None),
        ("Mar  1 10:00:00 host app[1]:", None),
        ("12 of 40: done", None),
        ("٣ ٤", None),
        (" ", None),
    ],
)
def test_the_time_is_read_where_it_is_one(beside: str, ts: int | None) -> None:
    (event,) = timed_beside([Event(kind=Kind.META)], beside)
    assert (event.ts, event.ts_source) == (ts, TsSource.NONE if ts is None else TsSource.NATIVE)


def test_a_record_with_a_time_of_its_own_keeps_it() -> None:
    own = Event(kind=Kind.META, ts=5, ts_source=TsSource.SPAN_START)
    assert timed_beside([own], "2026-03-01T10:00:00Z x") == [own]


def test_records_of_any_format_have_the_time_beside_them() -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read", "arguments": {"path": "x"}}}
    record = Record("s", "mcp.log", 0, 40, 10, bytes(32), call, "2026-03-01T10:00:00.000Z [files] Message from client:")
    outcome = Registry().map(record, Memory())
    assert outcome.format == "mcp"
    assert {event.ts for event in outcome.events} == {TEN}
