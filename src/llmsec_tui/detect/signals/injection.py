"""The signal ``injection_score``: what the learned scorer makes of texts that the operator didn't write."""

from collections.abc import Sequence

import polars as pl

from llmsec_tui.detect.scorer.release import VERSION
from llmsec_tui.detect.signals.signal import Signal, Span
from llmsec_tui.events.model import Trust

_UNTRUSTED = (Trust.USER, Trust.TOOL, Trust.RETRIEVED)


def _compute(texts: Sequence[str], trusts: Sequence[str]) -> Sequence[float]:
    # numpy and 0.8 MB of weights are worth loading only where a rule asks.
    from llmsec_tui.detect.scorer.scorer import Scorer

    return Scorer.load().score(texts, trusts)


def _places(text: str, trust: str) -> Sequence[Span]:
    from llmsec_tui.detect.scorer.scorer import Scorer

    return [(one.start, one.end) for one in Scorer.load().why(text, trust)]


INJECTION_SCORE = Signal(
    "injection_score",
    VERSION,
    pl.col("trust").is_in([str(trust) for trust in _UNTRUSTED]),
    pl.Float64(),
    _compute,
    _places,
)
