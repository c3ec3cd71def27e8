"""The rule gate from the shell: list, lint, test."""

from pathlib import Path
from typing import Annotated

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, write
from llmsec_tui.errors import ExitCode, RuleIssue

Folders = Annotated[list[Path] | None, typer.Argument(metavar="[PATH…]", help="Rule files or folders; else shipped.")]

_rules = typer.Typer(help="Detection rules.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_rules, name="rules")


def _paths(given: list[Path] | None) -> list[Path]:
    from llmsec_tui.paths import shipped

    return given or [shipped("rules")]


@_rules.command("list")
def list_rules(folders: Folders = None, chosen: FormatOption = None) -> None:
    """Every rule with its level, confidence and tags."""
    from llmsec_tui.detect.ruleset import load

    rows = [
        {
            "rule_id": rule.id,
            "level": rule.level,
            "confidence": rule.confidence,
            "title": rule.title,
            "tags": list(rule.tags),
            "version": rule.version,
            "path": str(rule.path),
        }
        for rule in load(_paths(folders)).rules
    ]
    write(rows, ("level", "confidence", "title", "path"), chosen)


@_rules.command("lint")
def lint_rules(folders: Folders = None) -> None:
    """Check rule files strictly; exit 1 when anything is wrong."""
    from llmsec_tui.detect.gate import lint

    issues = lint(_paths(folders))
    _report(issues)
    if not issues:
        say("All rules are well formed.")


@_rules.command("test")
def run_examples(folders: Folders = None) -> None:
    """Run every rule's own examples; exit 1 when one misses."""
    from llmsec_tui.detect.gate import test
    from llmsec_tui.detect.ruleset import load

    ruleset = load(_paths(folders))
    issues = test(ruleset)
    _report(issues)
    examples = sum(len(rule.examples.match) + len(rule.examples.no_match) for rule in ruleset.rules)
    if not issues:
        say(f"{len(ruleset.rules)} rules, {examples} examples: all as they should be.")


def _report(issues: list[RuleIssue]) -> None:
    for issue in issues:
        typer.echo(str(issue))
    if issues:
        say(f"{len(issues)} problem{'s' if len(issues) != 1 else ''}.")
        raise typer.Exit(ExitCode.FINDINGS)
