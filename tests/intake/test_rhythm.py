"""A source is silent when it is so by its own measure."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.intake import rhythm
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.records import NoticeKind
from llmsec_tui.intake.rhythm import BEATS, FACTOR, LEAST_S, Rhythm


def _spoken(pauses: list[float]) -> tuple[Rhythm, float]:
    one, now = Rhythm(), 1000.0
    one.speaks(now)
    for pause in pauses:
        now += pause
        one.speaks(now)
    return one, now


def test_silence_is_told_once_and_ends_when_it_speaks() -> None:
    """Four times the longest pause; then how long it was."""
    one, now = _spoken([20.0] * BEATS)
    assert one.falls_silent(now + 79) is None
    assert one.falls_silent(now + 80) == 80
    assert one.falls_silent(now + 500) is None
    assert one.speaks(now + 600) == 600
    assert one.speaks(now + 620) is None
    assert one.falls_silent(now + 700) is None


def test_a_source_that_is_hardly_known_is_never_silent() -> None:
    """Too few pauses say nothing about the next."""
    one, now = _spoken([5.0] * (BEATS - 1))
    assert one.falls_silent(now + 1_000_000) is None


@given(st.lists(st.floats(0, 1000), min_size=BEATS, max_size=100))
def test_no_pause_like_those_before_is_a_silence(pauses: list[float]) -> None:
    """Whatever the rhythm: what happened among the last pauses is not told, and memory stays bounded."""
    one, now = _spoken(pauses)
    assert one.falls_silent(now + max(pauses[-BEATS:])) is None or max(pauses[-BEATS:]) >= LEAST_S / FACTOR
    assert len(one._pauses) <= 32


def test_a_follower_tells_of_silence_and_of_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By lines that are written while it looks; a backlog has no rhythm."""
    monkeypatch.setattr(rhythm, "BEAT_S", 0.0)
    monkeypatch.setattr(rhythm, "LEAST_S", 0.0)
    monkeypatch.setattr(rhythm, "FACTOR", 0.0)
    monkeypatch.setattr("llmsec_tui.intake.follow.LISTEN_S", 0.0)
    path = tmp_path / "a.log"
    path.write_bytes(b'{"n":1}\n' * 100)
    follower = Follower([str(path)], from_start=True)
    kinds = []
    for number in range(BEATS + 3):
        kinds += [notice.kind for notice in follower.poll().notices]
        with path.open("ab") as file:
            file.write(b'{"n":%d}\n' % number)
    follower.poll()
    kinds += [notice.kind for notice in follower.poll().notices]
    follower.close()
    assert NoticeKind.SILENT in kinds
