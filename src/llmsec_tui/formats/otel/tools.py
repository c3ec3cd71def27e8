"""A span of a tool that ran: the call and its result."""

from typing import Any

from msgspec.structs import replace

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind
from llmsec_tui.formats.otel.told import Told
from llmsec_tui.formats.otel.traces import Traces
from llmsec_tui.formats.parts import Fields, tool_call_fields, tool_result_fields
from llmsec_tui.formats.transcript import opening_of
from llmsec_tui.formats.values import as_id, decoded


def tool_events(
    told: Told, common: Fields, outcome: Fields, failed: Fields, traces: Traces, *, unfinished: bool
) -> list[Event]:
    """The call and the result; both say so where their content was not logged. A span that goes on has no result."""
    opening = opening_of(common | {"tool_type": as_id(told.tool_type)})
    call = tool_call_fields(told.tool_name, decoded(told.arguments), told.tool_id)
    if call["tool_call_id"] is None and call["tool_name"] is not None:
        asked = common["trace_id"], call["tool_name"], call["text"] or ""
        call["tool_call_id"] = traces.asked_for(*asked, answered=not unfinished)
    result = tool_result_fields(decoded(told.result), call["tool_call_id"], name=told.tool_name)
    result["tool_is_error"] = True if failed else None
    server = call["tool_server"] or common.get("tool_server")
    for fields in (call, result):
        fields["tool_server"] = server
    if unfinished:
        if call["text"] is None:
            return [replace(opening, kind=Kind.META, native_id=common["span_id"])]
        _key(call, common)
        return [replace(opening, **call)]
    _key(call, common)
    # A failure would be left out with a result that repeats another.
    _key(result, {**common, "call_id": None} if failed else common)
    # Copying an event and changing some of its fields takes half the time of making it from all of them.
    return [replace(opening, **call), replace(opening, **{**outcome, **failed, **result})]


def _key(fields: dict[str, Any], common: Fields) -> None:
    if fields.get("text") is None and fields.get("content_state", ContentState.NONE) is ContentState.NONE:
        fields["content_state"] = ContentState.OFF
    # The chat spans of the trace tell the same again; what has a text is known by it, and the rest by the span.
    told_twice = common["call_id"] is not None and fields.get("text") is not None
    fields |= {"exchange": Exchange.INPUT} if told_twice else {"native_id": common["span_id"]}
