"""The parts of a message's content, of OpenAI, Anthropic and OpenTelemetry alike, as fields of events."""

from collections.abc import Callable
from typing import Any

from llmsec_tui.events.model import ContentState, Kind, PartType, Role, Trust
from llmsec_tui.formats.speakers import split_tool
from llmsec_tui.formats.values import (
    arguments_text,
    as_bool,
    as_dict,
    as_id,
    as_list,
    as_str,
    compact_json,
    first,
)

Fields = dict[str, Any]
Speaker = tuple[Role | None, Trust]

# Looking up a member of an enum costs more than a dict access, and these are needed for every text.
_MESSAGE, _TOOL_CALL, _TOOL_RESULT = Kind.MESSAGE, Kind.TOOL_CALL, Kind.TOOL_RESULT
_ASSISTANT, _TOOL = Role.ASSISTANT, Role.TOOL
_FROM_MODEL, _FROM_TOOL, _RETRIEVED = Trust.MODEL, Trust.TOOL, Trust.RETRIEVED
_TEXT, _ARGUMENTS, _RESULT = PartType.TEXT, PartType.TOOL_ARGUMENTS, PartType.TOOL_RESULT
_PRESENT, _NO_CONTENT = ContentState.PRESENT, ContentState.NONE
_DOCUMENT_TEXTS = ("content", "text", "page_content", "pageContent", "document", "chunk", "body", "snippet")
_DOCUMENT_LABELS = ("id", "title", "source", "url", "uri", "score", "metadata")


def text_fields(text: str | None, by: Speaker, part_type: PartType = _TEXT) -> Fields:
    """A text that somebody said; an empty one is no content."""
    role, trust = by
    kind = _MESSAGE
    if trust is _RETRIEVED:
        kind, part_type = Kind.RETRIEVAL, PartType.DOCUMENT
    if not text:
        return {"kind": kind, "role": role, "trust": trust}
    return {
        "kind": kind,
        "role": role,
        "trust": trust,
        "text": text,
        "part_type": part_type,
        "content_state": _PRESENT,
    }


def reasoning_fields(text: str | None, *, encrypted: bool = False) -> Fields:
    """What a model thought, or that it thought something that nobody else can read."""
    fields: Fields = {
        "kind": Kind.REASONING,
        "role": Role.ASSISTANT,
        "trust": Trust.MODEL,
        "part_type": PartType.REASONING,
    }
    if text:
        return fields | {"text": text, "content_state": ContentState.PRESENT}
    return fields | {"content_state": ContentState.ENCRYPTED if encrypted else ContentState.NONE}


def tool_call_fields(name: Any, arguments: Any, call_id: Any) -> Fields:
    """A call that a model asks for. ``arguments`` is an object or a string of JSON."""
    tool, server = split_tool(as_id(name))
    text = arguments_text(arguments)
    return {
        "kind": _TOOL_CALL,
        "role": _ASSISTANT,
        "trust": _FROM_MODEL,
        "text": text or None,
        "part_type": _ARGUMENTS,
        "content_state": _PRESENT if text else _NO_CONTENT,
        "tool_name": tool,
        "tool_server": server,
        "tool_call_id": as_id(call_id),
    }


def tool_result_fields(content: Any, call_id: Any, *, name: Any = None, is_error: Any = None) -> Fields:
    """What a tool answered: text, parts, or any JSON."""
    tool, server = split_tool(as_id(name))
    return {
        "kind": _TOOL_RESULT,
        "role": _TOOL,
        "trust": _FROM_TOOL,
        "part_type": _RESULT,
        "tool_name": tool,
        "tool_server": server,
        "tool_call_id": as_id(call_id),
        "tool_is_error": as_bool(is_error),
        **content_fields(content),
    }


def document_fields(document: Any) -> Fields:
    """A retrieved document: a text, or an object with one; its title, source and score go to ``attrs``."""
    plain = as_dict(document)
    text = as_str(document) if isinstance(document, str) else as_str(first(plain, *_DOCUMENT_TEXTS))
    labels = {key: plain[key] for key in _DOCUMENT_LABELS if plain.get(key) is not None}
    if text is None and plain:
        text, labels = compact_json(plain), {}
    return text_fields(text, (Role.TOOL, Trust.RETRIEVED)) | {"attrs": compact_json(labels) if labels else None}


def content_fields(content: Any) -> Fields:
    """``text``, ``content_state`` and ``media_type`` of content of any shape."""
    if isinstance(content, str):
        return _shown(as_str(content))
    if content is None:
        return {}
    if not isinstance(content, list):
        content = [content]
    texts = [text for item in content if (text := _item_text(item))]
    media = next((item for item in content if _is_media(item)), None)
    if media is None:
        return _shown("\n".join(texts)) if texts else {}
    # Texts beside a picture are judged, and do not make the whole of it seen.
    seen: Fields = {"text": "\n".join(texts)} if texts else {}
    return seen | {"content_state": ContentState.MEDIA, "media_type": _media_type(media)}


def part_fields(part: Any, by: Speaker) -> Fields | None:
    """Event fields of one content part; None for a type that nobody has mapped (see ``unmapped_fields``)."""
    if not isinstance(part, dict):
        return text_fields(as_str(part), by) if isinstance(part, str) else None
    kind = part.get("type")
    if isinstance(kind, str):
        mapping = _PARTS.get(kind)
        return mapping(part, by) if mapping is not None else None
    return text_fields(as_str(part["text"]), by) if isinstance(part.get("text"), str) else None


def unmapped_fields(part: Any, by: Speaker) -> Fields:
    """A part of unknown type, shown to detectors as its text or else as JSON."""
    plain = as_dict(part)
    text = as_str(first(plain, "text", "content"))
    return text_fields(text if text is not None else compact_json(part), by)


def part_name(part: Any) -> str:
    """A name for a part's type, at most 40 characters."""
    plain = as_dict(part)
    kind = plain.get("type")
    name = kind if isinstance(kind, str) else ",".join(sorted(plain)[:4]) or type(part).__name__
    return name[:40]


def _shown(text: str | None) -> Fields:
    return {"text": text, "content_state": _PRESENT} if text else {}


def _item_text(item: Any) -> str | None:
    if isinstance(item, str):
        return as_str(item)
    if _is_media(item):
        return None
    plain = as_dict(item)
    if isinstance(plain.get("text"), str):
        return as_str(plain["text"])
    if plain.get("type") == "text" and isinstance(plain.get("content"), str):
        return as_str(plain["content"])
    if isinstance(inner := plain.get("resource"), dict) and isinstance(inner.get("text"), str):
        return as_str(inner["text"])
    if "encrypted_content" in plain:
        plain = item = {key: value for key, value in plain.items() if key != "encrypted_content"}
    return None if item is None else compact_json(item)


def _is_media(item: Any) -> bool:
    plain = as_dict(item)
    if isinstance(kind := plain.get("type"), str) and kind in _MEDIA_TYPES:
        return True
    return "blob" in plain or "blob" in as_dict(plain.get("resource"))


def _media_type(part: dict[str, Any]) -> str | None:
    source = as_dict(part.get("source") or part.get("resource"))
    named = first(part, "media_type", "mime_type", "mimeType") or first(source, "media_type", "mimeType", "mime_type")
    if named is None and isinstance(url := _url(part), str) and url.startswith("data:"):
        named = url[5 : url.find(";")] if ";" in url[:100] else None
    return as_id(named) or as_id(first(part, "modality", "type"))


def _url(part: dict[str, Any]) -> Any:
    for key in ("image_url", "input_image", "file", "source"):
        if (inner := part.get(key)) is not None:
            return inner if isinstance(inner, str) else first(as_dict(inner), "url", "file_data")
    return first(part, "uri", "url")


def _text(part: dict[str, Any], by: Speaker) -> Fields:
    text = part.get("text")
    return text_fields(as_str(part.get("content") if text is None else text), by)


def _refusal(part: dict[str, Any], by: Speaker) -> Fields:
    return text_fields(as_str(first(part, "refusal", "text")), by) | {"refusal": True}


def _reasoning(part: dict[str, Any], by: Speaker) -> Fields:
    text = as_str(first(part, "thinking", "reasoning", "content", "text"))
    if text is None:
        summaries = [as_str(as_dict(item).get("text")) for item in as_list(part.get("summary"))]
        text = "\n".join(summary for summary in summaries if summary)
    opaque = any(part.get(key) for key in ("data", "signature", "encrypted_content"))
    return reasoning_fields(text, encrypted=opaque)


def _tool_call(part: dict[str, Any], by: Speaker) -> Fields:
    name, arguments = part.get("name"), first(part, "input", "arguments", "args")
    if not name or arguments is None:
        inner = as_dict(part.get("server_tool_call") or part.get("function") or part.get("custom"))
        name = name or inner.get("name") or inner.get("type")
        if arguments is None:
            arguments = (
                first(inner, "arguments", "input")
                or {key: inner[key] for key in inner if key not in ("type", "name")}
                or None
            )
    fields = tool_call_fields(name, arguments, first(part, "id", "call_id", "tool_call_id"))
    if "server_name" in part and (server := as_id(part["server_name"])):
        fields["tool_server"] = server
    return fields


def _tool_result(part: dict[str, Any], by: Speaker) -> Fields:
    content = first(part, "content", "response", "result", "output", "server_tool_call_response")
    call_id = first(part, "tool_use_id", "id", "call_id", "tool_call_id")
    return tool_result_fields(content, call_id, name=part.get("name"), is_error=part.get("is_error"))


def _media(part: dict[str, Any], by: Speaker) -> Fields:
    role, trust = by
    url = _url(part)
    elsewhere = isinstance(url, str) and not url.startswith("data:")
    return {
        "kind": Kind.MESSAGE,
        "role": role,
        "trust": trust,
        "content_state": ContentState.ELSEWHERE if elsewhere else ContentState.MEDIA,
        "media_type": _media_type(part),
        "attrs": compact_json({"uri": url[:2048]}) if elsewhere else None,
    }


def _file(part: dict[str, Any], by: Speaker) -> Fields:
    """A file or document: its text where the log holds it, else where it is."""
    source = as_dict(part.get("source"))
    text = as_str(source.get("data")) if source.get("type") == "text" else as_str(part.get("text"))
    if text is None and isinstance(nested := source.get("content", part.get("content")), str | list):
        text = content_fields(nested).get("text")
    if text:
        return document_fields({**part, "content": text, "source": None})
    named = (
        first(part, "file_id", "uri") or first(as_dict(part.get("file")), "file_id") or first(source, "file_id", "url")
    )
    if (reference := as_id(named)) is None:
        return _media(part, by)
    fields = _media(part, by)
    return fields | {"content_state": ContentState.ELSEWHERE, "attrs": compact_json({"uri": reference[:2048]})}


_MEDIA_TYPES = frozenset(
    {"image", "image_url", "input_image", "output_image", "audio", "input_audio", "output_audio", "video", "video_url"}
    | {"blob", "media", "image_generation_call"}
)

_PARTS: dict[str, Callable[[dict[str, Any], Speaker], Fields]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _text),
    "refusal": _refusal,
    **dict.fromkeys(("thinking", "redacted_thinking", "reasoning", "reasoning_text"), _reasoning),
    **dict.fromkeys(
        ("tool_use", "server_tool_use", "mcp_tool_use", "tool_call", "server_tool_call", "function"), _tool_call
    ),
    **dict.fromkeys(
        ("tool_result", "mcp_tool_result", "web_search_tool_result", "web_fetch_tool_result"), _tool_result
    ),
    **dict.fromkeys(("code_execution_tool_result", "tool_call_response", "server_tool_call_response"), _tool_result),
    **dict.fromkeys(_MEDIA_TYPES, _media),
    **dict.fromkeys(("document", "file", "input_file", "uri"), _file),
    "search_result": lambda part, by: document_fields(
        {**part, "content": content_fields(part.get("content")).get("text")}
    ),
}
