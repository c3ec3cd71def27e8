"""Which correlations have a fold, and why the others have none."""

import pytest
from tests.detect.correlate.playing import correlation, limit

from llmsec_tui.detect.correlate.folds import fold_of, refusal
from llmsec_tui.detect.rule import AllRules, Correlation, CorrelationType, NoRule
from llmsec_tui.errors import RuleError

AND_NOT = AllRules((0, NoRule(1)))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (correlation("event_count"), "needs a condition with a number"),
        (correlation("value_sum", limits=limit(">", 1)), "needs a field"),
        (correlation("temporal_ordered", "a", "b", expression=AND_NOT), "takes its order from `rules`"),
        (correlation("temporal_ordered", "a", "b", limits=limit("<", 2)), "can only want at least"),
        (correlation("temporal", "a", "b", limits=limit(">", 2)), "wants 3 rules to be hit, and there are 2"),
        (
            correlation("value_percentile", limits=limit(">", 1), fields=("cost_usd",), percentile=101),
            "from 0 to 100",
        ),
        (correlation("value_percentile", limits=limit(">", 1), fields=("cost_usd",)), "from 0 to 100"),
    ],
)
def test_what_would_have_to_be_approximated_is_refused(rule: Correlation, why: str) -> None:
    assert why in str(refusal(rule))
    with pytest.raises(RuleError, match=r"rule\.yml:0: correlation"):
        fold_of(rule)


@pytest.mark.parametrize("kind", list(CorrelationType))
@pytest.mark.parametrize("op", [">=", "<"])
def test_every_other_correlation_has_a_fold_that_starts_with_nothing(kind: CorrelationType, op: str) -> None:
    percentile = 95 if kind is CorrelationType.VALUE_PERCENTILE else None
    limits = limit(">=" if kind is CorrelationType.TEMPORAL_ORDERED else op, 1)
    fold = fold_of(correlation(kind, limits=limits, fields=("cost_usd",), percentile=percentile))
    assert (fold.size, fold.due) == (0, None)
