"""Answers of Anthropic's that a log holds as the events they were streamed in, a record each.

https://docs.anthropic.com/en/docs/build-with-claude/streaming. Only the first event says which message it is.
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Kind, Trust, TsSource
from llmsec_tui.formats.parts import Fields, part_fields, reasoning_fields, unmapped_fields
from llmsec_tui.formats.pieces import (
    Said,
    about_call,
    add_piece,
    answer_of,
    finish_part,
    forget,
    grow,
    is_open,
    part_id,
)
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import as_dict, as_id, as_int, as_str

_KINDS = {"text": "message", "thinking": "reasoning", "tool_use": "tool_call", "server_tool_use": "tool_call"}
_DELTAS = {
    "text_delta": ("text", "message"),
    "thinking_delta": ("thinking", "reasoning"),
    "input_json_delta": ("partial_json", "tool_call"),
}
_CURRENT = "current:"
_MOST_CURRENT = 32


def is_piece(data: dict[str, Any]) -> bool:
    """An event of a stream, with what such events have."""
    kind = data.get("type")
    if kind in ("content_block_start", "content_block_delta", "content_block_stop"):
        return "index" in data
    return (kind == "message_start" and isinstance(data.get("message"), dict)) or (
        kind == "message_delta" and isinstance(data.get("delta"), dict)
    )


def piece_events(data: dict[str, Any], said: Said, about: Fields, stream: str = "") -> list[Event]:
    """What the message says so far, when it is time to tell it. ``stream`` tells streams in one source apart."""
    kind = data.get("type")
    if kind == "message_start":
        return _begin(as_dict(data.get("message")), said, about, stream)
    message_id = str(said.get(_CURRENT + stream) or "message")
    if kind == "message_stop":
        forget(said, message_id)
        return []
    if kind == "error":
        return [_failure(as_dict(data.get("error")), about)]
    if kind == "ping":
        return []
    answer = answer_of(said, message_id, about)
    if kind == "message_delta":
        return _end(data, answer, message_id)
    part = str(as_int(data.get("index")) or 0)
    if kind == "content_block_stop":
        return finish_part(answer, message_id, part)
    if kind == "content_block_start":
        events = _block(as_dict(data.get("content_block")), answer, message_id, part)
    else:
        events = _delta(as_dict(data.get("delta")), answer, part)
    return events + (grow(said, message_id) if is_open(said, message_id) else [])


def _begin(message: dict[str, Any], said: Said, about: Fields, stream: str) -> list[Event]:
    message_id = as_id(message.get("id")) or "message"
    current = _CURRENT + stream
    said.pop(current, None)
    said[current] = message_id
    waiting = [name for name in said if name.startswith(_CURRENT)]
    for name in waiting[:-_MOST_CURRENT]:
        del said[name]
    shared = {**about, "response_id": as_id(message.get("id")), "response_model": as_id(message.get("model"))}
    answer = answer_of(said, message_id, {name: value for name, value in shared.items() if value is not None})
    used = as_dict(message.get("usage"))
    answer["usage"] = {name: count for name, number in used.items() if (count := as_int(number)) is not None}
    return [about_call(answer, message_id, {})]


def _block(block: dict[str, Any], answer: Said, message_id: str, part: str) -> list[Event]:
    """What begins. Blocks that come whole, as results of a server's tools do, are told at once."""
    kind = block.get("type")
    if isinstance(kind, str) and kind in _KINDS:
        text = as_str(block.get("text")) or as_str(block.get("thinking"))
        add_piece(answer, part, _KINDS[kind], text, name=block.get("name"), call=block.get("id"))
        return []
    by = (None, Trust.MODEL)
    fields = reasoning_fields(None, encrypted=True) if kind == "redacted_thinking" else part_fields(block, by)
    if fields is None:
        fields = unmapped_fields(block, by)
    shared = dict(answer["about"])
    shared["ts_source"] = TsSource(shared.get("ts_source", TsSource.NONE))
    return [Event(**{**shared, **fields, "native_id": part_id(message_id, part)})]


def _delta(delta: dict[str, Any], answer: Said, part: str) -> list[Event]:
    key, kind = _DELTAS.get(str(delta.get("type")), ("text", "message"))
    add_piece(answer, part, kind, delta.get(key))
    return []


def _end(data: dict[str, Any], answer: Said, message_id: str) -> list[Event]:
    used = {**as_dict(answer.get("usage")), **as_dict(data.get("usage"))}
    outcome: Fields = usage_fields(used)
    if outcome:
        outcome["usage_key"] = message_id
    if (reason := as_id(as_dict(data.get("delta")).get("stop_reason"))) is not None:
        outcome["finish_reasons"] = reason
        if reason == "refusal":
            outcome["refusal"] = True
    return [about_call(answer, message_id, outcome)]


def _failure(error: dict[str, Any], about: Fields) -> Event:
    message = as_str(error.get("message"))
    return Event(
        **about,
        kind=Kind.ERROR,
        trust=Trust.HARNESS,
        text=message or None,
        content_state=ContentState.PRESENT if message else ContentState.NONE,
        error_type=as_id(error.get("type")),
        error_message=message,
    )
