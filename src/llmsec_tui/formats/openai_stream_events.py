"""Answers of OpenAI's Responses API that a log holds as the events they were streamed in, a record each.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from typing import Any

from msgspec.structs import replace

from llmsec_tui.events.model import Event, Exchange, Kind, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.leaves import harvest
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.openai import add_failure, add_request, outcome_fields
from llmsec_tui.formats.openai_items import add_items
from llmsec_tui.formats.parts import Fields
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
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_int, as_str

NAME = "openai-stream"

_DELTAS = {
    "response.output_text.delta": "message",
    "response.refusal.delta": "refusal",
    "response.reasoning_text.delta": "reasoning",
    "response.reasoning_summary_text.delta": "reasoning",
    "response.function_call_arguments.delta": "tool_call",
    "response.mcp_call_arguments.delta": "tool_call",
    "response.custom_tool_call_input.delta": "tool_call",
    "response.code_interpreter_call_code.delta": "tool_call",
    "response.output_audio_transcript.delta": "message",
    "response.audio_transcript.delta": "message",
}
_WHOLE = {
    "response.output_text.done": "text",
    "response.refusal.done": "refusal",
    "response.function_call_arguments.done": "arguments",
    "response.mcp_call_arguments.done": "arguments",
    "response.custom_tool_call_input.done": "input",
    "response.code_interpreter_call_code.done": "code",
    "response.output_audio_transcript.done": "transcript",
    "response.audio_transcript.done": "transcript",
}
"""What was told in pieces, whole, and under which key."""
_STEPS = (".in_progress", ".searching", ".interpreting", ".generating", ".completed", ".failed", ".partial_image")
_ANNOUNCED = (
    *("response.content_part.added", "response.content_part.done", "response.output_text.annotation.added"),
    *("response.reasoning_text.done", "response.reasoning_summary_text.done"),
    *("response.reasoning_summary_part.added", "response.reasoning_summary_part.done"),
    *("response.audio.delta", "response.audio.done", "response.output_audio.delta", "response.output_audio.done"),
)
"""What these say stands whole in the item that they are of, or is sound."""
_BEGUN = ("response.created", "response.queued", "response.in_progress")
_ENDED = ("response.completed", "response.incomplete", "response.failed", "response.cancelled", "response.done")
_DONE = 128
"""So many items that were told whole are remembered, because the end of the response tells them again."""


def recognise(data: dict[str, Any]) -> bool:
    """An event of a response, with what such events have."""
    kind = data.get("type")
    if not isinstance(kind, str) or not kind.startswith("response."):
        return False
    return not data.keys().isdisjoint(("sequence_number", "item_id", "response", "item", "delta", "output_index"))


def continues(data: dict[str, Any], _: Memory) -> bool:
    """That a stream broke, which nobody would know for a part of one."""
    return data.get("type") == "error" and "message" in data


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """What the response says so far, when it is time to tell it; its items and its usage at its end."""
    said = memory.of(NAME)
    kind = str(data.get("type"))
    if kind in _DELTAS:
        return Found(_delta(data, _DELTAS[kind], said))
    if kind in _BEGUN:
        return Found(_begin(as_dict(data.get("response")), said))
    if kind == "response.output_item.added":
        _note_call(as_dict(data.get("item")), said)
        return Found([])
    if kind == "response.output_item.done":
        return _item(as_dict(data.get("item")), said)
    if kind in _ENDED:
        return _end(as_dict(data.get("response")), said)
    if kind == "error":
        transcript = Transcript(opening_of(_opening(as_dict(said.get("about")))), history=False)
        add_failure(transcript, data)
        return Found(transcript.events)
    if kind in _WHOLE:
        return Found(_whole(data, _WHOLE[kind], said))
    if kind in _ANNOUNCED or kind.endswith(_STEPS):
        return Found([])
    text, state = harvest({key: value for key, value in data.items() if key != "type"})
    noted = Event(kind=Kind.META, trust=Trust.MODEL, operation_name=as_id(kind[:80]), text=text, content_state=state)
    return Found([noted], kind.removeprefix("response.")[:60])


def _delta(data: dict[str, Any], kind: str, said: Said) -> list[Event]:
    item_id = as_id(data.get("item_id")) or "item"
    answer = answer_of(said, item_id, as_dict(said.get("about")))
    named = as_dict(as_dict(said.get("calls")).get(item_id))
    place = as_int(data.get("content_index")) or 0 if kind in ("message", "refusal") else 0
    add_piece(answer, f"{_kind(kind)}/{place}", kind, data.get("delta"), **named)
    return grow(said, item_id)


def _whole(data: dict[str, Any], key: str, said: Said) -> list[Event]:
    """A part that has ended: its item is told later, but not if the stream breaks off before."""
    item_id = as_id(data.get("item_id")) or "item"
    text = as_str(data.get(key))
    if not text or not is_open(said, item_id):
        return []
    answer = answer_of(said, item_id, {})
    kind = "tool_call" if key in ("arguments", "input", "code") else "message"
    part = f"{kind}/{as_int(data.get('content_index')) or 0}"
    held = answer["parts"].get(part)
    if held is not None and not held["number"]:
        answer["size"] += len(text) - len(held["text"])
        held["text"] = text
    return finish_part(answer, item_id, part)


def _kind(kind: str) -> str:
    return "message" if kind == "refusal" else kind


def _note_call(item: dict[str, Any], said: Said) -> None:
    """The name of the tool comes before its arguments, and not with them."""
    if (item_id := as_id(item.get("id"))) is not None and as_id(item.get("name")) is not None:
        calls = said.setdefault("calls", {})
        calls[item_id] = {"name": as_id(item.get("name")), "call": as_id(item.get("call_id"))}
        while len(calls) > _DONE:
            del calls[next(iter(calls))]


def _begin(response: dict[str, Any], said: Said) -> list[Event]:
    """The first of them tells what the request asked of the model."""
    response_id = as_id(response.get("id"))
    if response_id is not None and as_dict(said.get("about")).get("response_id") == response_id:
        return []
    said["about"] = about = _about(response)
    said["done"], said["calls"] = [], {}
    transcript = Transcript(opening_of(_opening(about)), history=False, native_id=f"{response_id}/asked")
    add_request(transcript, {"instructions": response.get("instructions")})
    return [*transcript.events, about_call({"about": about}, response_id or "response", {})]


def _about(response: dict[str, Any]) -> Fields:
    created = to_micros(response.get("created_at"))
    about = {
        "ts": created,
        "ts_source": TsSource.NONE if created is None else TsSource.RESPONSE_CREATED,
        "response_id": as_id(response.get("id")),
        "response_model": as_id(response.get("model")),
        "conversation_id": as_id(as_dict(response.get("conversation")).get("id")),
        "user_id": as_id(response.get("user")),
    }
    return {name: value for name, value in about.items() if value is not None}


def _opening(about: Fields) -> Fields:
    return {**about, "ts_source": TsSource(about.get("ts_source", TsSource.NONE))}


def _item(item: dict[str, Any], said: Said) -> Found:
    """A whole item. It amends what its pieces told, so its events have their names."""
    item_id = as_id(item.get("id")) or as_id(item.get("call_id"))
    transcript = Transcript(opening_of(_opening(as_dict(said.get("about")))), history=False)
    add_items(transcript, [item], Exchange.OUTPUT)
    forget(said, item_id or "item")
    done = said.setdefault("done", [])
    done.append(item_id)
    del done[:-_DONE]
    counts: dict[Kind, int] = {}
    events: list[Event] = []
    for event in transcript.events:
        place = counts[event.kind] = counts.get(event.kind, -1) + 1
        native_id = None if item_id is None else part_id(item_id, f"{event.kind.value}/{place}")
        events.append(replace(event, native_id=native_id))
    return Found(events, transcript.unknown)


def _end(response: dict[str, Any], said: Said) -> Found:
    about = _about(response) or as_dict(said.get("about"))
    before, said["about"] = said.get("about"), about
    told = said.get("done", [])
    items = [item for item in as_dicts(response.get("output")) if as_id(item.get("id")) not in told]
    found = [_item(item, said) for item in items]
    events = [event for one in found for event in one.events]
    response_id = as_id(response.get("id"))
    events.append(about_call({"about": about}, response_id or "response", outcome_fields(response)))
    transcript = Transcript(opening_of(_opening(about)), history=False)
    add_failure(transcript, response.get("error"))
    for item in as_dicts(response.get("output")):
        forget(said, as_id(item.get("id")) or "item")
    if before is not None and as_dict(before).get("response_id") != response_id:
        # Another response has begun meanwhile, and goes on.
        said["about"] = before
    return Found(events + transcript.events, next((one.unknown for one in found if one.unknown), None))


FORMAT = Format(
    NAME,
    "Streamed events of OpenAI's Responses API",
    "type response.… with a sequence number, an item or a response",
    recognise,
    to_events,
    continues,
)
