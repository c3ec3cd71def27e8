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
_SURELY_FITS = 1 << 62


def usage_fields(usage: dict[str, Any]) -> Fields:
    """Event fields of a ``usage`` object of OpenAI (both APIs), Anthropic, or a home-made log; those that are there.

    Anthropic counts cached input apart (known by its cache counters beside ``input_tokens``), all others include it.
    """
    fields: Fields = {}
    tokens_in = _count(usage, _INPUT)
    tokens_out = _count(usage, _OUTPUT)
    read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    if read is not None:
        read = as_int(read)
    if written is not None:
        written = as_int(written)
    if (read is not None or written is not None) and "prompt_tokens" not in usage:
        tokens_in = as_int((tokens_in or 0) + (read or 0) + (written or 0))
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    if read is None and isinstance(details, dict):
        read = as_int(details.get("cached_tokens"))
    details = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    if isinstance(details, dict) and (reasoned := as_int(details.get("reasoning_tokens"))) is not None:
        fields["reasoning_output_tokens"] = reasoned
    if tokens_in is not None:
        fields["input_tokens"] = tokens_in
    if tokens_out is not None:
        fields["output_tokens"] = tokens_out
    if read is not None:
        fields["cache_read_input_tokens"] = read
    if written is not None:
        fields["cache_write_input_tokens"] = written
    return fields


def _count(usage: dict[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        if name in usage:
            count = usage[name]
            return count if type(count) is int and 0 <= count < _SURELY_FITS else as_int(count)
    return None
