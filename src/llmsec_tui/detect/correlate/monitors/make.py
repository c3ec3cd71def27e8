"""The fold for a monitor."""

from collections.abc import Mapping
from typing import Any

from llmsec_tui.detect.correlate.fold import Fold
from llmsec_tui.detect.correlate.monitors.cusum import Cusum
from llmsec_tui.detect.correlate.monitors.ewma import Ewma
from llmsec_tui.detect.correlate.monitors.new_value import NewValue
from llmsec_tui.detect.correlate.monitors.psi import Psi
from llmsec_tui.detect.correlate.monitors.rate import Rate
from llmsec_tui.detect.correlate.monitors.ratio import Ratio
from llmsec_tui.detect.correlate.monitors.robust_sum import RobustSum
from llmsec_tui.detect.correlate.monitors.robust_z import RobustCount, RobustValue
from llmsec_tui.detect.correlate.monitors.share import Share
from llmsec_tui.detect.correlate.monitors.shared_text import SharedText
from llmsec_tui.detect.correlate.monitors.silence import Silence
from llmsec_tui.detect.correlate.monitors.state import MonitorFold
from llmsec_tui.detect.rule import Monitor, MonitorType

_TYPES: Mapping[MonitorType, type[MonitorFold[Any]]] = {
    MonitorType.RATE: Rate,
    MonitorType.RATIO: Ratio,
    MonitorType.ROBUST_Z: RobustCount,
    MonitorType.EWMA: Ewma,
    MonitorType.CUSUM: Cusum,
    MonitorType.NEW_VALUE: NewValue,
    MonitorType.SILENCE: Silence,
    MonitorType.PSI: Psi,
    MonitorType.ROBUST_SUM: RobustSum,
    MonitorType.SHARE: Share,
    MonitorType.SHARED_TEXT: SharedText,
}


def monitor_fold(rule: Monitor) -> Fold:
    """A group of which nothing is known yet; its ``load`` makes one of what ``dump`` gave."""
    if rule.type is MonitorType.ROBUST_Z and rule.field:
        return RobustValue(rule)
    return _TYPES[rule.type](rule)
