"""The GenAI semantic conventions of OpenTelemetry, in all four generations that are in files today.

1. ``gen_ai.prompt`` and ``gen_ai.completion``, as JSON or indexed (``gen_ai.prompt.0.content``).
2. One event a message: ``gen_ai.user.message``, ``gen_ai.choice`` … (see ``message_events``).
3. ``gen_ai.input.messages``, ``gen_ai.output.messages``, ``gen_ai.system_instructions``: JSON in a string.
4. The same with renamed usage attributes.

https://github.com/open-telemetry/semantic-conventions-genai
"""

from typing import Any

from llmsec_tui.formats.otel.indexed import in_order, nested
from llmsec_tui.formats.otel.told import Told, What
from llmsec_tui.formats.values import as_dict, as_dicts, as_float, as_id, as_int, as_str, decoded, first, milliseconds

_IDENTITY = {
    "operation_name": ("gen_ai.operation.name", "mcp.method.name"),
    "provider_name": ("gen_ai.provider.name", "gen_ai.system"),
    "request_model": ("gen_ai.request.model",),
    "response_model": ("gen_ai.response.model",),
    "response_id": ("gen_ai.response.id",),
    "user_id": ("user.id", "enduser.id", "gen_ai.user.id", "gen_ai.request.user"),
    "agent_id": ("gen_ai.agent.id",),
    "agent_name": ("gen_ai.agent.name",),
    "source_ip": ("client.address", "net.peer.ip"),
    "tenant_id": ("tenant.id", "organization.id"),
    "environment": ("deployment.environment.name",),
    "conversation_id": ("gen_ai.conversation.id", "session.id", "gen_ai.session.id", "gen_ai.thread.id", "mcp.session.id"),
}
_USAGE = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "cache_read_input_tokens": ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
    "cache_write_input_tokens": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
    ),
    "reasoning_output_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "codex.usage.reasoning_output_tokens",
    ),
}
_OPERATIONS = {
    "chat": What.CALL,
    "completion": What.CALL,
    "text_completion": What.CALL,
    "generate_content": What.CALL,
    "call_llm": What.CALL,
    "embeddings": What.EMBEDDING,
    "execute_tool": What.TOOL,
    "tools/call": What.TOOL,
    "retrieval": What.RETRIEVAL,
    "invoke_agent": What.AGGREGATE,
    "invoke_workflow": What.AGGREGATE,
    "create_agent": What.AGGREGATE,
    "run_guardrail": What.GUARDRAIL,
    "guardrail": What.GUARDRAIL,
    "apply_guardrail": What.GUARDRAIL,
}
_TOOL_SIGNS = ("gen_ai.tool.call.id", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result")
_CALL_SIGNS = (
    *("gen_ai.request.model", "gen_ai.response.model", "gen_ai.response.id", "gen_ai.response.finish_reasons"),
    *("gen_ai.system", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.prompt", "gen_ai.completion"),
    *("gen_ai.system_instructions", *_USAGE["input_tokens"], *_USAGE["output_tokens"]),
)
_ASKED = ("gen_ai.input.messages", "gen_ai.prompt", "gen_ai.request.messages")
_ANSWERED = ("gen_ai.output.messages", "gen_ai.completion", "gen_ai.response.text")
_EVALUATION = {
    "name": "gen_ai.evaluation.name",
    "score": "gen_ai.evaluation.score.value",
    "label": "gen_ai.evaluation.score.label",
    "explanation": "gen_ai.evaluation.explanation",
}
_INDEXED = ("gen_ai.prompt.", "gen_ai.completion.")


def read(attributes: dict[str, Any], told: Told) -> None:
    """Everything under ``gen_ai.`` and ``mcp.``."""
    told.note({field: _named(attributes, names) for field, names in _IDENTITY.items()})
    told.what = _what(told.fields.get("operation_name"), attributes)
    told.count({field: as_int(first(attributes, *names)) for field, names in _USAGE.items()})
    told.count({"cost_usd": as_float(first(attributes, "gen_ai.usage.cost", "gen_ai.cost.total"))})
    told.count({"ttft_ms": milliseconds(attributes.get("gen_ai.response.time_to_first_chunk"))})
    read_messages(attributes, told)
    _read_finish(attributes, told)
    if told.what is What.TOOL:
        _read_tool(attributes, told)
    told.query = as_str(attributes.get("gen_ai.retrieval.query.text"))
    if documents := decoded(attributes.get("gen_ai.retrieval.documents")):
        told.documents = [decoded(one) for one in (documents if isinstance(documents, list) else [documents])]
    _read_guardrail(attributes, told)
    if (evaluation := read_evaluation(attributes)) is not None:
        told.evaluations.append(evaluation)


def read_messages(attributes: dict[str, Any], told: Told) -> None:
    """The messages alone; log records carry them too."""
    told.system = decoded(attributes.get("gen_ai.system_instructions"))
    told.asked = _messages(attributes, _ASKED)
    told.answered = _messages(attributes, _ANSWERED)
    if (calls := decoded(attributes.get("gen_ai.response.tool_calls"))) and isinstance(calls, list):
        text = told.answered if isinstance(told.answered, str) else None
        told.answered = [{"role": "assistant", "content": text, "tool_calls": calls}]
    if (told.asked is None or told.answered is None) and any(key.startswith(_INDEXED) for key in attributes):
        flat = {key: value for key, value in attributes.items() if key.startswith(_INDEXED)}
        tree = as_dict(nested(flat, ("gen_ai",)).get("gen_ai"))
        told.asked = told.asked or [rebuilt(one) for one in as_dicts(in_order(tree.get("prompt")))]
        completions = as_dicts(in_order(tree.get("completion")))
        told.answered = told.answered or [_called(rebuilt(one)) for one in completions]
        told.finished(as_id(one.get("finish_reason")) for one in completions)


def read_evaluation(attributes: dict[str, Any]) -> dict[str, Any] | None:
    """What ``gen_ai.evaluation.*`` says, if anything does."""
    if _EVALUATION["name"] not in attributes:
        return None
    return {name: attributes[key] for name, key in _EVALUATION.items() if attributes.get(key) is not None}


def rebuilt(message: dict[str, Any]) -> dict[str, Any]:
    """A message of indexed keys in the usual shape: tool calls and parts in their order."""
    made = {key: value for key, value in message.items() if key != "finish_reason"}
    if "tool_calls" in made:
        made["tool_calls"] = in_order(made["tool_calls"])
    content = made.get("content")
    if isinstance(content, dict):
        made["content"] = in_order(content) or [content]
    elif isinstance(content, str) and content.startswith("["):
        parts = decoded(content)
        typed = isinstance(parts, list) and all(isinstance(part, dict) and "type" in part for part in parts)
        made["content"] = parts if typed else content
    return made


def _called(message: dict[str, Any]) -> dict[str, Any]:
    """An answer of the role ``tool`` is a call that the model asks for: koog writes them so."""
    if message.get("role") != "tool" or "tool_calls" in message:
        return message
    call = decoded(message.get("content"))
    named = as_dict(call)
    arguments = first(named, "args", "arguments", "input", "content") if named else call
    name = first(named, "tool", "name") or message.get("name")
    call_id = named.get("id") or message.get("tool_call_id")
    return {"role": "assistant", "tool_calls": [{"id": call_id, "name": name, "arguments": arguments}]}


def _named(attributes: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        if name in attributes and (value := as_id(attributes[name])) is not None:
            return value
    return None


def _what(operation: Any, attributes: dict[str, Any]) -> What | None:
    known = _OPERATIONS.get(operation) if isinstance(operation, str) else None
    if known is not None:
        return known
    if any(sign in attributes for sign in _TOOL_SIGNS):
        return What.TOOL
    if any(sign in attributes for sign in _CALL_SIGNS) or any(key.startswith(_INDEXED) for key in attributes):
        return What.CALL
    if "gen_ai.retrieval.documents" in attributes or "gen_ai.retrieval.query.text" in attributes:
        return What.RETRIEVAL
    if any(key.startswith("gen_ai.guardrail.") for key in attributes):
        return What.GUARDRAIL
    if _EVALUATION["name"] in attributes:
        return What.EVALUATION
    if operation is not None or any(key.startswith("gen_ai.") for key in attributes):
        return What.AGGREGATE
    return None


def _messages(attributes: dict[str, Any], names: tuple[str, ...]) -> Any:
    messages = decoded(first(attributes, *names))
    return messages["messages"] if isinstance(messages, dict) and "messages" in messages else messages


def _read_finish(attributes: dict[str, Any], told: Told) -> None:
    reasons = decoded(attributes.get("gen_ai.response.finish_reasons"))
    told.finished(as_id(reason) for reason in (reasons if isinstance(reasons, list) else [reasons]))
    told.finished(as_id(one.get("finish_reason")) for one in as_dicts(told.answered))


def _read_tool(attributes: dict[str, Any], told: Told) -> None:
    told.tool_name = attributes.get("gen_ai.tool.name")
    told.tool_id = attributes.get("gen_ai.tool.call.id")
    told.tool_type = attributes.get("gen_ai.tool.type")
    told.arguments = first(attributes, "gen_ai.tool.call.arguments", "gen_ai.tool.args", "gen_ai.tool.input")
    told.result = first(attributes, "gen_ai.tool.call.result", "gen_ai.tool.output", "gen_ai.tool.result")


def _read_guardrail(attributes: dict[str, Any], told: Told) -> None:
    details = {key: value for key, value in attributes.items() if key.startswith("gen_ai.guardrail.")}
    if not details:
        return
    tripped = details.get("gen_ai.guardrail.tripwire_triggered")
    verdict = _named(details, ("gen_ai.guardrail.verdict", "gen_ai.guardrail.verdict.type"))
    if verdict is None and isinstance(tripped, bool):
        verdict = "deny" if tripped else "allow"
    told.guardrail = {
        "guardrail_name": _named(details, _GUARDRAIL_NAMES),
        "guardrail_verdict": verdict,
        "guardrail_action": _named(details, ("gen_ai.guardrail.action",)),
        "findings": [details],
    }


_GUARDRAIL_NAMES = ("gen_ai.guardrail.name", "gen_ai.guardrail.id", "gen_ai.guardrail.target")
