"""Holding alerts against the story: what counts as caught, as missed, and as a false alarm."""

from typing import Any

from llmsec_tui.paths import shipped
from llmsec_tui.probes.expected import EXPECTED, Expected, judge

FOLDER = shipped("sample_logs") / "support_bot"
LEAK = next(expected for expected in EXPECTED if expected.act == "prompt leak" and expected.role == "assistant")


def alert(file: str, marker: str, role: str, *tags: str) -> dict[str, Any]:
    """An alert on the first record of a file that holds the marker."""
    content = (FOLDER / file).read_bytes()
    start = content.rindex(b"\n", 0, content.index(marker.encode())) + 1
    length = content.index(b"\n", start) - start
    place = {"source_path": f"/var/log/{file}", "source_offset": start, "source_len": length}
    return {"title": "A rule", "role": role, "tags": list(tags), **place}


def expected_alert(expected: Expected) -> dict[str, Any]:
    """An alert that is just right."""
    return alert(expected.file, expected.marker, expected.role, expected.tags[0])


def test_an_alert_on_each_expected_thing_leaves_nothing_missed() -> None:
    """Each is caught by the rule that saw it."""
    judgement = judge([expected_alert(expected) for expected in EXPECTED], FOLDER)
    assert judgement.missed == ()
    assert judgement.others == ()
    assert all(thing.rules == ("A rule",) for thing in judgement.things)


def test_without_alerts_everything_is_missed() -> None:
    """The order is that of the story's acts."""
    assert judge([], FOLDER).missed == EXPECTED


def test_the_wrong_speaker_or_threat_does_not_count() -> None:
    """An alert on the question says nothing about the answer, and one on personal data nothing about the prompt."""
    question = alert(LEAK.file, LEAK.marker, "user", "owasp.llm07")
    other = alert(LEAK.file, LEAK.marker, "assistant", "owasp.llm10")
    judgement = judge([question, other], FOLDER)
    assert LEAK in judgement.missed
    assert judgement.others == ()


def test_an_alert_on_ordinary_traffic_is_a_false_alarm() -> None:
    """It belongs to no act."""
    wrong = alert("web-chat.litellm.jsonl", "Do you ship to Norway", "user", "owasp.llm01")
    judgement = judge([wrong], FOLDER)
    assert judgement.others == (wrong,)
    assert judgement.missed == EXPECTED
