"""LangSmith: runs in two halves, whose states repeat what was said."""

from typing import Any

from tests.formats.records import outcome, record, rows

from llmsec_tui.events.history import Mapped, resolve
from llmsec_tui.events.model import ContentState, Event, Kind
from llmsec_tui.formats.memory import Memory

_TRACE_ID, _CALL_ID, _TOOL_ID, _FIND_ID = "r-1", "r-2", "r-3", "r-4"
_SYSTEM, _ASKED, _ANSWER = "You bake.", "How hot for bread?", "230 degrees."


def made(name: str, **kwargs: Any) -> dict[str, Any]:
    """An object as LangChain dumps what it was constructed from."""
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", name], "kwargs": kwargs}


def posted(run_id: str, run_type: str, name: str, inputs: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The half of a run that is written when it starts."""
    return {
        "id": run_id,
        "name": name,
        "run_type": run_type,
        "start_time": "2026-03-04T05:06:07.000000",
        "inputs": inputs,
        "events": [{"name": "start", "time": "2026-03-04T05:06:07+00:00"}],
        "extra": {
            "metadata": {
                "user_id": "alice",
                "thread_id": "thread-7",
                "LANGSMITH_TENANT_ID": "tenant-1",
                "x-forwarded-for": "192.0.2.7, 10.0.0.1",
                "ls_provider": "openai",
                "ls_model_name": "m-1",
            }
        },
        "tags": ["seq:step:1"],
        "trace_id": _TRACE_ID,
        "dotted_order": f"20260304T050607000000Z{_TRACE_ID}" + ("" if run_id == _TRACE_ID else f".2026Z{run_id}"),
        **fields,
    }


def patched(run_id: str, name: str, outputs: dict[str, Any] | None, error: str | None = None) -> dict[str, Any]:
    """The half of a run that is written when it ends."""
    return {
        "id": run_id,
        "name": name,
        "end_time": "2026-03-04T05:06:09.500000",
        "error": error,
        "outputs": outputs,
    }


_CALL = {"name": "oven", "args": {"heat": 230}, "id": "c-1"}
_GENERATED = made(
    "AIMessage",
    content="",
    tool_calls=[_CALL],
    usage_metadata={"input_tokens": 30, "output_tokens": 4, "input_token_details": {"cache_read": 10}},
    response_metadata={"finish_reason": "tool_calls", "model_name": "m-1-x"},
)
CHAIN = posted(_TRACE_ID, "chain", "bakery", {"messages": [{"role": "user", "content": _ASKED}]})
LLM = posted(
    _CALL_ID,
    "llm",
    "ChatModel",
    {"messages": [[made("SystemMessage", content=_SYSTEM), made("HumanMessage", content=_ASKED)]]},
    events=[
        {"name": "start", "time": "2026-03-04T05:06:07+00:00"},
        {"name": "new_token", "time": "2026-03-04T05:06:07.500+00:00", "kwargs": {"token": "230 "}},
        {"name": "new_token", "time": "2026-03-04T05:06:07.600+00:00", "kwargs": {"token": "degrees"}},
    ],
)
LLM_DONE = patched(_CALL_ID, "ChatModel", {"generations": [[{"text": "", "message": _GENERATED}]], "llm_output": None})
TOOL = posted(_TOOL_ID, "tool", "oven", {"input": '{"heat": 230}'})
TOOL_DONE = patched(_TOOL_ID, "oven", {"output": made("ToolMessage", content="Heating", tool_call_id="c-1")})
FIND = posted(_FIND_ID, "retriever", "recipes", {"query": "bread heat"})
FIND_DONE = patched(
    _FIND_ID, "recipes", {"documents": [{"page_content": "Bread wants heat", "metadata": {"source": "book"}}]}
)
CHAIN_DONE = patched(
    _TRACE_ID,
    "bakery",
    {
        "messages": [
            {"type": "human", "content": _ASKED},
            {"type": "ai", "content": "", "tool_calls": [_CALL]},
            {"type": "tool", "content": "Heating", "tool_call_id": "c-1"},
            {"type": "ai", "content": _ANSWER},
        ],
        "answer": _ANSWER,
        "documents": [{"page_content": "Bread wants heat", "metadata": {}}],
    },
)
HALVES = [CHAIN, LLM, LLM_DONE, TOOL, TOOL_DONE, FIND, FIND_DONE, CHAIN_DONE]
WHOLE: dict[str, Any] = {
    **LLM,
    "inputs": {"messages": [{"role": "user", "content": _ASKED}]},
    "outputs": {"choices": [{"message": {"role": "assistant", "content": _ANSWER}, "finish_reason": "stop"}]},
    "end_time": "2026-03-04T05:06:09",
    "status": "success",
    "prompt_tokens": 12,
    "completion_tokens": 5,
    "total_cost": 0.001,
    "feedback_stats": {"helpful": {"n": 2, "avg": 0.5}},
}
SAMPLES = [*HALVES, WHOLE]


def mapped(*records: dict[str, Any]) -> list[Event]:
    """What of these records is stored, of one source and with its memory kept as over a restart."""
    memory = Memory()
    found: list[Mapped] = []
    for one in records:
        made_of = outcome(one, memory)
        assert (made_of.format, made_of.unknown) == ("langsmith", None)
        found.append(Mapped(record(one), "langsmith", made_of.events))
        memory = Memory.decoded(memory.encoded())
    return [kept.event for kept in resolve(found, lambda keys: {}).kept]


def test_each_text_is_stored_once_however_often_states_hand_it_on() -> None:
    said = [row for row in rows(mapped(*HALVES)) if row[3]]
    assert said == [
        ("message", "user", "user", _ASKED),
        ("message", "system", "system", _SYSTEM),
        ("tool_call", "assistant", "model", '{"heat":230}'),
        ("tool_result", "tool", "tool", "Heating"),
        ("message", "assistant", "model", "bread heat"),
        ("retrieval", "tool", "retrieved", "Bread wants heat"),
        ("message", "assistant", "model", _ANSWER),
    ]


def test_the_second_half_is_of_the_run_that_the_first_half_told() -> None:
    """It names neither trace nor user nor kind."""
    events = mapped(LLM, LLM_DONE)
    assert {(event.user_id, event.conversation_id, event.tenant_id, event.source_ip) for event in events} == {
        ("alice", "thread-7", "tenant-1", "192.0.2.7")
    }
    call = next(event for event in events if event.kind is Kind.LLM_CALL)
    assert (call.native_id, call.trace_id, call.parent_id) == (_CALL_ID, _TRACE_ID, _TRACE_ID)
    assert (call.request_model, call.provider_name, call.service_name) == ("m-1", "openai", None)


def test_a_call_has_its_usage_its_end_and_its_times() -> None:
    memory = Memory()
    outcome(LLM, memory)
    call = outcome(LLM_DONE, memory).events[-1]
    assert (call.kind, call.input_tokens, call.output_tokens, call.usage_key) == (Kind.LLM_CALL, 30, 4, _CALL_ID)
    assert (call.cache_read_input_tokens, call.finish_reasons, call.response_model) == (10, "tool_calls", "m-1-x")
    assert (call.duration_ms, call.ts) == (2500.0, 1_772_600_767_000_000)


def test_a_stream_is_not_told_beside_the_answer_that_it_became() -> None:
    texts = [event.text for event in mapped(WHOLE)]
    assert texts[:2] == [_ASKED, _ANSWER]
    assert not any("degrees" in (text or "") for text in texts[2:])
    [call] = [event for event in mapped(WHOLE) if event.kind is Kind.LLM_CALL]
    assert (call.ttft_ms, call.cost_usd, call.input_tokens) == (500.0, 0.001, 12)


def test_a_stream_that_became_no_answer_is_told_as_cut() -> None:
    broken = {**WHOLE, "outputs": None, "error": "ConnectionError('gone')", "status": "error"}
    events = mapped(broken)
    streamed = next(event for event in events if event.text == "230 degrees")
    assert streamed.content_state is ContentState.TRUNCATED
    later = mapped(LLM, patched(_CALL_ID, "ChatModel", None, "ConnectionError('gone')"))
    assert any(event.text == "230 degrees" for event in later)
    error = next(event for event in events if event.kind is Kind.ERROR)
    assert (error.error_type, error.native_id) == ("ConnectionError", _CALL_ID)


def test_a_second_half_alone_is_told_by_what_it_holds() -> None:
    """The first half was in a file that is gone."""
    memory = Memory()
    memory.last = "langsmith"
    assert rows(outcome(FIND_DONE, memory).events)[0] == ("retrieval", "tool", "retrieved", "Bread wants heat")


def test_what_is_around_a_call_does_not_count_its_usage_again() -> None:
    """The API gives a chain the sums of the calls in it."""
    around = {**CHAIN, "end_time": "2026-03-04T05:06:09", "outputs": {}, "prompt_tokens": 12, "total_cost": 0.001}
    [chain] = [event for event in mapped(around) if event.kind is Kind.META]
    assert (chain.input_tokens, chain.cost_usd, chain.usage_key, chain.duration_ms) == (None, None, None, 2000.0)


def test_a_tool_that_ran_twice_alike_is_joined_to_both_calls() -> None:
    """The runs of tools name no call, and neither do their second halves here."""
    calls = [{**_CALL, "id": "c-1"}, {**_CALL, "id": "c-2"}]
    both = patched(
        _CALL_ID, "ChatModel", {"generations": [[{"message": made("AIMessage", content="", tool_calls=calls)}]]}
    )
    ran = [{**TOOL, "id": name} for name in ("t-1", "t-2")]
    done = [patched(name, "oven", {"output": f"Heated by {name}"}) for name in ("t-1", "t-2")]
    events = mapped(LLM, both, *ran, *done)
    results = [event for event in events if event.kind is Kind.TOOL_RESULT]
    assert [(event.tool_call_id, event.text) for event in results] == [
        ("c-1", "Heated by t-1"),
        ("c-2", "Heated by t-2"),
    ]
    assert sum(event.kind is Kind.TOOL_CALL for event in events) == 2


def test_a_tool_that_is_given_the_whole_call_has_its_id() -> None:
    events = mapped({**TOOL, "inputs": {"name": "oven", "args": {"heat": 230}, "id": "c-9", "type": "tool_call"}})
    assert [(one.text, one.tool_call_id) for one in events if one.text] == [('{"heat":230}', "c-9")]


def test_feedback_is_an_evaluation() -> None:
    [score] = [event for event in mapped(WHOLE) if event.kind is Kind.EVAL]
    assert (score.operation_name, score.span_id) == ("helpful", _CALL_ID)
    assert '"value":0.5' in (score.attrs or "")


def test_a_new_kind_of_run_is_named_and_told() -> None:
    found = outcome(posted("r-9", "oracle", "delphi", {"question": "Will it rise?"}))
    assert found.unknown == "langsmith/run/oracle"
    assert rows(found.events)[0] == ("message", "user", "user", "Will it rise?")
