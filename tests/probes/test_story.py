"""The demo story: deterministic, in real formats, and played as programs write logs."""

import json
import time
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from tests.probes.make_story import files

from llmsec_tui.errors import SourceError
from llmsec_tui.paths import shipped
from llmsec_tui.probes.clock import TIMES
from llmsec_tui.probes.expected import EXPECTED
from llmsec_tui.probes.story import load_story, play

END = 1_800_000_000_000_000
FOLDER = shipped("sample_logs") / "support_bot"


def records(name: str) -> list[dict[str, Any]]:
    """All records of one of the shipped files."""
    return [json.loads(line) for line in (FOLDER / name).read_bytes().splitlines()]


def test_the_shipped_files_are_what_their_words_make() -> None:
    """After changing the words: ``python -m tests.probes.make_story``."""
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == files()


def test_the_story_is_an_hour_of_about_a_hundred_calls() -> None:
    """Told in order, from three programs."""
    story = load_story()
    assert len(story.files) == 3
    assert 100 <= len(story.lines) <= 160
    assert all(one.at <= two.at for one, two in pairwise(story.lines))
    assert 50 * 60 < (story.lines[-1].at - story.lines[0].at) / 1e6 <= 60 * 60


def test_chat_clients_send_their_history_again() -> None:
    """Every later call of a conversation begins with all messages of the one before, and its answer."""
    calls: dict[str, list[dict[str, Any]]] = {}
    for record in records("web-chat.litellm.jsonl"):
        calls.setdefault(record["metadata"]["session_id"], []).append(record)
    assert sum(len(conversation) > 1 for conversation in calls.values()) > 10
    for conversation in calls.values():
        for one, two in pairwise(conversation):
            answer = {"role": "assistant", "content": one["response"]["choices"][0]["message"]["content"]}
            assert two["messages"][:-1] == [*one["messages"], answer]


def test_every_expected_thing_is_in_its_file() -> None:
    """A marker stands in one conversation only, so an alert on it can not be another's."""
    for expected in EXPECTED:
        found = [
            record
            for record in (FOLDER / expected.file).read_bytes().splitlines()
            if expected.marker.encode() in record
        ]
        conversations = {_conversation(json.loads(record)) for record in found}
        assert len(conversations) == 1, expected


def _conversation(record: dict[str, Any]) -> str:
    if "resourceSpans" in record:
        return str(record["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"])
    return str(record["metadata"]["session_id"])


def test_playing_moves_all_times_and_nothing_else(tmp_path: Path) -> None:
    """The last line is written at the end that was asked for; distances between times stay."""
    story = load_story()
    written = play(story, tmp_path / "logs", 0, stop=Event(), ends_at=END)
    assert written == len(story.lines)
    told = load_story(tmp_path / "logs")
    by = END - story.lines[-1].at
    assert [(line.file, line.at - by) for line in told.lines] == [(line.file, line.at) for line in story.lines]
    assert told.lines[-1].at == END
    assert [_timeless(line.data) for line in told.lines] == [_timeless(line.data) for line in story.lines]


def _timeless(line: bytes) -> Any:
    def drop(record: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in record.items() if key not in TIMES}

    return json.loads(line, object_hook=drop)


def test_playing_is_deterministic(tmp_path: Path) -> None:
    """The same end gives the same bytes."""
    for name in ("one", "two"):
        play(load_story(), tmp_path / name, 0, stop=Event(), ends_at=END)
    for name in load_story().files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_playing_takes_the_time_it_was_given_and_ends_now(tmp_path: Path) -> None:
    """Without an end, the story ends when playing does."""
    begun = time.time()
    play(load_story(), tmp_path, 1.0, stop=Event())
    assert time.time() - begun >= 1.0
    last = load_story(tmp_path).lines[-1].at / 1e6
    assert begun + 0.9 < last < time.time() + 0.1


def test_stopping_ends_after_a_whole_line(tmp_path: Path) -> None:
    """What was written until then can be read."""
    stop = Event()
    counted: list[int] = []
    player = Thread(target=lambda: counted.append(play(load_story(), tmp_path, 60, stop=stop)))
    player.start()
    while not any(path.stat().st_size for path in tmp_path.glob("*.jsonl")):
        time.sleep(0.01)
    stop.set()
    player.join()
    assert 0 < counted[0] < len(load_story().lines)
    assert len(load_story(tmp_path).lines) == counted[0]


def test_lines_are_torn_as_busy_programs_tear_them(tmp_path: Path) -> None:
    """A reader sees files that end in the middle of a line."""
    player = Thread(target=lambda: play(load_story(), tmp_path, 1.0, stop=Event()))
    player.start()
    torn = 0
    while player.is_alive():
        contents = [path.read_bytes() for path in tmp_path.glob("*.jsonl")]
        torn += any(content and not content.endswith(b"\n") for content in contents)
    player.join()
    assert torn > 0


def test_a_folder_without_a_story_is_an_error(tmp_path: Path) -> None:
    """Nothing is played."""
    with pytest.raises(SourceError, match="no story"):
        load_story(tmp_path)


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    """With its file and number."""
    (tmp_path / "web-chat.jsonl").write_text('{"created": 5}\nnonsense\n')
    with pytest.raises(SourceError, match=r"web-chat\.jsonl, line 2"):
        load_story(tmp_path)


def test_a_place_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "logs").touch()
    with pytest.raises(SourceError, match="cannot be written"):
        play(load_story(), tmp_path / "logs", 0, stop=Event())
