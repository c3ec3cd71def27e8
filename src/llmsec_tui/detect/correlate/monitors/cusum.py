"""A small change that lasts, by cumulative sums."""

from llmsec_tui.detect.correlate.monitors.chart import Chart, Statistic
from llmsec_tui.detect.correlate.monitors.words import figure

SLACK = 0.5
"""Standard deviations that a window may be off for nothing: half of the shift that is to be found soonest."""


class Cusum(Chart):
    """``H ← max(0, H + z - k)`` and ``L ← max(0, L - z - k)``, k = 0.5; above where ``H > threshold``, below: ``L``.

    Page, "Continuous inspection schemes", Biometrika 41, 1954; in the tabular form of Montgomery, "Introduction to
    Statistical Quality Control", §9.1, and NIST/SEMATECH e-Handbook §6.3.2.3, where 4 or 5 is usual for a known
    centre and spread; here both are learned, which takes more. z = (x - centre) / spread of a window, and x is its
    events or the mean of its values. The sums stop at twice the threshold, so that the end of a change is seen too.
    """

    @staticmethod
    def after(statistic: Statistic, z: float, windows: int, threshold: float, slack: float = SLACK) -> Statistic:
        high, low = statistic
        return [_bounded(high + windows * (z - slack), threshold), _bounded(low - windows * (z + slack), threshold)]

    @staticmethod
    def height(statistic: Statistic) -> tuple[float, float]:
        return statistic[0], statistic[1]

    def told(self, height: float) -> str:
        return f"they add up to {figure(height)} standard deviations"


def _bounded(total: float, threshold: float) -> float:
    return min(max(total, 0.0), 2 * threshold)
