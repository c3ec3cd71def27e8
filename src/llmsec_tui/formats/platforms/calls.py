"""Join the step in which a tool ran to the call that a model made: few platforms give the step the call's id."""

from hashlib import blake2b
from typing import Any

from llmsec_tui.events.model import Event, Kind
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_id

Calls = dict[str, Any]
"""Calls that no step has claimed yet, and those that are known; JSON values, so that a memory can hold it."""

_REMEMBERED = 128


def note_calls(calls: Calls, events: list[Event]) -> None:
    """What models called. Histories tell the same calls again."""
    known, free = calls.setdefault("known", []), calls.setdefault("free", [])
    for event in events:
        if event.kind is not Kind.TOOL_CALL or event.tool_call_id is None or event.tool_call_id in known:
            continue
        known.append(event.tool_call_id)
        free.append([_digest(event.trace_id, event.tool_name, event.text), event.tool_call_id])
    del known[:-_REMEMBERED], free[:-_REMEMBERED]


def claim_call(calls: Calls, trace_id: Any, asked: Fields) -> str | None:
    """The id of the first call of this tool with these arguments in the trace that no step has claimed."""
    wanted = _digest(as_id(trace_id), asked.get("tool_name"), asked.get("text"))
    free: list[list[str]] = calls.get("free", [])
    for place, (digest, call_id) in enumerate(free):
        if digest == wanted:
            del free[place]
            return call_id
    return None


def _digest(*parts: str | None) -> str:
    told = "".join(f"{len(part or '')}:{part or ''}" for part in parts)
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
