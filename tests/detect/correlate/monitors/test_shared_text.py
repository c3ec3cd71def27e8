"""Text that turns up elsewhere, against its definition: all pairs of events compared one by one."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.correlate.monitors.parts import monitor
from tests.detect.correlate.oracle import Happened
from tests.detect.correlate.playing import TICK, Player, happened
from tests.detect.correlate.test_semantics_of_correlations import arrival, cut

from llmsec_tui.detect.correlate import group
from llmsec_tui.detect.correlate.monitors import shared_text
from llmsec_tui.detect.rule import Monitor, MonitorType, Sharing
from llmsec_tui.detect.signals.fingerprints import packed, unpacked

FEW = 4
"""For these tests: fingerprints that a text keeps, and texts that make a crowd."""


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    """Few fingerprints shall come to where sketches are cut, crowds are common, and groups give up what is settled."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shared_text, "MOST", FEW)
        patched.setattr(shared_text, "CROWD", FEW)
        patched.setattr(group, "_SPACING", 2)
        yield


def rule(sharing: Sharing | None = None, **changes: Any) -> Monitor:
    """Text of ``a`` turns up in ``b``, unless ``c`` says it."""
    values: dict[str, Any] = {
        "id": "shared",
        "sources": ("a", "b", "c"),
        "timespan": 4 * TICK,
        "history": 10_000,
        "sharing": sharing or Sharing("smaller"),
    }
    made = monitor(MonitorType.SHARED_TEXT, field="fingerprints", min_n=2, threshold=0.5)
    return Monitor(**({name: getattr(made, name) for name in made.__dataclass_fields__} | values | changes))


def expected(rule: Monitor, events: Sequence[Happened]) -> set[tuple[str, str]]:
    """Event of the source and event of the sink, of all that must fire."""
    timed = sorted((event for event in events if event.at is not None), key=lambda event: (event.at, event.place))
    found = set()
    for number, sink in enumerate(timed):
        if "b" in sink.hit and (source := _source(rule, timed[: number + 1], sink)):
            found.add((source, sink.event_id))
    return found


def _source(rule: Monitor, past: Sequence[Happened], sink: Happened) -> str | None:
    sharing = rule.sharing
    assert sharing is not None
    assert sink.at is not None
    said = _content(sharing, sink, known=False)
    if said is None:
        return None
    seen: dict[tuple[Any, ...], tuple[int, str]] = {}
    for number, event in enumerate(past):
        own = event is sink
        for name, known in (("a", False), ("c", True)):
            content = _content(sharing, event, known=known)
            in_time = event.at is not None and event.at > sink.at - rule.timespan
            if name in event.hit and content and in_time and not (own and known):
                seen[content] = number, event.event_id
    counts: dict[tuple[Any, ...], int] = {}
    for one in said[-1]:
        having = [content for content in seen if one in content[-1]]
        beside = [content for content in having if content[1] == said[1]]
        others = [content for content in beside if seen[content][1] != sink.event_id]
        owners = {content[3] for content in having} - {None}
        own_side = [content for content in others if (content[2] == said[2] if sharing.apart else content[0])]
        common = sharing.common and len(owners) >= sharing.common
        if len(beside) <= FEW and not common and not own_side:
            for content in others:
                if not content[0]:
                    counts[content] = counts.get(content, 0) + 1
    enough = [
        (count, *seen[content])
        for content, count in counts.items()
        if count >= rule.min_n and count >= rule.threshold * _whole(sharing, content[-1], said[-1])
    ]
    return max(enough)[-1] if enough else None


def _content(sharing: Sharing, event: Happened, *, known: bool) -> tuple[Any, ...] | None:
    hashes = event.fields.get("fingerprints")
    same, apart, owner = (
        event.fields.get(name) if name else None for name in (sharing.same, sharing.apart, sharing.common_field)
    )
    if not hashes or (sharing.same and same is None) or (sharing.apart and apart is None):
        return None
    return known, same, apart, owner, tuple(unpacked(hashes))


def _whole(sharing: Sharing, source: Sequence[int], sink: Sequence[int]) -> int:
    cut = min([max(one) for one in (source, sink) if len(one) >= FEW] or [2**64])
    sizes = {name: sum(one <= cut for one in of) for name, of in (("source", source), ("sink", sink))}
    return sizes.get(sharing.of, min(sizes.values()))


SHARINGS = st.builds(
    Sharing,
    st.sampled_from(["source", "sink", "smaller"]),
    st.sampled_from(["", "conversation_id"]),
    st.sampled_from(["", "user_id"]),
    st.just("service_name"),
    st.sampled_from([0, 2, 3]),
)


def happening(chance: Random, count: int) -> list[Happened]:
    return [
        happened(
            number,
            chance.choice([chance.randint(0, 40), chance.randint(10, 16)]),
            *(name for name in "abc" if chance.random() < 0.5),
            fingerprints=packed(sorted(chance.sample(range(1, 11), chance.randint(0, FEW)))) or None,
            conversation_id=chance.choice(["x", "x", "y", None]),
            user_id=chance.choice(["u", "v", "w", None]),
            service_name=chance.choice(["p", "p", "q", "r", None]),
        )
        for number in range(count)
    ]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), SHARINGS, st.sampled_from([(1, 0.0), (2, 0.5), (2, 1.0)]))
def test_fires_where_comparing_all_pairs_says_so_however_events_arrive(
    seed: int, sharing: Sharing, least: tuple[int, float]
) -> None:
    chance = Random(seed)
    shared = rule(sharing, min_n=least[0], threshold=least[1])
    events = happening(chance, 50)
    live, replay = Player(shared), Player(shared, lateness=None)
    for batch in cut(arrival(events, chance), chance):
        if chance.random() < 0.3:
            live.save()
        if chance.random() < 0.3:
            assert live.crash() == []
        live.batch(batch)
        replay.batch(batch)
    replay.finish()
    wanted = expected(shared, events)
    assert _pairs(replay) == wanted
    # An alert that stands keeps the events that it was raised with.
    assert {sink for _, sink in _pairs(live)} == {sink for _, sink in wanted}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), SHARINGS, st.integers(4, 30))
def test_with_little_room_it_forgets_the_same_however_events_arrive(seed: int, sharing: Sharing, room: int) -> None:
    chance = Random(seed)
    shared = rule(sharing, history=room)
    live, replay = Player(shared), Player(shared, lateness=None)
    for batch in cut(arrival(happening(chance, 60), chance), chance):
        if chance.random() < 0.3:
            live.save()
            assert live.crash() == []
        live.batch(batch)
        replay.batch(batch)
    replay.finish()
    assert {sink for _, sink in _pairs(live)} == {sink for _, sink in _pairs(replay)}


def _pairs(player: Player) -> set[tuple[str, str]]:
    pairs = [tuple(row["event_ids"]) for row in player.standing.values()]
    assert len(set(pairs)) == len(pairs)
    return set(pairs)


def test_an_event_that_is_amended_counts_as_it_is_now() -> None:
    player = Player(rule())
    player.batch([happened(0, 0, "a", fingerprints=packed([1, 2, 3]))])
    player.batch([happened(1, 1, "b", fingerprints=packed([1, 2]))])
    assert _pairs(player) == {("file0000", "file0001")}
    player.batch([happened(0, 0, "a", fingerprints=packed([7, 8, 9]))], amended=["file0000"])
    assert _pairs(player) == set()
    player.batch([happened(1, 1, "b", fingerprints=packed([7, 8]))], amended=["file0001"])
    assert _pairs(player) == {("file0000", "file0001")}


def test_a_late_source_is_found_and_a_late_word_of_the_user_takes_the_alert_back() -> None:
    player = Player(rule())
    player.batch([happened(1, 2, "b", fingerprints=packed([1, 2]))])
    assert _pairs(player) == set()
    player.batch([happened(0, 1, "a", fingerprints=packed([1, 2]))])
    assert _pairs(player) == {("file0000", "file0001")}
    player.batch([happened(2, 0, "c", fingerprints=packed([1, 2]))])
    assert _pairs(player) == set()


def test_what_there_was_no_room_for_is_counted() -> None:
    player = Player(rule(history=5))
    for number in range(4):
        player.batch([happened(number, number / 10, "a", fingerprints=packed([10 * number + 1, 10 * number + 2]))])
    assert player.counts["shared"].evicted == 4


def test_a_text_that_comes_again_takes_no_more_room_and_makes_no_crowd() -> None:
    player = Player(rule(history=5))
    for number in range(3 * FEW):
        player.batch([happened(number, number / 10, "a", fingerprints=packed([1, 2]))])
    player.batch([happened(99, 2, "b", fingerprints=packed([1, 2]))])
    assert player.counts == {}
    assert _pairs(player) == {("file0011", "file0099")}


def test_says_where_the_text_came_from_how_much_of_it_and_when() -> None:
    player = Player(rule(Sharing("source")))
    player.batch([happened(0, 0, "a", fingerprints=packed([1, 2, 3]))])
    [alert] = player.play(happened(1, 3, "b", fingerprints=packed([1, 2])))
    assert (
        alert["reason"]
        == "2 pieces of the text of event file0000, 30 seconds before, turn up here: 66.7 % of that text"
    )
    assert alert["n_events"] == 2
