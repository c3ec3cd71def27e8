"""Examples of rules over time."""

from pathlib import Path
from typing import Any

import pytest
from tests.detect.sigma.written import base, codes, correlation, read_all

from llmsec_tui.detect.rule import Sequence
from llmsec_tui.detect.sigma.sequences import START
from llmsec_tui.events.model import Trust


def with_examples(match: Any, no_match: Any = None) -> dict[str, Any]:
    """A correlation with these examples."""
    whole = correlation(3, ["one"])
    ours = whole["llmsec"] | {"examples": {"match": match, "no_match": no_match or [[{"at": "0s", "text": "a"}]]}}
    return whole | {"llmsec": ours}


def sequence(folder: Path, *events: dict[str, Any]) -> Sequence:
    """The sequence that these make."""
    ruleset, issues = read_all(folder, base(1, "one"), with_examples([list(events)]))
    assert issues == []
    return ruleset.grouped[0].examples.match[0]


def test_events_have_their_times_and_what_follows_from_their_role(tmp_path: Path) -> None:
    read = sequence(tmp_path, {"at": "0s", "role": "tool", "text": "a"}, {"at": "2m", "kind": "tool_call"})
    assert [((event.ts or 0) - START) / 1_000_000 for event in read.events] == [0, 120]
    assert read.events[0].trust is Trust.TOOL
    lines = (tmp_path / "rules.yml").read_text(encoding="utf-8").splitlines()
    assert lines[read.line - 1].strip().startswith("- - at")


def test_an_event_may_happen_several_times_and_all_are_in_order(tmp_path: Path) -> None:
    read = sequence(tmp_path, {"at": "10s", "times": 3, "every": "5s", "text": "a"}, {"at": "12s", "text": "b"})
    told = [(((event.ts or 0) - START) // 1_000_000, event.text) for event in read.events]
    assert told == [(10, "a"), (12, "b"), (15, "a"), (20, "a")]


@pytest.mark.parametrize(
    ("match", "code"),
    [
        ([], "examples"),
        ([{"at": "0s", "text": "a"}], "examples"),
        ([[]], "examples"),
        ([["a"]], "examples"),
        ([[{}]], "examples"),
        ([[{"text": "a"}]], "example-time"),
        ([[{"at": 5, "text": "a"}]], "example-time"),
        ([[{"at": "-5s", "text": "a"}]], "example-time"),
        ([[{"at": "5w", "text": "a"}]], "example-time"),
        ([[{"at": "0s", "times": 3, "text": "a"}]], "example-time"),
        ([[{"at": "0s", "every": "3s", "text": "a"}]], "example-time"),
        ([[{"at": "0s", "times": 0, "every": "1s", "text": "a"}]], "example-time"),
        ([[{"at": "0s", "times": True, "every": "1s", "text": "a"}]], "example-time"),
        ([[{"at": "0s", "times": 9_999_999_999, "every": "1s", "text": "a"}]], "example-time"),
        ([[{"at": "0s", "times": 10_000, "every": "1s", "text": "a"}, {"at": "0s", "text": "b"}]], "examples"),
        ([[{"at": "0s", "txet": "a"}]], "example-field"),
        ([[{"at": "0s", "role": "usr"}]], "example-field"),
    ],
)
def test_sequences_that_make_no_sense_are_refused(tmp_path: Path, match: Any, code: str) -> None:
    assert codes(tmp_path, base(1, "one"), with_examples(match)) == [code]


def test_both_kinds_are_needed(tmp_path: Path) -> None:
    whole = with_examples([[{"at": "0s", "text": "a"}]])
    del whole["llmsec"]["examples"]["no_match"]
    assert codes(tmp_path, base(1, "one"), whole) == ["examples"]
