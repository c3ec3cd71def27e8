"""Which fold a rule over time asks for."""

from llmsec_tui.detect.correlate.absence import Absence
from llmsec_tui.detect.correlate.counting import AtLeast
from llmsec_tui.detect.correlate.distinct import Distinct
from llmsec_tui.detect.correlate.expression import forbids
from llmsec_tui.detect.correlate.fold import Fold
from llmsec_tui.detect.correlate.limits import limits
from llmsec_tui.detect.correlate.monitors.make import monitor_fold
from llmsec_tui.detect.correlate.ordered import Ordered
from llmsec_tui.detect.correlate.together import Together
from llmsec_tui.detect.correlate.window import Window
from llmsec_tui.detect.rule import Correlation, CorrelationType, Grouped, Monitor
from llmsec_tui.errors import RuleError, RuleIssue


def fold_of(rule: Grouped) -> Fold:
    """A group of which nothing is known yet; raises RuleError for what :func:`refusal` refuses."""
    if isinstance(rule, Monitor):
        return monitor_fold(rule)
    assert isinstance(rule, Correlation)
    if why := refusal(rule):
        raise RuleError([RuleIssue(str(rule.path), 0, "correlation", why)])
    if rule.expression is not None:
        return Absence(rule) if forbids(rule.expression) else Together(rule)
    if rule.type is CorrelationType.TEMPORAL_ORDERED:
        return Ordered(rule)
    can_only_be_too_few = not rule.limits or limits(rule.limits).least is not None
    if rule.type is CorrelationType.EVENT_COUNT and can_only_be_too_few:
        return AtLeast(rule)
    if rule.type in (CorrelationType.VALUE_COUNT, CorrelationType.TEMPORAL) and can_only_be_too_few:
        return Distinct(rule)
    return Window(rule)


def fires_by_time(fold: Fold) -> bool:
    """Whether passing time alone may ever make it fire; no entry leaves these by which they are more than without."""
    return not isinstance(fold, AtLeast | Distinct | Together | Ordered)


def refusal(rule: Correlation) -> str | None:
    """Why no fold does what this correlation says; None when one does."""
    least = limits(rule.limits).least
    temporal = rule.type in (CorrelationType.TEMPORAL, CorrelationType.TEMPORAL_ORDERED)
    ordered = rule.type is CorrelationType.TEMPORAL_ORDERED
    if not temporal and not rule.limits:
        return f"a correlation of type {rule.type} needs a condition with a number"
    if ordered and rule.expression is not None:
        return "a temporal_ordered correlation takes its order from `rules`; write `type: temporal` for `and`, `not`"
    if ordered and rule.limits and least is None:
        return "a temporal_ordered correlation can only want at least, or more than, so many of its rules (gte, gt)"
    if temporal and least is not None and least > len(rule.sources):
        return f"the condition wants {least} rules to be hit, and there are {len(rule.sources)}"
    if rule.type.startswith("value_") and not rule.fields:
        return f"a correlation of type {rule.type} needs a field in its condition"
    if (
        rule.type is CorrelationType.VALUE_PERCENTILE
        and not 0 <= (-1 if rule.percentile is None else rule.percentile) <= 100
    ):
        return "a percentile is a whole number from 0 to 100"
    return None
