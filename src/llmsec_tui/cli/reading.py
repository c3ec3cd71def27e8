"""The panes as data: events, alerts, sources; and the acts of the alert queue."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from msgspec import Struct, to_builtins

from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.incident_bulk import bulk_alerts
from llmsec_tui.cli.output import FilterOption, Format, FormatOption, LimitOption, iso, record, write
from llmsec_tui.errors import ExitCode, NotFound
from llmsec_tui.paths import Home
from llmsec_tui.service import api
from llmsec_tui.service.api import Ask
from llmsec_tui.service.content.api import ALERT, EVENT, GetRawRecord, RevealContent

_TIMES = ("ts", "raised_at", "at", "last_event_at", "started_at", "now", "began")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    _alerts.command("bulk")(bulk_alerts)
    app.add_typer(_alerts, name="alerts")
    app.add_typer(_events, name="events")
    app.add_typer(_sources, name="sources")
    app.command("status")(status)


_alerts = typer.Typer(help="The alert queue.", no_args_is_help=True)
_events = typer.Typer(help="Events, as stored.", no_args_is_help=True)
_sources = typer.Typer(help="The followed files.", no_args_is_help=True)

Chosen = FormatOption


def row(thing: Struct) -> dict[str, Any]:
    """A reply's row as JSON data, with times that people read."""
    fields: dict[str, Any] = to_builtins(thing)
    return {name: iso(value) if name in _TIMES else value for name, value in fields.items()}


def _list(
    context: typer.Context,
    question: Callable[[int | None, int], Ask[Any]],
    limit: int,
    columns: tuple[str, ...],
    chosen: Format | None,
) -> None:
    """Write rows, newest first; ``question(before, count)`` asks for a page."""
    write(_pages(context.obj, question, limit), columns, chosen)


def _pages(home: Home, question: Callable[[int | None, int], Ask[Any]], limit: int) -> Iterator[dict[str, Any]]:
    before: int | None = None
    while limit > 0:
        count = min(limit, api.PAGE_LIMIT)
        page = ask(home, question(before, count)).rows
        yield from map(row, page)
        if len(page) < count:
            return
        limit -= count
        before = page[-1].seq


@_alerts.command("list")
def list_alerts(
    context: typer.Context, filter_: FilterOption = "", limit: LimitOption = 100, chosen: Chosen = None
) -> None:
    """Alerts that are shown, newest first; suppressed:any in the filter gives the others too."""
    columns = ("alert_id", "level", "state", "owner", "ts", "title", "user_id", "excerpt")
    _list(
        context,
        lambda before, count: api.ListAlerts(filter=filter_, before=before, limit=count),
        limit,
        columns,
        chosen,
    )
    if hidden := ask(context.obj, api.ListAlerts(filter=filter_, limit=1)).suppressed:
        say(f"+{hidden:,} suppressed; with suppressed:any in the filter they are listed too.")


@_alerts.command("show")
def show_alert(context: typer.Context, alert_id: str, chosen: Chosen = None) -> None:
    """One alert with its reason, rule, evidence and what was done."""
    detail = ask(context.obj, api.GetAlert(alert_id=alert_id))
    fields = row(detail)
    record(row(detail.row) | {name: value for name, value in fields.items() if name != "row"}, chosen)


@_alerts.command("ack")
def acknowledge(
    context: typer.Context,
    alert_id: str,
    note: Annotated[str, typer.Option("--note", help="Why, or what you will do.")] = "",
) -> None:
    """Take an alert: it is yours."""
    found = ask(context.obj, api.GetAlert(alert_id=alert_id)).row
    done = ask(
        context.obj,
        api.AcknowledgeAlert(command_id=command_id(), alert_id=found.alert_id, version=found.version, note=note),
    )
    say(done.message)


@_alerts.command("dismiss")
def dismiss(
    context: typer.Context,
    alert_id: str,
    note: Annotated[str, typer.Option("--note", help="Why it needs nobody's attention.")],
) -> None:
    """Put an alert away, with a reason."""
    found = ask(context.obj, api.GetAlert(alert_id=alert_id)).row
    done = ask(
        context.obj,
        api.DismissAlert(command_id=command_id(), alert_id=found.alert_id, version=found.version, note=note),
    )
    say(done.message)


@_events.command("list")
def list_events(
    context: typer.Context, filter_: FilterOption = "", limit: LimitOption = 100, chosen: Chosen = None
) -> None:
    """Events, newest first."""
    columns = ("event_id", "ts", "kind", "trust", "tool_name", "alert_level", "user_id", "text")
    _list(
        context,
        lambda before, count: api.ListEvents(filter=filter_, before=before, limit=count),
        limit,
        columns,
        chosen,
    )


@_events.command("show")
def show_event(
    context: typer.Context,
    event_id: str,
    conversation: Annotated[bool, typer.Option("--conversation", help="The whole exchange around it.")] = False,
    chosen: Chosen = None,
) -> None:
    """One event with every field that is set."""
    if conversation:
        page = ask(context.obj, api.GetConversation(event_id=event_id))
        write(map(row, page.rows), ("ts", "kind", "trust", "tool_name", "alert_level", "text"), chosen)
        return
    detail = ask(context.obj, api.GetEvent(event_id=event_id))
    shown = row(detail.row) | detail.fields | {"alerts": [alert.alert_id for alert in detail.alerts]}
    record(shown, chosen)


ReasonOption = Annotated[str, typer.Option("--reason", help="Why you have to see it; it stands in the journal.")]


@_alerts.command("reveal")
def reveal_alert(context: typer.Context, alert_id: str, reason: ReasonOption) -> None:
    """Have one alert and its event shown in full to you for a while."""
    _reveal(context, ALERT, alert_id, reason)


@_events.command("reveal")
def reveal_event(context: typer.Context, event_id: str, reason: ReasonOption) -> None:
    """Have one event shown in full to you for a while."""
    _reveal(context, EVENT, event_id, reason)


def _reveal(context: typer.Context, of: str, name: str, reason: str) -> None:
    done = ask(context.obj, RevealContent(command_id=command_id(), of=of, id=name, reason=reason))
    say(f"{done.of.capitalize()} {done.id} is shown in full until {iso(done.until)}.")


@_events.command("raw")
def raw_event(context: typer.Context, event_id: str) -> None:
    """The record behind an event, out of its file; exit 1 when its bytes are not those that were read."""
    from llmsec_tui.cli.raw_record import show

    if not show(ask(context.obj, GetRawRecord(event_id=event_id))):
        raise typer.Exit(ExitCode.FINDINGS)


@_sources.command("list")
def list_sources(context: typer.Context, chosen: Chosen = None) -> None:
    """Followed files: how far, how late, how much of them detectors can see."""
    rows = ask(context.obj, api.ListSources()).rows
    columns = ("state", "format", "records", "events", "alerts", "dead_letters", "lag_bytes", "coverage", "path")
    write((row(source) | {"coverage": _coverage(source)} for source in rows), columns, chosen)


@_sources.command("show")
def show_source(context: typer.Context, source_id: str, chosen: Chosen = None) -> None:
    """One followed file, by its id or path."""
    rows = [s for s in ask(context.obj, api.ListSources()).rows if source_id in (s.source_id, s.path)]
    if not rows:
        raise NotFound(f"There is no source {source_id}.", hint="See: llmsec-tui sources list")
    for source in rows:
        record(row(source) | {"coverage": _coverage(source)}, chosen)


def _coverage(source: api.SourceRow) -> str:
    total = source.content_yes + sum(source.content_no.values())
    return f"{100 * source.content_yes / total:.0f}%" if total else "-"


@_sources.command("dead-letters")
def dead_letters(context: typer.Context, limit: LimitOption = 100, chosen: Chosen = None) -> None:
    """Bytes that could not be read: where they are and why."""
    columns = ("source_path", "source_offset", "source_len", "reason", "excerpt")
    _list(context, lambda before, count: api.ListDeadLetters(before=before, limit=count), limit, columns, chosen)


def status(context: typer.Context, chosen: Annotated[Format | None, typer.Option("--format")] = None) -> None:
    """The collector: who runs it, what it watches, how far it is."""
    record(row(ask(context.obj, api.GetStatus())), chosen)
