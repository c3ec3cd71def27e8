"""Every field that a rule may name: its type, its OpenTelemetry name and, where the values are ours, what they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, StrEnum

from llmsec_tui.events.model import ContentState, Kind, PartType, Role, Trust


class FieldType(Enum):
    """What values a field holds; it decides which modifiers make sense."""

    TEXT = "text"
    """A view of the event's content."""
    STRING = "string"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
    """Naive UTC."""
    HASHES = "hashes"
    """A set of numbers that stand for pieces of a text; only detectors over time look into it."""


class Listing(Enum):
    """How a field that holds a list writes it."""

    COMMAS = "commas"
    """Strings between commas."""
    JSON = "json"
    """A JSON list of objects."""


@dataclass(frozen=True, slots=True)
class Field:
    """One name that rules may use."""

    name: str
    type: FieldType
    otel: str
    """The name in the OpenTelemetry semantic conventions; empty where there is none."""
    values: tuple[str, ...] = ()
    """All values that ever occur, where that is known."""
    listing: Listing | None = None
    """Set where the field holds a list."""
    parts: tuple["Field", ...] = ()
    """What the elements of the list hold: named fields, or ``.`` alone, the element itself."""
    derived: bool = False
    """Whether it is a signal: no column of events, but computed from their text (``detect/signals``)."""


def _values(enum: type[StrEnum]) -> tuple[str, ...]:
    return tuple(str(member) for member in enum)


_TEXT, _STRING, _NUMBER, _FLAG = FieldType.TEXT, FieldType.STRING, FieldType.NUMBER, FieldType.FLAG
_ELEMENT = (Field(".", _STRING, ""),)
_FINDING = (
    Field("category", _STRING, ""),
    Field("severity", _STRING, ""),
    Field("score", _NUMBER, ""),
    Field("action", _STRING, ""),
    Field("detected", _FLAG, ""),
)


def _signal(name: str, kind: FieldType, *, lists: bool = False) -> Field:
    return Field(name, kind, "", (), Listing.COMMAS if lists else None, _ELEMENT if lists else (), derived=True)


TEXT = Field("text", _TEXT, "gen_ai.input.messages")
"""Any view of the content."""
RAW = Field("text.raw", _TEXT, "")
FOLDED = Field("text.folded", _TEXT, "")
DECODED = Field("text.decoded", _TEXT, "")

_ALL = (
    *(TEXT, RAW, FOLDED, DECODED),
    Field("ts", FieldType.TIME, "timestamp"),
    Field("kind", _STRING, "", _values(Kind)),
    Field("role", _STRING, "gen_ai.message.role", _values(Role)),
    Field("trust", _STRING, "", _values(Trust)),
    Field("part_type", _STRING, "gen_ai.message.part.type", _values(PartType)),
    Field("content_state", _STRING, "", _values(ContentState)),
    Field("media_type", _STRING, "gen_ai.message.part.mime_type"),
    Field("format", _STRING, ""),
    Field("source_path", _STRING, "log.file.path"),
    Field("operation_name", _STRING, "gen_ai.operation.name"),
    Field("provider_name", _STRING, "gen_ai.provider.name"),
    Field("request_model", _STRING, "gen_ai.request.model"),
    Field("response_model", _STRING, "gen_ai.response.model"),
    Field("response_id", _STRING, "gen_ai.response.id"),
    Field("request_id", _STRING, ""),
    Field("conversation_id", _STRING, "gen_ai.conversation.id"),
    Field("user_id", _STRING, "user.id"),
    Field("source_ip", _STRING, "client.address"),
    Field("service_name", _STRING, "service.name"),
    Field("tenant_id", _STRING, ""),
    Field("environment", _STRING, "deployment.environment.name"),
    Field("agent_id", _STRING, "gen_ai.agent.id"),
    Field("agent_name", _STRING, "gen_ai.agent.name"),
    Field("parent_agent_id", _STRING, ""),
    Field("workspace", _STRING, ""),
    Field("tool_name", _STRING, "gen_ai.tool.name"),
    Field("tool_type", _STRING, "gen_ai.tool.type"),
    Field("tool_server", _STRING, "server.address"),
    Field("tool_call_id", _STRING, "gen_ai.tool.call.id"),
    Field("tool_is_error", _FLAG, ""),
    Field("finish_reasons", _STRING, "gen_ai.response.finish_reasons", listing=Listing.COMMAS, parts=_ELEMENT),
    Field("refusal", _FLAG, ""),
    Field("input_tokens", _NUMBER, "gen_ai.usage.input_tokens"),
    Field("output_tokens", _NUMBER, "gen_ai.usage.output_tokens"),
    Field("cache_read_input_tokens", _NUMBER, "gen_ai.usage.cache_read.input_tokens"),
    Field("cache_write_input_tokens", _NUMBER, "gen_ai.usage.cache_creation.input_tokens"),
    Field("reasoning_output_tokens", _NUMBER, "gen_ai.usage.reasoning.output_tokens"),
    Field("duration_ms", _NUMBER, "gen_ai.client.operation.duration"),
    Field("ttft_ms", _NUMBER, "gen_ai.response.time_to_first_chunk"),
    Field("cost_usd", _NUMBER, ""),
    Field("error_type", _STRING, "error.type"),
    Field("error_message", _STRING, "exception.message"),
    Field("http_status", _NUMBER, "http.response.status_code"),
    Field("guardrail_name", _STRING, ""),
    Field("guardrail_verdict", _STRING, ""),
    Field("guardrail_action", _STRING, ""),
    Field("guardrail_findings", _STRING, "", listing=Listing.JSON, parts=_FINDING),
    Field("permission_mode", _STRING, ""),
    Field("permission_decision", _STRING, ""),
    _signal("injection_score", _NUMBER),
    _signal("mention", _NUMBER),
    _signal("secrets_found", _STRING, lists=True),
    _signal("pii_found", _STRING, lists=True),
    _signal("destinations", _STRING, lists=True),
    _signal("link_data", _STRING, lists=True),
    _signal("squeezed", _STRING),
    _signal("private_text", _FLAG),
    _signal("shell_programs", _STRING, lists=True),
    _signal("shell_actions", _STRING, lists=True),
    _signal("shell_hosts", _STRING, lists=True),
    _signal("arguments_shape", _STRING),
    _signal("arguments_key", _STRING),
    _signal("tool_description", _STRING),
    _signal("tool_schema", _STRING),
    _signal("fingerprints", FieldType.HASHES),
    _signal("content_key", _STRING),
    _signal("opening_key", _STRING),
    _signal("document", _STRING),
    _signal("fresh_input_tokens", _NUMBER),
    _signal("spend_usd", _NUMBER),
)

FIELDS: dict[str, Field] = {field.name: field for field in _ALL}

EXAMPLE_FIELDS = frozenset(
    name
    for name, field in FIELDS.items()
    if field.type is not _TEXT and not field.derived and name not in ("format", "source_path")
) | {"text"}
"""What an example in a rule file may set."""


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean …?`` with the known name that looks most like ``name``, or nothing."""
    matches = get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {matches[0]!r}?" if matches else ""
