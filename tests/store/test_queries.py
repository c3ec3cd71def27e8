"""Readers give pages, details and counts in the shape that the service's messages have."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.store.parts import NOW, alert, batch, delta, kept, letter, message, named

from llmsec_tui.errors import DeadlineExceeded, NotFound
from llmsec_tui.service import api
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.store import Store

SECOND = 1_000_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Thirty events in three batches and two conversations, an alert on every third, some dead letters."""
    opened = Store.open(tmp_path_factory.mktemp("queries") / "store.duckdb")
    for first in (0, 10, 20):
        events = [kept(n, message(f"text {n} é" * 3, conversation=f"c{n % 2}")) for n in range(first, first + 10)]
        alerts = [alert(n, conversation_id=f"c{n % 2}") for n in range(first, first + 10) if n % 3 == 0]
        letters = [letter(n) for n in range(first, first + 2)]
        at = NOW + first * SECOND
        opened.commit(batch(events, alerts=alerts, letters=letters, stats=[delta(unknown={"x": 1})], at=at))
    opened.commit(batch([kept(30, message("alone", conversation=None))], at=NOW + 25 * SECOND))
    yield opened
    opened.close()


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    opened = store.reader()
    yield opened
    opened.close()


def test_rows_have_the_shape_of_the_messages(reader: Reader) -> None:
    """Each converts to its struct with nothing missing and nothing too much."""
    shapes: list[tuple[object, type[msgspec.Struct]]] = [
        (reader.alerts()[0][0], api.AlertRow),
        (reader.events()[0][0], api.EventRow),
        ({**reader.event(named(3)), "revealed_until": 0}, api.EventDetail),
        (reader.dead_letters()[0][0], api.DeadLetterRow),
        ({**reader.overview(3, 10, NOW), "sources": []}, api.Overview),
        (
            {**reader.sources()[0], "state": "", "problem": "", "size": 0, "offset": 0, "lag_bytes": 0, "lag_s": 0.0},
            api.SourceRow,
        ),
        (
            {
                **reader.alert(alert(3)["alert_id"]),
                "revealed_until": 0,
                "description": "",
                "false_positives": [],
                "references": [],
                "playbook": [],
                "rule_path": "",
                "risk": None,
            },
            api.AlertDetail,
        ),
    ]
    for row, shape in shapes:
        assert isinstance(row, dict)
        assert set(row) == set(shape.__struct_fields__)
        msgspec.convert(row, shape, strict=True)


def test_an_event_row_carries_its_text_and_the_highest_level_on_it(store: Store) -> None:
    """The text is cut to what was asked for; its whole length is told."""
    reader = store.reader()
    rows, total = reader.events("", None, None, 4, 6)
    assert total == 31
    assert [row["text"] for row in rows] == ["alone", "text 2", "text 2", "text 2"]
    assert rows[1]["n_chars"] == len("text 29 é" * 3)
    assert [row["alert_level"] for row in reader.events("", 29, None, 2)[0]] == ["high", None]


@settings(max_examples=12, deadline=None)
@given(st.integers(2, 12), st.sampled_from(["", "conversation:c1", "text"]))
def test_paging_down_and_up_again_meets_every_row_once(store: Store, limit: int, typed: str) -> None:
    """Newest first, whatever the size of the pages."""
    reader = store.reader()
    whole = [row["seq"] for row in reader.events(typed, None, None, 500)[0]]
    down: list[int] = []
    before = None
    while rows := reader.events(typed, before, None, limit)[0]:
        down += [row["seq"] for row in rows]
        before = down[-1]
    up: list[int] = []
    after = 0
    while rows := reader.events(typed, None, after, limit)[0]:
        up = [row["seq"] for row in rows] + up
        after = up[0]
    reader.close()
    assert down == up == whole == sorted(whole, reverse=True)


def test_a_page_between_two_bounds_keeps_to_both(reader: Reader) -> None:
    assert [row["seq"] for row in reader.events("", 10, 6)[0]] == [9, 8, 7]
    assert [row["seq"] for row in reader.alerts("", 3, 0)[0]] == [2, 1]
    assert reader.events("", 0)[0] == []


def test_an_alert_is_named_by_its_id_or_a_prefix_that_only_it_has(reader: Reader) -> None:
    """Too short, unknown and ambiguous prefixes are told apart."""
    assert reader.alert("0003")["row"]["event_id"] == named(3)
    with pytest.raises(NotFound, match="too short"):
        reader.alert("000")
    with pytest.raises(NotFound, match="no alert ffff"):
        reader.alert("ffff")


def test_an_alert_comes_with_the_others_of_its_conversation(reader: Reader) -> None:
    """Newest first, without itself."""
    detail = reader.alert(alert(9)["alert_id"])
    assert [row["event_id"] for row in detail["others"]] == [named(n) for n in (27, 21, 15, 3)]
    assert detail["spans"] == [(0, 6), (8, 9)]
    assert detail["record_sha256"] == "01" * 32


def test_two_alerts_with_one_prefix_are_not_guessed_between(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.duckdb")
    store.commit(batch(alerts=[alert(1, alert_id="abcd1"), alert(2, alert_id="abcd2"), alert(3, alert_id="abcd")]))
    reader = store.reader()
    assert reader.alert("abcd")["row"]["event_id"] == named(3)
    store.commit(batch(alerts=[alert(4, alert_id="wxyz1"), alert(5, alert_id="wxyz2")]))
    with pytest.raises(NotFound, match="More than one"):
        reader.alert("wxyz")
    store.close()


def test_an_event_shows_every_field_that_is_set(reader: Reader) -> None:
    detail = reader.event(named(3), 5)
    assert detail["row"]["text"] == "text "
    assert detail["fields"]["service_name"] == "shop"
    assert len(detail["fields"]["content_sha256"]) == 64
    assert "tool_name" not in detail["fields"]
    assert [row["event_id"] for row in detail["alerts"]] == [named(3)]
    with pytest.raises(NotFound, match="no event nowhere"):
        reader.event("nowhere")


def test_a_conversation_is_shown_around_an_event_oldest_first(reader: Reader) -> None:
    rows, total = reader.conversation(named(11), 2, 3)
    assert [row["event_id"] for row in rows] == [named(n) for n in (7, 9, 11, 13, 15, 17)]
    assert total == 15
    assert [row["event_id"] for row in reader.conversation(named(11), 0, 0)[0]] == [named(11)]


def test_an_event_without_a_conversation_is_shown_in_its_file(reader: Reader) -> None:
    rows, total = reader.conversation(named(30), 2, 3)
    assert [row["event_id"] for row in rows] == [named(n) for n in (28, 29, 30)]
    assert total == 31


def test_the_overview_counts_what_there_is(reader: Reader) -> None:
    """Gaps in the rate are zeros; a rate is of the last ten seconds."""
    seen = reader.overview(4, 10, NOW + 25 * SECOND)
    assert seen["open_by_level"] == {"informational": 0, "low": 0, "medium": 0, "high": 10, "critical": 0}
    assert (seen["events"], seen["conversations"], seen["dead_letters"]) == (31, 2, 6)
    assert [(point["events"], point["alerts"]) for point in seen["rate"]] == [(0, 0), (10, 4), (10, 3), (11, 3)]
    assert seen["events_per_s"] == 1.1
    assert len(seen["latest"]) == 10


def test_dead_letters_come_in_pages(reader: Reader) -> None:
    rows, total = reader.dead_letters(None, 4)
    assert [row["seq"] for row in rows] == [6, 5, 4, 3]
    assert (total, rows[0]["at"]) == (6, NOW + 20 * SECOND)
    assert [row["seq"] for row in reader.dead_letters(3)[0]] == [2, 1]


def ask_for_ever(reader: Reader) -> None:
    while True:
        reader.events("text !nothing")


def test_a_query_that_is_interrupted_says_so_and_the_reader_goes_on(store: Store) -> None:
    """The deadline of one asker hurts nobody else."""
    reader = store.reader()
    stop = threading.Event()

    def interrupt() -> None:
        while not stop.wait(0.0005):
            reader.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        for _ in range(50):
            with pytest.raises(DeadlineExceeded):
                ask_for_ever(reader)
    finally:
        stop.set()
        thread.join()
    assert reader.events()[1] == 31


def test_readers_see_whole_batches_while_another_thread_commits(tmp_path: Path) -> None:
    """Every state that a reader sees has as many alerts as batches of ten events."""
    store = Store.open(tmp_path / "store.duckdb")
    seen: list[tuple[int, int]] = []
    done = threading.Event()

    def watch() -> None:
        reader = store.reader()
        while not done.is_set():
            alerts, events = reader.maxima()
            seen.append((alerts * 10, events))
        reader.close()

    thread = threading.Thread(target=watch)
    thread.start()
    for number in range(10):
        events = [kept(number * 10 + i, message(f"{number}-{i}")) for i in range(10)]
        store.commit(batch(events, alerts=[alert(number)]))
    done.set()
    thread.join()
    store.close()
    assert seen
    assert all(alerts == events for alerts, events in seen)
