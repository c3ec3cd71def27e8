"""The rules of a running collector from the shell: what each raised, which are off, and reading them again."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FilterOption, FormatOption, iso, record, write
from llmsec_tui.paths import Home
from llmsec_tui.service.asks import PAGE_LIMIT, Command, Done
from llmsec_tui.service.rules.api import DisableRule, EnableRule, GetRule, ListRules, ReloadRules, RuleRow

_RELOAD_MS = 120_000
"""Thousands of rules take their time."""

RuleName = Annotated[str, typer.Argument(metavar="RULE", help="Its id, the beginning of it, or its name.")]
Note = Annotated[str, typer.Option("--note", help="Why; it goes on record.")]

_COLUMNS = (
    "state",
    "level",
    "kind",
    "alerts_24h",
    "alerts",
    "last_alert_at",
    "not_evaluable",
    "precision",
    "judged",
    "rule_id",
    "title",
    "why",
)


def add_to(rules: typer.Typer) -> None:
    """Add the commands of this module to those about rules."""
    rules.command("status")(status)
    rules.command("disable")(disable)
    rules.command("enable")(enable)
    rules.command("reload")(reload)


def status(
    context: typer.Context,
    rule: Annotated[str | None, typer.Argument(metavar="[RULE]", help="One rule with everything about it.")] = None,
    filter_: FilterOption = "",
    chosen: FormatOption = None,
) -> None:
    """The rules of the collector: what they raised, which are off, and whose files are broken or changed."""
    from msgspec import to_builtins

    if rule is None:
        write(_rows(context.obj, filter_), _COLUMNS, chosen)
        return
    detail = ask(context.obj, GetRule(rule_id=rule))
    fields: dict[str, Any] = to_builtins(detail)
    if detail.off is not None:
        fields["off"] = {**fields["off"], "at": iso(detail.off.at)}
    record(_row(detail.row) | {name: value for name, value in fields.items() if name != "row"}, chosen)


def disable(context: typer.Context, rule: RuleName, note: Note) -> None:
    """Let a rule raise no alerts from now on, also after a restart; rules that count its hits go on."""
    _do(context.obj, DisableRule(command_id=command_id(), rule_id=rule, note=note))


def enable(context: typer.Context, rule: RuleName, note: Note) -> None:
    """Let a rule that is off raise alerts again."""
    _do(context.obj, EnableRule(command_id=command_id(), rule_id=rule, note=note))


def reload(context: typer.Context) -> None:
    """Have the collector read its rule files again; when one is broken, nothing changes."""
    say(ask(context.obj, ReloadRules(command_id=command_id()), _RELOAD_MS).message)


def _do(home: Home, command: Command[Done]) -> None:
    say(ask(home, command).message)


def _rows(home: Home, typed: str) -> Iterator[dict[str, Any]]:
    before: int | None = None
    while page := ask(home, ListRules(filter=typed, before=before, limit=PAGE_LIMIT)).rows:
        yield from map(_row, page)
        before = page[-1].seq


def _row(row: RuleRow) -> dict[str, Any]:
    from msgspec import to_builtins

    fields: dict[str, Any] = to_builtins(row)
    precision = None if row.precision is None else round(row.precision, 3)
    return {**fields, "precision": precision, "last_alert_at": iso(row.last_alert_at)}
