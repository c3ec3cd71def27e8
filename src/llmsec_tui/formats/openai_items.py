"""The items of OpenAI's Responses API, in requests (``input``) and answers (``output``)."""

from collections.abc import Callable
from typing import Any

from llmsec_tui.events.model import ContentState, Exchange, Kind, PartType, Role, Trust
from llmsec_tui.formats.parts import (
    Fields,
    content_fields,
    document_fields,
    part_fields,
    reasoning_fields,
    tool_call_fields,
    tool_result_fields,
)
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dicts, as_id, as_list, as_str, compact_json, first

_MODEL = (Role.ASSISTANT, Trust.MODEL)


def add_items(transcript: Transcript, items: Any, exchange: Exchange) -> None:
    """Items in order; a bare string is what the user (or the model, on the output side) says."""
    if isinstance(items, str):
        transcript.messages(items, exchange)
        return
    for item in as_list(items):
        if isinstance(item, str):
            # Of several texts, as embeddings are asked for.
            transcript.messages(item, exchange)
        if not isinstance(item, dict):
            continue
        kind = item.get("type")
        if kind == "message" or "role" in item:
            transcript.message(item, exchange)
        elif isinstance(kind, str) and (mapping := _ITEMS.get(kind)) is not None:
            for fields in mapping(item):
                transcript.emit(exchange, fields)
        else:
            transcript.part(item, _MODEL, exchange)


def _function_call(item: dict[str, Any]) -> list[Fields]:
    return [tool_call_fields(item.get("name"), first(item, "arguments", "input"), first(item, "call_id", "id"))]


def _function_output(item: dict[str, Any]) -> list[Fields]:
    return [tool_result_fields(item.get("output"), first(item, "call_id", "id"))]


def _reasoning(item: dict[str, Any]) -> list[Fields]:
    summary = content_fields(item.get("summary")).get("text")
    whole = content_fields(item.get("content")).get("text")
    texts = [text for text in (summary, whole) if text]
    return [reasoning_fields("\n".join(texts), encrypted=bool(item.get("encrypted_content")))]


def _mcp_call(item: dict[str, Any]) -> list[Fields]:
    server = {"tool_server": as_id(item.get("server_label"))}
    call = tool_call_fields(item.get("name"), item.get("arguments"), item.get("id")) | server
    error = item.get("error")
    answer = first(item, "output", "error")
    if answer is None:
        return [call]
    result = tool_result_fields(answer, item.get("id"), name=item.get("name"), is_error=error is not None)
    return [call, result | server]


def _built_in(name: str, argument: str, output: str) -> Callable[[dict[str, Any]], list[Fields]]:
    """A tool that OpenAI runs itself: its argument and, if the log has it, its output."""

    def fields(item: dict[str, Any]) -> list[Fields]:
        call_id = first(item, "call_id", "id")
        call = tool_call_fields(name, item.get(argument), call_id)
        answer = item.get(output)
        return [call] if answer is None else [call, tool_result_fields(answer, call_id, name=name)]

    return fields


def _file_search(item: dict[str, Any]) -> list[Fields]:
    call = tool_call_fields("file_search", item.get("queries"), item.get("id"))
    return [call, *(document_fields(result) for result in as_dicts(item.get("results")))]


def _approval(item: dict[str, Any]) -> list[Fields]:
    answers = {True: "approved", False: "denied"}
    approve = item.get("approve")
    text = as_str(item.get("arguments"))
    return [
        {
            "kind": Kind.PERMISSION,
            "role": Role.ASSISTANT if text else Role.USER,
            "trust": Trust.MODEL if text else Trust.USER,
            "text": text,
            "part_type": PartType.TOOL_ARGUMENTS if text else None,
            "content_state": ContentState.PRESENT if text else ContentState.NONE,
            "tool_name": as_id(item.get("name")),
            "tool_server": as_id(item.get("server_label")),
            "tool_call_id": as_id(first(item, "approval_request_id", "id")),
            "permission_decision": answers[approve] if isinstance(approve, bool) else "asked",
        }
    ]


def _listed_tools(item: dict[str, Any]) -> list[Fields]:
    """Descriptions of tools come from the server and reach the model: a place to hide instructions in."""
    tools = item.get("tools")
    return [
        {
            "kind": Kind.META,
            "role": Role.TOOL,
            "trust": Trust.TOOL,
            "text": compact_json(tools) if tools else None,
            "content_state": ContentState.PRESENT if tools else ContentState.NONE,
            "operation_name": "mcp_list_tools",
            "tool_server": as_id(item.get("server_label")),
        }
    ]


def _image(item: dict[str, Any]) -> list[Fields]:
    return [fields] if (fields := part_fields(item, _MODEL)) is not None else []


_ITEMS: dict[str, Callable[[dict[str, Any]], list[Fields]]] = {
    "function_call": _function_call,
    "custom_tool_call": _function_call,
    "function_call_output": _function_output,
    "custom_tool_call_output": _function_output,
    "local_shell_call_output": _function_output,
    "computer_call_output": _function_output,
    "shell_call_output": _function_output,
    "apply_patch_call_output": _function_output,
    "reasoning": _reasoning,
    "mcp_call": _mcp_call,
    "mcp_list_tools": _listed_tools,
    "mcp_approval_request": _approval,
    "mcp_approval_response": _approval,
    "web_search_call": _built_in("web_search", "action", "results"),
    "code_interpreter_call": _built_in("code_interpreter", "code", "outputs"),
    "local_shell_call": _built_in("local_shell", "action", "output"),
    "computer_call": _built_in("computer", "action", "output"),
    "shell_call": _built_in("shell", "action", "output"),
    "apply_patch_call": _built_in("apply_patch", "operation", "output"),
    "file_search_call": _file_search,
    "image_generation_call": _image,
}
ITEM_TYPES = frozenset(_ITEMS)
"""The types of items that are no messages."""
