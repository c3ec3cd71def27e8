"""A reader within another sees a part of the store, and lives and dies with it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.parts import alert, batch, delta, kept, letter, message

from llmsec_tui.errors import DeadlineExceeded, StoreError
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.sight import EVERYTHING, Sight
from llmsec_tui.store.store import Store

SHOP = Sight(apps=("shop",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Ten events of shop and five of a bank, each with an alert, in one file; and one that names no application."""
    made = Store.open(tmp_path / "store.duckdb")
    events = [kept(number, message(f"text {number}", service_name="shop")) for number in range(10)]
    events += [kept(number, message(f"text {number}", service_name="bank")) for number in range(10, 15)]
    events.append(kept(15, message("nobody's", service_name=None)))
    alerts = [alert(number, app="shop" if number < 10 else "bank") for number in range(15)]
    made.commit(batch(events, alerts=alerts, letters=[letter(1)], stats=[delta(records=16, events=16, alerts=15)]))
    yield made
    made.close()


@pytest.fixture
def reader(store: Store) -> Reader:
    return store.reader()


def test_every_question_is_answered_from_what_is_inside(reader: Reader) -> None:
    within = reader.within(SHOP)
    assert (reader.events()[1], within.events()[1]) == (16, 10)
    assert (reader.alerts()[1], within.alerts()[1]) == (15, 10)
    assert (reader.dead_letters()[1], within.dead_letters()[1]) == (1, 0)
    assert (reader.maxima(), within.maxima()) == ((15, 16), (10, 10))
    [whole], [part] = reader.sources(), within.sources()
    assert (whole["events"], whole["alerts"], part["events"], part["alerts"], part["records"]) == (16, 15, 10, 10, 10)
    assert within.alerts(grouped=True)[1] == 10
    assert within.events("text:nobody")[1] == 0


def test_what_is_written_later_is_seen_too(store: Store, reader: Reader) -> None:
    within = reader.within(SHOP)
    store.commit(batch([kept(20, message("new", service_name="shop")), kept(21, message("x", service_name="bank"))]))
    assert within.events()[1] == 11


def test_a_scope_of_hostile_names_is_a_scope_of_names(reader: Reader) -> None:
    for name in ("shop') OR true --", "'; DROP TABLE events; --", "%", ""):
        assert reader.within(Sight(apps=(name,))).events()[1] == 0
    assert reader.events()[1] == 16


def test_the_same_sight_is_the_same_reader_and_there_are_not_many(reader: Reader) -> None:
    first = reader.within(SHOP)
    assert reader.within(SHOP) is first
    assert reader.within(EVERYTHING) is reader
    for number in range(10):
        reader.within(Sight(apps=(str(number),)))
    assert first.closed
    assert reader.within(SHOP).events()[1] == 10


def test_it_is_closed_and_interrupted_with_its_parent(reader: Reader) -> None:
    within = reader.within(SHOP)
    entered = threading.Event()
    left = threading.Event()

    def interrupt() -> None:
        entered.wait(10)
        reader.interrupt()
        left.set()

    other = threading.Thread(target=interrupt)
    other.start()
    with pytest.raises((DeadlineExceeded, StoreError)):
        _read(within, entered, left)
    other.join()
    reader.close()
    assert within.closed


def _read(reader: Reader, entered: threading.Event, left: threading.Event) -> None:
    with reader.around(None, 1 << 62, [{"service_name": "shop"}], lateness=0, most=10, size=1) as found:
        entered.set()
        left.wait(10)
        list(found.batches)
