"""Silences from the shell: list them, look what one would hide, add and end them."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from msgspec import to_builtins

from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import complain, say
from llmsec_tui.cli.output import FilterOption, FormatOption, iso, record, write
from llmsec_tui.errors import ExitCode, ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.silences.api import (
    AddSilence,
    Demand,
    EndSilence,
    ListSilences,
    PreviewSilence,
    SilencePreview,
    SilenceRow,
)

_silences = typer.Typer(help="What people do not want to be shown for a while.", no_args_is_help=True)

_COLUMNS = ("silence_id", "state", "until", "hidden", "author", "demands", "reason")
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_TIMES = ("created_at", "until", "last_hidden_at", "ended_at")

RuleOption = Annotated[str, typer.Option("--rule", metavar="RULE", help="A rule's id, name or beginning of its id.")]
LevelOption = Annotated[str, typer.Option("--level", metavar="LEVEL", help="A level; needs another option too.")]
AppOption = Annotated[str, typer.Option("--app", metavar="APP", help="In all of these, * is any run of characters.")]
UserOption = Annotated[str, typer.Option("--user", metavar="USER")]
ConversationOption = Annotated[str, typer.Option("--conversation", metavar="ID")]
SourceOption = Annotated[str, typer.Option("--source", metavar="PATH", help="The log file.")]
ToolOption = Annotated[str, typer.Option("--tool", metavar="TOOL")]
ModelOption = Annotated[str, typer.Option("--model", metavar="MODEL", help="Needs another option too.")]
TrustOption = Annotated[str, typer.Option("--trust", metavar="TRUST", help="Needs another option too.")]
NoteOption = Annotated[str, typer.Option("--reason", help="Why; it goes on record.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_silences, name="silences")


@_silences.command("list")
def list_silences(context: typer.Context, filter_: FilterOption = "", chosen: FormatOption = None) -> None:
    """Every silence there ever was, those that hold first, with how many alerts each has hidden."""
    write(_rows(context.obj, filter_), _COLUMNS, chosen)


@_silences.command("preview")
def preview(
    context: typer.Context,
    rule: RuleOption = "",
    level: LevelOption = "",
    app: AppOption = "",
    user: UserOption = "",
    conversation: ConversationOption = "",
    source: SourceOption = "",
    tool: ToolOption = "",
    model: ModelOption = "",
    trust: TrustOption = "",
    days: Annotated[int, typer.Option("--days", min=1, max=30, help="How far to look back.")] = 7,
    chosen: FormatOption = None,
) -> None:
    """What a silence would have hidden; exit 1 when it is too broad to be added."""
    demands = _demands(rule, level, app, user, conversation, source, tool, model, trust)
    found = ask(context.obj, PreviewSilence(demands=demands, days=days))
    record(_preview_row(found), chosen)
    say(told(found))
    if found.refusal:
        complain(ServiceError(found.refusal))
        raise typer.Exit(ExitCode.FINDINGS)


@_silences.command("add")
def add(
    context: typer.Context,
    lasting: Annotated[str, typer.Option("--for", metavar="SPAN", help="30m, 2h, 7d: at most 30 days.")],
    reason: NoteOption,
    rule: RuleOption = "",
    level: LevelOption = "",
    app: AppOption = "",
    user: UserOption = "",
    conversation: ConversationOption = "",
    source: SourceOption = "",
    tool: ToolOption = "",
    model: ModelOption = "",
    trust: TrustOption = "",
) -> None:
    """Show no alerts that fit all of these, from now on and for so long. They are stored and counted all the same."""
    demands = _demands(rule, level, app, user, conversation, source, tool, model, trust)
    until = time.time_ns() // 1000 + _span(lasting)
    done = ask(context.obj, AddSilence(command_id=command_id(), demands=demands, until=until, note=reason))
    say(done.message)


@_silences.command("end")
def end(
    context: typer.Context,
    silence: Annotated[str, typer.Argument(metavar="ID", help="Its id, or the beginning of it.")],
    reason: NoteOption = "",
) -> None:
    """Let a silence hide nothing more."""
    say(ask(context.obj, EndSilence(command_id=command_id(), silence_id=silence, note=reason)).message)


def told(found: SilencePreview) -> str:
    """A preview in a sentence."""
    share = f" ({100 * found.hidden / found.total:.0f} %)" if found.total else ""
    return (
        f"It would have hidden {found.hidden} of {found.total} alerts{share} of the last {found.days} days, "
        f"{found.shown} of which were shown."
    )


def _demands(
    rule: str, level: str, app: str, user: str, conversation: str, source: str, tool: str, model: str, trust: str
) -> list[Demand]:
    given = {
        "rule_id": rule,
        "level": level,
        "app": app,
        "user_id": user,
        "conversation_id": conversation,
        "source_path": source,
        "tool_name": tool,
        "model": model,
        "trust": trust,
    }
    return [Demand(field=field, value=value) for field, value in given.items() if value]


def _span(typed: str) -> int:
    """Microseconds."""
    count, unit = typed[:-1], typed[-1:]
    if unit not in _SECONDS or not (count.isascii() and count.isdigit()):
        raise typer.BadParameter(f"{typed!r} is no span of time; say 30m, 2h or 7d.", param_hint="--for")
    return int(count[:9]) * _SECONDS[unit] * 1_000_000


def _rows(home: Home, typed: str) -> Iterator[dict[str, Any]]:
    before: int | None = None
    while page := ask(home, ListSilences(filter=typed, before=before, limit=PAGE_LIMIT)).rows:
        yield from map(_row, page)
        before = page[-1].seq


def _row(row: SilenceRow) -> dict[str, Any]:
    fields: dict[str, Any] = to_builtins(row)
    times = {name: iso(fields[name]) for name in _TIMES}
    return {**fields, **times, "demands": _as_mapping(row.demands)}


def _as_mapping(demands: list[Demand]) -> dict[str, str]:
    return {demand.field: demand.value for demand in demands}


def _preview_row(found: SilencePreview) -> dict[str, Any]:
    fields: dict[str, Any] = to_builtins(found)
    examples = [
        {"alert_id": row.alert_id, "ts": iso(row.ts), "level": row.level, "title": row.title, "excerpt": row.excerpt}
        for row in found.examples
    ]
    return {**fields, "demands": _as_mapping(found.demands), "examples": examples}
