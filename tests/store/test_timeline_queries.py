"""What stands around an incident: its alerts, the log events about them, the markers of its apps."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.parts import NOW, alert, batch, kept, message, named

from llmsec_tui.incidents.export.case import AlertRecord
from llmsec_tui.store import timeline_queries
from llmsec_tui.store.store import Store

SECOND = 1_000_000
AROUND = 2


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.duckdb")
    yield opened
    opened.close()


def _talk(store: Store, conversations: list[str | None], hits: set[int], first: int = 0) -> str:
    """One event a place in these conversations; those in ``hits`` raise alerts of an incident, whose id is given."""
    names = [None if name is None else f"{first}-{name}" for name in conversations]
    events = [kept(first + n, message(f"text {n}", name, ts=NOW + n)) for n, name in enumerate(names)]
    alerts = [alert(first + n, conversation_id=names[n]) for n in sorted(hits)]
    store.commit(batch(events, alerts=alerts, at=NOW + SECOND))
    store.put_alerts([row["alert_id"] for row in alerts], f"INC-{first + 1}")
    return f"INC-{first + 1}"


def _events(store: Store, incident_id: str = "INC-1", most: int = 100) -> tuple[list[str], int]:
    with closing(store.reader()) as reader:
        rows, left_out = reader.events_of_incident(incident_id, around=AROUND, most=most, text_chars=50)
    return [row["event_id"] for row in rows], left_out


def _naive(conversations: list[str | None], hits: set[int]) -> set[int]:
    wanted = set(hits)
    for name in {conversations[hit] for hit in hits} - {None}:
        places = [n for n, conversation in enumerate(conversations) if conversation == name]
        inside = [place for place, n in enumerate(places) if n in hits]
        wanted |= set(places[max(min(inside) - AROUND, 0) : max(inside) + AROUND + 1])
    return wanted


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(st.sampled_from(["c1", "c2", None]), min_size=1, max_size=25),
    st.sets(st.integers(0, 24), max_size=4),
    st.integers(1, 12),
)
def test_the_events_about_the_alerts_are_there_and_the_rest_is_counted(
    store: Store, conversations: list[str | None], hits: set[int], most: int
) -> None:
    """As a naive count has it; a conversation is followed from a few before its first alert to a few after its last."""
    hits = {hit for hit in hits if hit < len(conversations)}
    with closing(store.reader()) as reader:
        first = reader.maxima()[1]
    incident_id = _talk(store, conversations, hits, first)
    expected = sorted(_naive(conversations, hits))
    assert _events(store, incident_id) == ([named(first + n) for n in expected], 0)
    some, left_out = _events(store, incident_id, most)
    assert set(some) <= {named(first + n) for n in expected}
    assert len(some) == min(most, len(expected))
    assert len(some) + left_out == len(expected)


def test_where_there_are_too_many_those_next_to_an_alert_stay(store: Store) -> None:
    """Of forty events between two alerts, the ones that say what led to them."""
    _talk(store, ["c1"] * 42, {0, 41})
    found, left_out = _events(store, most=8)
    assert found == [named(n) for n in (0, 1, 2, 3, 38, 39, 40, 41)]
    assert left_out == 34


def test_events_that_took_part_in_an_alert_over_time_are_there(store: Store) -> None:
    events = [kept(n, message(f"text {n}", f"c{n}", ts=NOW + n)) for n in range(4)]
    row = alert(3, conversation_id="c3", event_ids=[named(0), named(3)], n_events=2)
    store.commit(batch(events, alerts=[row], at=NOW + SECOND))
    store.put_alerts([row["alert_id"]], "INC-1")
    assert _events(store) == ([named(0), named(3)], 0)


def test_no_event_is_later_than_it_was_stored_and_none_is_without_a_time(store: Store) -> None:
    """A log may claim that something happens next year, or say no time at all."""
    events = [kept(0, message("a", ts=NOW * 2)), kept(1, message("b", ts=None)), kept(2, message("c", ts=5))]
    store.commit(batch(events, alerts=[alert(0), alert(2)], at=NOW + SECOND))
    store.put_alerts([alert(0)["alert_id"], alert(2)["alert_id"]], "INC-1")
    rows, _ = store.reader().events_of_incident("INC-1", around=0, most=10, text_chars=50)
    assert [row["at"] for row in rows] == [NOW + SECOND, NOW + SECOND, 5]


def test_an_incident_without_alerts_has_no_events(store: Store) -> None:
    store.commit(batch([kept(0, message("a"))]))
    assert _events(store) == ([], 0)


def test_alerts_come_whole_and_only_those_of_the_incident(store: Store) -> None:
    rows = [alert(n, ts=None if n else NOW, tool_name="shell", decoded_text="x", decoded_by="rot13") for n in range(3)]
    store.commit(batch([kept(n, message(f"text {n}")) for n in range(3)], alerts=rows, at=NOW))
    store.put_alerts([rows[0]["alert_id"], rows[2]["alert_id"]], "INC-1")
    records = msgspec.convert(store.reader().alerts_of_incident("INC-1", 10), list[AlertRecord])
    assert [record.alert_id for record in records] == [rows[0]["alert_id"], rows[2]["alert_id"]]
    assert (records[0].ts, records[1].ts, records[0].spans) == (NOW, None, [[0, 6], [8, 9]])
    assert records[0].record_sha256 == "01" * 32
    assert len(store.reader().alerts_of_incident("INC-1", 1)) == 1


def test_addresses_are_those_of_the_events_that_raised_its_alerts(store: Store) -> None:
    events = [kept(n, message(f"text {n}", source_ip=f"192.0.2.{n % 2}" if n else None)) for n in range(4)]
    rows = [alert(n) for n in range(4)]
    store.commit(batch(events, alerts=rows, at=NOW))
    store.put_alerts([row["alert_id"] for row in rows], "INC-1")
    assert store.reader().addresses_of_incident("INC-1", 10) == ["192.0.2.0", "192.0.2.1"]
    assert store.reader().addresses_of_incident("INC-2", 10) == []


def test_markers_are_of_the_apps_and_of_none_in_particular_inside_of_the_span(store: Store) -> None:
    for number, (app, at) in enumerate([("shop", 10), ("", 20), ("other", 15), ("shop", 31), ("shop", 9)]):
        store.add_marker(at=at, noted_at=50, kind="deploy", text=f"v{number}", app=app, author="ci")
    rows = store.reader().markers_between(10, 30, ["shop"], 10)
    assert [row["text"] for row in rows] == ["v1", "v0"]
    assert (rows[1]["author"], rows[1]["kind"], rows[1]["at"]) == ("ci", "deploy", 10)


def test_a_conversation_of_a_million_events_is_not_read_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not looked at is counted all the same."""
    monkeypatch.setattr(timeline_queries, "MOST_BETWEEN", 5)
    _talk(store, ["c1"] * 30, {0, 29})
    found, left_out = _events(store, most=20)
    assert len(found) + left_out == 30
    assert {named(0), named(29)} <= set(found)
