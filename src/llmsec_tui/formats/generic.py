"""Home-made chat logs: lists of messages, single messages, and pairs of prompt and answer, under common names."""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Role, Trust
from llmsec_tui.formats.common import common_fields
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.leaves import harvest
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.openai import add_answer
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.shape import Shape, shape_of
from llmsec_tui.formats.sides import add_side
from llmsec_tui.formats.speakers import is_role, speaker
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import as_dict, as_float, as_id, as_str, decoded, first, first_of

# Looking up a member of an enum costs more than a dict access, and these are needed for every record.
_INPUT, _OUTPUT, _ASSISTANT = Exchange.INPUT, Exchange.OUTPUT, Role.ASSISTANT
_TEXT_OR_LIST = (str, list)
_CONTENT = (str, list, dict)
_PAST_LISTS = ("history", "chat", "turns")
"""Lists of what was said before; the prompt that is being answered stands beside them."""
_WRAPPERS = ("request", "payload", "data", "event", "body", "record", "inputs", "kwargs", "params", "attributes")


def recognise(data: dict[str, Any]) -> bool:
    """A list of messages with roles, one message with a known role, or a prompt with an answer."""
    shape = shape_of(data)
    return bool(_message_list(data, shape)[1]) or _is_message(data, shape) or _is_pair(data, shape)


def to_events(data: dict[str, Any], _: Memory) -> Found | None:
    """One call (what went in, what came out), or one message; None for what ``recognise`` refuses."""
    shape = shape_of(data)
    key, messages = _message_list(data, shape)
    if not messages:
        if _is_message(data, shape):
            return _single_message(data, shape)
        if not _is_pair(data, shape):
            return None
    return _call(data, shape, key, messages)


def _call(data: dict[str, Any], shape: Shape, key: str, messages: list[Any]) -> Found:
    """One call; ``messages`` are those under ``key``, if there are any."""
    common = common_fields(data, shape)
    answer = first_of(data, shape.answers)
    asked, answered = _parted(messages, answer, "choices" in data)
    transcript = Transcript(opening_of(_call_fields(common)), outcome=_outcome(data, shape, common))
    if shape.systems:
        transcript.say("system", data[shape.systems[0]], _INPUT)
    _add(transcript, asked, _INPUT)
    if not messages or key in _PAST_LISTS:
        add_side(transcript, first_of(data, shape.prompts), _INPUT)
    if shape.documents and isinstance(documents := first_of(data, shape.documents), _TEXT_OR_LIST):
        transcript.documents(documents)
    _add(transcript, answered, _OUTPUT)
    if "choices" in data:
        add_answer(transcript, {"choices": data["choices"]})
    add_side(transcript, answer, _OUTPUT)
    if "error" in data:
        _add_error(transcript, data["error"])
    return Found(transcript.finish(), transcript.unknown)


def anything(data: Any) -> Found:
    """What can be found in a record that nobody recognises: a chat in a wrapper, and whatever texts it holds."""
    plain = as_dict(data)
    for key in _WRAPPERS:
        inner = decoded(plain.get(key))
        if isinstance(inner, dict) and recognise(inner):
            rest = {name: value for name, value in plain.items() if name != key}
            noted = _noted(rest)
            merged = {**rest, **inner}
            chat = to_events(merged, Memory()) or _call(merged, shape_of(merged), "", [])
            # Ids and times alone are not worth an event.
            return Found([*chat.events, *([noted] if " " in (noted.text or "") else [])])
    return Found([_noted(data)])


def _noted(data: Any) -> Event:
    text, state = harvest(data)
    return Event(**{**common_fields(as_dict(data)), "kind": Kind.META, "text": text, "content_state": state})


def _message_list(data: dict[str, Any], shape: Shape) -> tuple[str, list[Any]]:
    for key in shape.lists:
        messages = data[key]
        if isinstance(messages, str):
            messages = decoded(messages)
        if isinstance(messages, list) and messages and isinstance(messages[0], dict) and _has_role(messages[0]):
            return key, messages
    return "", []


def _has_role(message: dict[str, Any]) -> bool:
    return "role" in message or is_role(first_of(message, shape_of(message).roles))


def _is_message(data: dict[str, Any], shape: Shape) -> bool:
    if not shape.roles or not is_role(first_of(data, shape.roles)):
        return False
    held = isinstance(first_of(data, shape.contents), _CONTENT)
    return held or "tool_calls" in data or "parts" in data


def _is_pair(data: dict[str, Any], shape: Shape) -> bool:
    asked = isinstance(first_of(data, shape.prompts), _CONTENT)
    answered = isinstance(first_of(data, shape.answers), _CONTENT)
    return (asked and answered) or ((asked or answered) and "model" in data)


def _parted(messages: list[Any], answer: Any, has_choices: bool) -> tuple[list[Any], list[Any]]:
    """What was asked and what was answered: the end of the list is the answer, unless the log has another one."""
    if len(messages) < 2 or not _is_answer(messages[-1]):
        return messages, []
    if answer is None and not has_choices:
        return messages[:-1], messages[-1:]
    return (messages[:-1] if as_dict(messages[-1]).get("content") == answer else messages), []


def _is_answer(message: Any) -> bool:
    if not isinstance(message, dict):
        return False
    role = message["role"] if "role" in message else first_of(message, shape_of(message).roles)
    return role == "assistant" or speaker(role, _INPUT)[0] is _ASSISTANT


def _add(transcript: Transcript, messages: list[Any], exchange: Exchange) -> None:
    for message in messages:
        if isinstance(message, dict) and "role" in message and "content" in message:
            transcript.message(message, exchange)
        else:
            transcript.messages(_named(message), exchange)


def _named(message: Any) -> Any:
    """The message with its role and content under the names that OpenAI gives them."""
    if not isinstance(message, dict) or ("role" in message and ("content" in message or "parts" in message)):
        return message
    shape = shape_of(message)
    content = first_of(message, shape.contents)
    if isinstance(content, dict):
        content = first(content, "content", "parts", "text") or [content]
    return {**message, "role": first_of(message, shape.roles), "content": content}


def _single_message(data: dict[str, Any], shape: Shape) -> Found:
    """A line of a log that writes one line a message. It is no call, so it carries no history."""
    common = common_fields(data, shape)
    message = _named(data)
    answer = _is_answer(message)
    transcript = Transcript(
        opening_of(common),
        outcome=_outcome(data, shape, common) if answer else None,
        native_id=as_id(first_of(data, shape.message_ids)),
        history=False,
    )
    transcript.message(message, Exchange.OUTPUT if answer else Exchange.INPUT)
    return Found(transcript.finish(), transcript.unknown)


def _call_fields(common: Fields) -> Fields:
    """What all events of the call share; its ids tell it from other calls."""
    call_id = common.get("trace_id") or common.get("response_id") or common.get("request_id")
    if call_id:
        common["call_id"] = call_id
    return common


def _outcome(data: dict[str, Any], shape: Shape, common: Fields) -> Fields:
    """What the call used and how long it took."""
    fields: Fields = {}
    if shape.usages:
        usage = data.get("usage")
        if fields := usage_fields(usage if isinstance(usage, dict) else data):
            fields["usage_key"] = common.get("response_id") or common.get("request_id") or common.get("trace_id")
    if shape.durations:
        fields["duration_ms"] = as_float(first_of(data, shape.durations))
    if shape.costs:
        fields["cost_usd"] = as_float(first_of(data, shape.costs))
    if shape.finishes:
        fields["finish_reasons"] = as_id(first_of(data, shape.finishes))
    return fields


def _add_error(transcript: Transcript, error: Any) -> None:
    if not error or not isinstance(error, str | dict):
        return
    plain = as_dict(error)
    message = as_str(error) or as_str(plain.get("message"))
    transcript.single(
        kind=Kind.ERROR,
        trust=Trust.HARNESS,
        text=message,
        content_state=ContentState.PRESENT if message else ContentState.NONE,
        error_type=as_id(first(plain, "code", "type")),
        error_message=message,
    )


FORMAT = Format(
    "generic",
    "Home-made chat logs",
    "messages of role and content; one role and content; or a prompt with a response",
    recognise,
    to_events,
)
