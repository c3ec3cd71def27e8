"""What is different between two sets of rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from llmsec_tui.audit.record import Facts
from llmsec_tui.detect.rule import Described, RuleSet

_IDS_ON_RECORD = 50


@dataclass(frozen=True, slots=True)
class Change:
    """Ids of rules, each in order."""

    before: RuleSet
    after: RuleSet
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    forgotten: tuple[str, ...]
    """Rules over time that changed or are gone, and with them what they remembered."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        """A sentence."""
        number = len(whole(self.after))
        rules = f"{number} rule" + ("s" if number != 1 else "")
        if not self:
            return f"Nothing changed: {rules}."
        counts = ((self.added, "added"), (self.changed, "changed"), (self.removed, "removed"))
        what = ", ".join(f"{len(ids)} {name}" for ids, name in counts if ids)
        forgot = f" Starting anew: {', '.join(self.forgotten[:5])}." if self.forgotten else ""
        return f"{rules} from now on: {what}.{forgot}"

    def facts(self) -> Facts:
        """For the journal."""
        lists = {
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "forgotten": self.forgotten,
        }
        return {**summary(self.after), **{name: listed(ids) for name, ids in lists.items() if ids}}


def change(before: RuleSet, after: RuleSet) -> Change:
    """How a set came out of another."""
    old, new = whole(before), whole(after)
    grouped = {rule.id for rule in before.grouped}
    changed = [rule_id for rule_id in new if rule_id in old and old[rule_id].version != new[rule_id].version]
    removed = [rule_id for rule_id in old if rule_id not in new]
    return Change(
        before,
        after,
        added=_ordered(rule_id for rule_id in new if rule_id not in old),
        changed=_ordered(changed),
        removed=_ordered(removed),
        forgotten=_ordered(rule_id for rule_id in (*changed, *removed) if rule_id in grouped),
    )


def whole(ruleset: RuleSet) -> dict[str, Described]:
    """The rules of a set by id, without those that are only a part of another, such as the selection of a monitor."""
    return {rule.id: rule for rule in ruleset.everything if "/" not in rule.id}


def summary(ruleset: RuleSet) -> Facts:
    """A set in the journal."""
    return {"rules": len(whole(ruleset)), "rules_version": ruleset.version}


def listed(ids: Sequence[str]) -> str:
    """Ids in the journal; so many that a record has room for them, and how many more there are."""
    more = len(ids) - _IDS_ON_RECORD
    return " ".join(ids[:_IDS_ON_RECORD]) + (f" and {more} more" if more > 0 else "")


def _ordered(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))
