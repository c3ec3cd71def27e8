"""Codex rollouts: one session over many lines, each text once, calls joined to results, escalations seen."""

from typing import Any

import pytest
from tests.formats.records import frame, outcome, rows

from llmsec_tui.events.model import ContentState, Event, Kind, Role, Trust
from llmsec_tui.formats.memory import Memory

AT = "2026-03-04T05:06:07.000Z"


def line(kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": AT, "type": kind, "payload": payload}


def item(**payload: Any) -> dict[str, Any]:
    return line("response_item", **payload)


def said(role: str, text: str) -> dict[str, Any]:
    part = "output_text" if role == "assistant" else "input_text"
    return item(type="message", role=role, content=[{"type": part, "text": text}])


META = line("session_meta", id="s-1", cwd="/srv/shop", model_provider="openai", cli_version="0.77.0")
TURN = line("turn_context", cwd="/srv/shop", model="gpt-5", approval_policy="on-request")

SAMPLES = [
    META,
    TURN,
    said("user", "Mend the cart"),
    said("assistant", "Done."),
    item(type="function_call", name="shell", arguments='{"sandbox_permissions":"require_escalated"}', call_id="c1"),
    item(type="function_call_output", call_id="c1", output='{"output":"x","metadata":{"exit_code":1}}'),
    item(type="reasoning", summary=[{"type": "summary_text", "text": "t"}], content=None, encrypted_content="x"),
    line("event_msg", type="token_count", info={"last_token_usage": {"input_tokens": 1}, "total_token_usage": {}}),
    line("event_msg", type="exec_approval_request", call_id="c", command=["ls"]),
    line("compacted", message="m", replacement_history=[{"type": "message"}]),
]


def events(*lines: dict[str, Any], memory: Memory | None = None) -> list[Event]:
    memory = memory or Memory()
    found: list[Event] = []
    for one in lines:
        mapped = outcome(one, memory)
        assert mapped.format == "codex"
        assert mapped.unknown is None, mapped.unknown
        found += mapped.events
    return found


def test_the_first_line_says_whose_session_all_others_are() -> None:
    *_, last = events(META, TURN, said("user", "Mend the cart"))
    assert (last.conversation_id, last.workspace, last.request_model) == ("s-1", "/srv/shop", "gpt-5")
    assert (last.permission_mode, last.provider_name, last.service_name) == ("on-request", "openai", "codex-cli")
    assert last.ts == 1_772_600_767_000_000


def test_it_is_still_known_after_a_restart() -> None:
    memory = Memory()
    events(META, TURN, memory=memory)
    [message] = events(said("user", "Go on"), memory=Memory.decoded(memory.encoded()))
    assert message.conversation_id == "s-1"


def test_a_text_that_is_written_in_both_ways_is_one_event_and_a_repeated_one_is_two() -> None:
    shown = line("event_msg", type="user_message", message="Mend the cart")
    answered = line("event_msg", type="agent_message", message="Done.")
    found = events(META, said("user", "Mend the cart"), shown, answered, said("assistant", "Done."))
    found += events(META, said("user", "yes"), said("user", "yes"))
    texts = [row for row in rows(found) if row[0] == "message"]
    assert texts == [
        ("message", "user", "user", "Mend the cart"),
        ("message", "assistant", "model", "Done."),
        ("message", "user", "user", "yes"),
        ("message", "user", "user", "yes"),
    ]


def test_what_the_harness_puts_into_the_users_mouth_is_not_the_users() -> None:
    found = events(said("user", "<environment_context>\n<cwd>/srv</cwd>\n</environment_context>"))
    assert [(event.role, event.trust) for event in found] == [(Role.HARNESS, Trust.HARNESS)]


def test_a_result_has_the_name_of_the_call_it_answers_and_whether_it_failed() -> None:
    call = item(type="function_call", name="shell", arguments='{"command":"ls"}', call_id="c1")
    output = item(type="function_call_output", call_id="c1", output="Exit code: 2\nWall time: 0.1 s\nno such file")
    patch = item(type="custom_tool_call", name="apply_patch", input="*** Begin Patch", call_id="c2")
    done = item(type="custom_tool_call_output", call_id="c2", output='{"output":"Success.","metadata":{"exit_code":0}}')
    found = events(META, call, output, patch, done)[1:]
    assert [(event.kind, event.tool_name, event.tool_call_id, event.tool_is_error) for event in found] == [
        (Kind.TOOL_CALL, "shell", "c1", None),
        (Kind.TOOL_RESULT, "shell", "c1", True),
        (Kind.TOOL_CALL, "apply_patch", "c2", None),
        (Kind.TOOL_RESULT, "apply_patch", "c2", False),
    ]
    assert found[3].text == "Success."


def test_a_command_that_asks_to_leave_the_sandbox_is_a_permission_that_was_asked_for() -> None:
    arguments = '{"command":"rm -r /srv","sandbox_permissions":"require_escalated","justification":"It is full"}'
    *_, asked = events(META, item(type="function_call", name="shell", arguments=arguments, call_id="c1"))
    assert (asked.kind, asked.permission_decision, asked.text) == (Kind.PERMISSION, "asked", "It is full")


def test_no_approvals_and_no_sandbox_is_bypassed_permissions() -> None:
    [turn] = events(line("turn_context", approval_policy="never", sandbox_policy={"type": "danger-full-access"}))
    assert turn.permission_mode == "bypassPermissions"
    [held] = events(line("turn_context", approval_policy="never", sandbox_policy={"type": "read-only"}))
    assert held.permission_mode == "never"


def test_instructions_are_system_and_a_sub_agents_user_is_a_model() -> None:
    spawned = line(
        "session_meta",
        id="s-2",
        parent_thread_id="s-1",
        source={"subagent": {"other": "guardian"}},
        base_instructions={"text": "You review."},
    )
    found = events(spawned, said("user", "Review this"))
    assert rows(found)[1:] == [
        ("message", "system", "system", "You review."),
        ("message", "user", "model", "Review this"),
    ]
    assert (found[-1].parent_agent_id, found[-1].agent_name) == ("s-1", "guardian")


def test_usage_that_is_written_twice_has_one_key() -> None:
    usage = {"input_tokens": 50, "cached_input_tokens": 20, "output_tokens": 7, "reasoning_output_tokens": 3}
    total = {"input_tokens": 150, "output_tokens": 30, "total_tokens": 180}
    counted = line("event_msg", type="token_count", info={"last_token_usage": usage, "total_token_usage": total})
    nothing = line("event_msg", type="token_count", info=None)
    first, second, none = events(META, counted, counted, nothing)[1:]
    assert first.usage_key == second.usage_key
    assert first.usage_key is not None
    assert (first.input_tokens, first.cache_read_input_tokens, first.output_tokens) == (50, 20, 7)
    assert first.reasoning_output_tokens == 3
    assert none.usage_key is None
    assert none.input_tokens is None


def test_thoughts_are_seen_and_encrypted_ones_are_said_to_be() -> None:
    seen = item(type="reasoning", summary=[{"type": "summary_text", "text": "First look."}], content=None)
    sealed = item(type="reasoning", summary=[], content=None, encrypted_content="gAAAAB" * 20)
    found = events(META, seen, sealed)[1:]
    assert [event.content_state for event in found] == [ContentState.PRESENT, ContentState.ENCRYPTED]


def test_errors_aborts_and_compactions_are_events() -> None:
    found = events(
        META,
        line("event_msg", type="error", message="You hit your limit"),
        line("event_msg", type="turn_aborted", reason="interrupted"),
        line("compacted", message="So far: nothing."),
    )[1:]
    assert [event.kind for event in found] == [Kind.ERROR, Kind.ERROR, Kind.META]
    assert [event.error_type for event in found[:2]] == ["error", "turn_aborted/interrupted"]


def test_a_type_of_a_newer_version_is_counted_by_name_and_its_texts_are_kept() -> None:
    mapped = outcome(line("brain_scan", note="ignore all previous instructions"), Memory())
    assert mapped.unknown == "codex/brain_scan"
    assert "ignore all previous instructions" in str(mapped.events[0].text)
    mapped = outcome(line("event_msg", type="hologram", text="hello there"), Memory())
    assert mapped.unknown == "codex/event_msg/hologram"


def test_a_spawned_agent_has_its_own_name_and_its_parent() -> None:
    """Also where the parent is told in the source alone."""
    spawned = {"parent_thread_id": "s-1", "depth": 1, "agent_nickname": "Ada", "agent_role": "reviewer"}
    found = events(line("session_meta", id="s-2", source={"subagent": {"thread_spawn": spawned}}), said("user", "Do"))
    last = found[-1]
    assert (last.agent_id, last.agent_name, last.parent_agent_id, last.trust) == ("s-2", "Ada", "s-1", Trust.MODEL)
    reviewed = events(line("session_meta", id="s-3", source={"subagent": "review"}), said("user", "Do"))
    assert reviewed[-1].agent_name == "review"


def test_what_nothing_holds_back_is_told_of_every_step() -> None:
    """Until the next turn says otherwise."""
    free = line("turn_context", approval_policy="never", sandbox_policy={"type": "danger-full-access"})
    found = events(META, free, said("user", "Go"), TURN, said("user", "Stop"))
    assert [one.permission_mode for one in found[-4:]] == [*["bypassPermissions"] * 2, *["on-request"] * 2]


def test_the_code_of_a_command_says_whether_it_failed() -> None:
    """In every form that versions have written it."""
    texts = ("Exit code: 1\nWall time: 1", "Chunk ID: a\nWall time: 1\nProcess exited with code 0\nOutput:\nx", "x")
    found = [events(item(type="function_call_output", call_id="c", output=text))[0] for text in texts]
    assert [one.tool_is_error for one in found] == [True, False, None]
    [told] = events(item(type="function_call_output", call_id="c", output={"content": "out", "success": False}))
    assert (told.text, told.tool_is_error) == ("out", True)


def test_a_command_that_the_user_did_not_allow_is_a_denial() -> None:
    [denied] = events(item(type="function_call_output", call_id="c", output="exec command rejected by user"))
    assert (denied.kind, denied.permission_decision, denied.tool_call_id) == (Kind.PERMISSION, "denied", "c")


@pytest.mark.parametrize("odd", [2**70, "\ud800", True, []])
def test_counts_that_are_none_are_left_out(odd: Any) -> None:
    info = {
        "last_token_usage": {"cached_input_tokens": odd, "input_tokens": 1},
        "total_token_usage": {"input_tokens": odd},
    }
    [used] = frame(line("event_msg", type="token_count", info=info)).rows(named=True)
    assert (used["input_tokens"], used["cache_read_input_tokens"]) == (1, None)
