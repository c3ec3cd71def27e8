"""What is committed is there, once, and all of it."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from tests.store.parts import NOW, alert, batch, checkpoint, delta, kept, letter, message, named

from llmsec_tui.errors import StoreError
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.schema import ALERTS, CONTENTS, EVENTS
from llmsec_tui.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.duckdb")
    yield opened
    opened.close()


def texts(store: Store) -> list[str]:
    """The texts of all events, oldest first."""
    reader = store.reader()
    rows, _ = reader.events(limit=500)
    reader.close()
    return [row["text"] for row in reversed(rows)]


def count(store: Store, table: str) -> int:
    """Rows of a table, asked past every query."""
    [(found,)] = store._connection.execute("SELECT count(*) FROM " + table).fetchall()
    return int(found)


def test_a_new_store_is_for_its_owner_only(store: Store) -> None:
    """The file's mode is 0600, whatever the umask."""
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_a_full_batch_goes_past_the_log_into_the_file(store: Store) -> None:
    """Whole row groups are written once, where they stay; and every row is there when the file is opened again."""
    store.commit(batch([kept(n, message(f"text {n}" * 20)) for n in range(9_000)]))
    assert store.path.with_name("store.duckdb.wal").stat().st_size < store.path.stat().st_size / 2
    store.close()
    opened = Store.open(store.path)
    assert (count(opened, "events"), count(opened, "contents")) == (9_000, 9_000)
    opened.close()


def test_a_batch_is_there_after_the_store_was_closed_and_opened(tmp_path: Path) -> None:
    """Events, texts, alerts, dead letters, checkpoints and counts survive."""
    store = Store.open(tmp_path / "s.duckdb")
    done = store.commit(
        batch(
            [kept(1, message("hello")), kept(2, message(None))],
            alerts=[alert(1)],
            letters=[letter(3)],
            keys={7: "c1", 2**64 - 1: ""},
            checkpoints=[checkpoint(300)],
            stats=[delta(unknown={"odd": 2}, content_no={"off": 1})],
        )
    )
    store.close()
    assert (done.events_seq, done.alerts_seq, done.new_alert_ids) == (2, 1, [alert(1)["alert_id"]])
    store = Store.open(tmp_path / "s.duckdb")
    assert texts(store) == ["hello", ""]
    assert store.known([7, 8, 2**64 - 1]) == {7: "c1", 2**64 - 1: ""}
    assert store.checkpoints() == [checkpoint(300)]
    reader = store.reader()
    assert reader.alerts()[1] == 1
    assert reader.dead_letters()[0][0]["reason"] == "It is no JSON."
    assert reader.sources()[0]["unknown"] == {"odd": 2}
    assert store.commit(batch([kept(3, message("more"))], alerts=[alert(3)])).events_seq == 3
    store.close()


def test_every_column_of_the_frames_has_its_column_in_the_store(store: Store) -> None:
    """The schema of the frames and the migrations agree by name."""
    for table, columns in (("events", EVENTS), ("contents", CONTENTS), ("alerts", ALERTS)):
        described = store._connection.execute("DESCRIBE " + table).fetchall()
        assert set(columns) <= {name for name, *_ in described}


def test_a_text_is_stored_once_however_often_it_appears(store: Store) -> None:
    """Within a batch and across batches."""
    for number in range(0, 6, 2):
        store.commit(batch([kept(number, message("same")), kept(number + 1, message("same"))]))
    assert count(store, "contents") == 1
    assert texts(store) == ["same"] * 6


def test_two_texts_with_the_same_short_key_are_both_stored(store: Store) -> None:
    """The first eight bytes of a hash can be made to collide; the whole hash decides."""
    first = batch([kept(1, message("one"))])
    sha = first.batch.events["content_sha256"][0]
    other = sha[:8] + b"\x00" * 24
    second = batch([kept(2, message("two"))])
    changed = pl.lit(other).alias("content_sha256")
    forged = EventBatch(second.batch.events.with_columns(changed), second.batch.contents.with_columns(changed), [])
    store.commit(first)
    store.commit(batch())
    store.commit(type(second)(forged, second.alerts, second.dead_letters, {}, [], [], NOW))
    assert texts(store) == ["one", "two"]


def test_an_amended_event_takes_the_place_of_its_former_self(store: Store) -> None:
    """It keeps its key; new events in the same batch are numbered on."""
    store.commit(batch([kept(1, message("draft")), kept(2, message("next"))]))
    done = store.commit(batch([kept(3, message("third")), kept(1, message("final"), amends=True)]))
    assert done.events_seq == 3
    assert texts(store) == ["final", "next", "third"]
    reader = store.reader()
    assert reader.event(named(1))["row"]["seq"] == 1
    assert reader.events()[1] == 3


def test_an_amended_event_counts_once_as_it_is_now(store: Store) -> None:
    """Of two messages that were off, one is told later, and one is then found in another file."""
    store.commit(
        batch(
            [kept(1, message(None)), kept(2, message(None))],
            stats=[delta(events=2, content_yes=0, content_no={"off": 2})],
        )
    )
    store.commit(batch([kept(1, message("told"), amends=True)], stats=[delta()]))
    elsewhere = "/logs/b.jsonl"
    again = [kept(2, message("found"), amends=True, path=elsewhere)]
    store.commit(batch(again, stats=[delta(f"{elsewhere}#1", path=elsewhere)]))
    rows = {row["path"]: row for row in store.reader().sources()}
    counts = {path: (row["events"], row["content_yes"], row["content_no"]) for path, row in rows.items()}
    assert counts == {"/logs/a.jsonl": (1, 1, {"off": 0}), elsewhere: (1, 1, {})}


def test_amending_what_is_not_there_adds_it(store: Store) -> None:
    """The former self may have been in the same batch."""
    assert store.commit(batch([kept(1, message("only"), amends=True)])).events_seq == 1
    assert texts(store) == ["only"]


def test_an_alert_is_raised_once(store: Store) -> None:
    """An id that the store has, or that stands twice in a batch, is not added again."""
    store.commit(batch(alerts=[alert(1)]))
    done = store.commit(batch(alerts=[alert(2), alert(1), alert(2)]))
    assert (done.alerts_seq, done.new_alert_ids) == (2, [alert(2)["alert_id"]])


def test_counts_of_a_source_add_up(store: Store) -> None:
    """Numbers and named counts are sums; the format stays when a batch does not tell it."""
    store.commit(batch(stats=[delta(unknown={"a": 1}), delta("/logs/b.jsonl#1", path="/logs/b.jsonl")]))
    store.commit(batch(stats=[delta(format="", unknown={"a": 2, "b": 1}, content_no={"off": 4}, last_event_at=None)]))
    first, second = store.reader().sources()
    assert (first["records"], first["unknown"], first["content_no"]) == (2, {"a": 3, "b": 1}, {"off": 4})
    assert (first["format"], first["last_event_at"]) == ("openai", NOW)
    assert second["unknown"] == {}


def test_the_last_checkpoint_of_a_source_counts(store: Store) -> None:
    store.commit(batch(checkpoints=[checkpoint(100), checkpoint(200), checkpoint(50, "/logs/b.jsonl#1")]))
    store.commit(batch(checkpoints=[checkpoint(300)]))
    assert [seen.offset for seen in store.checkpoints()] == [300, 50]


def test_a_batch_that_fails_leaves_nothing_behind(store: Store) -> None:
    """Its frames are sent again afterwards, and nothing is there twice."""
    good = batch([kept(1, message("hello"))], alerts=[alert(1)], keys={1: ""}, checkpoints=[checkpoint(100)])
    bad = type(good)(good.batch, good.alerts.drop("title"), good.dead_letters, good.keys, good.checkpoints, [], NOW)
    with pytest.raises(StoreError):
        store.commit(bad)
    assert (texts(store), store.known([1]), store.checkpoints()) == ([], {}, [])
    assert store.commit(good).events_seq == 1
    assert texts(store) == ["hello"]


@pytest.mark.parametrize("ts", [2**63 - 1, -(2**63), 2**62, -62_135_596_800_000_001, 253_402_300_800_000_000])
def test_a_time_that_no_calendar_has_is_no_time(store: Store, ts: int) -> None:
    """A log can claim any number; the rows around it must stay readable."""
    store.commit(batch([kept(1, message("hello", ts=ts))], stats=[delta(last_event_at=ts)]))
    reader = store.reader()
    assert reader.events("last:15m")[1] == 0
    assert reader.events()[0][0]["ts"] is None
    assert "ts" not in reader.event(named(1))["fields"]
    assert reader.sources()[0]["last_event_at"] is None


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[2J", "\U000e0041\u202e", "é" * 100_000, "", "'; DROP TABLE events"])
def test_a_hostile_text_comes_back_as_it_was(store: Store, text: str) -> None:
    """Nothing is cut, escaped or obeyed on the way in and out."""
    store.commit(batch([kept(1, message(text, conversation=text, user_id=text))]))
    row = store.reader().event(named(1), 200_000)["row"]
    assert (row["text"], row["user_id"], row["n_chars"]) == (text, text, len(text))


def test_the_outside_is_shut(store: Store) -> None:
    """No statement can read or write another file, or open the door again."""
    for statement in (
        "SELECT * FROM read_text('/etc/hostname')",
        f"COPY events TO '{store.path.parent / 'leak.csv'}'",
        "SET enable_external_access = true",
        "ATTACH '/tmp/other.duckdb'",
    ):
        with pytest.raises(Exception, match=r"Permission|Invalid Input"):
            store._connection.execute(statement)
    store.commit(batch([kept(1, message("hello"))]))
    store.checkpoint_wal()
    assert texts(store) == ["hello"]
