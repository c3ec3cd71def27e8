"""Which rules run, of those that are loaded."""

from collections.abc import Collection
from dataclasses import replace

from llmsec_tui.detect.rule import RuleSet


def in_force(loaded: RuleSet, off: Collection[str]) -> RuleSet:
    """The rules that run while those of the ids in ``off`` may raise no alerts.

    Rules over time go on counting silently, or turning one off for an hour would cost it what it learned in a month;
    so do rules whose hits they take. Any other rule that is off does not run.
    """
    if not loaded.by_id.keys() & set(off):
        return loaded
    return RuleSet(
        tuple(
            replace(rule, alerts=False) if rule.id in off else rule
            for rule in loaded.rules
            if rule.id not in off or rule.id in loaded.counted
        ),
        tuple(replace(rule, alerts=False) if rule.id in off else rule for rule in loaded.grouped),
    )
