"""A small change that lasts, by an exponentially weighted moving average."""

from math import sqrt

from llmsec_tui.detect.correlate.monitors.chart import Chart, Statistic
from llmsec_tui.detect.correlate.monitors.words import figure

WEIGHT = 0.2
"""Of the newest window. Montgomery finds 0.05 to 0.25 to work well; smaller ones see smaller shifts, later."""


class Ewma(Chart):
    """``E ← (1 - λ) · E + λ · z``, λ = 0.2; fires where ``|E| > threshold · sqrt(λ / (2 - λ))``.

    Roberts, "Control chart tests based on geometric moving averages", Technometrics 1, 1959; Montgomery,
    "Introduction to Statistical Quality Control", §9.2 (the limit of its steady state); NIST/SEMATECH e-Handbook
    §6.3.2.4. z = (x - centre) / spread of a window, and x is its events or the mean of its values. The threshold is in
    standard deviations of E. After n windows without events, ``E = z + (E - z) · (1 - λ)ⁿ``.
    """

    @staticmethod
    def after(statistic: Statistic, z: float, windows: int, threshold: float, weight: float = WEIGHT) -> Statistic:
        return [z + (statistic[0] - z) * (1 - weight) ** windows, 0.0]

    @staticmethod
    def height(statistic: Statistic) -> tuple[float, float]:
        height = statistic[0] / sqrt(WEIGHT / (2 - WEIGHT))
        return height, -height

    def told(self, height: float) -> str:
        return f"the moving average is {figure(height)} of its standard deviations"
