"""Vercel's AI SDK: ``ai.generateText`` around ``ai.generateText.doGenerate`` around ``ai.toolCall``.

https://ai-sdk.dev/docs/ai-sdk-core/telemetry
"""

from typing import Any

from llmsec_tui.formats.otel.identity import identity
from llmsec_tui.formats.otel.told import Told, What
from llmsec_tui.formats.values import as_dict, as_dicts, as_float, as_id, as_int, as_list, as_str, decoded, first

_USAGE = {
    "input_tokens": ("ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"),
    "output_tokens": ("ai.usage.outputTokens", "ai.usage.completionTokens"),
    "cache_read_input_tokens": ("ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheReadTokens"),
    "cache_write_input_tokens": ("ai.usage.inputTokenDetails.cacheWriteTokens",),
    "reasoning_output_tokens": ("ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens"),
}
_TEXTS = ("ai.response.text", "ai.result.text", "ai.response.object", "ai.result.object")


def read(attributes: dict[str, Any], told: Told) -> None:
    """Everything under ``ai.``; the parent's texts are the children's."""
    operation = as_id(first(attributes, "ai.operationId", "operation.name")) or ""
    told.what = _what(operation, attributes)
    told.note(identity(attributes, "ai.telemetry.metadata."))
    told.note(
        {
            "operation_name": operation or None,
            "provider_name": as_id(attributes.get("ai.model.provider")),
            "request_model": as_id(attributes.get("ai.model.id")),
            "response_model": as_id(attributes.get("ai.response.model")),
            "response_id": as_id(attributes.get("ai.response.id")) or _response_id(attributes),
            "agent_name": as_id(attributes.get("ai.telemetry.functionId")),
        }
    )
    told.remark(attributes, "ai.telemetry.metadata.")
    if told.tools is None and "ai.prompt.tools" in attributes:
        told.tools = [decoded(tool) for tool in as_list(decoded(attributes["ai.prompt.tools"]))]
    told.count({field: as_int(first(attributes, *names)) for field, names in _USAGE.items()})
    told.count({"ttft_ms": as_float(first(attributes, "ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"))})
    told.finished([as_id(first(attributes, "ai.response.finishReason", "ai.finishReason"))])
    if told.what is What.TOOL:
        told.tool_name, told.tool_id = attributes.get("ai.toolCall.name"), attributes.get("ai.toolCall.id")
        told.arguments = first(attributes, "ai.toolCall.args", "ai.toolCall.input")
        told.result = first(attributes, "ai.toolCall.result", "ai.toolCall.output")
        return
    if told.asked is None:
        told.asked = _asked(attributes)
    if told.answered is None:
        told.answered = _answered(attributes)
    values = as_list(attributes.get("ai.values")) or [attributes.get("ai.value")]
    told.embedded += [text for value in values if (text := as_str(decoded(value)))]


def _what(operation: str, attributes: dict[str, Any]) -> What:
    if operation == "ai.toolCall" or "ai.toolCall.name" in attributes:
        return What.TOOL
    inner = operation.partition(" ")[0].rpartition(".")[2]
    if inner.startswith("do"):
        return What.EMBEDDING if inner == "doEmbed" else What.CALL
    return What.AGGREGATE


def _response_id(attributes: dict[str, Any]) -> str | None:
    """The parent has the id of its last answer only among what the provider adds."""
    metadata = as_dict(decoded(attributes.get("ai.response.providerMetadata")))
    return next(
        (as_id(of["responseId"]) for of in metadata.values() if isinstance(of, dict) and "responseId" in of), None
    )


def _asked(attributes: dict[str, Any]) -> list[Any] | None:
    messages = decoded(attributes.get("ai.prompt.messages"))
    prompt = decoded(attributes.get("ai.prompt"))
    if messages is None and isinstance(prompt, dict):
        said: list[Any] = [{"role": "system", "content": prompt["system"]}] if prompt.get("system") else []
        messages = first(prompt, "messages", "prompt")
        if isinstance(messages, str):
            return [*said, {"role": "user", "content": messages}]
        return [*said, *[_message(one) for one in as_dicts(messages)]]
    if isinstance(messages, list):
        return [_message(one) for one in as_dicts(messages)]
    text = messages if messages is not None else prompt
    return [{"role": "user", "content": text}] if isinstance(text, str) else None


def _answered(attributes: dict[str, Any]) -> list[Any] | None:
    text = first(attributes, *_TEXTS)
    calls = decoded(first(attributes, "ai.response.toolCalls", "ai.result.toolCalls"))
    reasoning = as_str(attributes.get("ai.response.reasoning"))
    if not text and not calls and not reasoning:
        return None
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if reasoning:
        message["reasoning"] = reasoning
    if made := [_call(call) for call in as_dicts(calls)]:
        message["tool_calls"] = made
    return [message]


def _call(call: dict[str, Any]) -> dict[str, Any]:
    return {"id": call.get("toolCallId"), "name": call.get("toolName"), "arguments": first(call, "input", "args")}


def _message(message: dict[str, Any]) -> dict[str, Any]:
    content = message.get("content")
    if not isinstance(content, list):
        return message
    # A tool's message holds one part for every call that it answers.
    return {"role": message.get("role"), "parts": [_part(part) for part in content]}


def _part(part: Any) -> Any:
    plain = as_dict(part)
    kind = plain.get("type")
    if kind == "tool-call":
        return {"type": "tool_use", **_call(plain)}
    if kind == "tool-result":
        content, failed = _output(plain)
        name, call_id = plain.get("toolName"), plain.get("toolCallId")
        return {"type": "tool_result", "tool_use_id": call_id, "name": name, "content": content, "is_error": failed}
    if kind == "file":
        return {"type": "media", "media_type": first(plain, "mediaType", "mimeType"), "url": plain.get("data")}
    return part


def _output(part: dict[str, Any]) -> tuple[Any, bool | None]:
    """What a tool answered, and whether it failed; newer versions say of which type the answer is."""
    output = part.get("output")
    if isinstance(output, dict) and "type" in output and "value" in output:
        failed = as_str(output["type"]) in ("error-text", "error-json", "execution-denied")
        return output["value"], True if failed else None
    failed = part.get("isError") is True
    return first(part, "output", "result"), True if failed else None
