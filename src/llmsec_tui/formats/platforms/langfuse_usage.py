"""What a generation used and cost, of Langfuse, whose names for it differ by instrumentation.

https://langfuse.com/docs/observability/features/token-and-cost-tracking
"""

from typing import Any

from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_dict, as_float, as_int, decoded, first

_READ = ("cache_read", "cached", "cacheRead")
_WRITTEN = ("cache_creation", "cache_write", "cacheWrite", "cacheCreation")
_REASONED = ("reasoning",)
_TOTALS = ("total", "total_tokens", "totalTokens")
_INPUTS = ("input", "input_tokens", "prompt_tokens", "promptTokens", "inputTokens")
_OUTPUTS = ("output", "output_tokens", "completion_tokens", "completionTokens", "outputTokens")


def usage_of(data: dict[str, Any]) -> Fields:
    """Token counts and cost of an observation, those that are there."""
    counts = _counts(first(data, "usageDetails", "usage_details") or data.get("usage"))
    fields: Fields = {}
    if counts:
        tokens_in, tokens_out = _first(counts, _INPUTS), _first(counts, _OUTPUTS)
        read, written, reasoned = _sum(counts, _READ), _sum(counts, _WRITTEN), _sum(counts, _REASONED)
        if tokens_in is not None:
            fields["input_tokens"] = tokens_in
        if tokens_out is not None:
            fields["output_tokens"] = tokens_out
        if _are_apart(counts):
            fields["input_tokens"] = (tokens_in or 0) + (read or 0) + (written or 0)
            fields["output_tokens"] = (tokens_out or 0) + (reasoned or 0)
        for name, count in (("cache_read", read), ("cache_write", written)):
            if count is not None:
                fields[f"{name}_input_tokens"] = count
        if reasoned is not None:
            fields["reasoning_output_tokens"] = reasoned
    cost = first(_costs(data), "total") or first(data, "totalCost", "total_cost", "calculatedTotalCost")
    if (cost_usd := _number(cost)) is not None:
        fields["cost_usd"] = cost_usd
    return fields


def _counts(usage: Any) -> dict[str, int]:
    plain = as_dict(decoded(usage))
    return {name: number for name, count in plain.items() if (number := as_int(_plain(count))) is not None}


def _plain(count: Any) -> Any:
    return as_int(count) if isinstance(count, str) else count


def _costs(data: dict[str, Any]) -> dict[str, Any]:
    return as_dict(decoded(first(data, "costDetails", "cost_details")))


def _number(value: Any) -> float | None:
    """Exports of decimal columns are strings."""
    if isinstance(value, str) and len(value) < 40:
        try:
            value = float(value)
        except ValueError:
            return None
    return as_float(value)


def _first(counts: dict[str, int], names: tuple[str, ...]) -> int | None:
    return next((counts[name] for name in names if name in counts), None)


def _sum(counts: dict[str, int], marks: tuple[str, ...]) -> int | None:
    found = [count for name, count in counts.items() if any(mark in name for mark in marks)]
    return max(found) if found else None


def _are_apart(counts: dict[str, int]) -> bool:
    """Some instrumentations take the cached and the thought tokens out of the others, which their total shows."""
    total = _first(counts, _TOTALS)
    parts = [count for name, count in counts.items() if name not in _TOTALS]
    if total is None:
        return any(name.startswith("cache_") for name in counts)
    plain = (_first(counts, _INPUTS) or 0) + (_first(counts, _OUTPUTS) or 0)
    return total == sum(parts) and total != plain
