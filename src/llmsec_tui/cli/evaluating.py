"""Measure detection on labelled texts."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import Format, FormatOption, as_json, json_line, table, write
from llmsec_tui.cli.rates import percent, with_interval
from llmsec_tui.errors import ConfigError

if TYPE_CHECKING:
    from llmsec_tui.detect.measuring.answers import Answers
    from llmsec_tui.detect.measuring.rates import Estimate
    from llmsec_tui.detect.measuring.summary import Figures
    from llmsec_tui.detect.rule import RuleSet
    from llmsec_tui.service.evaluation.judging import Spent, Verdict

LabelledFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Labelled texts: a JSON object a line, plain or packed (.gz, .zst).")
]
RulesOption = Annotated[list[Path] | None, typer.Option("--rules", metavar="DIR", help="Instead of the shipped.")]
WithoutScorer = Annotated[bool, typer.Option("--without-scorer", help="By the rules alone.")]
_ESTIMATES = ("recall", "false_positive_rate", "precision", "f1", "auroc", "recall_at_1", "recall_at_0_1")
_WIDEST = 1_000
_TITLES = {
    "recall": "recall",
    "false_positive_rate": "FPR",
    "precision": "precision",
    "f1": "F1",
    "auroc": "AUROC",
    "recall_at_1": "recall@1%",
    "recall_at_0_1": "recall@0.1%",
}


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("eval")(evaluate)


def evaluate(
    file: LabelledFile,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", metavar="OUT", help="Write what is said about each text here.")
    ] = None,
    rules: RulesOption = None,
    without_scorer: WithoutScorer = False,
    chosen: FormatOption = None,
) -> None:
    """Measure detection on labelled texts: recall, false positives and more, over all and by group, with intervals."""
    from llmsec_tui.detect.measuring.answers import Answers
    from llmsec_tui.detect.measuring.summary import summary
    from llmsec_tui.service.collection import collect_rarely
    from llmsec_tui.service.evaluation.judging import Spent, verdicts
    from llmsec_tui.service.evaluation.rows import check, rows

    if predictions is not None and predictions.exists() and predictions.samefile(file):
        raise ConfigError("The predictions would overwrite the texts.", hint="Name another file for --predictions.")
    collect_rarely()
    ruleset = _ruleset(rules, without_scorer)
    check(file)
    answers, spent = Answers(), Spent()
    with ExitStack() as stack:
        out = None if predictions is None else stack.enter_context(_opened(predictions))
        failed = _take(verdicts(ruleset, rows(file), spent), answers, out)
    write_figures(list(summary(answers)), chosen)
    _tell(answers, spent, ruleset, failed)


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}. Nothing was measured.", hint="Name another file."
        ) from error


def _ruleset(rules: list[Path] | None, without_scorer: bool) -> "RuleSet":
    from llmsec_tui.detect.confidence.scoring import asks_scorer
    from llmsec_tui.detect.ruleset import load
    from llmsec_tui.paths import shipped
    from llmsec_tui.service.rules.in_force import in_force

    ruleset = load(rules or [shipped("rules")])
    if not without_scorer:
        return ruleset
    return in_force(ruleset, {rule.id for rule in ruleset.rules if asks_scorer(rule)})


def _take(said: "Iterator[Verdict]", answers: "Answers", out: IO[str] | None) -> int:
    """Keep what was said about each text, and write it; how many texts nobody could judge."""
    from llmsec_tui.detect.measuring.answers import Label

    failed = 0
    for one in said:
        row = one.row
        answers.add(Label(row.label == 1, str(row.task), row.source, row.kind, row.role, row.lang), one.score, one.hit)
        failed += one.failed
        if out is not None:
            score = round(one.score, 9)
            line = {"id": row.id, "score": score, "hit": one.hit, "rules": list(one.rules)}
            out.write(json_line(line) + "\n")
    return failed


def write_figures(figures: "list[Figures]", chosen: Format | None) -> None:
    """A line for each group; percentages with their intervals in a table, and all numbers as JSON."""
    if as_json(chosen):
        write([_numbers(one) for one in figures], (), Format.JSONL)
        return
    shown = [
        {"by": one.by, "group": one.name, "attacks": one.counts.attacks, "benign": one.counts.benign}
        | {_TITLES[name]: percent(estimate) for name, estimate in _estimates(one).items()}
        for one in figures
    ]
    columns = ("by", "group", "attacks", "benign", *_TITLES.values())
    # A line that is too long for a terminal is worth more than one that is cut.
    for line in table(shown, columns, _WIDEST):
        typer.echo(line)


def _estimates(one: "Figures") -> "dict[str, Estimate | None]":
    counts = one.counts
    values = (counts.recall, counts.false_positive_rate, counts.precision, counts.f1, one.auroc, *one.recall_at)
    return dict(zip(_ESTIMATES, values, strict=True))


def _numbers(one: "Figures") -> dict[str, Any]:
    counts = one.counts
    row: dict[str, Any] = {
        "by": one.by,
        "group": one.name,
        "attacks": counts.attacks,
        "benign": counts.benign,
        "true_positives": counts.true_positives,
        "false_positives": counts.false_positives,
    }
    for name, estimate in _estimates(one).items():
        row |= with_interval(name, estimate)
    return row


def _tell(answers: "Answers", spent: "Spent", ruleset: "RuleSet", failed: int) -> None:
    """What a table has no room for."""
    if failed:
        say(f"The detector failed on {failed:,} texts. They count as not found.")
    speed = spent.texts / spent.seconds if spent.seconds else 0.0
    on_cpu = spent.texts / spent.cpu_seconds if spent.cpu_seconds else 0.0
    say(
        f"{len(answers):,} texts, {len(ruleset.rules):,} rules on single events; {speed:,.0f} texts/s, "
        f"{on_cpu:,.0f} per second of processor time. Intervals: 95 %."
    )
