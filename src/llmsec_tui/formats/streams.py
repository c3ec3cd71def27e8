"""Join an answer that was logged as the pieces of its stream: a phrase must not be cut where a token ends.

Pieces of Anthropic's Messages, of Bedrock's Converse, of OpenAI's chat completions and of plain completions, each as
the whole answer would have looked.
"""

from collections.abc import Sequence
from typing import Any

from llmsec_tui.formats.values import as_dict, as_dicts, as_int, as_str, decoded

_PLAIN_TEXTS = ("outputText", "generation", "text", "completion")


def joined(pieces: Sequence[Any]) -> dict[str, Any]:
    """The answer that these pieces add up to; what is no object (such as ``[DONE]``) says nothing."""
    events = [piece for piece in pieces if isinstance(piece, dict)]
    if any("choices" in event for event in events):
        return join_choices(events)
    if any(key in event for event in events for key in ("contentBlockDelta", "contentBlockStart", "messageStop")):
        return _converse(events)
    if any(isinstance(event.get("type"), str) for event in events):
        return join_blocks(events)
    return _plain(events)


def join_blocks(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Anthropic's ``message_start``, ``content_block_delta`` … as one message."""
    message: dict[str, Any] = {"type": "message", "role": "assistant"}
    blocks: dict[int, dict[str, Any]] = {}
    for event in events:
        kind = event.get("type")
        index = as_int(event.get("index")) or 0
        if kind == "message_start":
            message |= {key: value for key, value in as_dict(event.get("message")).items() if key != "content"}
        elif kind == "content_block_start":
            blocks[index] = dict(as_dict(event.get("content_block")))
        elif kind == "content_block_delta":
            _add_delta(blocks.setdefault(index, {"type": "text", "text": ""}), as_dict(event.get("delta")))
        elif kind == "message_delta":
            message |= {key: value for key, value in as_dict(event.get("delta")).items() if value is not None}
            message["usage"] = {**as_dict(message.get("usage")), **as_dict(event.get("usage"))}
        elif kind == "error":
            message["error"] = event.get("error")
        message |= {key: value for key, value in event.items() if key.startswith("amazon-bedrock-")}
    message["content"] = [_closed(blocks[index]) for index in sorted(blocks)]
    return message


def join_choices(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """OpenAI's ``chat.completion.chunk`` as one chat completion."""
    answer: dict[str, Any] = {"object": "chat.completion"}
    choices: dict[int, dict[str, Any]] = {}
    for event in events:
        answer |= {key: event[key] for key in ("id", "created", "model", "usage") if event.get(key) is not None}
        for piece in as_dicts(event.get("choices")):
            index = as_int(piece.get("index")) or 0
            choice = choices.setdefault(index, {"index": index, "message": {"role": "assistant", "content": ""}})
            _add_choice(choice, piece)
    answer["choices"] = [_with_calls(choices[index]) for index in sorted(choices)]
    return answer


def _add_choice(choice: dict[str, Any], piece: dict[str, Any]) -> None:
    for key in ("finish_reason", "content_filter_results"):
        if piece.get(key) is not None:
            choice[key] = piece[key]
    delta, message = as_dict(piece.get("delta")), choice["message"]
    for key in ("content", "refusal", "reasoning_content", "reasoning"):
        if text := as_str(delta.get(key)):
            message[key] = (message.get(key) or "") + text
    if text := as_str(piece.get("text")):
        message["content"] += text
    for call in as_dicts(delta.get("tool_calls")):
        _add_call(message.setdefault("calls", {}), call)


def _add_call(calls: dict[int, dict[str, Any]], piece: dict[str, Any]) -> None:
    place = as_int(piece.get("index")) or 0
    call = calls.setdefault(place, {"type": "function", "function": {"name": "", "arguments": ""}})
    if piece.get("id"):
        call["id"] = piece["id"]
    for key in ("name", "arguments"):
        call["function"][key] += as_str(as_dict(piece.get("function")).get(key)) or ""


def _with_calls(choice: dict[str, Any]) -> dict[str, Any]:
    calls = choice["message"].pop("calls", None)
    if calls:
        choice["message"]["tool_calls"] = [calls[place] for place in sorted(calls)]
    return choice


def _add_delta(block: dict[str, Any], delta: dict[str, Any]) -> None:
    for key, into in (("text", "text"), ("thinking", "thinking"), ("partial_json", "json")):
        if text := as_str(delta.get(key)):
            block[into] = (as_str(block.get(into)) or "") + text
    if delta.get("signature"):
        block["signature"] = delta["signature"]


def _closed(block: dict[str, Any]) -> dict[str, Any]:
    """Arguments of tools come as pieces of JSON."""
    if (pieces := block.pop("json", None)) is not None:
        block["input"] = decoded(pieces)
    return block


def _converse(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    blocks: dict[int, dict[str, Any]] = {}
    role = "assistant"
    for event in events:
        started, piece = as_dict(event.get("contentBlockStart")), as_dict(event.get("contentBlockDelta"))
        if started:
            blocks[as_int(started.get("contentBlockIndex")) or 0] = _begun(as_dict(started.get("start")))
        if piece:
            index = as_int(piece.get("contentBlockIndex")) or 0
            _add_converse(blocks.setdefault(index, {}), as_dict(piece.get("delta")))
        role = as_str(as_dict(event.get("messageStart")).get("role")) or role
        answer |= as_dict(event.get("messageStop")) | as_dict(event.get("metadata"))
        answer |= {key: value for key, value in event.items() if key.startswith("amazon-bedrock-")}
    for block in blocks.values():
        if isinstance(call := block.get("toolUse"), dict):
            call["input"] = decoded(call["input"])
    return {**answer, "output": {"message": {"role": role, "content": [blocks[index] for index in sorted(blocks)]}}}


def _begun(start: dict[str, Any]) -> dict[str, Any]:
    call = as_dict(start.get("toolUse"))
    return {"toolUse": {**call, "input": ""}} if call else {}


def _add_converse(block: dict[str, Any], delta: dict[str, Any]) -> None:
    if text := as_str(delta.get("text")):
        block["text"] = (as_str(block.get("text")) or "") + text
    if pieces := as_str(as_dict(delta.get("toolUse")).get("input")):
        call = block.setdefault("toolUse", {"input": ""})
        call["input"] += pieces
    if thought := as_str(as_dict(delta.get("reasoningContent")).get("text")):
        reasoning = block.setdefault("reasoningContent", {"reasoningText": {"text": ""}})
        reasoning["reasoningText"]["text"] += thought


def _plain(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    texts: list[str] = []
    for event in events:
        answer |= {key: value for key, value in event.items() if key not in _PLAIN_TEXTS and value is not None}
        texts += [text for key in _PLAIN_TEXTS if (text := as_str(event.get(key)))]
    return {**answer, "completion": "".join(texts)} if texts else answer
