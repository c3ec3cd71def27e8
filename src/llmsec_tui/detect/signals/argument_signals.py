"""The signals of a tool call's arguments: their shape, and a key for calls that ask for the same."""

from collections.abc import Sequence

import polars as pl

from llmsec_tui.detect.signals.arguments import decoded, key, shape
from llmsec_tui.detect.signals.signal import Signal


def _shapes(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    return [shape(decoded(text)) for text in texts]


def _keys(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    return [key(decoded(text)) for text in texts]


_CALLS = pl.col("kind") == "tool_call"

ARGUMENTS_SHAPE = Signal("arguments_shape", "1", _CALLS, pl.String(), _shapes)
ARGUMENTS_KEY = Signal("arguments_key", "1", _CALLS, pl.String(), _keys)
