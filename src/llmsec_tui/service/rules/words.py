"""What a rule over time compares, in a sentence."""

from llmsec_tui.detect.rule import AllRules, AnyRule, Correlation, Expression, Monitor, NoRule, RuleSet, Watch
from llmsec_tui.drift.monitors.kinds import BEHAVIOUR, Budget, Drift, SilentRule, Slow, Threshold, Velocity

_UNITS = ((86_400_000_000, "day"), (3_600_000_000, "hour"), (60_000_000, "minute"), (1_000_000, "second"))


def over_time(rule: Correlation | Monitor, ruleset: RuleSet) -> str:
    """What is counted, of what, in which groups, within how long, and when the rule fires."""
    groups = f" for each {', '.join(rule.group_by)}" if rule.group_by else ""
    span = f" within {span_words(rule.timespan)}"
    if isinstance(rule, Monitor):
        what = f"{rule.type} of {rule.field}" if rule.field else str(rule.type)
        learned = f", {rule.history} past windows or values at most, {rule.min_n} at least"
        return f"{what}{groups}{span}: {rule.direction}, threshold {rule.threshold:g}{learned}"
    kind = str(rule.type).replace("_", " ")
    of = f" of {', '.join(rule.fields)}" if rule.fields else ""
    part = f" (percentile {rule.percentile})" if rule.percentile is not None else ""
    if rule.expression is not None:
        condition = expression(rule.expression, [_title(source, ruleset) for source in rule.sources])
    else:
        condition = " and ".join(f"{limit.op} {limit.value:g}" for limit in rule.limits)
    return f"{kind}{part}{of}{groups}{span}: {condition}"


def watched(rule: Watch) -> str:
    """What a monitor of behaviour, money or rules looks at, and beyond what it speaks up."""
    kind = rule.kind
    match kind:
        case Drift():
            least = "each metric's own least effect" if kind.effect is None else f"an effect of {kind.effect:g} or more"
            told = f"drift of {_metrics(kind.metrics)} for {', '.join(kind.by)}: {least}"
        case Slow():
            told = (
                f"slow drift of {_metrics(kind.metrics)} for {', '.join(kind.by)}: deviations add up to {kind.limit:g}"
            )
        case Threshold():
            side = f"above {kind.above:g}" if kind.above is not None else f"below {kind.below:g}"
            hours = "an hour" if kind.hours == 1 else f"{kind.hours} hours in a row"
            told = f"{kind.value} of {kind.metric} for {', '.join(kind.by)}: {side} for {hours}"
        case Budget():
            limit = "the budgets of prices.yml" if kind.limit is None else f"${kind.limit:,.2f}"
            told = f"money of a {kind.period} by {', '.join(kind.by)}: more than {kind.share:.0%} of {limit}"
        case Velocity():
            told = f"money of an hour by {', '.join(kind.by)}: {kind.threshold:g} deviations above the usual"
        case SilentRule():
            told = f"rules without alerts, which had some in the last {kind.days} days"
    return told if rule.selection is None else f"{told}; only what 'detection' selects"


def _metrics(names: tuple[str, ...]) -> str:
    return "any behaviour" if names == BEHAVIOUR else ", ".join(names)


def expression(node: Expression, names: list[str], *, inner: bool = False) -> str:
    """Which rules must have been hit."""
    match node:
        case int():
            return names[node]
        case NoRule(part):
            return f"not {expression(part, names, inner=True)}"
        case AllRules(parts):
            text = " and ".join(expression(part, names, inner=True) for part in parts)
        case AnyRule(parts):
            text = " or ".join(expression(part, names, inner=True) for part in parts)
    return f"({text})" if inner else text


def span_words(micros: int) -> str:
    """A length of time in the largest unit that it is a whole number of."""
    for size, name in _UNITS:
        if micros % size == 0:
            number = micros // size
            return f"{number} {name}" + ("s" if number != 1 else "")
    return f"{micros / 1_000_000:g} seconds"


def _title(rule_id: str, ruleset: RuleSet) -> str:
    rule = ruleset.by_id.get(rule_id)
    return rule_id if rule is None else f'"{rule.title}"'
