"""How often each rule is right and wrong on labelled texts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from llmsec_tui.detect.families import Task, is_of
from llmsec_tui.detect.measuring.rates import Counts, Estimate
from llmsec_tui.detect.rule import Rule
from llmsec_tui.events.schema import LEVELS


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled text and the ids of the rules that hit it."""

    task: Task
    is_attack: bool
    rules: Sequence[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one rule did to the texts that it is there to tell apart."""

    rule: Rule
    counts: Counts

    @property
    def hits(self) -> int:
        return self.counts.true_positives + self.counts.false_positives

    @property
    def precision(self) -> Estimate | None:
        return self.counts.precision

    @property
    def recall(self) -> Estimate | None:
        return self.counts.recall

    @property
    def is_mostly_wrong(self) -> bool:
        """Whether it hits more benign texts than attacks, and yet claims to be more than information."""
        return self.rule.level != LEVELS[0] and self.counts.false_positives > self.counts.true_positives


def per_rule(rules: Iterable[Rule], judged: Iterable[Judged]) -> list[Measured]:
    """Those that are wrong most often first, then those with the most hits.

    A rule is measured on the texts of the tasks that it answers (``families.is_of``), and on all texts if it answers
    none: a leak is no attack on instructions, and a text without an injection may well hold personal data.
    """
    texts: Counter[tuple[Task, bool]] = Counter()
    hits: Counter[tuple[str, Task, bool]] = Counter()
    for one in judged:
        texts[one.task, one.is_attack] += 1
        hits.update((rule, one.task, one.is_attack) for rule in set(one.rules))
    measured = [Measured(rule, _counts(rule, texts, hits)) for rule in rules]
    return sorted(measured, key=lambda one: (-one.counts.false_positives, -one.hits, one.rule.title))


def _counts(rule: Rule, texts: Counter[tuple[Task, bool]], hits: Counter[tuple[str, Task, bool]]) -> Counts:
    tasks = [task for task in Task if is_of(rule, task)] or list(Task)
    found, wrong = (sum(hits[rule.id, task, is_attack] for task in tasks) for is_attack in (True, False))
    attacks, benign = (sum(texts[task, is_attack] for task in tasks) for is_attack in (True, False))
    return Counts(found, wrong, attacks - found, benign - wrong)
