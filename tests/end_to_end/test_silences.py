"""Silences from the shell, with a real collector that reads a log that grows."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.parts import rows, run
from tests.end_to_end.collectors import collecting, until
from tests.end_to_end.test_commands import ATTACK

RULE = "direct_override"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state directory whose store has read one attack of bob; who changes something undoes it."""
    folder = tmp_path_factory.mktemp("silences")
    say(folder / "app.jsonl", "bob", "c1")
    with collecting(folder / "home", folder / "app.jsonl"):
        until(lambda: overrides(folder / "home", ""))
        yield folder / "home"


def say(log: Path, user: str, conversation: str, *texts: str) -> None:
    messages = [{"role": "user", "content": text} for text in texts or (ATTACK,)]
    line = {"user_id": user, "conversation_id": conversation, "messages": messages}
    with log.open("a") as file:
        file.write(json.dumps(line) + "\n")


def overrides(home: Path, typed: str) -> list[tuple[str, str | None]]:
    """Users of the alerts of one rule, and what became of each."""
    listed = rows(home, "alerts", "list", "--filter", f"title:ignore {typed}")
    return [(row["user_id"], row["suppressed_by"]) for row in listed]


def test_a_silence_is_looked_at_added_listed_and_ended(home: Path) -> None:
    """From the preview to the audit trail."""
    (preview,) = rows(home, "silences", "preview", "--rule", RULE, "--user", "bob")
    assert (preview["hidden"], preview["refusal"], preview["days"]) == (1, "", 7)
    assert preview["examples"][0]["excerpt"].startswith("Ignore all")
    added = run(home, "silences", "add", "--rule", RULE, "--user", "bob", "--for", "2h", "--reason", "load test")
    assert "holds until" in added.stderr
    (silence,) = rows(home, "silences", "list")
    assert (silence["state"], silence["hidden"], silence["reason"]) == ("holds", 0, "load test")
    assert silence["demands"]["user_id"] == "bob"
    ended = run(home, "silences", "end", silence["silence_id"][:6], "--reason", "over")
    assert "is over" in ended.stderr
    assert rows(home, "silences", "list", "--filter", "state:holds") == []
    acts = [(row["action"], row["result"], row["reason"]) for row in rows(home, "audit", "log")]
    assert ("silences.add", "done", "load test") in acts
    assert ("silences.end", "done", "over") in acts


def test_what_a_silence_hides_is_counted_over_a_restart(tmp_path: Path) -> None:
    """The next collector goes by it too; what is not shown is told and found."""
    home, log = tmp_path / "home", tmp_path / "app.jsonl"
    say(log, "bob", "c1")
    with collecting(home, log):
        until(lambda: overrides(home, ""))
        run(home, "silences", "add", "--user", "bob", "--rule", RULE, "--for", "1d", "--reason", "load test")
    say(log, "bob", "c2")
    say(log, "eve", "c3", ATTACK, "Please!", ATTACK)
    with collecting(home, log):
        until(lambda: ("eve", None) in overrides(home, ""))
        assert overrides(home, "") == [("eve", None), ("bob", None)]
        told = run(home, "alerts", "list").stderr
        assert "suppressed; with suppressed:any" in told
        everything = overrides(home, "suppressed:any")
        assert everything[-2:] == [("bob", "silenced"), ("bob", None)]
        assert ("eve", "duplicate") in everything
        (silence,) = rows(home, "silences", "list")
        assert silence["hidden"] == 1
        assert overrides(home, f"silence:{silence['silence_id']}") == [("bob", "silenced")]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["add", "--for", "2h", "--reason", "x"], 3, "would hide every alert"),
        (["add", "--for", "2h", "--reason", "x", "--level", "low"], 3, "too broad"),
        (["add", "--for", "2h", "--reason", " ", "--user", "bob"], 3, "needs a reason"),
        (["add", "--for", "31d", "--reason", "x", "--user", "bob"], 3, "30 days at most"),
        (["add", "--for", "soon", "--reason", "x", "--user", "bob"], 2, "no span of time"),
        (["add", "--for", "2h", "--user", "bob"], 2, "--reason"),
        (["add", "--for", "2h", "--reason", "x", "--rule", "no-such-rule"], 3, "There is no rule"),
        (["preview", "--user", "*"], 3, "says nothing"),
        (["end", "abcdef"], 3, "There is no silence"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(home: Path, arguments: list[str], code: int, says: str) -> None:
    """Nobody is asked anything: there may be no terminal."""
    assert says in run(home, "silences", *arguments, expect=code).stderr


def test_a_preview_of_what_is_too_broad_ends_with_1(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "app.jsonl"
    for number in range(13):
        say(log, "bob", f"d{number}")
    with collecting(home, log):
        until(lambda: len(overrides(home, "")) == 13)
        said = run(home, "silences", "preview", "--user", "bob", expect=1).stderr
    assert "more than half is too much" in said
