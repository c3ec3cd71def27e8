"""What is to be known of each hit, for every rule over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmsec_tui.detect.rule import ENGINE, Correlation, Grouped, Monitor
from llmsec_tui.events.identity import event_id, key64


@dataclass(frozen=True, slots=True)
class Plan:
    """One rule over time, and what it asks of the events that its sources hit."""

    rule: Correlation | Monitor
    groups: tuple[tuple[str, ...], ...]
    """By source: the fields whose values are the group."""
    fields: tuple[str, ...]
    """Whose values it looks at."""
    carried: tuple[str, ...]
    """Further fields, for the rules over this rule's alerts."""
    stamp: str
    """Changes whenever what the rule remembers would no longer be right: with the rule, and with the rules over time
    that it builds on. A change of a rule for single events leaves the hits that were counted as they are."""

    def asks(self) -> frozenset[str]:
        """All fields."""
        return frozenset(self.fields).union(self.carried, *self.groups)


def plans(grouped: Sequence[Correlation | Monitor]) -> tuple[Plan, ...]:
    """In the order of the rules, which is one in which each comes after its sources."""
    stamps: dict[str, str] = {}
    for rule in grouped:
        below = [stamps.get(source, "") for source in rule.sources]
        stamps[rule.id] = event_id(key64(ENGINE, rule.version, *rule.sources, *below))
    carried: dict[str, dict[str, None]] = {rule.id: {} for rule in grouped}
    for rule in reversed(grouped):
        for source in rule.sources:
            if source in carried:
                wanted = (*_group(rule, source), *fields(rule), *carried[rule.id])
                carried[source] |= dict.fromkeys(wanted)
    by_id: Mapping[str, Grouped] = {rule.id: rule for rule in grouped}
    return tuple(
        Plan(
            rule=rule,
            groups=tuple(_group(rule, source) for source in rule.sources),
            fields=fields(rule),
            carried=tuple(name for name in carried[rule.id] if name not in by_id[rule.id].group_by),
            stamp=stamps[rule.id],
        )
        for rule in grouped
    )


def fields(rule: Correlation | Monitor) -> tuple[str, ...]:
    """Those whose values the rule looks at."""
    if isinstance(rule, Correlation):
        return rule.fields
    return (rule.field,) if rule.field else ()


def _group(rule: Grouped, source: str) -> tuple[str, ...]:
    return tuple(rule.aliases.get(name, {}).get(source, name) for name in rule.group_by)
