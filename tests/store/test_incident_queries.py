"""The queue puts first what cannot wait, its pages fit together, and an incident is found by any of its names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.incident_parts import HOUR, numbers, share, went_on, wrote
from tests.store.parts import NOW, alert, batch, kept, message

from llmsec_tui.errors import ConfigError, NotFound
from llmsec_tui.events.model import ContentState
from llmsec_tui.incidents.changes import Acknowledged, Breached, Closed, Limit, Linked, MergedInto, Moved, Watched
from llmsec_tui.incidents.states import Disposition, State
from llmsec_tui.store.store import Store

TEST = Closed(disposition=Disposition.TEST, note="n")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "store.duckdb")
    yield made
    made.close()


def within(span: int) -> list[Limit]:
    return [Limit(clock="contain", within=span)]


def queue(store: Store, typed: str = "", now: int = NOW, **options: Any) -> list[int]:
    return numbers(store.reader().incidents(typed, now=now, **options)[0])


def test_the_queue_begins_with_what_is_most_urgent(store: Store) -> None:
    """Missed clocks, then the level, then what is due first, then the newest; what is at its end comes last."""
    wrote(store, 1, limits=[])
    wrote(store, 2, limits=[], level="low", share=share("a", level="low"))
    wrote(store, 3, limits=within(2 * HOUR))
    wrote(store, 4, limits=within(HOUR), level="low", share=share("b", level="low"))
    wrote(store, 5, limits=[])
    wrote(store, 6, TEST, level="critical", share=share("c", level="critical"))
    wrote(store, 7, Breached(clock="contain", due_at=NOW + 1), limits=within(1), level="low", share=share("d"))
    assert queue(store, "state:/./", now=NOW + 1) == [7, 3, 5, 1, 4, 2, 6]
    assert queue(store, now=NOW + HOUR + 1) == [7, 4, 3, 5, 1, 2]
    assert queue(store, order="newest") == [7, 5, 4, 3, 2, 1]


def test_time_stands_still_for_what_is_pending(store: Store) -> None:
    """It is not due, however long it lasts."""
    wrote(store, 1, Moved(act="hold", state=State.PENDING), limits=within(1))
    wrote(store, 2, limits=within(HOUR))
    assert queue(store, now=NOW + 10) == [2, 1]
    assert store.due_incidents(NOW + 10) == []


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    limits=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["low", "high"]), st.booleans()), max_size=9),
    size=st.integers(1, 4),
    order=st.sampled_from(["urgent", "newest"]),
    typed=st.sampled_from(["", "state:/./", "level:high", "state:ended"]),
)
def test_pages_fit_together_in_both_directions(
    store: Store, limits: list[tuple[int, str, bool]], size: int, order: str, typed: str
) -> None:
    """Every incident is on one page, whether one goes down from the top or up from the bottom."""
    for clear in ("DELETE FROM incidents", "DELETE FROM incident_events", "DELETE FROM incident_keys"):
        store._connection.execute(clear)
    for number, (due, level, ended) in enumerate(limits, 1):
        fate = [TEST] if ended else []
        wrote(store, number, *fate, limits=within(due * HOUR), level=level, share=share("a", level=level))
    reader = store.reader()
    whole, places, total = reader.incidents(typed, order, limit=100, now=NOW + HOUR)
    assert (len(whole), places) == (total, list(range(total, 0, -1)))
    down: list[int] = []
    before = None
    while True:
        page, seqs, count = reader.incidents(typed, order, before=before, limit=size, now=NOW + HOUR)
        assert count == total
        if not page:
            break
        down += numbers(page)
        before = seqs[-1]
    assert down == numbers(whole)
    up: list[int] = []
    after = 0
    while page := reader.incidents(typed, order, after=after, limit=size, now=NOW + HOUR)[0]:
        up = numbers(page) + up
        after += len(page)
    assert up == numbers(whole)
    reader.close()


def test_the_queue_is_filtered_by_all_that_it_shows(store: Store) -> None:
    """Without a state those are shown that are open; an id or a disposition finds what has ended too."""
    keys = {"user:shop|ana": 1, "conversation:bank|c9": 1}
    wrote(
        store,
        1,
        Acknowledged(owner="bo"),
        Watched(watcher="eve"),
        title="Leak of a prompt",
        share=share("a", keys=keys),
    )
    wrote(store, 2, Breached(clock="acknowledge", due_at=NOW), level="low", how="risk", share=share("b", level="low"))
    wrote(store, 3, TEST)
    wrote(store, 4, MergedInto(into="INC-1"))
    for typed, found in {
        "": [2, 1],
        "leak": [1],
        "ANA": [1],
        "user:ana": [1],
        "app:bank": [1],
        "conversation:c9": [1],
        "rule:injection": [2, 1],
        "owner:bo": [1],
        "owned:no": [2],
        "watcher:eve": [1],
        "level:>=high": [1],
        "how:risk": [2],
        "breached:yes": [2],
        "breached:no": [1],
        "state:open": [2, 1],
        "state:ended": [4, 3],
        "!state:open": [4, 3],
        "state:merged": [4],
        "state:acknowledged": [1],
        "disposition:test": [3],
        "id:inc-3": [3],
        "alerts:>0": [2, 1],
        "due:<=60": [2],
        "last:1m": [2, 1],
    }.items():
        assert queue(store, typed, order="newest") == found, typed
    assert queue(store, "due:<=120", now=NOW - HOUR) == [2]
    assert queue(store, "due:<=119", now=NOW - HOUR) == []
    assert queue(store, "due:<0", now=NOW + HOUR + 1) == [2]
    with pytest.raises(ConfigError, match="urgent or newest"):
        queue(store, order="oldest")
    with pytest.raises(ConfigError, match="open"):
        queue(store, "state:opened")


def test_an_incident_is_found_by_any_of_its_names(store: Store) -> None:
    """Also by an alert that is in it, or what only that one begins with; and a number comes first."""
    store.commit(batch(alerts=[alert(1), alert(2), alert(3, alert_id="1234567890")]))
    wrote(store, 12)
    alert_id = str(alert(1)["alert_id"])
    store.put_alerts([alert_id, "1234567890"], "INC-12")
    reader = store.reader()
    for name in ("INC-12", "inc-12", "12", alert_id, alert_id[:8], "1234", "1234567890"):
        assert reader.incident(name).number == 12
    for name, message_ in {
        "INC-13": "no incident INC-13",
        "13": "no incident 13",
        "0": "no incident 0",
        "٣": "no incident",
        "INC-" + "9" * 40: "no incident",
        "": "no incident",
        "nonsense": "no incident nonsense",
        str(alert(2)["alert_id"]): "is in no incident",
    }.items():
        with pytest.raises(NotFound, match=message_):
            reader.incident(name)


def test_related_incidents_are_those_that_were_said_or_share_keys(store: Store) -> None:
    """What people and merges say comes first; then who shares most. A key that many have counts for nothing."""
    mine = {"user:shop|ana": 1, "conversation:shop|c1": 1, "group:g": 1}
    common = {"user:shop|everybody": 1}
    one = wrote(store, 1, share=share("a", keys=mine | common), follows="INC-2")
    wrote(store, 2, share=share("b", keys={}))
    wrote(store, 3, share=share("c", keys={"group:g": 1}))
    wrote(store, 4, share=share("d", keys={"group:g": 1, "user:shop|ana": 1}))
    wrote(store, 5, share=share("e", keys={}), follows="INC-1")
    wrote(store, 6, share=share("f", keys=common))
    for number in range(7, 28):
        wrote(store, number, share=share("g", keys=common))
    one = went_on(store, "INC-1", Linked(to="INC-3"))
    found = store.reader().related(one)
    assert [(other.incident.number, other.relation, other.shared) for other in found] == [
        (2, "follows", []),
        (3, "linked", ["group:g"]),
        (5, "followed_by", []),
        (4, "similar", ["group:g", "user:shop|ana"]),
    ]
    two = store.incident("INC-2")
    assert two is not None
    assert [other.relation for other in store.reader().related(two)] == ["followed_by"]


def test_people_are_all_who_did_or_got_something(store: Store) -> None:
    """The collector itself is none."""
    store.commit(batch(alerts=[alert(1)]))
    store.act_on_alert("one", str(alert(1)["alert_id"]), 1, "acknowledged", "eve", "eve", "acknowledged", "", NOW)
    wrote(store, 1, Acknowledged(owner="bo"), Watched(watcher="mo"))
    assert store.reader().people() == ["ana", "bo", "eve", "mo"]


def test_desk_counts_are_of_open_incidents(store: Store) -> None:
    wrote(store, 1, Acknowledged(owner="bo"))
    wrote(store, 2)
    wrote(store, 3, TEST)
    counts = store.reader().desk_counts("bo", NOW + HOUR)
    assert counts == {"open": 2, "mine": 1, "unowned": 1, "breached": 1}


def test_content_share_is_of_what_has_content_since_then(store: Store) -> None:
    """An event without a time counts when it arrived."""
    events = [
        kept(1, message("a", ts=NOW - 1)),
        kept(2, message("b")),
        kept(3, message(None)),
        kept(4, message(None, ts=None)),
        kept(5, message("d", content_state=ContentState.NONE)),
        kept(6, message("c", ts=NOW + 1)),
    ]
    store.commit(batch(events))
    reader = store.reader()
    assert reader.content_share(NOW) == 0.5
    assert reader.content_share(NOW - 1) == 0.6
    assert reader.content_share(NOW + 2) is None
    assert reader.content_share(None) is None


def test_conversations_of_an_incident_are_counted(store: Store) -> None:
    """Those with most alerts first, each with its latest event."""
    store.commit(
        batch(alerts=[alert(1), alert(2), alert(3, conversation_id="c2"), alert(4, conversation_id=None), alert(5)])
    )
    store.put_alerts([str(alert(number)["alert_id"]) for number in (1, 2, 3, 4)], "INC-1")
    assert store.reader().incident_conversations("INC-1") == [
        {"conversation_id": "c1", "app": "shop", "n": 2, "event_id": alert(2)["event_id"]},
        {"conversation_id": "c2", "app": "shop", "n": 1, "event_id": alert(3)["event_id"]},
    ]
