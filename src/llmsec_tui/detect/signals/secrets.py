"""The signal ``secrets_found``: the kinds of keys and tokens in a text that hold against what their issuers make."""

from collections.abc import Sequence
from functools import cache

import polars as pl

from llmsec_tui.checks.secret_kinds import KINDS
from llmsec_tui.detect.signals.kinds import Finder
from llmsec_tui.detect.signals.signal import Signal, Span

_LIKELY = r"[A-Za-z0-9+/_-]{16}|://[^\s/@]{1,80}@|(?i:pwd|password)="
"""Every secret has a long word, or stands in an address or a list of settings."""


@cache
def _finder() -> Finder:
    return Finder(KINDS, _LIKELY, {hint for kind in KINDS for hint in kind.hints})


def compute(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    """For each text the names of ``checks.secret_kinds.KINDS`` in it, in their order, between commas."""
    return _finder().names(texts)


def places(text: str, trust: str) -> list[Span]:
    """Where they stand."""
    return _finder().places(text)


SIGNAL = Signal("secrets_found", "1", pl.lit(value=True), pl.String(), compute, places)
