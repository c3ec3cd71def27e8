"""Recognise the format of a record by its content, and map it.

Recognition is by record and not by file: one file can mix families, and a live one has no end to vote over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from llmsec_tui.errors import FormatError
from llmsec_tui.events.model import Event, Record
from llmsec_tui.formats import claude_code, generic, litellm, openai, otlp
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.values import storable

UNRECOGNISED = "unrecognised"
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Format:
    """A log format that this program maps."""

    name: str
    what: str
    """One line for people."""
    evidence: str
    """The keys that it is recognised by."""
    recognise: Callable[[dict[str, Any]], bool]
    """Looks at a few keys; it runs on every record."""
    to_events: Callable[[dict[str, Any]], Found | None]
    """None where it finds that the record is not of this format."""


class Outcome(Struct, frozen=True, gc=False):
    """What became of one record."""

    format: str
    events: list[Event]
    unknown: str | None
    """The name of a record type or shape that no mapping knows, ``format/type``; it is counted by this name."""


FORMATS: tuple[Format, ...] = (
    Format(
        "claude-code",
        "Claude Code session transcripts (~/.claude/projects)",
        "type (user, assistant, system, progress, summary …) with sessionId, parentUuid or leafUuid",
        claude_code.recognise,
        claude_code.to_events,
    ),
    Format(
        "otlp",
        "OpenTelemetry spans and logs as OTLP/JSON, with GenAI attributes of any generation",
        "resourceSpans, resourceLogs or resourceMetrics; or resource with scopeSpans or scopeLogs",
        otlp.recognise,
        otlp.to_events,
    ),
    Format(
        "litellm",
        "LiteLLM proxy: StandardLoggingPayload and spend log rows",
        "call_type, startTime, and response_cost or spend",
        litellm.recognise,
        litellm.to_events,
    ),
    Format(
        "openai",
        "OpenAI-style requests and responses, Responses API, Batch input and output lines",
        "object (chat.completion, response …), choices, custom_id, or a response that has them",
        openai.recognise,
        openai.to_events,
    ),
    Format(
        "generic",
        "Home-made chat logs",
        "messages of role and content; one role and content; or a prompt with a response",
        generic.recognise,
        generic.to_events,
    ),
)
"""Most specific first."""
_LAST = FORMATS[-1]
"""It looks for all that it maps to recognise a record, so its mapping recognises too, and is not preceded by that."""


def map_record(record: Record) -> Outcome:
    """The events of a record of any format. Raises FormatError, and nothing else, for what cannot be mapped at all."""
    data = record.data
    try:
        return _one(data) if isinstance(data, dict) else _many(_items(data))
    except RecursionError as error:
        raise _unmappable(record, "It is nested too deep.") from error
    except FormatError as error:
        raise _unmappable(record, error.message) from error


def identify(record: Record) -> str:
    """The name of the record's format, or ``unrecognised``."""
    known = _format_of(_items(record.data)[0])
    return UNRECOGNISED if known is None else known.name


def describe() -> list[tuple[str, str, str]]:
    """(name, what it is, the keys that it is recognised by) of every format."""
    return [(known.name, known.what, known.evidence) for known in FORMATS]


def _unmappable(record: Record, why: str) -> FormatError:
    return FormatError(
        f"The record at byte {record.offset} of {record.path} cannot be mapped: {why}",
        hint="It is kept as a dead letter and is not judged; look at its bytes in the file.",
    )


def _many(items: list[Any]) -> Outcome:
    mapped = [_one(item) for item in items]
    unknown = next((one.unknown for one in mapped if one.unknown is not None), None)
    return Outcome(mapped[0].format, [event for one in mapped for event in one.events], unknown)


def _one(data: Any) -> Outcome:
    if isinstance(data, dict):
        for known in FORMATS:
            if (known is _LAST or known.recognise(data)) and (found := known.to_events(data)) is not None:
                unknown = found.unknown
                if unknown is not None:
                    unknown = storable(f"{known.name}/{unknown}"[:_LONGEST_NAME])
                return Outcome(known.name, found.events, unknown)
    return Outcome(UNRECOGNISED, generic.anything(data).events, f"{UNRECOGNISED}/{_shape(data)}")


def _items(data: Any) -> list[Any]:
    """What is to be mapped: an array is a conversation when its items are messages, or else many records in one."""
    if not isinstance(data, list):
        return [data]
    if generic.recognise({"messages": data}):
        return [{"messages": data}]
    return data if data and all(isinstance(item, dict) and _format_of(item) for item in data) else [data]


def _format_of(data: Any) -> Format | None:
    if isinstance(data, dict):
        for known in FORMATS:
            if known.recognise(data):
                return known
    return None


def _shape(data: Any) -> str:
    if not isinstance(data, dict):
        return type(data).__name__
    return storable(",".join(sorted(data)[:4])[:_LONGEST_NAME])
