"""What a rule has to pass before it may run: it loads, and it does to its own examples what it says."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import Example, Rule, RuleSet
from llmsec_tui.detect.ruleset import read
from llmsec_tui.detect.sigma.examples import to_batch
from llmsec_tui.errors import RuleIssue


def lint(paths: Sequence[Path]) -> list[RuleIssue]:
    """Everything that keeps these rules from loading."""
    return read(paths)[1]


def test(ruleset: RuleSet) -> list[RuleIssue]:
    """Every example that its rule does not treat as it says."""
    return [issue for rule in ruleset.rules for issue in _wrong(rule)]


def _wrong(rule: Rule) -> Iterator[RuleIssue]:
    examples: list[Example] = [*rule.examples.match, *rule.examples.no_match]
    hit = set(detect(RuleSet((rule,)), to_batch(examples)).alerts["source_offset"])
    for number, example in enumerate(examples):
        wanted = number < len(rule.examples.match)
        if wanted and number not in hit:
            yield RuleIssue(str(rule.path), example.line, "no-hit", "the rule misses this example, which it must hit")
        elif not wanted and number in hit:
            yield RuleIssue(str(rule.path), example.line, "false-hit", "the rule hits this example, which it must not")
