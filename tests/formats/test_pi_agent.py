"""Sessions of pi: one session over many lines, with what each answer cost."""

from typing import Any

from tests.formats.records import outcome, rows

from llmsec_tui.events.model import Event, Kind
from llmsec_tui.formats.memory import Memory

AT = "2026-03-04T05:06:07.000Z"


def line(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "id": "l-1", "parentId": "l-0", "timestamp": AT, **fields}


def message(role: str, **fields: Any) -> dict[str, Any]:
    return line("message", message={"role": role, "timestamp": 1_772_600_767_000, **fields})


SESSION = line("session", version=3, cwd="/srv/shop", provider="anthropic", modelId="claude-x")
_USED = {"input": 5, "output": 7, "cacheRead": 30, "cacheWrite": 2, "cost": {"total": 0.004}}
ANSWER = message(
    "assistant",
    content=[
        {"type": "thinking", "thinking": "Look first."},
        {"type": "text", "text": "I look."},
        {"type": "toolCall", "id": "c-1", "name": "bash", "arguments": {"command": "ls"}},
    ],
    provider="anthropic",
    model="claude-x-1",
    usage=_USED,
    stopReason="toolUse",
)
RESULT = message(
    "toolResult", toolCallId="c-1", toolName="bash", content=[{"type": "text", "text": "a.py"}], isError=False
)
BASH = message("bashExecution", command="cat key", output="secret", exitCode=1)
BROKEN = message("assistant", content=[], stopReason="error", errorMessage="No such model")
SAMPLES = [
    SESSION,
    message("user", content="Mend the cart"),
    ANSWER,
    RESULT,
    BASH,
    BROKEN,
    line("model_change", provider="openai", modelId="m-2"),
    line("compaction", summary="The cart was mended.", tokensBefore=9),
    line("custom_message", customType="hook", content="Remember the tests", display=True),
    line("thinking_level_change", thinkingLevel="high"),
]


def events(*lines: dict[str, Any]) -> list[Event]:
    memory = Memory()
    found: list[Event] = []
    for one in lines:
        mapped = outcome(one, memory)
        assert (mapped.format, mapped.unknown) == ("pi-agent", None)
        found += mapped.events
    return found


def test_every_line_of_a_session_is_told() -> None:
    assert rows(events(*SAMPLES)) == [
        ("session", None, None, None),
        ("message", "user", "user", "Mend the cart"),
        ("reasoning", "assistant", "model", "Look first."),
        ("message", "assistant", "model", "I look."),
        ("tool_call", "assistant", "model", '{"command":"ls"}'),
        ("tool_result", "tool", "tool", "a.py"),
        ("message", "user", "user", "cat key"),
        ("tool_result", "tool", "tool", "secret"),
        ("error", "harness", "harness", "No such model"),
        ("meta", None, None, None),
        ("meta", "harness", "harness", "The cart was mended."),
        ("message", "harness", "harness", "Remember the tests"),
        ("meta", None, None, None),
    ]


def test_an_answer_has_its_usage_and_its_cost() -> None:
    _, first, *_ = events(SESSION, ANSWER)
    assert (first.input_tokens, first.output_tokens, first.cache_read_input_tokens) == (37, 7, 30)
    assert (first.cost_usd, first.finish_reasons, first.usage_key) == (0.004, "toolUse", "l-1")
    assert (first.conversation_id, first.workspace, first.response_model) == ("l-1", "/srv/shop", "claude-x-1")


def test_results_are_joined_to_their_calls() -> None:
    [result] = events(RESULT)
    assert (result.tool_call_id, result.tool_name, result.tool_is_error) == ("c-1", "bash", False)
    assert [one.tool_is_error for one in events(BASH)] == [None, True]


def test_a_changed_model_holds_from_then_on() -> None:
    *_, last = events(SESSION, line("model_change", provider="openai", modelId="m-2"), message("user", content="Go"))
    assert (last.request_model, last.provider_name) == ("m-2", "openai")


def test_a_new_type_of_line_is_named_and_told() -> None:
    memory = Memory()
    outcome(SESSION, memory)
    found = outcome(line("oracle", saying="the cart will break"), memory)
    assert found.unknown == "pi-agent/oracle"
    assert (found.events[0].kind, found.events[0].conversation_id) == (Kind.META, "l-1")
    assert "the cart will break" in (found.events[0].text or "")
