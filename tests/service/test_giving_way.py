"""A batch that makes room for a command half way is stored afterwards, once and in its place."""

import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import msgspec
import pytest
from tests.patience import PATIENCE_S
from tests.store.parts import NOW, alert, batch, checkpoint, delta, kept, message

from llmsec_tui.detect.ruleset import RuleSet
from llmsec_tui.intake.follow import Follower
from llmsec_tui.paths import Home
from llmsec_tui.service.courtesy import Courtesy, Waited
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.store.commit import LeftOut, Memory
from llmsec_tui.store.store import Store

STEPS = 5
"""How often a batch asks whether it is to give way."""


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    opened = Store.open(home.store)
    yield opened
    opened.close()


def _at_step(step: int) -> Callable[[], None]:
    calls = count()

    def give_way() -> None:
        if next(calls) == step:
            raise Waited

    return give_way


@pytest.mark.parametrize("step", range(STEPS))
def test_wherever_a_batch_gives_way_nothing_of_it_is_stored_twice(store: Store, step: int) -> None:
    """Counts, numbers and checkpoints are those of a batch that nobody interrupted."""
    told: list[int] = []
    for number in range(3):
        commit = batch(
            [kept(number, message(f"text {number}"))],
            alerts=[alert(number)],
            keys={number: "c1"},
            checkpoints=[checkpoint(100 + number)],
            stats=[delta(alerts=1, unknown={"odd": 1})],
            memory=Memory(left_out=[LeftOut("other", late=2)]),
            at=NOW + number,
        )
        with pytest.raises(Waited):
            store.commit(commit, lambda done: told.append(done.events_seq), _at_step(step))
        store.record_reply(f"act-{number}", b"done", NOW)
        store.commit(commit, lambda done: told.append(done.events_seq), _at_step(STEPS))
    reader = store.reader()
    [source] = reader.sources()
    stats = reader.rule_stats(0)
    assert (told, reader.maxima(), store.known([0, 1, 2])) == ([1, 2, 3], (3, 3), {0: "c1", 1: "c1", 2: "c1"})
    assert (source["records"], source["alerts"], source["unknown"]) == (3, 3, {"odd": 3})
    assert (stats["prompt-injection"]["alerts"], stats["other"]["late"]) == (3, 6)
    assert [one.offset for one in store.checkpoints()] == [102]
    assert [store.recorded_reply(f"act-{number}") for number in range(3)] == [b"done"] * 3


def test_reading_goes_on_while_commands_come_without_end(store: Store, tmp_path: Path) -> None:
    """A batch gives way once and then no more, so what was read is stored, and each command's act too."""
    log = tmp_path / "chat.jsonl"
    lines = ({"role": "user", "content": f"text {number}", "id": f"m{number}"} for number in range(2_000))
    log.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    done = threading.Event()
    acts = count()

    def keep_acting(courtesy: Courtesy) -> None:
        while not done.is_set():
            courtesy.begin()
            store.record_reply(f"act-{next(acts)}", b"done", NOW)
            courtesy.end()

    ended = threading.Event()
    follower = Follower([str(log)], [], from_start=True)
    ingest = Ingest(follower, Pipeline(Detector(RuleSet(())), store.known), store, once=True, on_end=ended.set)
    acting = threading.Thread(target=keep_acting, args=(ingest.courtesy,))
    acting.start()
    ingest.start()
    assert ended.wait(PATIENCE_S)
    done.set()
    acting.join()
    ingest.stop()
    follower.close()
    reader = store.reader()
    assert reader.maxima()[1] == 2_000
    assert sum(row["records"] for row in reader.sources()) == 2_000
    assert all(store.recorded_reply(f"act-{number}") == b"done" for number in range(next(acts)))
