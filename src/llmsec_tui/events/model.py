"""The one event that every log format becomes: a step of a conversation with a language model."""

from enum import StrEnum
from typing import Any

from msgspec import Struct


class Kind(StrEnum):
    """What kind of step an event is."""

    SESSION = "session"
    LLM_CALL = "llm_call"
    MESSAGE = "message"
    REASONING = "reasoning"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"
    RETRIEVAL = "retrieval"
    GUARDRAIL = "guardrail"
    PERMISSION = "permission"
    ERROR = "error"
    USAGE = "usage"
    EVAL = "eval"
    META = "meta"
    INTAKE = "intake"
    """Something that happened to the log itself: an over-long line, a truncation."""


class Role(StrEnum):
    """Who the log says is speaking."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    HARNESS = "harness"


class Trust(StrEnum):
    """Where a text really comes from; injection scoring reads this and not the role."""

    SYSTEM = "system"
    OPERATOR = "operator"
    USER = "user"
    MODEL = "model"
    TOOL = "tool"
    RETRIEVED = "retrieved"
    HARNESS = "harness"


class TsSource(StrEnum):
    """What an event's time was taken from."""

    NATIVE = "native"
    SPAN_START = "span_start"
    SPAN_END = "span_end"
    RESPONSE_CREATED = "response_created"
    NONE = "none"


class PartType(StrEnum):
    """What kind of content a text is."""

    TEXT = "text"
    REASONING = "reasoning"
    TOOL_ARGUMENTS = "tool_arguments"
    TOOL_RESULT = "tool_result"
    DOCUMENT = "document"


class ContentState(StrEnum):
    """Whether a detector can see the content; only PRESENT can ever be called clean."""

    PRESENT = "present"
    NONE = "none"
    """This step carries no content by its nature (a usage record, a session header)."""
    OFF = "off"
    """The producer was told not to log it."""
    ELSEWHERE = "elsewhere"
    """Only a reference is here: S3, an attachment, a file."""
    ENCRYPTED = "encrypted"
    TRUNCATED = "truncated"
    """Cut by the producer or by us; the part that is here is scanned."""
    MEDIA = "media"
    """An image, audio or other blob that no text detector reads."""
    ERASED = "erased"
    """It was here and scanned, and somebody erased it or its time was over."""


SEEN = (ContentState.PRESENT, ContentState.TRUNCATED)
"""Contents that detectors see, or a part of them."""


class Exchange(StrEnum):
    """Which side of a logged call a message stands on; calls send their history again."""

    NO = ""
    INPUT = "input"
    OUTPUT = "output"


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One step, named by the OpenTelemetry GenAI conventions where they have a name.

    Formats make these. They say nothing of files: where a record stands is added when a batch is built.
    """

    kind: Kind
    native_id: str | None = None
    """The log's own id for this step. A later event with the same one amends the earlier."""
    exchange: Exchange = Exchange.NO
    """Set for messages of a call that sends its whole history; they are stored the first time they appear."""
    call_id: str | None = None
    """What tells one call from another (trace id, response id), for exchanges."""
    ts: int | None = None
    """Microseconds since 1970 UTC; None when the log has no time. Never invented."""
    ts_source: TsSource = TsSource.NONE
    operation_name: str | None = None
    provider_name: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    request_id: str | None = None
    conversation_id: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    parent_id: str | None = None
    user_id: str | None = None
    source_ip: str | None = None
    service_name: str | None = None
    tenant_id: str | None = None
    environment: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    parent_agent_id: str | None = None
    workspace: str | None = None
    role: Role | None = None
    trust: Trust | None = None
    text: str | None = None
    """The content, decoded and whole. For a tool call: its arguments as JSON."""
    part_type: PartType | None = None
    content_state: ContentState = ContentState.NONE
    media_type: str | None = None
    tool_name: str | None = None
    tool_type: str | None = None
    tool_server: str | None = None
    tool_call_id: str | None = None
    tool_is_error: bool | None = None
    finish_reasons: str | None = None
    """Comma-separated."""
    refusal: bool | None = None
    input_tokens: int | None = None
    """Includes cached tokens, whatever the provider's own convention."""
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    usage_key: str | None = None
    """Sum usage over distinct keys only; records repeat it."""
    duration_ms: float | None = None
    ttft_ms: float | None = None
    cost_usd: float | None = None
    error_type: str | None = None
    error_message: str | None = None
    http_status: int | None = None
    guardrail_name: str | None = None
    guardrail_verdict: str | None = None
    guardrail_action: str | None = None
    guardrail_findings: str | None = None
    """JSON list of {category, severity, score, action, detected}."""
    permission_mode: str | None = None
    permission_decision: str | None = None
    attrs: str | None = None
    """JSON object of what has no column."""


class Record(Struct, frozen=True, gc=False):
    """One decoded record of a log and exactly where it stands."""

    source_id: str
    """Names one generation of one file; a file that is replaced or cut gets a new one."""
    path: str
    index: int
    """0-based number of the record in its source."""
    offset: int
    """Byte offset of the record's first byte (in the decompressed stream for compressed files)."""
    length: int
    sha256: bytes
    """Of exactly those bytes."""
    data: Any
    """What JSON decoding made of them."""
    beside: str = ""
    """Text that stands on the record's line and is no part of it: a logger's time, level and name."""


class DeadLetter(Struct, frozen=True, gc=False):
    """Bytes that no reader could make a record of; they stay in their file and are pointed at from here."""

    source_id: str
    path: str
    offset: int
    length: int
    sha256: bytes
    reason: str
    """A sentence for people."""
    excerpt: str
    """The first 200 characters, undecodable bytes replaced."""
