"""An alarm budget: so many false alarms a week are accepted, and what threshold, recall and loss follow from that."""

from dataclasses import dataclass

from llmsec_tui.detect.confidence.shipped import Point, Shipped
from llmsec_tui.detect.measuring.rates import Estimate, share


@dataclass(frozen=True, slots=True)
class Offer:
    """What one threshold brings, as measured on sources that nothing was learned from."""

    threshold: float
    false_alarms: Estimate
    """A week; the interval is that of the measured rate."""
    recall: Estimate
    is_within: bool
    """Whether no more false alarms are expected than are accepted."""


def offer(measured: Shipped, point: Point, texts: float, per_week: float) -> Offer:
    """What a measured threshold brings where ``texts`` distinct untrusted texts a week are judged."""
    rate, recall = share(point.false_positives, measured.benign), share(point.true_positives, measured.attacks)
    assert rate is not None
    assert recall is not None
    alarms = Estimate(rate.value * texts, rate.low * texts, rate.high * texts)
    return Offer(point.threshold, alarms, recall, alarms.value <= per_week)


def within(measured: Shipped, texts: float, per_week: float) -> Offer:
    """The lowest threshold that keeps the budget, or the highest that was measured if none does."""
    offers = [offer(measured, point, texts, per_week) for point in measured.points]
    kept = [one for one in offers if one.is_within]
    return kept[-1] if kept else offers[0]


def at(measured: Shipped, threshold: float, texts: float, per_week: float) -> Offer:
    """What is measured of a threshold, or of the nearest one above it."""
    above = [point for point in measured.points if point.threshold >= threshold]
    return offer(measured, above[-1] if above else measured.points[0], texts, per_week)


def everything(measured: Shipped, texts: float, per_week: float) -> Offer:
    """What the lowest threshold that was measured brings: the most that can be found."""
    return offer(measured, measured.points[-1], texts, per_week)
