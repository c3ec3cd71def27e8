"""The signal ``pii_found``: the kinds of personal data in a text, as far as check digits or words bear them out."""

from collections.abc import Sequence
from functools import cache

import polars as pl

from llmsec_tui.checks.personal_kinds import KINDS
from llmsec_tui.detect.signals.kinds import Finder
from llmsec_tui.detect.signals.signal import Signal, Span

_LIKELY = (
    r"[0-9](?:[ ()./-]{0,2}[0-9]){5}|@[A-Za-z0-9]|[0-9A-Za-z] [0-9]{1,5}|[0-9]{1,5}[A-Za-z]?,? [A-Za-z]|[A-Z]{6}[0-9]"
)
"""A number of six digits, an address, a number beside a word, or behind six capitals."""


@cache
def _finder() -> Finder:
    return Finder(KINDS, _LIKELY)


def compute(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    """For each text the names of ``checks.personal_kinds.KINDS`` in it, in their order, between commas."""
    return _finder().names(texts)


def places(text: str, trust: str) -> list[Span]:
    """Where they stand."""
    return _finder().places(text)


SIGNAL = Signal("pii_found", "2", pl.lit(value=True), pl.String(), compute, places)
