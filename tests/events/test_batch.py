"""Frames out of events."""

from hashlib import sha256

from llmsec_tui.events.batch import build, dead_letters
from llmsec_tui.events.history import Mapped, resolve
from llmsec_tui.events.model import DeadLetter, Event, Kind, Record, Role, Trust
from llmsec_tui.events.schema import CONTENTS, DEAD_LETTERS, EVENTS


def mapped(offset: int, *events: Event) -> Mapped:
    return Mapped(Record("s", "a.jsonl", offset, offset, 9, sha256(b"x").digest(), None), "generic", events)


def test_an_empty_batch_has_all_columns() -> None:
    """Later stages never need to ask whether a column exists."""
    batch = build([])
    assert dict(batch.events.schema) == EVENTS
    assert dict(batch.contents.schema) == CONTENTS


def test_equal_texts_are_one_content() -> None:
    """Each distinct text is there once, however many events carry it."""
    events = [Event(kind=Kind.MESSAGE, role=Role.USER, trust=Trust.USER, text="héllo") for _ in range(3)]
    batch = build(resolve([mapped(0, *events)], lambda keys: {}).kept)
    assert batch.events["content_sha256"].n_unique() == 1
    assert batch.contents.select("n_chars", "n_bytes").rows() == [(5, 6)]
    assert batch.events["event_id"].n_unique() == 3


def test_dead_letters_keep_their_place() -> None:
    """A dead letter says where its bytes are."""
    frame = dead_letters([DeadLetter("s", "a.jsonl", 7, 3, b"h", "no JSON", "xyz")])
    assert dict(frame.schema) == DEAD_LETTERS
    assert frame["source_offset"].to_list() == [7]
