"""Keep alerts that too little speaks for as information: counted and found, and nobody is woken by them."""

import polars as pl

from llmsec_tui.detect.confidence.scoring import UNTRUSTED, is_scored, is_scorer_in_force
from llmsec_tui.detect.confidence.shipped import shipped
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.schema import LEVELS

TOO_LITTLE = ", too little to be more than informational"


def leveled(alerts: pl.DataFrame, ruleset: RuleSet, threshold: float) -> pl.DataFrame:
    """Alerts with the level of their rules, or ``informational`` where that of a scored rule is below the threshold.

    Where the scorer was not asked, the shipped threshold for rules alone counts. It doesn't matter which threshold
    alerts were told with before.
    """
    levels = {rule.id: rule.level for rule in ruleset.rules if is_scored(rule) and rule.level != LEVELS[0]}
    if alerts.is_empty() or not levels:
        return alerts
    is_ours = pl.col("rule_id").is_in(list(levels))
    by_rules = pl.lit(shipped().threshold_by_rules)
    asked = pl.col("trust").is_in(UNTRUSTED).fill_null(False) & is_scorer_in_force(ruleset)
    is_low = is_ours & (pl.col("confidence") < pl.when(asked).then(pl.lit(threshold)).otherwise(by_rules))
    own = pl.col("rule_id").replace_strict(levels, default=pl.col("level"), return_dtype=pl.String)
    plain = pl.col("reason").str.strip_suffix(TOO_LITTLE)
    return alerts.with_columns(
        level=pl.when(is_low).then(pl.lit(LEVELS[0])).otherwise(own),
        reason=pl.when(is_low).then(plain + TOO_LITTLE).when(is_ours).then(plain).otherwise(pl.col("reason")),
    )
