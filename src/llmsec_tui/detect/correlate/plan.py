"""What is to be known of each hit, for every rule over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmsec_tui.detect.fields import FIELDS, FieldType
from llmsec_tui.detect.rule import ENGINE, Correlation, CorrelationType, Grouped, Monitor, MonitorType
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.events.identity import event_id, key64

USED = frozenset(
    {"input_tokens", "output_tokens", "cache_read_input_tokens", "cache_write_input_tokens", "reasoning_output_tokens"}
    | {"cost_usd", "spend_usd", "fresh_input_tokens"}
)
"""What a call used: several events may tell of the same call, and sums count it once."""
ONCE = "usage_key"
"""What tells calls apart."""
_SUMS = (CorrelationType.VALUE_SUM, MonitorType.ROBUST_SUM)


@dataclass(frozen=True, slots=True)
class Plan:
    """One rule over time, and what it asks of the events that its sources hit."""

    rule: Correlation | Monitor
    groups: tuple[tuple[str, ...], ...]
    """By source: the fields whose values are the group."""
    fields: tuple[str, ...]
    """Whose values it looks at; behind them what tells calls apart, where it sums up what they used."""
    hashes: str
    """The one of them that holds fingerprints, or ""; it is not among ``fields``."""
    carried: tuple[str, ...]
    """Further fields, for the rules over this rule's alerts."""
    stamp: str
    """Changes whenever what the rule remembers would no longer be right: with the rule, and with the rules over time
    that it builds on. A change of a rule for single events leaves the hits that were counted as they are."""

    def asks(self) -> frozenset[str]:
        """All fields."""
        return frozenset((*self.fields, *filter(None, [self.hashes]))).union(self.carried, *self.groups)


def plans(grouped: Sequence[Correlation | Monitor]) -> tuple[Plan, ...]:
    """In the order of the rules, which is one in which each comes after its sources."""
    stamps: dict[str, str] = {}
    for rule in grouped:
        below = [stamps.get(source, "") for source in rule.sources]
        signals = [SIGNALS[name].version for name in rule.looks_at if name in SIGNALS]
        stamps[rule.id] = event_id(key64(ENGINE, rule.version, *signals, *rule.sources, *below))
    carried: dict[str, dict[str, None]] = {rule.id: {} for rule in grouped}
    for rule in reversed(grouped):
        for source in rule.sources:
            if source in carried:
                wanted = (*_group(rule, source), *_fields(rule), *carried[rule.id])
                carried[source] |= dict.fromkeys(wanted)
    by_id: Mapping[str, Grouped] = {rule.id: rule for rule in grouped}
    return tuple(
        Plan(
            rule=rule,
            groups=tuple(_group(rule, source) for source in rule.sources),
            fields=_fields(rule),
            hashes=next(filter(_are_hashes, rule.looks_at), ""),
            carried=tuple(name for name in carried[rule.id] if name not in by_id[rule.id].group_by),
            stamp=stamps[rule.id],
        )
        for rule in grouped
    )


def _fields(rule: Correlation | Monitor) -> tuple[str, ...]:
    plain = tuple(name for name in rule.looks_at if not _are_hashes(name))
    return (*plain, ONCE) if rule.type in _SUMS and USED.issuperset(plain) else plain


def _are_hashes(name: str) -> bool:
    return name in FIELDS and FIELDS[name].type is FieldType.HASHES


def _group(rule: Grouped, source: str) -> tuple[str, ...]:
    return tuple(rule.aliases.get(name, {}).get(source, name) for name in rule.group_by)
