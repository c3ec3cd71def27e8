"""Every record finds its format by its content, and none is lost."""

from typing import Any

import pytest
from tests.formats.records import outcome, record

from llmsec_tui.errors import FormatError
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.registry import FORMATS, Registry


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("claude-code", {"type": "user", "sessionId": "s", "uuid": "u", "message": {"role": "user", "content": "x"}}),
        ("claude-code", {"type": "summary", "summary": "x", "leafUuid": "u"}),
        ("otlp", {"resourceSpans": []}),
        ("otlp", {"resource": {}, "scopeSpans": []}),
        ("otlp", {"resourceLogs": []}),
        (
            "litellm",
            {"call_type": "completion", "startTime": 1.0, "response_cost": 0.1, "messages": [{"role": "user"}]},
        ),
        ("openai", {"object": "chat.completion", "choices": []}),
        ("openai", {"custom_id": "a", "response": {"body": {}}}),
        ("openai", {"messages": [{"role": "user", "content": "x"}], "response": {"choices": []}}),
        ("generic", {"messages": [{"role": "user", "content": "x"}]}),
        ("generic", {"type": "user", "sessionId": "s", "role": "user", "content": "x"}),
        ("generic", {"role": "user", "content": "x"}),
        ("generic", {"prompt": "x", "response": "y"}),
        ("generic", [{"role": "user", "content": "x"}]),
        ("openai", [{"object": "chat.completion", "choices": []}, {"object": "response", "output": []}]),
        ("unrecognised", {"level": "info", "message": "started"}),
        ("gemini-cli", {"type": "console", "sessionId": "s", "payload": {}}),
        ("codex", {"timestamp": "2026-01-01T00:00:00Z", "type": "new", "payload": {}}),
        ("unrecognised", [1, 2]),
        ("unrecognised", {}),
        ("unrecognised", "text"),
    ],
)
def test_records_are_recognised_by_their_keys(name: str, data: Any) -> None:
    """The most specific format wins, and a record of none has none."""
    assert Registry().identify(record(data)) == name
    assert outcome(data).format == name


@pytest.mark.parametrize("data", [{}, [], None, 5, "x", {"messages": []}, {"a": [{"b": "c"}]}, [[]]])
def test_no_record_is_dropped(data: Any) -> None:
    """What nobody maps is still one event, and counted by name."""
    mapped = outcome(data)
    assert len(mapped.events) == 1
    assert mapped.unknown is not None
    assert mapped.unknown.startswith("unrecognised/")


def test_unrecognised_shapes_are_named_by_four_keys() -> None:
    """Sorted, so that the same shape has the same name."""
    assert outcome({"e": 1, "d": 1, "c": 1, "b": 1, "a": 1}).unknown == "unrecognised/a,b,c,d"


def test_every_format_is_described() -> None:
    """For people who ask what can be read."""
    assert [name for name, _, _ in Registry().describe()] == [known.name for known in FORMATS]
    assert all(what and evidence for _, what, evidence in Registry().describe())


def test_what_cannot_be_mapped_says_where_it_stands() -> None:
    """Nesting that no recursion survives is a format error with path and offset."""
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    call = {"id": "c", "function": {"name": "f", "arguments": deep}}
    data = {"messages": [{"role": "assistant", "tool_calls": [call]}]}
    with pytest.raises(FormatError, match=r"byte 128 of /logs/app\.jsonl"):
        Registry().map(record(data), Memory())


def test_lone_surrogates_are_replaced() -> None:
    """No encoding can hold them, and nothing after this has to care."""
    data = {
        "role": "user",
        "content": "a\ud800b",
        "user_id": "\udfff",
        "tool_calls": [{"name": "f", "args": {"k\ud800": "\ud800"}}],
    }
    for event in outcome(data).events:
        (event.text or "").encode()
        assert event.user_id == "\ufffd"
