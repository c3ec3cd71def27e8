"""Try rules on what was logged before: what each would have brought, and whether that is what was expected."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, write
from llmsec_tui.errors import ConfigError, ExitCode, NotFound

if TYPE_CHECKING:
    from llmsec_tui.detect.rule import Described, RuleSet
    from llmsec_tui.service.rules.backtest import Brought, Report
    from llmsec_tui.service.rules.expectations import Expectations

Paths = Annotated[list[str] | None, typer.Argument(metavar="[PATH…]", help="Logs: files, directories or globs.")]
StoreOption = Annotated[
    Path | None, typer.Option("--store", metavar="FILE", help="Instead of logs: a store that no collector has open.")
]
RulesOption = Annotated[list[Path] | None, typer.Option("--rules", metavar="DIR", help="Instead of the shipped.")]
RuleOption = Annotated[
    list[str] | None, typer.Option("--rule", metavar="NAME", help="Only this one: its id, beginning of it, or name.")
]
ExpectOption = Annotated[
    Path | None, typer.Option("--expect", metavar="FILE", help="YAML that says how many alerts each rule is to raise.")
]
_COLUMNS = ("alerts", "per_day", "not_evaluable", "level", "title", "outcomes", "overlaps_with")
_OF_A_STORE = ("alerts", "per_day", "not_evaluable", "level", "title", "outcomes", "dispositions", "overlaps_with")


def add_to(rules: typer.Typer) -> None:
    """Add the commands of this module to those about rules."""
    rules.command("backtest")(backtest)


def backtest(
    context: typer.Context,
    paths: Paths = None,
    store: StoreOption = None,
    folders: RulesOption = None,
    only: RuleOption = None,
    expect: ExpectOption = None,
    chosen: FormatOption = None,
) -> None:
    """Say what rules would have raised on logs or a store; exit 1 when that is not what is expected."""
    from llmsec_tui.detect.ruleset import load
    from llmsec_tui.paths import shipped
    from llmsec_tui.service.collection import collect_rarely
    from llmsec_tui.service.rules import backtest as service
    from llmsec_tui.service.rules.expectations import expectations
    from llmsec_tui.service.rules.rulebook import Rulebook

    if bool(paths) == (store is not None):
        raise ConfigError("A back-test runs over logs or over a store.", hint="Give PATH… or --store FILE.")
    collect_rarely()
    places = [*(folders or [shipped("rules")]), context.obj.canaries]
    ruleset = load(places)
    book = Rulebook(places, ruleset)
    if only:
        ruleset = service.chosen(ruleset, [book.find(name) for name in only])
    wanted = None if expect is None else expectations(expect, lambda name: _alerting(ruleset, book.find(name)))
    if paths and wanted is not None and (first := next((one for one in wanted.expected if one.of), None)) is not None:
        raise ConfigError(
            f"{wanted.path}:{first.line}: logs do not say what incidents turned out to be.",
            hint="Take 'of' out, or give --store FILE.",
        )
    report = service.over_files(ruleset, paths) if paths else service.over_store(ruleset, store or Path())
    write([_row(one, ruleset) for one in report.rules], _OF_A_STORE if store else _COLUMNS, chosen)
    raise typer.Exit(ExitCode.FINDINGS if _judge(report, wanted) else ExitCode.FINE)


def _alerting(ruleset: "RuleSet", rule: "Described") -> str:
    if not ruleset.by_id.get(rule.id, rule).alerts or rule.id not in ruleset.by_id:
        raise NotFound(f'The rule "{rule.title}" raises no alerts in this run.')
    return rule.id


def _row(one: "Brought", ruleset: "RuleSet") -> dict[str, Any]:
    beside = {ruleset.by_id[other].title: count for other, count in one.overlap.items()}
    return {
        "rule_id": one.rule.id,
        "title": one.rule.title,
        "level": one.rule.level,
        "alerts": one.alerts,
        "per_day": None if one.per_day is None else round(one.per_day, 2),
        "not_evaluable": one.not_evaluable,
        "overlap": one.overlap,
        "overlaps_with": "; ".join(f"{title} × {count}" for title, count in beside.items()),
        "outcomes": one.outcomes,
        "dispositions": one.dispositions,
        "version": one.rule.version,
    }


def _judge(report: "Report", wanted: "Expectations | None") -> bool:
    """Say how it went; whether anything is not as it was expected."""
    for problem in report.problems:
        say(problem)
    total = sum(one.alerts for one in report.rules)
    hidden = f", {report.not_evaluable:,} verdicts impossible" if report.not_evaluable else ""
    say(
        f"{report.events:,} events of {report.days:.2f} days, {len(report.rules):,} rules: "
        f"{total:,} alerts of {sum(one.alerts > 0 for one in report.rules):,} rules{hidden}."
    )
    if wanted is None:
        return False
    missed = list(wanted.missed(report))
    surprises = [] if wanted.unexpected == "ignore" else list(wanted.surprises(report))
    for line in (*missed, *surprises):
        say(line)
    failed = len(missed) + (len(surprises) if wanted.unexpected == "fail" else 0)
    met = len(wanted.expected) - len(missed)
    say(f"{met:,} of {len(wanted.expected):,} expectations met, {len(surprises):,} rules alert unexpectedly.")
    return failed > 0
