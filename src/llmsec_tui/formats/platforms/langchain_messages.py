"""Messages and documents as LangChain dumps them, in the form that OpenAI gave them.

Three forms are in files: constructors (``{lc, type: constructor, id, kwargs}``), dumps of the model
(``{type: human, content}``) and stored messages (``{type: human, data}``).
https://python.langchain.com/api_reference/core/messages.html
"""

from typing import Any

from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_int, as_list, first

_ROLES = {
    "human": "user",
    "user": "user",
    "ai": "assistant",
    "assistant": "assistant",
    "system": "system",
    "developer": "developer",
    "tool": "tool",
    "function": "tool",
}
_CALL_PARTS = ("tool_use", "tool_call", "function_call", "tool_call_chunk", "input_json_delta")
_CONTENTS = ("page_content", "pageContent")


def message_of(value: dict[str, Any]) -> dict[str, Any] | None:
    """The message that a dump says, or None when it is none."""
    class_name = _class_name(value)
    if class_name is not None:
        body = as_dict(value.get("kwargs"))
        stem = class_name.removesuffix("Chunk")
        return _plain(body, _role(stem.removesuffix("Message"), body)) if stem.endswith("Message") else None
    kind = value.get("type")
    if not isinstance(kind, str) or "role" in value:
        return None
    body = value["data"] if isinstance(value.get("data"), dict) else value
    known = kind.removesuffix("MessageChunk").removesuffix("Message").lower()
    if "content" not in body or known not in _ROLES:
        return None
    return _plain(body, _ROLES[known])


def document_of(value: dict[str, Any]) -> dict[str, Any] | None:
    """The document that a dump says, with its text under ``content``, or None when it is none."""
    body = as_dict(value.get("kwargs")) if _class_name(value) is not None else value
    text = first(body, *_CONTENTS)
    if not isinstance(text, str):
        return None
    return {"content": text, **{key: body[key] for key in ("id", "metadata", "score") if body.get(key) is not None}}


def constructed(value: dict[str, Any]) -> dict[str, Any] | None:
    """What some other object was made from, or None when the value is no such dump."""
    return as_dict(value.get("kwargs")) if _class_name(value) is not None else None


def outcome_of(value: dict[str, Any]) -> Fields:
    """Usage, finish reason and model that a message of a model carries."""
    body = constructed(value)
    body = value if body is None else body
    made = as_dict(body.get("response_metadata"))
    fields: Fields = {}
    counted = as_dict(body.get("usage_metadata"))
    if counted:
        fields = usage_fields({key: counted[key] for key in ("input_tokens", "output_tokens") if key in counted})
        details = as_dict(counted.get("input_token_details"))
        fields["cache_read_input_tokens"] = as_int(details.get("cache_read"))
        fields["cache_write_input_tokens"] = as_int(details.get("cache_creation"))
        thought = as_dict(counted.get("output_token_details")).get("reasoning")
        fields["reasoning_output_tokens"] = as_int(thought)
    elif isinstance(used := first(made, "token_usage", "tokenUsage", "usage"), dict):
        fields = usage_fields(used)
    fields["finish_reasons"] = as_id(first(made, "finish_reason", "stop_reason", "finishReason"))
    fields["response_model"] = as_id(first(made, "model_name", "model"))
    return {name: count for name, count in fields.items() if count is not None}


def _class_name(value: dict[str, Any]) -> str | None:
    if "lc" not in value or value.get("type") not in ("constructor", "not_implemented"):
        return None
    path = as_list(value.get("id"))
    return path[-1] if path and isinstance(path[-1], str) else ""


def _role(stem: str, body: dict[str, Any]) -> Any:
    """A chat message names its role itself."""
    return _ROLES.get(stem.lower()) or _ROLES.get(str(body.get("type"))) or body.get("role")


def _plain(body: dict[str, Any], role: Any) -> dict[str, Any]:
    more = as_dict(body.get("additional_kwargs"))
    calls = as_dicts(body.get("tool_calls")) or as_dicts(more.get("tool_calls"))
    calls = calls + as_dicts(body.get("invalid_tool_calls"))
    message: dict[str, Any] = {"role": role, "content": body.get("content")}
    if calls:
        message["tool_calls"] = calls
        # Anthropic's calls stand in the content too.
        message["content"] = _without_calls(body.get("content"))
    elif isinstance(more.get("function_call"), dict):
        message["function_call"] = more["function_call"]
    for key in ("tool_call_id", "name", "status"):
        if body.get(key) is not None:
            message[key] = body[key]
    for key in ("reasoning_content", "refusal"):
        if more.get(key):
            message[key] = more[key]
    return message


def _without_calls(content: Any) -> Any:
    if not isinstance(content, list):
        return content
    return [part for part in content if not (isinstance(part, dict) and part.get("type") in _CALL_PARTS)]
