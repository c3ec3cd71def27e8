"""What people type into a filter means what it says, in SQL and in Python alike."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.store.parts import NOW, alert, batch, kept, message

from llmsec_tui.errors import ConfigError
from llmsec_tui.store.filters import parse
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.store import Store
from llmsec_tui.store.views import ALERTS, AUDIT, EVENTS, View

ROWS: list[dict[str, Any]] = [
    alert(1, title="Prompt injection", level="high", excerpt="Ignore ALL orders", user_id="ana"),
    alert(2, title="Secret leaked", level="critical", excerpt="sk-12345 and 100% of it", user_id="bob", confidence=0.4),
    alert(3, title="Odd tool", level="low", excerpt="curl http://evil/x", user_id=None, tool_name="bash", tags=["a.b"]),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    store = Store.open(Path(tmp_path_factory.mktemp("filters")) / "store.duckdb")
    events = [
        kept(1, message("Ignore ALL orders")),
        kept(2, message("sk-12345 and 100% of it", user_id="bob", input_tokens=70, output_tokens=30)),
        kept(3, message("curl http://evil/x", conversation="c2", tool_name="bash", ts=None)),
        kept(4, message(None, user_id=None)),
    ]
    store.commit(batch(events, alerts=ROWS))
    yield store.reader()
    store.close()


def numbers(reader: Reader, view: View, typed: str) -> list[int]:
    """Which rows a filter finds, by the order in which they came."""
    rows, total = reader.alerts(typed) if view is ALERTS else reader.events(typed)
    assert total == len(rows)
    return sorted(row["seq"] for row in rows)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", [1, 2, 3]),
        ("   ", [1, 2, 3]),
        ("ignore", [1]),
        ("IGNORE all", [1]),
        ('"all ignore"', []),
        ('"ignore all"', [1]),
        ("!ignore", [2, 3]),
        ("100%", [2]),
        ("_", []),
        ("/sk-[0-9]+/", [2]),
        ("/SK-/", [2]),
        ("/(?-i)SK-/", []),
        ("!/sk-/", [1, 3]),
        ("/http:\\/\\/evil/", [3]),
        ("user:ana", [1]),
        ("USER:ANA", [1]),
        ("!user:ana", [2, 3]),
        ("user:/^b/", [2]),
        ('user:"ana"', [1]),
        ("level:high", [1]),
        ("level:>=high", [1, 2]),
        ("level>=high", [1, 2]),
        ("level<high", [3]),
        ("!level:>=high", [3]),
        ("confidence:<0.5", [2]),
        ("confidence>=0.8", [1, 3]),
        ("state:new tool:bash", [3]),
        ("state:dismissed", []),
        ("tag:a.b", [3]),
        ('"http://evil"', [3]),
        ("text:http://evil", [3]),
        ("source:/logs/", [1, 2, 3]),
        ("/logs/a.jsonl", [1, 2, 3]),
        ("' OR 1=1 --", []),
        ("user:'||'", []),
        ("$f0", []),
        ("?", []),
    ],
)
def test_alerts_are_found(reader: Reader, typed: str, found: list[int]) -> None:
    """By words, quotes, patterns, fields, ranks, and their opposites; hostile text is only text."""
    assert numbers(reader, ALERTS, typed) == found
    sought = parse(typed, ALERTS, NOW)
    assert [i for i, row in enumerate(ROWS, 1) if sought.matches({**row, "state": "new"})] == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", [1, 2, 3, 4]),
        ("orders", [1]),
        ("!orders", [2, 3, 4]),
        ("text:100%", [2]),
        ("user:bob", [2]),
        ("!user:bob", [1, 3, 4]),
        ("level:>=high", [1, 2]),
        ("level:low", [3]),
        ("!level:>=low", [4]),
        ("tool:bash conversation:c2", [3]),
        ("tokens:>=100", [2]),
        ("app:shop role:user kind:message", [1, 2, 3, 4]),
        ("content:off", [4]),
        ("text:/^curl/", [3]),
    ],
)
def test_events_are_found(reader: Reader, typed: str, found: list[int]) -> None:
    """By their text, their fields, and the level of the alerts on them."""
    assert numbers(reader, EVENTS, typed) == found


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("usr:ana", "no field usr. Did you mean user"),
        ("http://evil", "no field http"),
        ("level:hgih", "not one of informational, low, medium, high, critical. Did you mean high"),
        ("state:open", "not one of new"),
        ("user:", "needs a value"),
        ("confidence:high", "is no number"),
        ("confidence:nan", "is no number"),
        ("last:soon", "is no span of time"),
        ("last:5y", "is no span of time"),
        ("/a(b/", r"The pattern /a\(b/ is broken"),
        ('"open', "opens at character 1"),
        ("\ud800", "half a character"),
        ("x" * 2_001, "2000 are the most"),
        ("x " * 51, "50 are the most"),
    ],
)
def test_what_makes_no_sense_is_said_in_words(typed: str, message: str) -> None:
    """With the nearest name, or what would be right."""
    with pytest.raises(ConfigError, match=message):
        parse(typed, ALERTS, NOW)


def test_last_counts_back_from_now() -> None:
    """From when an alert was raised; the bound itself is inside."""
    sought = parse("last:15m", ALERTS, NOW)
    minute = 60_000_000
    assert sought.matches({"raised_at": NOW - 15 * minute})
    assert not sought.matches({"raised_at": NOW - 15 * minute - 1})
    assert parse("last:99999999999w", ALERTS, NOW).where().params == {"f0": 0}


def test_last_finds_what_came_just_now(tmp_path: Path) -> None:
    """An event without a time of its own counts by when it was committed."""
    store = Store.open(tmp_path / "store.duckdb")
    now = _now()
    old, new = message("old", ts=now - 3_600_000_000), message("new", ts=None)
    store.commit(batch([kept(1, old), kept(2, new)], alerts=[alert(1)], at=now))
    reader = store.reader()
    assert [row["text"] for row in reader.events("last:15m")[0]] == ["new"]
    assert (reader.events("last:2h")[1], reader.alerts("last:1m")[1]) == (2, 1)
    store.close()


def test_rows_of_the_journal_are_filtered_in_memory() -> None:
    """They are in no table."""
    rows: list[dict[str, object]] = [
        {"actor": "ana", "uid": 0, "action": "alerts.dismiss", "result": "done", "at": NOW},
        {"actor": "bob", "uid": 7, "action": "alerts.show", "result": "refused", "at": NOW - 3_600_000_000},
    ]

    def found(typed: str) -> list[object]:
        sought = parse(typed, AUDIT, NOW)
        return [row["actor"] for row in rows if sought.matches(row)]

    assert found("result:refused") == ["bob"]
    assert found("alerts !bob") == ["ana"]
    assert found("uid:>0") == ["bob"]
    assert found("last:10m") == ["ana"]


SNIPPETS = st.sampled_from(
    [
        *("level:", "user:", "text:", "last:", "tokens:", "confidence:", "tag:", "!", '"', "/", ">=", "<", " ", "\\"),
        *(
            "high",
            "15m",
            "0.5",
            "'",
            "--",
            ";",
            "%",
            "_",
            "$f0",
            "?",
            "(",
            ")",
            "[a-",
            "\\pN",
            "{9,}",
            "\x00",
            "\ud800",
            "é",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=30), st.lists(SNIPPETS, max_size=8).map("".join)))
@example("/\\C/")
@example("/(?i)[[:word:]]{1000}/")
@example("/((a{100}){100}){100}/")
@example("/\x00/")
def test_any_text_is_a_filter_or_an_error_in_words(reader: Reader, typed: str) -> None:
    """Never an error of the database."""
    for view in (ALERTS, EVENTS):
        with suppress(ConfigError):
            assert set(numbers(reader, view, typed)) <= {1, 2, 3, 4}


def _now() -> int:
    return time.time_ns() // 1000
