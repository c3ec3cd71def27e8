"""Spans of Claude Code: a turn around calls of the model and tools, each with the wait for its permission.

https://code.claude.com/docs/en/monitoring-usage (traces)
"""

from typing import Any

from llmsec_tui.formats.otel.permissions import decision
from llmsec_tui.formats.otel.span import Span
from llmsec_tui.formats.otel.told import Told, What
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_float, as_id, as_int, as_str, compact_json, first

_PREFIX = "claude_code."
_REDACTED = ("<REDACTED>", "[REDACTED]")
_DETAILS = ("full_command", "bash_command", "file_path", "skill_name", "subagent_type", "description")
_OUTPUTS = ("output", "content")


def read(span: Span, told: Told) -> None:
    """What a span of Claude Code tells; other spans are left alone."""
    if not span.name.startswith(_PREFIX):
        return
    attributes, kind = span.attributes, span.name.removeprefix(_PREFIX)
    told.note(
        {
            "operation_name": span.name[:80],
            "request_model": as_id(attributes.get("model")),
            "request_id": as_id(attributes.get("request_id")),
            "agent_id": as_id(attributes.get("agent_id")),
            "parent_agent_id": as_id(attributes.get("parent_agent_id")),
        }
    )
    match kind:
        case "llm_request":
            told.what = What.CALL
            told.count(counted(attributes))
            told.count({"ttft_ms": as_float(attributes.get("ttft_ms"))})
            told.finished([as_id(attributes.get("stop_reason"))])
        case "tool":
            told.what = What.TOOL
            told.tool_name, told.tool_id = attributes.get("tool_name"), attributes.get("tool_use_id")
            told.arguments = {key: attributes[key] for key in _DETAILS if unredacted(attributes.get(key))} or None
            told.result = _tool_output(span)
        case "tool.blocked_on_user":
            told.what = What.PERMISSION
            source = as_id(attributes.get("source"))
            told.permission = {
                "operation_name": "permission",
                "permission_decision": decision(as_id(attributes.get("decision"))),
                "attrs": None if source is None else compact_json({"source": source}),
            }
        case _:
            told.what = What.AGGREGATE
            told.put_in = unredacted(attributes.get("user_prompt"))


def unredacted(value: Any) -> str | None:
    """The text; None where the producer was told not to log it."""
    text = as_str(value)
    return None if not text or text in _REDACTED else text


def counted(attributes: dict[str, Any]) -> Fields:
    """Tokens as Claude Code counts them: its input leaves out what came from and went to a cache."""
    fresh = as_int(attributes.get("input_tokens"))
    read_from = as_int(attributes.get("cache_read_tokens"))
    written = as_int(attributes.get("cache_creation_tokens"))
    parts = [part for part in (fresh, read_from, written) if part is not None]
    return {
        "input_tokens": as_int(sum(parts)) if parts else None,
        "output_tokens": as_int(attributes.get("output_tokens")),
        "cache_read_input_tokens": read_from,
        "cache_write_input_tokens": written,
    }


def _tool_output(span: Span) -> str | None:
    said = next((attributes for name, attributes in span.happenings if name == "tool.output"), {})
    return unredacted(first(said, *_OUTPUTS))
