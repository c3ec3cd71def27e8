"""Messages that come one an event, in a span or as log records: the conventions up to 1.36, and the details since."""

from typing import Any

from llmsec_tui.formats.otel.semconv import read_evaluation, read_messages
from llmsec_tui.formats.otel.span import Happening
from llmsec_tui.formats.otel.told import Told
from llmsec_tui.formats.values import as_dict, as_id, decoded, first

_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_CHOICE = "gen_ai.choice"
DETAILS = "gen_ai.client.inference.operation.details"
EVALUATION = "gen_ai.evaluation.result"
_CONTENTS = ("gen_ai.content.prompt", "gen_ai.content.completion", DETAILS)
_KEPT = ("role", "content", "id", "name", "parts")


def is_message(name: str) -> bool:
    """Whether an event of this name carries messages."""
    return name in _ROLES or name == _CHOICE or name in _CONTENTS


def read_happenings(happenings: list[Happening], told: Told) -> None:
    """What the events of a span say, for the sides that its attributes leave out."""
    said = Told()
    for name, body in happenings:
        if is_message(name) or name == EVALUATION:
            read_event(name, body, said)
    told.system = told.system or said.system
    told.asked = told.asked or said.asked
    told.answered = told.answered or said.answered
    told.evaluations += said.evaluations
    told.count(said.outcome)


def read_event(name: str, body: dict[str, Any], told: Told) -> None:
    """One event of these, its attributes and its body in one."""
    if name in _CONTENTS:
        whole = Told()
        read_messages(body, whole)
        if (content := decoded(body.get("content"))) is not None:
            if name.endswith("completion"):
                whole.answered = whole.answered or content
            else:
                whole.asked = whole.asked or content
        told.system = told.system or whole.system
        told.asked, told.answered = _with(told.asked, whole.asked), _with(told.answered, whole.answered)
    elif name == EVALUATION:
        if (evaluation := read_evaluation(body)) is not None:
            told.evaluations.append(evaluation)
    elif name == _CHOICE:
        inner = decoded(body.get("message"))
        message = inner if isinstance(inner, dict) else {"content": inner} if inner is not None else body
        told.answered = _with(told.answered, _kept(message, body, "assistant"))
        told.finished([as_id(body.get("finish_reason"))])
    else:
        told.asked = _with(told.asked, _kept(body, body, _ROLES[name]))


def _kept(message: dict[str, Any], body: dict[str, Any], role: str) -> list[dict[str, Any]]:
    kept = {key: message[key] for key in _KEPT if message.get(key) is not None}
    if calls := decoded(first(message, "tool_calls") or body.get("tool_calls")):
        kept["tool_calls"] = calls
    return [{"role": role, **kept}] if kept.keys() & {"content", "parts", "tool_calls"} else []


def _with(before: Any, more: Any) -> Any:
    if not before or not more:
        return before or more
    return [*_listed(before), *_listed(more)]


def _listed(messages: Any) -> list[Any]:
    return messages if isinstance(messages, list) else [messages]


def body_of(attributes: dict[str, Any], body: Any) -> dict[str, Any]:
    """The attributes of a log record and its body in one."""
    return {**attributes, **as_dict(decoded(body))}
