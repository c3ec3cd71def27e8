"""What is measured of a model's behaviour: every metric, what its values are, and how much of a change matters."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from llmsec_tui.drift.bins import Bins, LinearBins, LogBins, Names, YesNo


class Shape(StrEnum):
    """What the values of a metric are."""

    NUMBER = "number"
    RATE = "rate"
    """Of so many, so many are so."""
    MIX = "mix"
    """Names."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is measured of each call, answer or tool result."""

    name: str
    title: str
    shape: Shape
    bins: Bins
    unit: str = ""
    """Of "%" values are shares of one, as those of rates are."""
    floor: float = 0.1
    """A smaller effect is no drift, however sure it is: the greatest difference of cumulated shares of a number, the
    difference of a rate, the total variation of a mix."""


_COUNT = LogBins(0, 8)
_NUMBER, _RATE, _MIX = Shape.NUMBER, Shape.RATE, Shape.MIX
_YES, _NAMES, _SHARE = YesNo(), Names(), LinearBins(0.0, 1.0, 50)


def _rate(name: str, title: str, floor: float = 0.05) -> Metric:
    return Metric(name, title, _RATE, _YES, "", floor)


METRICS: tuple[Metric, ...] = (
    Metric("input_tokens", "Input tokens", _NUMBER, _COUNT, "tokens"),
    Metric("output_tokens", "Output tokens", _NUMBER, _COUNT, "tokens"),
    Metric("cached_share", "Input from cache", _NUMBER, _SHARE, "%"),
    Metric("cost", "Cost of a call", _NUMBER, LogBins(-7, 3), "$"),
    Metric("latency", "Latency", _NUMBER, LogBins(0, 7), "ms"),
    Metric("first_token", "First token", _NUMBER, LogBins(0, 7), "ms"),
    _rate("errors", "Calls that fail", 0.02),
    _rate("refusals", "Refusals", 0.02),
    _rate("guardrail", "Guardrail blocks", 0.02),
    Metric("finish", "Finish reasons", _MIX, _NAMES),
    Metric("tools", "Tool mix", _MIX, _NAMES),
    _rate("tool_errors", "Tools that fail"),
    Metric("answer_length", "Answer length", _NUMBER, _COUNT, "chars"),
    Metric("language", "Language", _MIX, _NAMES),
    _rate("valid_json", "JSON that is valid"),
    _rate("links", "Answers with links"),
    _rate("code", "Answers with code"),
    Metric("entropy", "Entropy of letters", _NUMBER, LinearBins(0.0, 8.0, 80), "bits"),
    Metric("novelty", "Phrases said once", _NUMBER, _SHARE, "%"),
    Metric("on_topic", "Question taken up", _NUMBER, _SHARE, "%"),
    Metric("hedging", "Words that hedge", _NUMBER, LinearBins(0.0, 0.25, 50), "%"),
    _rate("pressure", "Injection alerts", 0.01),
    _rate("coverage", "Content seen"),
    _rate("has_user", "User is named"),
    _rate("has_model", "Model is named"),
    _rate("has_usage", "Tokens are told"),
)

BY_NAME = {metric.name: metric for metric in METRICS}


class _Layout:
    """Where each metric's bins are in a vector of all."""

    @cached_property
    def starts(self) -> dict[str, int]:
        starts, at = {}, 0
        for metric in METRICS:
            starts[metric.name] = at
            at += metric.bins.size
        return starts

    @cached_property
    def size(self) -> int:
        return sum(metric.bins.size for metric in METRICS)

    def of(self, metric: Metric) -> slice:
        """The places of a metric's bins."""
        start = self.starts[metric.name]
        return slice(start, start + metric.bins.size)


LAYOUT = _Layout()
NUMBERS = {metric.name: number for number, metric in enumerate(METRICS)}
SCHEMA = 1
"""Goes up whenever metrics or bins change: sketches and baselines of another schema are not compared."""
