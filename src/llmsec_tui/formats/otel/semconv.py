"""The GenAI semantic conventions of OpenTelemetry, in all four generations that are in files today.

1. ``gen_ai.prompt`` and ``gen_ai.completion``, as JSON or indexed (``gen_ai.prompt.0.content``).
2. One event a message: ``gen_ai.user.message``, ``gen_ai.choice`` … (see ``message_events``).
3. ``gen_ai.input.messages``, ``gen_ai.output.messages``, ``gen_ai.system_instructions``: JSON in a string.
4. The same with renamed usage attributes.

https://github.com/open-telemetry/semantic-conventions-genai
"""

from typing import Any

from llmsec_tui.formats.otel.indexed import in_order, nested
from llmsec_tui.formats.otel.semconv_names import FINGERPRINTS, Names, names_in
from llmsec_tui.formats.otel.told import Told, What
from llmsec_tui.formats.values import as_dict, as_dicts, as_float, as_id, as_int, as_str, decoded, first, milliseconds

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
_EVALUATION = {
    "name": "gen_ai.evaluation.name",
    "score": "gen_ai.evaluation.score.value",
    "label": "gen_ai.evaluation.score.label",
    "explanation": "gen_ai.evaluation.explanation",
}
_GUARDRAIL = "gen_ai.guardrail."
_GUARDRAIL_NAMES = ("gen_ai.guardrail.name", "gen_ai.guardrail.id", "gen_ai.guardrail.target")
_VERDICTS = ("gen_ai.guardrail.verdict", "gen_ai.guardrail.verdict.type")
_INDEXED = ("gen_ai.prompt.", "gen_ai.completion.")


def read(attributes: dict[str, Any], told: Told, *, more: bool) -> None:
    """Everything under ``gen_ai.`` and ``mcp.``. ``more``: there are names that are not of the conventions' list."""
    names = names_in(attributes)
    fields, outcome = told.fields, told.outcome
    for field, name in names.identity:
        if field not in fields and (value := as_id(attributes[name])) is not None:
            fields[field] = value
    for field, name in names.usage:
        if field not in outcome and (count := as_int(attributes[name])) is not None:
            outcome[field] = count
    operation = fields.get("operation_name")
    guessed = names.what or (What.AGGREGATE if more else None)
    told.what = _OPERATIONS.get(operation, guessed) if isinstance(operation, str) else guessed
    if names.costs:
        told.count({"cost_usd": as_float(first(attributes, *names.costs))})
    if "gen_ai.response.time_to_first_chunk" in attributes:
        told.count({"ttft_ms": milliseconds(attributes["gen_ai.response.time_to_first_chunk"])})
    _read_messages(attributes, names, told)
    if more:
        _read_indexed(attributes, told)
    _read_finish(attributes, names, told)
    if told.what is What.TOOL:
        told.tool_name, told.tool_id = attributes.get("gen_ai.tool.name"), attributes.get("gen_ai.tool.call.id")
        told.tool_type = attributes.get("gen_ai.tool.type")
        told.arguments, told.result = first(attributes, *names.arguments), first(attributes, *names.results)
    if "gen_ai.retrieval.query.text" in attributes:
        told.query = as_str(attributes["gen_ai.retrieval.query.text"])
    if documents := decoded(attributes.get("gen_ai.retrieval.documents")):
        told.documents = [decoded(one) for one in (documents if isinstance(documents, list) else [documents])]
    if more or What.GUARDRAIL in (names.what, told.what):
        _read_guardrail(attributes, told)
    if "gen_ai.tool.definitions" in attributes:
        told.tools = decoded(attributes["gen_ai.tool.definitions"])
    if (fingerprint := first(attributes, *FINGERPRINTS)) is not None:
        told.remark({"system_fingerprint": fingerprint})
    if (evaluation := read_evaluation(attributes)) is not None:
        told.evaluations.append(evaluation)


def read_messages(attributes: dict[str, Any], told: Told) -> None:
    """The messages alone; events carry them too."""
    _read_messages(attributes, names_in(attributes), told)
    _read_indexed(attributes, told)


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


def _read_messages(attributes: dict[str, Any], names: Names, told: Told) -> None:
    if names.system:
        told.system = decoded(attributes[names.system[0]])
    told.asked, told.answered = _messages(attributes, names.asked), _messages(attributes, names.answered)
    if names.called and isinstance(calls := decoded(attributes[names.called[0]]), list) and calls:
        text = told.answered if isinstance(told.answered, str) else None
        told.answered = [{"role": "assistant", "content": text, "tool_calls": calls}]


def _messages(attributes: dict[str, Any], names: tuple[str, ...]) -> Any:
    if not names:
        return None
    messages = decoded(first(attributes, *names))
    return messages["messages"] if isinstance(messages, dict) and "messages" in messages else messages


def _read_indexed(attributes: dict[str, Any], told: Told) -> None:
    if told.asked and told.answered:
        return
    flat = {key: value for key, value in attributes.items() if key.startswith(_INDEXED)}
    if not flat:
        return
    if told.what in (None, What.AGGREGATE) and "operation_name" not in told.fields:
        told.what = What.CALL
    tree = as_dict(nested(flat, ("gen_ai",)).get("gen_ai"))
    told.asked = told.asked or [rebuilt(one) for one in as_dicts(in_order(tree.get("prompt")))]
    completions = as_dicts(in_order(tree.get("completion")))
    told.answered = told.answered or [_called(rebuilt(one)) for one in completions]
    told.finished(as_id(one.get("finish_reason")) for one in completions)


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


def _read_finish(attributes: dict[str, Any], names: Names, told: Told) -> None:
    if names.finishes:
        reasons = decoded(attributes[names.finishes[0]])
        told.finished(as_id(reason) for reason in (reasons if isinstance(reasons, list) else [reasons]))
    elif told.answered:
        told.finished(as_id(one.get("finish_reason")) for one in as_dicts(told.answered))


def _read_guardrail(attributes: dict[str, Any], told: Told) -> None:
    details = {key: value for key, value in attributes.items() if key.startswith(_GUARDRAIL)}
    if not details:
        return
    if told.what is What.AGGREGATE and "operation_name" not in told.fields:
        told.what = What.GUARDRAIL
    verdict = as_id(first(details, *_VERDICTS))
    tripped = details.get("gen_ai.guardrail.tripwire_triggered")
    if verdict is None and isinstance(tripped, bool):
        verdict = "deny" if tripped else "allow"
    told.guardrail = {
        "guardrail_name": as_id(first(details, *_GUARDRAIL_NAMES)),
        "guardrail_verdict": verdict,
        "guardrail_action": as_id(details.get("gen_ai.guardrail.action")),
        "findings": [details],
    }
