"""OpenInference, the dialect of Arize Phoenix: flat, indexed attributes, or nested as Phoenix exports them.

https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
"""

from typing import Any

from llmsec_tui.formats.otel.identity import identity
from llmsec_tui.formats.otel.indexed import at, in_order, nested
from llmsec_tui.formats.otel.told import Told, What
from llmsec_tui.formats.otel.verdicts import verdict_of
from llmsec_tui.formats.values import as_dict, as_dicts, as_float, as_id, as_int, as_list, as_str, decoded, first

ROOTS = (
    *("openinference", "llm", "input", "output", "retrieval", "reranker", "embedding", "tool", "tool_call"),
    *("session", "user", "agent", "metadata", "evaluations", "annotations"),
)
"""Where its attributes begin."""
_KINDS = {
    "LLM": What.CALL,
    "TOOL": What.TOOL,
    "RETRIEVER": What.RETRIEVAL,
    "RERANKER": What.RETRIEVAL,
    "EMBEDDING": What.EMBEDDING,
    "GUARDRAIL": What.GUARDRAIL,
    "EVALUATOR": What.EVALUATION,
    "AGENT": What.AGGREGATE,
    "CHAIN": What.AGGREGATE,
    "PROMPT": What.AGGREGATE,
}
_IDENTITY = {
    "provider_name": ("llm.provider", "llm.system"),
    "request_model": ("llm.request.model_name", "llm.model_name", "embedding.model_name", "reranker.model_name"),
    "response_model": ("llm.response.model_name",),
    "conversation_id": ("session.id",),
    "user_id": ("user.id",),
    "agent_name": ("agent.name",),
}
_IDENTITY_PATHS = tuple((field, path) for field, paths in _IDENTITY.items() for path in paths)
_USAGE = {
    "input_tokens": "llm.token_count.prompt",
    "output_tokens": "llm.token_count.completion",
    "cache_read_input_tokens": "llm.token_count.prompt_details.cache_read",
    "cache_write_input_tokens": "llm.token_count.prompt_details.cache_write",
    "reasoning_output_tokens": "llm.token_count.completion_details.reasoning",
}


def read(attributes: dict[str, Any], told: Told) -> None:
    """Everything that OpenInference names."""
    tree = nested(attributes, ROOTS)
    kind = (as_id(at(tree, "openinference.span.kind")) or "").upper()
    told.what = _KINDS.get(kind) or told.what or _guessed(tree)
    _read_identity(tree, told)
    metadata = as_dict(decoded(tree.get("metadata")))
    if metadata:
        told.note(identity(metadata))
        told.remark(metadata)
    told.note({"operation_name": kind.lower() or None})
    if "tag.tags" in attributes:
        told.remark({"tags": ",".join(tag for tag in map(as_id, as_list(attributes["tag.tags"])) if tag)})
    if "llm" in tree:
        told.count({field: as_int(at(tree, path)) for field, path in _USAGE.items()})
        told.count({"cost_usd": _cost(at(tree, "llm.cost"))})
    asked, answered = at(tree, "input.value"), at(tree, "output.value")
    match told.what:
        case What.CALL:
            _read_call(tree, told, answered)
        case What.TOOL:
            _read_tool(tree, told, asked, answered)
            return
        case What.RETRIEVAL:
            _read_documents(tree, told, asked)
            return
        case What.EMBEDDING:
            listed = in_order(at(tree, "embedding.embeddings"))
            told.embedded += [text for one in as_dicts(listed) if (text := as_str(at(one, "embedding.text")))]
        case What.GUARDRAIL:
            _read_guardrail(attributes, told, answered)
            answered = None
        case What.EVALUATION:
            _read_evaluations(tree, told, answered)
            answered = None
    if told.what is not What.EMBEDDING:
        told.put_in = asked if told.put_in is None else told.put_in
        told.got_out = answered if told.got_out is None else told.got_out
    elif not told.embedded and (text := as_str(asked)):
        told.embedded.append(text)


def _cost(costs: Any) -> float | None:
    """In all; where only the sides are told, their sum."""
    plain = as_dict(costs)
    if (total := as_float(plain.get("total"))) is not None:
        return total
    sides = [cost for name in ("prompt", "completion") if (cost := as_float(plain.get(name))) is not None]
    return sum(sides) if sides else None


def _guessed(tree: dict[str, Any]) -> What | None:
    """What a span without a kind is about; most of what it could have is named so by others too."""
    llm = as_dict(tree.get("llm"))
    if "input_messages" in llm or "output_messages" in llm or "model_name" in llm or "token_count" in llm:
        return What.CALL
    if at(tree, "retrieval.documents") is not None:
        return What.RETRIEVAL
    return What.AGGREGATE if at(tree, "input.value") is not None or at(tree, "output.value") is not None else None


def _read_identity(tree: dict[str, Any], told: Told) -> None:
    fields = told.fields
    for field, path in _IDENTITY_PATHS:
        if field not in fields and (value := as_id(at(tree, path))) is not None:
            fields[field] = value


def _read_call(tree: dict[str, Any], told: Told, answered: Any) -> None:
    asked = [_message(one) for one in as_dicts(in_order(at(tree, "llm.input_messages")))]
    said = [_message(one) for one in as_dicts(in_order(at(tree, "llm.output_messages")))]
    told.asked = told.asked or asked or _texts(at(tree, "llm.prompts"), "prompt.text", "user")
    told.answered = told.answered or said or _texts(at(tree, "llm.choices"), "completion.text", "assistant")
    told.finished([as_id(at(tree, "llm.finish_reason"))])
    if told.tools is None:
        offered = as_dicts(in_order(at(tree, "llm.tools")))
        told.tools = [decoded(at(one, "tool.json_schema")) for one in offered] or None
    body = decoded(answered)
    if isinstance(body, dict):
        told.note({"response_id": as_id(body.get("id")), "response_model": as_id(body.get("model"))})
        told.finished(as_id(choice.get("finish_reason")) for choice in as_dicts(body.get("choices")))
        told.finished([as_id(body.get("stop_reason"))])


def _texts(listed: Any, path: str, role: str) -> list[dict[str, Any]] | None:
    texts = [one if isinstance(one, str) else at(as_dict(one), path) for one in in_order(listed)]
    return [{"role": role, "content": text} for text in texts if isinstance(text, str)] or None


def _message(holder: dict[str, Any]) -> dict[str, Any]:
    """A message in the usual shape."""
    message = as_dict(holder.get("message")) or holder
    made: dict[str, Any] = {"role": message.get("role"), "content": message.get("content")}
    calls = [_call(one) for one in as_dicts(in_order(message.get("tool_calls")))]
    parts = as_dicts(in_order(message.get("contents")))
    if parts:
        made["content"] = [made_part for part in parts if (made_part := _part(part, calls)) is not None]
    for name in ("name", "tool_call_id"):
        if message.get(name) is not None:
            made[name] = message[name]
    if calls:
        made["tool_calls"] = calls
    if (function := message.get("function_call_name")) is not None:
        made["function_call"] = {"name": function, "arguments": message.get("function_call_arguments_json")}
    return made


def _call(holder: dict[str, Any]) -> dict[str, Any]:
    call = as_dict(holder.get("tool_call")) or holder
    function = as_dict(call.get("function"))
    return {"id": call.get("id"), "name": function.get("name"), "arguments": function.get("arguments")}


def _part(holder: dict[str, Any], calls: list[dict[str, Any]]) -> dict[str, Any] | None:
    """One part of a message; a call stands among the parts only to show its place, when it is also among the calls."""
    part = as_dict(holder.get("message_content")) or holder
    kind = part.get("type")
    if kind == "tool_use":
        call = _call(holder)
        return None if calls else {"type": "tool_use", **call}
    if kind == "image" or "image" in part:
        url = first(as_dict(as_dict(part.get("image")).get("image")), "url") or at(part, "image.url")
        return {"type": "image_url", "image_url": {"url": url}}
    if kind == "audio" or "audio" in part:
        audio = as_dict(as_dict(part.get("audio")).get("audio")) or as_dict(part.get("audio"))
        heard = audio.get("transcript")
        return {"type": "text", "text": heard} if heard else {"type": "audio", "url": audio.get("url")}
    return part


def _read_tool(tree: dict[str, Any], told: Told, asked: Any, answered: Any) -> None:
    called = _call(tree)
    told.tool_name = told.tool_name or at(tree, "tool.name") or called["name"]
    told.tool_id = told.tool_id or at(tree, "tool.id") or called["id"]
    if told.arguments is None:
        told.arguments = first({"0": called["arguments"], "1": asked, "2": at(tree, "tool.parameters")}, "0", "1", "2")
    if told.result is None:
        message = as_dict(decoded(answered))
        told.result = message["content"] if "content" in message and "tool_call_id" in message else answered
        told.tool_id = told.tool_id or message.get("tool_call_id")


def _read_documents(tree: dict[str, Any], told: Told, asked: Any) -> None:
    listed = in_order(at(tree, "retrieval.documents"))
    listed = listed or in_order(at(tree, "reranker.output_documents")) or in_order(at(tree, "reranker.input_documents"))
    told.documents += [_document(one) for one in listed]
    plain = decoded(first({"0": at(tree, "reranker.query"), "1": asked}, "0", "1"))
    query = first(plain, "query", "question", "input", "text") if isinstance(plain, dict) else plain
    told.query = told.query or as_str(query)


def _document(holder: Any) -> Any:
    document = as_dict(as_dict(holder).get("document")) or holder
    if isinstance(document, dict) and isinstance(document.get("metadata"), str):
        return {**document, "metadata": decoded(document["metadata"])}
    return document


def _read_guardrail(attributes: dict[str, Any], told: Told, answered: Any) -> None:
    if told.guardrail is None:
        told.guardrail = {"guardrail_name": as_id(attributes.get("validator_name")), **verdict_of(answered)}


def _read_evaluations(tree: dict[str, Any], told: Told, answered: Any) -> None:
    for several, one in (("evaluations", "evaluation"), ("annotations", "annotation")):
        told.evaluations += [as_dict(item.get(one)) or item for item in as_dicts(in_order(tree.get(several)))]
    if not told.evaluations and (result := decoded(answered)) is not None:
        told.evaluations.append(result if isinstance(result, dict) else {"label": result})
