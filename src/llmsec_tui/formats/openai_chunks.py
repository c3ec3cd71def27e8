"""Chat completions that a log holds as the chunks they were streamed in, a record each.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from typing import Any

from llmsec_tui.events.model import Event, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.pieces import Said, about_call, add_piece, answer_of, finish_part, forget, grow, is_open
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_int

_TEXTS = (
    ("content", "message"),
    ("reasoning_content", "reasoning"),
    ("reasoning", "reasoning"),
    ("refusal", "refusal"),
)

_MOST_REASONS = 16


def chunk_events(data: dict[str, Any], said: Said) -> Found:
    """What an answer says so far, when it is time to tell it; all of it, with its usage, at its end."""
    answer_id = as_id(data.get("id")) or "stream"
    begins = not is_open(said, answer_id)
    answer = answer_of(said, answer_id, _about(data) if begins else {})
    events: list[Event] = []
    choices = as_dicts(data.get("choices"))
    for choice in choices:
        place = as_int(choice.get("index")) or 0
        _add(answer, place, choice)
        if (reason := as_id(choice.get("finish_reason"))) is not None:
            answer["reasons"] = [*answer.get("reasons", ()), reason][-_MOST_REASONS:]
            for part in [name for name in answer["parts"] if name.startswith(f"{place}/")]:
                events += finish_part(answer, answer_id, part)
    used = as_dict(data.get("usage"))
    if used or any(choice.get("finish_reason") is not None for choice in choices):
        events.append(_call(answer, answer_id, used))
        if used and not answer["parts"]:
            # The chunk with the usage is the last.
            forget(said, answer_id)
    if is_open(said, answer_id):
        events += grow(said, answer_id)
    if begins and not events:
        events.append(about_call(answer, answer_id, {}))
    return Found(events)


def _about(data: dict[str, Any]) -> Fields:
    created = to_micros(data.get("created"))
    about = {
        "ts": created,
        "ts_source": TsSource.NONE if created is None else TsSource.RESPONSE_CREATED,
        "response_id": as_id(data.get("id")),
        "response_model": as_id(data.get("model")),
    }
    return {name: value for name, value in about.items() if value is not None}


def _add(answer: Said, place: int, choice: dict[str, Any]) -> None:
    delta = as_dict(choice.get("delta"))
    for key, kind in _TEXTS:
        if delta.get(key):
            add_piece(answer, f"{place}/{kind}", kind, delta[key])
    for spoken in (choice.get("text"), as_dict(delta.get("audio")).get("transcript")):
        if spoken:
            add_piece(answer, f"{place}/message", "message", spoken)
    legacy = as_dict(delta.get("function_call"))
    calls = as_dicts(delta.get("tool_calls")) + ([{"function": legacy}] if legacy else [])
    for call in calls:
        asked = as_dict(call.get("function"))
        part = f"{place}/call/{as_int(call.get('index')) or 0}"
        name = asked.get("name") or None
        add_piece(answer, part, "tool_call", asked.get("arguments"), name=name, call=call.get("id"))


def _call(answer: Said, answer_id: str, used: dict[str, Any]) -> Event:
    outcome: Fields = usage_fields(used)
    if outcome:
        outcome["usage_key"] = answer_id
    if reasons := [reason for reason in answer.get("reasons", ()) if isinstance(reason, str)]:
        outcome["finish_reasons"] = ",".join(reasons)
        if "content_filter" in reasons:
            outcome["refusal"] = True
    return about_call(answer, answer_id, outcome)
