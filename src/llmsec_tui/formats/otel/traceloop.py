"""OpenLLMetry, also called Traceloop: its own attributes beside those of the semantic conventions.

https://github.com/traceloop/openllmetry/tree/main/packages/opentelemetry-semantic-conventions-ai
"""

from typing import Any

from llmsec_tui.formats.otel.identity import identity
from llmsec_tui.formats.otel.indexed import in_order, nested
from llmsec_tui.formats.otel.semconv import rebuilt
from llmsec_tui.formats.otel.told import Told, What
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_int, as_list, decoded, first

_PROPERTIES = "traceloop.association.properties"
_KINDS = {
    "workflow": What.AGGREGATE,
    "task": What.AGGREGATE,
    "agent": What.AGGREGATE,
    "session": What.AGGREGATE,
    "tool": What.TOOL,
}
_REQUESTS = {
    "chat": What.CALL,
    "completion": What.CALL,
    "rerank": What.RETRIEVAL,
    "embedding": What.EMBEDDING,
}
_OLD_MESSAGES = ("llm.prompts.", "llm.completions.")
_OWN = ("traceloop.", *_OLD_MESSAGES)
_OLD_NAMES = frozenset(
    {"llm.request.type", "llm.vendor", "llm.request.model", "llm.response.model"}
    | {"llm.response.finish_reason", "llm.response.stop_reason"}
    | {"llm.usage.prompt_tokens", "llm.usage.completion_tokens"}
)


def is_spoken(attributes: dict[str, Any]) -> bool:
    """Whether any of them are OpenLLMetry's own: others write under ``llm.`` too."""
    if not _OLD_NAMES.isdisjoint(attributes):
        return True
    return any(key.startswith(_OWN) for key in attributes)


def read(attributes: dict[str, Any], told: Told) -> None:
    """Everything under ``traceloop.``, and what OpenLLMetry wrote under ``llm.``."""
    told.note(identity(attributes, f"{_PROPERTIES}."))
    told.note(identity(as_dict(decoded(attributes.get(_PROPERTIES)))))
    told.remark(attributes, f"{_PROPERTIES}.")
    told.remark({"entity_path": attributes.get("traceloop.entity.path")})
    kind, request = as_id(attributes.get("traceloop.span.kind")), as_id(attributes.get("llm.request.type"))
    told.what = _KINDS.get(kind or "") or _REQUESTS.get(request or "") or told.what
    name = as_id(first(attributes, "traceloop.entity.name", "traceloop.workflow.name"))
    told.note(
        {
            "operation_name": request or kind,
            "provider_name": as_id(attributes.get("llm.vendor")),
            "request_model": as_id(attributes.get("llm.request.model")),
            "response_model": as_id(attributes.get("llm.response.model")),
            "agent_name": name if kind == "agent" else None,
        }
    )
    told.count(
        {
            "input_tokens": as_int(attributes.get("llm.usage.prompt_tokens")),
            "output_tokens": as_int(attributes.get("llm.usage.completion_tokens")),
        }
    )
    told.finished([as_id(first(attributes, "llm.response.finish_reason", "llm.response.stop_reason"))])
    _read_old_messages(attributes, told)
    asked, answered = attributes.get("traceloop.entity.input"), attributes.get("traceloop.entity.output")
    if told.what is What.TOOL:
        told.tool_name = told.tool_name or name
        told.arguments = _arguments(asked) if told.arguments is None else told.arguments
        told.result = _result(answered) if told.result is None else told.result
        return
    told.put_in = _peeled(asked) if told.put_in is None else told.put_in
    told.got_out = _peeled(answered) if told.got_out is None else told.got_out


def _read_old_messages(attributes: dict[str, Any], told: Told) -> None:
    if not any(key.startswith(_OLD_MESSAGES) for key in attributes):
        return
    tree = as_dict(nested(attributes, ("llm",)).get("llm"))
    if told.asked is None:
        told.asked = [rebuilt(one) for one in as_dicts(in_order(tree.get("prompts")))]
    if told.answered is None:
        completions = as_dicts(in_order(tree.get("completions")))
        told.answered = [rebuilt(one) for one in completions]
        told.finished(as_id(one.get("finish_reason")) for one in completions)


def _peeled(value: Any) -> Any:
    """What goes into a function of the application or comes out, without what the decorators put around it."""
    plain = decoded(value)
    if not isinstance(plain, dict):
        return plain
    if (held := first(plain, "inputs", "outputs")) is not None:
        return held
    if plain.keys() <= {"args", "kwargs"}:
        given = [*as_list(plain.get("args")), *([plain["kwargs"]] if plain.get("kwargs") else [])]
        return given[0] if len(given) == 1 else given
    return plain


def _arguments(value: Any) -> Any:
    """What the decorators and the LangChain callbacks put around a tool's arguments is taken off."""
    plain = decoded(value)
    if not isinstance(plain, dict):
        return plain
    if "input_str" in plain:
        return plain["input_str"]
    if "inputs" in plain and ("kwargs" in plain or "metadata" in plain or "tags" in plain):
        return plain["inputs"]
    if plain.keys() <= {"args", "kwargs"} and not plain.get("args"):
        return plain.get("kwargs")
    return plain


def _result(value: Any) -> Any:
    plain = decoded(value)
    if not isinstance(plain, dict):
        return plain
    held = first(plain, "output", "outputs")
    message = as_dict(as_dict(held).get("kwargs") or held)
    return message.get("content", plain if held is None else held)
