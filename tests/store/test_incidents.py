"""What is stored of incidents is what happened to them, after whatever happens, or nothing at all."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.incident_parts import HOUR, joined, opened, share, went_on, wrote
from tests.store.parts import NOW

from llmsec_tui.errors import NotFound, StoreError
from llmsec_tui.incidents.changes import (
    Acknowledged,
    AlertsWithdrawn,
    Breached,
    Change,
    Closed,
    LevelSet,
    MergedInto,
    Moved,
    NewTask,
    Noted,
    Pinned,
    Reopened,
    RunEnded,
    RunStarted,
    SplitOff,
    TaskAdded,
    TaskDone,
    Watched,
)
from llmsec_tui.incidents.fold import begin, record, replay
from llmsec_tui.incidents.states import Disposition, RunState, State
from llmsec_tui.store.store import Store

RUN = RunStarted(run=1, remedy="block", rehearsal=True, what="block ana", digest="0" * 64)
PIN = Pinned(pin=1, event_id="e", source_id="s", source_path="/a", source_offset=0, source_len=1, sha256="0" * 64)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "store.duckdb")
    yield made
    made.close()


def test_an_incident_is_read_as_it_was_written(store: Store) -> None:
    """Whole, with its events, also by another process afterwards."""
    work: list[Change] = [
        Acknowledged(owner="bo"),
        PIN,
        RUN,
        TaskAdded(task=NewTask(task=1, text="Look")),
        Noted(note="\x1b[2J ☠"),
    ]
    incident = wrote(store, 1, *work)
    events = store.incident_events("INC-1")
    assert store.incident("INC-1") == incident == replay(events)
    assert [event.change for event in events[1:]] == work
    assert [event.seq for event in store.incident_events("INC-1", after=4)] == [5, 6]
    store.close()
    again = Store.open(store.path)
    assert again.incident("INC-1") == incident
    assert again.reader().incident("INC-1") == incident
    again.close()


def test_incidents_are_numbered_from_one_without_gaps(store: Store) -> None:
    """A transaction that fails takes its number back."""
    assert store.next_incident_number() == 1
    wrote(store, 1)

    def fails() -> None:
        with store.transaction():
            wrote(store, store.next_incident_number())
            raise OSError("the journal is full")

    with pytest.raises(OSError, match="journal"):
        fails()
    assert store.next_incident_number() == 2
    assert store.incident("INC-2") is None
    assert store.incident_events("INC-2") == []
    assert store.holders(["conversation:shop|c2"]) == []


def test_one_incident_may_change_several_times_in_a_transaction(store: Store) -> None:
    """Each change is seen by the next, though nothing is committed yet."""
    with store.transaction():
        wrote(store, 1)
        for place in range(3):
            went_on(store, "INC-1", joined(f"more{place}", keys={f"user:shop|u{place}": 1}))
        assert store.incidents(["INC-1"])["INC-1"].n_alerts == 4
    assert store.incidents_differ() == []


def test_what_is_no_incident_is_not_found(store: Store) -> None:
    assert store.incident("INC-7") is None
    assert store.incidents(["INC-7"]) == {}
    with pytest.raises(NotFound, match="INC-1, INC-2"):
        store.incident("nonsense")


def test_holders_are_the_open_incidents_with_a_key_and_the_newest_of_the_others(store: Store) -> None:
    """Newest first, with what a decision takes."""
    for number in range(1, 9):
        wrote(store, number, Closed(disposition=Disposition.TEST, note="n"), at=NOW + number)
    wrote(store, 9, at=NOW + 9)
    wrote(store, 10, MergedInto(into="INC-9"), at=NOW + 10)
    wrote(store, 11, at=NOW + 11, share=share("other", keys={"user:shop|bo": 1}))
    went_on(store, "INC-9", joined("more"), at=NOW + 20)
    went_on(store, "INC-9", Noted(note="later"), at=NOW + 30)
    found = store.holders(["user:shop|ana", "conversation:shop|c9", "nobody's"])
    assert [(one.number, one.state) for one in found if one.key == "user:shop|ana"] == [
        (10, State.MERGED),
        (9, State.NEW),
        *((number, State.CLOSED) for number in (8, 7, 6, 5)),
    ]
    [one] = (holder for holder in found if holder.key == "conversation:shop|c9")
    assert (one.incident_id, one.n_alerts, one.last_alert_at, one.closed_at) == ("INC-9", 2, NOW + 20, None)
    assert found[0].merged_into == "INC-9"
    assert store.holders([]) == []


def test_keys_that_an_incident_has_no_more_lead_nowhere(store: Store) -> None:
    wrote(store, 1)
    went_on(store, "INC-1", joined("more", keys={"user:shop|bo": 1, "user:shop|ana": 1}))
    went_on(store, "INC-1", AlertsWithdrawn(share=share("more", keys={"user:shop|bo": 1, "user:shop|ana": 1})))
    assert store.holders(["user:shop|bo"]) == []
    assert len(store.holders(["user:shop|ana"])) == 1


def test_what_needs_a_look_is_found(store: Store) -> None:
    """Missed clocks, what somebody took and may forget, and what runs."""
    wrote(store, 1)
    wrote(store, 2, Acknowledged(owner="bo"))
    wrote(store, 3, Closed(disposition=Disposition.TEST, note="n"))
    wrote(store, 4, Breached(clock="acknowledge", due_at=NOW + HOUR), RUN)
    assert store.due_incidents(NOW + HOUR - 1) == ["INC-2"]
    assert store.due_incidents(NOW + HOUR) == ["INC-1", "INC-2"]
    assert store.running() == ["INC-4"]
    assert store.open_incident_ids() == ["INC-1", "INC-2", "INC-4"]
    ended = RunEnded(
        run=1, state=RunState.DONE, exit_code=0, took_us=1, output_bytes=0, output_sha256="", told="It went well."
    )
    went_on(store, "INC-4", ended)
    assert store.running() == []


def test_a_projection_that_does_not_fit_its_events_is_named(store: Store) -> None:
    """Whether a column, a key, the snapshot or the events themselves are wrong."""
    for number in range(1, 7):
        wrote(store, number)
    assert store.incidents_differ() == store.reader().incidents_differ() == []
    for damage in (
        "UPDATE incidents SET owner = 'mallory' WHERE number = 1",
        "DELETE FROM incident_keys WHERE number = 2",
        "UPDATE incidents SET snapshot = (SELECT snapshot FROM incidents WHERE number = 1) WHERE number = 3",
        "DELETE FROM incident_events WHERE number = 4",
        "DELETE FROM incidents WHERE number = 5",
        "INSERT INTO incident_keys VALUES (7, 1007)",
    ):
        store._connection.execute(damage)
    assert store.incidents_differ() == ["INC-1", "INC-2", "INC-3", "INC-4", "INC-5", "INC-1007"]


def test_what_another_version_stored_is_an_error_that_says_so(store: Store) -> None:
    wrote(store, 1)
    store._connection.execute('UPDATE incident_events SET change = \'{"type": "teleported"}\'')
    with pytest.raises(StoreError, match=r"INC-1 #1\) that this version cannot read"):
        store.incident_events("INC-1")
    store._connection.execute("UPDATE incidents SET snapshot = '\\x01'::BLOB")
    with pytest.raises(StoreError, match=r"INC-1\) that this version cannot read"):
        store.incident("INC-1")


def test_readers_see_an_incident_at_every_moment(store: Store) -> None:
    """Though each change puts a new row in the place of the old one."""
    wrote(store, 1)
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        reader = store.reader()
        while not done.is_set():
            found, _, total = reader.incidents(now=NOW)
            seen.append(total if len(found) == total else -1)

    thread = threading.Thread(target=read)
    thread.start()
    for place in range(30):
        went_on(store, "INC-1", Noted(note=str(place)))
    done.set()
    thread.join()
    assert set(seen) == {1}


def test_risks_are_kept_by_entity(store: Store) -> None:
    """The last amount counts, exactly, with its time."""
    store.write_risks({"user:shop|ana": (0.1 + 0.2, NOW), "user:shop|bo": (1.0, NOW)})
    store.write_risks({"user:shop|ana": (0.7, NOW + 1)})
    assert store.risks(["user:shop|ana", "user:shop|bo", "nobody"]) == {
        "user:shop|ana": (0.7, NOW + 1),
        "user:shop|bo": (1.0, NOW),
    }
    assert store.risks([]) == {}


_names = st.sampled_from(["a", "b", "c", "d"])
_counts = st.dictionaries(st.sampled_from(["user:shop|ana", "user:shop|bo", "conversation:|x"]), st.integers(1, 3))
_shares = st.builds(lambda name, keys: share(name, keys=keys), _names, _counts)
_changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(lambda one: joined(*one.alert_ids, keys=one.keys), _shares),
    st.builds(AlertsWithdrawn, share=_shares),
    st.builds(SplitOff, into=st.just("INC-9"), share=_shares),
    st.builds(Acknowledged, owner=_names),
    st.builds(Moved, act=st.just("any"), state=st.sampled_from([State.PENDING, State.CONTAINED, State.RESOLVED])),
    st.builds(Closed, disposition=st.sampled_from(Disposition), note=_names),
    st.builds(Reopened, owner=_names, note=_names, limits=st.just([])),
    st.builds(LevelSet, level=st.sampled_from(["low", "critical"]), note=_names, limits=st.just([])),
    st.builds(Watched, watcher=_names),
    st.builds(Breached, clock=st.just("acknowledge"), due_at=st.just(NOW + HOUR)),
    st.builds(MergedInto, into=st.just("INC-9")),
    st.just(TaskAdded(task=NewTask(task=1, text="Look"))),
    st.builds(TaskDone, task=st.just(1), note=_names),
    st.builds(Noted, note=st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
)
_steps = st.lists(st.tuples(st.integers(1, 3), st.lists(_changes, max_size=3), st.integers(-HOUR, HOUR)), max_size=8)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(transactions=st.lists(st.tuples(_steps, st.booleans()), max_size=3))
def test_what_is_stored_is_what_the_events_add_up_to(
    store: Store, transactions: list[tuple[list[tuple[int, list[Change], int]], bool]]
) -> None:
    """Of any changes of several incidents, in any transactions of which some are rolled back, with any clock."""
    for clear in ("DELETE FROM incidents", "DELETE FROM incident_events", "DELETE FROM incident_keys"):
        store._connection.execute(clear)
    model = {}
    for number in (1, 2, 3):
        events = opened(number)
        model[number] = begin(events[0])
        store.write_incidents([(model[number], events)])
    for steps, kept in transactions:
        after = dict(model)
        changed = []
        for number, changes, ahead in steps:
            after[number], events = record(after[number], changes, at=NOW + ahead, actor="ana")
            changed.append((after[number], events))
        try:
            with store.transaction():
                store.write_incidents(changed[: len(changed) // 2])
                store.write_incidents(changed[len(changed) // 2 :])
                if not kept:
                    raise KeyError
        except KeyError:
            continue
        model = after
    assert store.incidents([f"INC-{number}" for number in model]) == {one.incident_id: one for one in model.values()}
    assert store.incidents_differ() == []
    open_ones = [one.incident_id for one in model.values() if one.state not in (State.CLOSED, State.MERGED)]
    assert store.open_incident_ids() == open_ones
    for key in ("user:shop|ana", "user:shop|bo", "conversation:|x"):
        assert {one.number for one in store.holders([key])} == {n for n, one in model.items() if key in one.keys}
