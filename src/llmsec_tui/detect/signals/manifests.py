"""The signals of a tool's own description, as a tool server lists it: what it says of itself, and what it takes."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from llmsec_tui.detect.signals.arguments import decoded, key
from llmsec_tui.detect.signals.signal import Signal

_WORDS = ("description", "title", "annotations")
_SCHEMAS = ("inputSchema", "input_schema", "parameters", "outputSchema")


def _description(tool: dict[str, Any]) -> str | None:
    told = {name: tool[name] for name in _WORDS if tool.get(name)}
    return key([told]) if told else None


def _schema(tool: dict[str, Any]) -> str | None:
    taken = {name: tool[name] for name in _SCHEMAS if tool.get(name)}
    return key([taken]) if taken else None


def _of(part: Callable[[dict[str, Any]], str | None]) -> Callable[[Sequence[str], Sequence[str]], list[str | None]]:
    def compute(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
        tools = map(decoded, texts)
        return [part(tool) if isinstance(tool, dict) else None for tool in tools]

    return compute


_LISTED = (pl.col("kind") == "meta") & (pl.col("operation_name") == "tools/list")

TOOL_DESCRIPTION = Signal("tool_description", "1", _LISTED, pl.String(), _of(_description))
"""Equal for tools that describe themselves alike, whatever they take."""
TOOL_SCHEMA = Signal("tool_schema", "1", _LISTED, pl.String(), _of(_schema))
"""Equal for tools that take the same arguments, whatever they say of themselves."""
