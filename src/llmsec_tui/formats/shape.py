"""Which of the names that people give to things occur in a record: asked once for every set of names, then remembered.

Logs repeat their shape, and looking for some ninety names in every record would cost more than all the rest.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

_TIMES = (
    *("timestamp", "@timestamp", "ts", "time", "datetime", "created_at", "createdAt", "created"),
    *("start_time", "startTime", "logged_at", "event_time", "date"),
)
_COMMON: dict[str, tuple[str, ...]] = {
    "conversation_id": (
        *("conversation_id", "conversationId", "session_id", "sessionId", "thread_id", "threadId"),
        *("chat_id", "chatId", "dialog_id", "conversation", "session", "thread"),
    ),
    "user_id": ("user_id", "userId", "end_user", "enduser", "user", "username", "user_name", "uid", "user_email"),
    "request_model": ("model", "model_name", "modelName", "request_model", "model_id", "modelId", "engine"),
    "provider_name": ("provider", "provider_name", "model_provider", "vendor"),
    "service_name": ("service_name", "service", "app", "application", "app_name", "project", "service.name"),
    "request_id": ("request_id", "requestId", "req_id", "x-request-id"),
    "trace_id": ("trace_id", "traceId"),
    "span_id": ("span_id", "spanId"),
    "source_ip": ("source_ip", "ip", "client_ip", "ip_address", "remote_addr", "clientIp", "requester_ip_address"),
    "environment": ("environment", "env", "deployment_environment"),
    "tenant_id": ("tenant_id", "tenantId", "tenant", "org_id", "organization_id", "org", "team_id"),
    "agent_id": ("agent_id", "agentId"),
    "agent_name": ("agent_name", "agentName", "agent"),
    "response_id": ("response_id", "responseId", "completion_id"),
}
"""Event fields and the names they go by, the surest first."""
_NESTED = ("metadata", "meta", "context", "user", "session", "request", "extra")
_LISTS = ("messages", "conversation", "conversations", "history", "chat", "turns")
_SYSTEMS = ("system", "system_prompt", "systemPrompt", "instructions")
_PROMPTS = ("prompt", "query", "question", "user_message", "user_input", "user_prompt", "input")
_ANSWERS = ("response", "completion", "output", "answer", "assistant_message", "reply", "generation", "result")
_DOCUMENTS = (
    "documents",
    "retrieved_documents",
    "retrieved_docs",
    "contexts",
    "context",
    "chunks",
    "passages",
    "sources",
)
_ROLES = ("role", "from", "sender", "author", "speaker")
_CONTENTS = ("content", "message", "text", "value", "body")
_MESSAGE_IDS = ("message_id", "messageId", "uuid")
_DURATIONS = ("duration_ms", "latency_ms", "durationMs", "latencyMs", "elapsed_ms")
_COSTS = ("cost_usd", "cost", "total_cost")
_FINISHES = ("finish_reason", "stop_reason", "finishReason")
_USAGES = (
    *("usage", "prompt_tokens", "input_tokens", "promptTokens", "inputTokens", "tokens_in"),
    *("completion_tokens", "output_tokens", "completionTokens", "outputTokens", "tokens_out"),
)


class Shape(NamedTuple):
    """The names in a record that mean something, by what they mean, the surest first."""

    common: tuple[tuple[str, str], ...]
    """(event field, name)."""
    times: tuple[str, ...]
    nested: tuple[str, ...]
    lists: tuple[str, ...]
    systems: tuple[str, ...]
    prompts: tuple[str, ...]
    answers: tuple[str, ...]
    documents: tuple[str, ...]
    roles: tuple[str, ...]
    contents: tuple[str, ...]
    message_ids: tuple[str, ...]
    durations: tuple[str, ...]
    costs: tuple[str, ...]
    finishes: tuple[str, ...]
    usages: tuple[str, ...]


_GROUPS = (
    *(_TIMES, _NESTED, _LISTS, _SYSTEMS, _PROMPTS, _ANSWERS, _DOCUMENTS, _ROLES, _CONTENTS),
    *(_MESSAGE_IDS, _DURATIONS, _COSTS, _FINISHES, _USAGES),
)
_ALL = frozenset(name for names in (*_COMMON.values(), *_GROUPS) for name in names)


def shape_of(data: dict[str, Any]) -> Shape:
    """The meaning of the names in a record."""
    return _shape(_ALL.intersection(data))


@lru_cache(maxsize=4096)
def _shape(present: frozenset[str]) -> Shape:
    common = tuple((field, name) for field, names in _COMMON.items() for name in _of(names, present))
    return Shape(common, *(_of(names, present) for names in _GROUPS))


def _of(names: Iterable[str], present: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in present)
