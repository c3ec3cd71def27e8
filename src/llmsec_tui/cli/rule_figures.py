"""What rules are worth, in figures: how right each is on labelled texts, and what of the catalogues they cover."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import Format, FormatOption, write
from llmsec_tui.cli.rates import percent, with_interval

if TYPE_CHECKING:
    from llmsec_tui.detect.measuring.per_rule import Judged, Measured
    from llmsec_tui.detect.rule import RuleSet

Folders = Annotated[list[Path] | None, typer.Argument(metavar="[PATH…]", help="Rule files or folders; else shipped.")]
_RULE_SUFFIXES = (".yml", ".yaml")


def add_to(rules: typer.Typer) -> None:
    """Add the commands of this module to those about rules."""
    rules.command("coverage")(show_coverage)


def texts_and_rules(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Apart: files with labelled texts, and rule files and folders."""
    texts = [path for path in paths if path.is_file() and path.suffix not in _RULE_SUFFIXES]
    return texts, [path for path in paths if path not in texts]


def write_statistics(ruleset: "RuleSet", texts: Sequence[Path], chosen: Format | None) -> bool:
    """A line for each rule; whether any is wrong more often than right and claims to be more than information.

    Without labelled texts rules are measured on their own examples, and the intervals show how little those prove.
    """
    from llmsec_tui.detect.measuring.per_rule import per_rule

    measured = per_rule(ruleset.rules, _on_texts(ruleset, texts)) if texts else _on_examples(ruleset)
    measured = [one for one in measured if "/" not in one.rule.id]
    write(
        [_row(one) for one in measured],
        ("level", "hits", "wrong", "precision_95", "recall_95", "verdict", "title"),
        chosen,
    )
    worse = [one for one in measured if one.is_mostly_wrong]
    silent = sum(one.hits == 0 for one in measured)
    say(
        f"{len(measured):,} rules; {silent:,} hit nothing; {len(worse):,} wrong more often than right above "
        "informational. Intervals: 95 %."
    )
    return bool(worse)


def _on_texts(ruleset: "RuleSet", texts: Sequence[Path]) -> "Iterator[Judged]":
    from llmsec_tui.detect.measuring.per_rule import Judged
    from llmsec_tui.service.evaluation.judging import Spent, verdicts
    from llmsec_tui.service.evaluation.rows import check, rows

    for path in texts:
        check(path)
    for path in texts:
        for one in verdicts(ruleset, rows(path), Spent()):
            yield Judged(one.row.task, one.row.label == 1, one.rules)


def _on_examples(ruleset: "RuleSet") -> "list[Measured]":
    from llmsec_tui.detect.gate import hits_on_examples
    from llmsec_tui.detect.measuring.per_rule import Measured
    from llmsec_tui.detect.measuring.rates import Counts
    from llmsec_tui.detect.rule import Watch

    measured = []
    for rule in ruleset.rules:
        if isinstance(rule, Watch):
            # Its examples are series, and no events.
            continue
        hit = hits_on_examples(rule)
        attacks, benign = len(rule.examples.match), len(rule.examples.no_match)
        found = sum(number < attacks for number in hit)
        wrong = len(hit) - found
        measured.append(Measured(rule, Counts(found, wrong, attacks - found, benign - wrong)))
    return measured


def _row(one: "Measured") -> dict[str, Any]:
    return {
        "rule_id": one.rule.id,
        "title": one.rule.title,
        "level": one.rule.level,
        "hits": one.hits,
        "right": one.counts.true_positives,
        "wrong": one.counts.false_positives,
        "attacks": one.counts.attacks,
        "benign": one.counts.benign,
        **with_interval("precision", one.precision),
        **with_interval("recall", one.recall),
        **with_interval("false_positive_rate", one.counts.false_positive_rate),
        "precision_95": percent(one.precision),
        "recall_95": percent(one.recall),
        "mostly_wrong": one.is_mostly_wrong,
        "verdict": "WRONG MORE OFTEN THAN RIGHT" if one.is_mostly_wrong else "",
        "path": str(one.rule.path),
    }


def show_coverage(folders: Folders = None, chosen: FormatOption = None) -> None:
    """What of OWASP LLM 2025, OWASP Agentic 2026 and MITRE ATLAS 5.6.0 rules with passing examples cover."""
    from llmsec_tui.compliance.catalogue import OWASP_AGENTIC, OWASP_LLM
    from llmsec_tui.detect.coverage import CATALOGUES, coverage
    from llmsec_tui.detect.ruleset import load
    from llmsec_tui.paths import shipped

    titles = {item.tag: item.title for framework in (OWASP_LLM, OWASP_AGENTIC) for item in framework.items}
    items = list(coverage(load(folders or [shipped("rules")])))
    rows = [
        {
            "item": one.tag,
            "title": titles.get(one.tag, ""),
            "rules": len(one.sound),
            "failing": len(one.unsound),
            "by": "; ".join(rule.title for rule in one.sound) or "none",
            "rule_ids": [rule.id for rule in one.sound],
        }
        for one in items
    ]
    write(rows, ("item", "rules", "failing", "title", "by"), chosen)
    for catalogue in CATALOGUES:
        some = [one for one in items if one.tag.startswith(f"{catalogue}.")]
        none = sum(not one.sound for one in some)
        say(f"{catalogue}: {len(some) - none} of {len(some)} items covered, {none} by no rule.")
