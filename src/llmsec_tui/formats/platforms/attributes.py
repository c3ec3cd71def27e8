"""Messages in the OpenTelemetry attributes that a platform keeps of the spans it was sent."""

from typing import Any

from llmsec_tui.formats.values import decoded

_LISTS = {
    "input": ("gen_ai.input.messages", "gen_ai.prompt", "ai.prompt.messages", "ai.prompt"),
    "output": ("gen_ai.output.messages", "gen_ai.completion"),
}
_PREFIXES = {
    "input": ("llm.input_messages.", "gen_ai.prompt."),
    "output": ("llm.output_messages.", "gen_ai.completion."),
}
_KINDS = ("openinference.span.kind", "traceloop.span.kind", "langsmith.span.kind")
_MOST_STEPS = 12


def messages_in(attributes: dict[str, Any], side: str) -> list[Any]:
    """The messages of one side, ``input`` or ``output``; none where the attributes hold none."""
    for prefix in _PREFIXES[side]:
        if messages := [_message(tree) for tree in _in_order(_tree(attributes, prefix)) if isinstance(tree, dict)]:
            return messages
    for name in _LISTS[side]:
        held = decoded(attributes.get(name))
        if isinstance(held, dict):
            held = held.get("messages")
        if isinstance(held, list) and any(isinstance(message, dict) for message in held):
            return held
    return []


def kind_in(attributes: dict[str, Any]) -> str | None:
    """What kind of span it was, in lower case, where an instrumentation says so."""
    for name in _KINDS:
        if isinstance(kind := attributes.get(name), str):
            return kind.lower()
    if attributes.get("gen_ai.operation.name") == "execute_tool" or attributes.get("ai.operationId") == "ai.toolCall":
        return "tool"
    return None


def _tree(attributes: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Keys such as ``llm.input_messages.0.message.role`` as the tree that they were flattened from."""
    tree: dict[str, Any] = {}
    for key, value in attributes.items():
        if key.startswith(prefix):
            node = tree
            *path, leaf = key.removeprefix(prefix).split(".")[:_MOST_STEPS]
            for step in path:
                deeper = node.setdefault(step, {})
                node = deeper if isinstance(deeper, dict) else {}
            node[leaf] = value
    return tree


def _in_order(tree: Any) -> list[Any]:
    if not isinstance(tree, dict):
        return []
    numbered = [(int(key), value) for key, value in tree.items() if key.isascii() and key.isdigit() and len(key) < 8]
    return [value for _, value in sorted(numbered, key=lambda pair: pair[0])]


def _message(tree: dict[str, Any]) -> dict[str, Any]:
    """OpenInference puts a name before everything that is nested: ``message.contents.0.message_content.text``."""
    plain = tree["message"] if isinstance(tree.get("message"), dict) else tree
    message = {key: plain[key] for key in ("role", "name", "tool_call_id") if isinstance(plain.get(key), str)}
    contents = [_inner(part, "message_content") for part in _in_order(plain.get("contents"))]
    message["content"] = plain.get("content") if isinstance(plain.get("content"), str) else contents or None
    if calls := [_inner(call, "tool_call") for call in _in_order(plain.get("tool_calls"))]:
        message["tool_calls"] = calls
    return message


def _inner(part: Any, name: str) -> Any:
    return part[name] if isinstance(part, dict) and isinstance(part.get(name), dict) else part
