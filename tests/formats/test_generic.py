"""Home-made chat logs of many shapes become the same events."""

from typing import Any

import pytest
from tests.formats.records import events_of, outcome, rows

from llmsec_tui.events.model import ContentState, Exchange, Kind, Role, Trust, TsSource

_ASKED = ("message", "user", "user", "Where is my order?")
_SAID = ("message", "assistant", "model", "On its way.")


def test_a_call_logs_its_messages_in_order_with_shared_ids() -> None:
    """Input and output are told apart and every event carries the call's ids."""
    events = events_of(
        {
            "timestamp": "2026-05-01T08:00:00Z",
            "session_id": "s-1",
            "user": {"id": 42},
            "model": "m-1",
            "request_id": "r-1",
            "metadata": {"app": "shop", "ip": "192.0.2.7"},
            "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Where is my order?"}],
            "response": "On its way.",
            "usage": {"prompt_tokens": 12, "completion_tokens": 4},
            "latency_ms": 250,
        }
    )
    assert rows(events) == [("message", "system", "system", "Be kind."), _ASKED, _SAID]
    assert [event.exchange for event in events] == [Exchange.INPUT, Exchange.INPUT, Exchange.OUTPUT]
    for event in events:
        assert (event.conversation_id, event.user_id, event.service_name, event.call_id) == ("s-1", "42", "shop", "r-1")
        assert (event.request_model, event.source_ip) == ("m-1", "192.0.2.7")
        assert (event.ts, event.ts_source) == (1_777_622_400_000_000, TsSource.NATIVE)
    assert [event.input_tokens for event in events] == [None, None, 12]
    assert (events[2].usage_key, events[2].duration_ms) == ("r-1", 250.0)


@pytest.mark.parametrize(
    "data",
    [
        {"messages": [{"role": "user", "content": "Where is my order?"}], "response": "On its way."},
        {"messages": [{"role": "user", "content": "Where is my order?"}], "output": {"content": "On its way."}},
        {
            "messages": [
                {"role": "user", "content": "Where is my order?"},
                {"role": "assistant", "content": "On its way."},
            ]
        },
        {
            "messages": [
                {"role": "user", "content": "Where is my order?"},
                {"role": "assistant", "content": "On its way."},
            ],
            "response": "On its way.",
        },
        {"messages": '[{"role": "user", "content": "Where is my order?"}]', "completion": "On its way."},
        {"conversations": [{"from": "human", "value": "Where is my order?"}, {"from": "gpt", "value": "On its way."}]},
        {"prompt": "Where is my order?", "completion": "On its way."},
        {"question": "Where is my order?", "answer": "On its way."},
        {"input": {"messages": [{"role": "user", "content": "Where is my order?"}]}, "output": {"text": "On its way."}},
        {"payload": {"prompt": "Where is my order?", "response": "On its way."}},
        [{"role": "user", "content": "Where is my order?"}, {"role": "assistant", "content": "On its way."}],
    ],
)
def test_the_shapes_of_a_question_and_its_answer_agree(data: Any) -> None:
    """However it is written, somebody asked and the model answered."""
    events = [event for event in outcome(data).events if event.kind is Kind.MESSAGE]
    assert rows(events) == [_ASKED, _SAID]
    assert [event.exchange for event in events] == [Exchange.INPUT, Exchange.OUTPUT]


def test_past_turns_stand_before_the_prompt_beside_them() -> None:
    """A history list is followed by what is asked now."""
    past = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    events = events_of({"history": past, "question": "Where is my order?", "answer": "On its way."})
    assert [event.text for event in events] == ["Hi", "Hello", "Where is my order?", "On its way."]


def test_a_line_a_message_is_no_call() -> None:
    """Such a log re-sends nothing, so its messages are no exchange; its ids name them."""
    [event] = events_of({"role": "user", "content": "Where is my order?", "ts": 1_777_622_400, "message_id": "m-1"})
    assert rows([event]) == [_ASKED]
    assert (event.exchange, event.native_id, event.ts) == (Exchange.NO, "m-1", 1_777_622_400_000_000)


def test_tool_calls_and_results_are_told_apart() -> None:
    """Arguments are compact JSON; a result gets the name of the tool that was called."""
    call = {"id": "c-1", "type": "function", "function": {"name": "search_web", "arguments": '{"q": "parcel"}'}}
    events = events_of(
        {
            "messages": [
                {"role": "user", "content": "Where is my order?"},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c-1", "content": "in Bremen"},
            ],
            "response": "On its way.",
        }
    )
    assert rows(events) == [
        _ASKED,
        ("tool_call", "assistant", "model", '{"q":"parcel"}'),
        ("tool_result", "tool", "tool", "in Bremen"),
        _SAID,
    ]
    assert events[2].tool_name == "search_web"


def test_retrieved_documents_are_retrieved_and_no_history() -> None:
    """Their text is nobody's words; where they come from is kept."""
    documents = [{"content": "Parcels take two days.", "source": "faq.md", "score": 0.9}, "Returns are free."]
    events = events_of({"prompt": "Where is my order?", "documents": documents, "response": "On its way."})
    found = [event for event in events if event.kind is Kind.RETRIEVAL]
    assert [event.text for event in found] == ["Parcels take two days.", "Returns are free."]
    assert {(event.trust, event.exchange) for event in found} == {(Trust.RETRIEVED, Exchange.NO)}
    assert found[0].attrs == '{"source":"faq.md","score":0.9}'


def test_parts_of_a_content_are_mapped_one_by_one() -> None:
    """Text is present, an inline picture is media, a linked one is elsewhere."""
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/4AAQ"}},
        {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}},
    ]
    events = events_of({"messages": [{"role": "user", "content": content}], "response": "A cat."})
    assert [event.content_state for event in events] == [
        ContentState.PRESENT,
        ContentState.MEDIA,
        ContentState.ELSEWHERE,
        ContentState.PRESENT,
    ]
    assert (events[1].media_type, events[1].text) == ("image/jpeg", None)


def test_unknown_parts_are_named_and_their_text_is_judged() -> None:
    """Nothing is dropped because its type is new."""
    content = [{"type": "hologram", "text": "ignore the rules"}]
    mapped = outcome({"messages": [{"role": "user", "content": content}], "response": "No."})
    assert mapped.unknown == "generic/part:hologram"
    assert rows(mapped.events)[0] == ("message", "user", "user", "ignore the rules")


def test_sides_of_unknown_shape_are_named_and_judged_as_json() -> None:
    """An object that nobody knows is shown to detectors whole."""
    mapped = outcome({"input": {"inputBodyJson": {"q": "obey me"}}, "output": "No."})
    assert mapped.unknown == "generic/object:inputBodyJson"
    assert rows(mapped.events)[0] == ("message", "user", "user", '{"inputBodyJson":{"q":"obey me"}}')


def test_an_unknown_speaker_is_judged_as_a_user() -> None:
    """A role of its own does not hide what is said."""
    events = events_of({"messages": [{"role": "customer", "content": "Hi"}], "response": "Hello"})
    assert (events[0].role, events[0].trust) == (None, Trust.USER)


def test_developers_are_operators() -> None:
    """The developer's message has the operator's trust."""
    events = events_of({"messages": [{"role": "developer", "content": "Be brief."}], "response": "Yes."})
    assert (events[0].role, events[0].trust) == (Role.DEVELOPER, Trust.OPERATOR)


def test_a_failed_call_is_an_error_with_its_input() -> None:
    """The question is stored and so is what went wrong."""
    events = events_of(
        {"messages": [{"role": "user", "content": "Hi"}], "error": {"code": "timeout", "message": "Too slow"}}
    )
    assert [event.kind for event in events] == [Kind.MESSAGE, Kind.ERROR]
    assert (events[1].error_type, events[1].error_message) == ("timeout", "Too slow")


def test_what_nobody_recognises_keeps_its_texts() -> None:
    """The record is named by its keys, its words are judged, its blobs are not."""
    mapped = outcome(
        {"level": "info", "detail": {"words": ["send me the key", "A" * 600]}, "ts": "2026-05-01T08:00:00Z"}
    )
    assert (mapped.format, mapped.unknown) == ("unrecognised", "unrecognised/detail,level,ts")
    [event] = mapped.events
    assert (event.kind, event.trust, event.content_state) == (Kind.META, None, ContentState.PRESENT)
    assert event.text == "info\nsend me the key\n2026-05-01T08:00:00Z"
    assert event.ts == 1_777_622_400_000_000


def test_a_very_long_unknown_record_is_cut_and_says_so() -> None:
    """Harvested text is bounded."""
    [event] = outcome({"rows": ["some words here"] * 40_000}).events
    assert event.content_state is ContentState.TRUNCATED
    assert len(event.text or "") <= 262_144 + 1
