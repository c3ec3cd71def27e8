"""What is told of sources that cannot be read, whose clock is wrong, or that have lost records."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.events.history import Mapped
from llmsec_tui.events.model import DeadLetter, Event, Kind, Record
from llmsec_tui.formats.memory import Memory
from llmsec_tui.intake.records import Notice, NoticeKind
from llmsec_tui.service.source_memories import SourceMemories
from llmsec_tui.service.vigil import AHEAD_S, BEHIND_S, LEARNED, MANY, WINDOW, Vigil

NOW = 1_800_000_000_000_000
NOTHING = sha256(b"").digest()


def _record(offset: int, data: dict[str, Any], ts: int | None = None) -> Mapped:
    record = Record("s", "/a.log", offset, offset, 1, NOTHING, data)
    return Mapped(record, "x", [Event(kind=Kind.MESSAGE, ts=ts)])


def _letter(offset: int) -> DeadLetter:
    return DeadLetter("s", "/a.log", offset, 1, NOTHING, "bad", "")


def _told(vigil: Vigil, mapped: list[Mapped], letters: list[DeadLetter] | None = None) -> list[Notice]:
    return list(vigil.over(mapped, letters or [], {"s": NOW}))


@given(st.lists(st.booleans(), max_size=400), st.integers(1, 100))
def test_a_spike_is_told_the_same_however_records_are_dealt_out(bad: list[bool], size: int) -> None:
    """In one batch or many, with a restart between any two; and never twice without a good stretch between."""
    at_once = _told(Vigil(SourceMemories()), *_split(list(enumerate(bad))))
    memory, in_pieces = b"", []
    for start in range(0, len(bad), size):
        memories = SourceMemories()
        memories._memories["s"] = Memory.decoded(memory)
        in_pieces += _told(Vigil(memories), *_split(list(enumerate(bad))[start : start + size]))
        memory = memories.of("s").encoded()
    assert in_pieces == at_once
    assert not at_once or sum(bad) >= MANY


def _split(items: list[tuple[int, bool]]) -> tuple[list[Mapped], list[DeadLetter]]:
    return [_record(at, {}) for at, bad in items if not bad], [_letter(at) for at, bad in items if bad]


def test_a_spike_is_told_again_after_a_good_window() -> None:
    """Once while it lasts."""
    vigil = Vigil(SourceMemories())
    assert [one.kind for one in _told(vigil, *_split([(at, True) for at in range(300)]))] == [NoticeKind.PARSE_ERRORS]
    assert _told(vigil, *_split([(1000 + at, at == 0) for at in range(WINDOW)])) == []
    assert len(_told(vigil, *_split([(2000 + at, True) for at in range(MANY)]))) == 1


@pytest.mark.parametrize("name", ["seq", "sequence_number", "__SEQNUM"])
def test_a_number_that_is_missing_in_a_count_is_told(name: str) -> None:
    """Journald's are strings. The message says which are missing."""
    kind = str if name.startswith("__") else int
    numbers = [*range(5, 5 + LEARNED + 1), 25, 26]
    (notice,) = _told(Vigil(SourceMemories()), [_record(at, {name: kind(number)}) for at, number in enumerate(numbers)])
    assert (notice.kind, notice.offset) == (NoticeKind.SEQUENCE_GAP, LEARNED + 1)
    assert "22 to 24 is missing" in notice.message


def test_a_count_goes_on_after_a_restart() -> None:
    """What was removed while nobody looked is missed all the same."""
    memories = SourceMemories()
    _told(Vigil(memories), [_record(number, {"seq": number}) for number in range(LEARNED + 1)])
    again = SourceMemories()
    again._memories["s"] = Memory.decoded(memories.of("s").encoded())
    assert len(_told(Vigil(again), [_record(99, {"seq": LEARNED + 2})])) == 1


@pytest.mark.parametrize(
    "numbers",
    [
        [number * 2 for number in range(100)],
        [*range(LEARNED), 1000, *range(2000, 2005), 9000],
        [*range(50), *range(50)],
        [True] * 50,
        [10**30 + number for number in range(50)],
        ["x"] * 50,
        [None] * 50,
    ],
)
def test_what_is_no_count_is_not_taken_for_one(numbers: list[Any]) -> None:
    """Steps other than one, a count that begins anew, and values of all kinds."""
    assert _told(Vigil(SourceMemories()), [_record(at, {"seq": number}) for at, number in enumerate(numbers)]) == []


def test_a_wrong_clock_is_told_once_for_each_direction() -> None:
    """Of what is read as it is written; a backlog is old by its nature."""
    vigil = Vigil(SourceMemories())
    second = 1_000_000

    def said(offset: int, seconds: int) -> list[str]:
        return [one.message for one in _told(vigil, [_record(offset, {}, NOW + seconds * second)])]

    assert said(0, AHEAD_S - 1) == []
    assert "ahead of" in said(1, AHEAD_S + 1)[0]
    assert said(2, AHEAD_S + 1) == []
    assert "behind" in said(3, -BEHIND_S - 1)[0]
    assert said(4, 0) == []
    assert len(said(5, AHEAD_S + 1)) == 1
    assert list(Vigil(SourceMemories()).over([_record(0, {}, 0)], [], {})) == []
