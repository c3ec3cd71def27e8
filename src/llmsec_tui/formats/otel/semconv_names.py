"""Which of the names of the semantic conventions a span has: asked once for every set of names, then remembered.

Spans of one instrumentation repeat their shape, and looking for some seventy names in every span would cost more than
all the rest.
"""

from functools import lru_cache
from typing import NamedTuple

from llmsec_tui.formats.otel.told import What

_IDENTITY = {
    "operation_name": ("gen_ai.operation.name", "mcp.method.name"),
    "provider_name": ("gen_ai.provider.name", "gen_ai.system"),
    "request_model": ("gen_ai.request.model",),
    "response_model": ("gen_ai.response.model",),
    "response_id": ("gen_ai.response.id",),
    "user_id": ("user.id", "enduser.id", "gen_ai.user.id", "gen_ai.request.user"),
    "agent_id": ("gen_ai.agent.id",),
    "agent_name": ("gen_ai.agent.name",),
    "source_ip": ("client.address", "net.peer.ip"),
    "tenant_id": ("tenant.id", "organization.id"),
    "environment": ("deployment.environment.name",),
    "conversation_id": (
        *("gen_ai.conversation.id", "session.id", "gen_ai.session.id", "gen_ai.thread.id"),
        *("conversation.id", "thread.id", "mcp.session.id"),
    ),
}
_USAGE = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "cache_read_input_tokens": ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
    "cache_write_input_tokens": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
    ),
    "reasoning_output_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "codex.usage.reasoning_output_tokens",
    ),
}
_COSTS = ("gen_ai.usage.cost", "gen_ai.cost.total")
_SYSTEM = ("gen_ai.system_instructions",)
_ASKED = ("gen_ai.input.messages", "gen_ai.prompt", "gen_ai.request.messages")
_ANSWERED = ("gen_ai.output.messages", "gen_ai.completion", "gen_ai.response.text")
_CALLED = ("gen_ai.response.tool_calls",)
_FINISHES = ("gen_ai.response.finish_reasons",)
_ARGUMENTS = ("gen_ai.tool.call.arguments", "gen_ai.tool.args", "gen_ai.tool.input")
_RESULTS = ("gen_ai.tool.call.result", "gen_ai.tool.output", "gen_ai.tool.result")
_DOCUMENTS = ("gen_ai.retrieval.documents", "gen_ai.retrieval.query.text")
_EVALUATION = ("gen_ai.evaluation.name",)
_GUARDRAILS = (
    *("gen_ai.guardrail.name", "gen_ai.guardrail.id", "gen_ai.guardrail.target"),
    *("gen_ai.guardrail.verdict", "gen_ai.guardrail.verdict.type", "gen_ai.guardrail.action"),
)
_TOOL_SIGNS = ("gen_ai.tool.call.id", *_ARGUMENTS, *_RESULTS)
_CALL_SIGNS = (
    *("gen_ai.request.model", "gen_ai.response.model", "gen_ai.response.id", "gen_ai.system"),
    *(*_FINISHES, *_SYSTEM, *_ASKED, *_ANSWERED, *_CALLED, *_USAGE["input_tokens"], *_USAGE["output_tokens"]),
)
FINGERPRINTS = ("openai.response.system_fingerprint", "gen_ai.openai.response.system_fingerprint")
"""The second is what the conventions called it before."""
_GROUPS = (
    *_IDENTITY.values(),
    *_USAGE.values(),
    _COSTS,
    _TOOL_SIGNS,
    _CALL_SIGNS,
    _DOCUMENTS,
    _EVALUATION,
    _GUARDRAILS,
    FINGERPRINTS,
)
KNOWN = frozenset(
    {name for names in _GROUPS for name in names}
    | {
        "gen_ai.tool.name",
        "gen_ai.tool.type",
        "gen_ai.tool.definitions",
        "gen_ai.response.time_to_first_chunk",
        "error.type",
    }
)
"""Names that say what they always say; none of them is of another dialect."""


class Names(NamedTuple):
    """The names that are there, by what they mean, the surest first."""

    identity: tuple[tuple[str, str], ...]
    """(event field, name)."""
    usage: tuple[tuple[str, str], ...]
    costs: tuple[str, ...]
    system: tuple[str, ...]
    asked: tuple[str, ...]
    answered: tuple[str, ...]
    called: tuple[str, ...]
    finishes: tuple[str, ...]
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    what: What | None
    """What they are about, where no operation says so."""


def names_in(attributes: dict[str, object]) -> Names:
    """The names of the conventions among those of a span."""
    return _names(KNOWN.intersection(attributes))


@lru_cache(maxsize=4096)
def _names(there: frozenset[str]) -> Names:
    return Names(
        identity=_fields(_IDENTITY, there),
        usage=_fields(_USAGE, there),
        costs=_of(_COSTS, there),
        system=_of(_SYSTEM, there),
        asked=_of(_ASKED, there),
        answered=_of(_ANSWERED, there),
        called=_of(_CALLED, there),
        finishes=_of(_FINISHES, there),
        arguments=_of(_ARGUMENTS, there),
        results=_of(_RESULTS, there),
        what=_about(there),
    )


def _of(names: tuple[str, ...], there: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in there)


def _fields(table: dict[str, tuple[str, ...]], there: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple((field, name) for field, names in table.items() for name in names if name in there)


def _about(there: frozenset[str]) -> What | None:
    for signs, what in (
        (_TOOL_SIGNS, What.TOOL),
        (_CALL_SIGNS, What.CALL),
        (_DOCUMENTS, What.RETRIEVAL),
        (_GUARDRAILS, What.GUARDRAIL),
        (_EVALUATION, What.EVALUATION),
    ):
        if not there.isdisjoint(signs):
            return what
    return What.AGGREGATE if any(name.startswith(("gen_ai.", "mcp.")) for name in there) else None
