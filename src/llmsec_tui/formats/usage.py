"""Token counts in one convention: input includes what came from and went to a cache."""

from typing import Any

from llmsec_tui.formats.values import as_int

Fields = dict[str, Any]

_INPUT = ("prompt_tokens", "input_tokens", "promptTokens", "inputTokens", "prompt_token_count", "tokens_in")
_OUTPUT = (
    "completion_tokens",
    "output_tokens",
    "completionTokens",
    "outputTokens",
    "candidates_token_count",
    "tokens_out",
)


def usage_fields(usage: dict[str, Any]) -> Fields:
    """Event fields of a ``usage`` object of OpenAI (both APIs), Anthropic, or a home-made log; those that are there.

    Anthropic counts cached input apart (known by its cache counters beside ``input_tokens``), all others include it.
    """
    fields: Fields = {}
    tokens_in = _count(usage, _INPUT)
    read = as_int(usage.get("cache_read_input_tokens"))
    written = as_int(usage.get("cache_creation_input_tokens"))
    if "prompt_tokens" not in usage and (read is not None or written is not None):
        tokens_in = as_int((tokens_in or 0) + (read or 0) + (written or 0))
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    if read is None and isinstance(details, dict):
        read = as_int(details.get("cached_tokens"))
    output_details = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    if isinstance(output_details, dict):
        _set(fields, "reasoning_output_tokens", as_int(output_details.get("reasoning_tokens")))
    _set(fields, "input_tokens", tokens_in)
    _set(fields, "output_tokens", _count(usage, _OUTPUT))
    _set(fields, "cache_read_input_tokens", read)
    _set(fields, "cache_write_input_tokens", written)
    return fields


def _set(fields: Fields, name: str, value: int | None) -> None:
    if value is not None:
        fields[name] = value


def _count(usage: dict[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        if name in usage:
            return as_int(usage[name])
    return None
