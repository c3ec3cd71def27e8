"""The rule gate from the shell: list, lint, test."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from llmsec_tui.cli import alarm_budget, backtest, rule_figures, rule_state
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import Format, FormatOption, write
from llmsec_tui.errors import ExitCode, RuleIssue
from llmsec_tui.text import visible

Folders = Annotated[list[Path] | None, typer.Argument(metavar="[PATH…]", help="Rule files or folders; else shipped.")]
FoldersAndTexts = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PATH…]", help="Rule files or folders, else shipped; with --stats also labelled texts."),
]
StatsOption = Annotated[
    bool, typer.Option("--stats", help="How often each rule is right on labelled texts (as for eval), or its examples.")
]
FixOption = Annotated[bool, typer.Option("--fix", help="Put right what is mechanical, keeping comments and layout.")]
SummaryOption = Annotated[bool, typer.Option("--summary", help="Only how often each problem occurs.")]
IssueFormat = Annotated[Format | None, typer.Option("--format", help="jsonl; else a line of text for each problem.")]

_rules = typer.Typer(help="Detection rules.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module, and those about the rules of a running collector."""
    rule_state.add_to(_rules)
    backtest.add_to(_rules)
    rule_figures.add_to(_rules)
    alarm_budget.add_to(_rules)
    app.add_typer(_rules, name="rules")


def _paths(given: list[Path] | None) -> list[Path]:
    from llmsec_tui.paths import shipped

    return given or [shipped("rules")]


@_rules.command("list")
def list_rules(folders: Folders = None, chosen: FormatOption = None) -> None:
    """Every rule with its level, confidence and tags."""
    from llmsec_tui.detect.rule import Correlation, Monitor, Watch
    from llmsec_tui.detect.ruleset import load

    rows = [
        {
            "rule_id": rule.id,
            "kind": {Correlation: "correlation", Monitor: "monitor", Watch: "monitor"}.get(type(rule), "rule"),
            "alerts": rule.alerts,
            "level": rule.level,
            "confidence": rule.confidence,
            "title": rule.title,
            "tags": list(rule.tags),
            "version": rule.version,
            "path": str(rule.path),
        }
        for rule in load(_paths(folders)).everything
        # The selection of a monitor is a part of it.
        if "/" not in rule.id
    ]
    write(rows, ("level", "confidence", "kind", "title", "path"), chosen)


@_rules.command("cost")
def cost_of_rules(folders: Folders = None, chosen: FormatOption = None) -> None:
    """How much of ordinary text each rule's patterns are run over, the dearest first."""
    from llmsec_tui.detect.cost import costs
    from llmsec_tui.detect.ruleset import load

    rows = [
        {
            "rule_id": one.rule.id,
            "share": round(one.share, 6),
            "instructions": round(one.cost, 3),
            "title": one.rule.title,
            "path": str(one.rule.path),
        }
        for one in costs(load(_paths(folders)))
    ]
    write(rows, ("share", "instructions", "title", "path"), chosen)


@_rules.command("lint")
def lint_rules(
    folders: Folders = None, fix: FixOption = False, summary: SummaryOption = False, chosen: IssueFormat = None
) -> None:
    """Check rule files strictly; exit 1 when a rule does not load. Warnings and hints are shown too."""
    from llmsec_tui.detect import gate
    from llmsec_tui.detect.sigma.checks import Severity, severity

    paths = _paths(folders)
    if fix:
        _fix(paths)
    examined = gate.examine(paths)
    issues = examined.issues
    if summary:
        _summary(issues, chosen)
    elif chosen is Format.JSONL:
        write([_row(issue) for issue in issues], (), chosen)
    else:
        for issue in issues:
            typer.echo(visible(_line(issue)))
    counts = Counter(severity(issue.code) for issue in issues)
    broken = len({issue.path for issue in issues if severity(issue.code) is Severity.ERROR})
    rules = sum("/" not in rule.id for rule in examined.ruleset.everything)
    found = ", ".join(_counted(counts[kind], kind) for kind in Severity if counts[kind])
    if counts[Severity.ERROR]:
        say(f"{found} in {_counted(broken, 'broken file')}; {_counted(rules, 'rule')} of {examined.documents} load.")
        raise typer.Exit(ExitCode.FINDINGS)
    whole = "1 rule is" if rules == 1 else f"All {rules:,} rules are"
    say(f"{whole} well formed" + (f": {found}." if found else "."))


@_rules.command("test")
def run_examples(folders: FoldersAndTexts = None, stats: StatsOption = False, chosen: FormatOption = None) -> None:
    """Run every rule's own examples; exit 1 when one misses, or with --stats when a rule is mostly wrong."""
    from llmsec_tui.detect.gate import test
    from llmsec_tui.detect.rule import proofs
    from llmsec_tui.detect.ruleset import load

    if stats:
        texts, places = rule_figures.texts_and_rules(folders or [])
        if rule_figures.write_statistics(load(_paths(places)), texts, chosen):
            raise typer.Exit(ExitCode.FINDINGS)
        return
    ruleset = load(_paths(folders))
    issues = test(ruleset)
    for issue in issues:
        typer.echo(visible(str(issue)))
    if issues:
        say(f"{_counted(len(issues), 'problem')}.")
        raise typer.Exit(ExitCode.FINDINGS)
    tested = [proofs(rule) for rule in ruleset.everything if "/" not in rule.id]
    examples = sum(map(sum, tested))
    say(f"{len(tested)} rules, {examples} examples: all as they should be.")


def _fix(paths: Sequence[Path]) -> None:
    from llmsec_tui.detect import gate

    changed = 0
    for path, done in gate.fix(paths):
        changed += len(done.changes)
        for change in done.changes:
            say(f"fixed {change}")
        if done.refusal:
            say(f"left {path} as it is: {done.refusal}")
    say(f"{_counted(changed, 'change')} made.")


def _line(issue: RuleIssue) -> str:
    """As an issue reads, with its severity where that is no error."""
    from llmsec_tui.detect.sigma.checks import Severity, severity

    kind = severity(issue.code)
    text = str(issue)
    return text if kind is Severity.ERROR else text.replace(f": {issue.code}: ", f": {kind} {issue.code}: ", 1)


def _row(issue: RuleIssue) -> dict[str, Any]:
    from llmsec_tui.detect.sigma.checks import fixable, severity

    return {
        "path": issue.path,
        "line": issue.line,
        "column": issue.column,
        "severity": severity(issue.code),
        "code": issue.code,
        "message": issue.message,
        "fixable": fixable(issue.code),
    }


def _summary(issues: Sequence[RuleIssue], chosen: Format | None) -> None:
    from llmsec_tui.detect.sigma.checks import severity

    counts = Counter(issue.code for issue in issues)
    files = {code: len({issue.path for issue in issues if issue.code == code}) for code in counts}
    examples = {issue.code: issue for issue in reversed(issues)}
    rows = [
        {
            "severity": severity(code),
            "code": code,
            "problems": count,
            "files": files[code],
            "first": f"{examples[code].path}:{examples[code].line}: {examples[code].message}",
        }
        for code, count in counts.most_common()
    ]
    write(rows, ("severity", "code", "problems", "files", "first"), chosen or Format.TABLE)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 or what == "info" else "s")
