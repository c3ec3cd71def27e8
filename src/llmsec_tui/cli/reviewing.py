"""Review files offline: scan them, and name their formats."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import Format, FormatOption, iso, write
from llmsec_tui.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from llmsec_tui.service.scan import Scan

Paths = Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, directories or globs.")]

_formats = typer.Typer(help="Log formats.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("scan")(scan)
    app.add_typer(_formats, name="formats")


def scan(
    context: typer.Context,
    paths: Paths,
    rules: Annotated[list[Path] | None, typer.Option("--rules", metavar="DIR", help="Instead of the shipped.")] = None,
    min_level: Annotated[str, typer.Option("--min-level", metavar="LEVEL", help="Leave out lower ones.")] = (
        "informational"
    ),
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write alerts here.")] = None,
    summary: Annotated[Path | None, typer.Option("--summary", metavar="FILE", help="Write the summary as JSON.")] = (
        None
    ),
    store: Annotated[Path | None, typer.Option("--store", metavar="FILE", help="Keep events in a new store.")] = None,
    chosen: FormatOption = None,
) -> None:
    """Scan files without a collector and without touching them; one alert a line, of rules over time at the end."""
    from llmsec_tui.detect.ruleset import load
    from llmsec_tui.events.schema import LEVELS
    from llmsec_tui.formats.own import load as load_own
    from llmsec_tui.formats.registry import Registry
    from llmsec_tui.paths import shipped
    from llmsec_tui.service.collection import collect_rarely
    from llmsec_tui.service.scan import Scan
    from llmsec_tui.store.store import Store

    if min_level not in LEVELS:
        raise typer.BadParameter(f"{min_level!r} is not one of {', '.join(LEVELS)}.", param_hint="--min-level")
    for target in (output, summary, store):
        if target is not None and target.exists():
            raise ConfigError(f"{target} exists and is not overwritten.", hint="Move it away or name another file.")
    collect_rarely()
    ruleset = load(rules or [shipped("rules")])
    registry = Registry(load_own(context.obj.formats))
    kept = Store.open(store) if store is not None else None
    try:
        run = Scan(paths, ruleset, min_level=min_level, store=kept, registry=registry)
        found = _write(run, output, chosen)
    finally:
        if kept is not None:
            kept.close()
    _report(run, summary)
    raise typer.Exit(ExitCode.FINDINGS if found else ExitCode.FINE)


def _write(run: "Scan", output: Path | None, chosen: Format | None) -> int:
    columns = ("level", "ts", "title", "source_path", "source_offset", "excerpt")
    if output is None:
        return write(alert_rows(run), columns, chosen)
    with output.open("x", encoding="utf-8") as stream:
        return write(alert_rows(run), columns, chosen or Format.JSONL, stream)


def alert_rows(run: "Scan") -> Iterator[dict[str, Any]]:
    """Alerts of a scan under the names that scripts know."""
    for frame in run.alerts():
        for row in frame.iter_rows(named=True):
            by, text = row.pop("decoded_by"), row.pop("decoded_text")
            for name in ("ts", "began"):
                when = row[name]
                row[name] = None if when is None else iso(round(_micros(when)))
            group = row["group_key"]
            row["group_key"] = None if group is None else json.loads(group)
            row["record_sha256"] = row["record_sha256"].hex()
            row["decoded"] = None if by is None else {"by": by, "text": text}
            yield row


def _micros(when: Any) -> float:
    from datetime import UTC

    return float(when.replace(tzinfo=UTC).timestamp() * 1_000_000)


def _report(run: "Scan", path: Path | None) -> None:
    summary = run.summary
    for problem in summary.problems:
        say(problem)
    levels = ", ".join(f"{count} {level}" for level, count in summary.alerts.most_common()) or "none"
    say(
        f"{summary.files} files, {summary.records:,} records, {summary.events:,} events "
        f"({summary.seen:,} with content, {summary.hidden.total():,} not evaluable), "
        f"{summary.dead_letters:,} dead letters, {summary.seconds:.1f} s. Alerts: {levels}."
    )
    if summary.unknown_types:
        named = ", ".join(f"{name} × {count}" for name, count in summary.unknown_types.most_common(8))
        say(f"Unknown record types: {named}.")
    if path is not None:
        _save(path, summary.as_dict())


def _save(path: Path, data: dict[str, object]) -> None:
    stream: IO[str]
    with path.open("x", encoding="utf-8") as stream:
        json.dump(data, stream, indent=2)
        stream.write("\n")


@_formats.command("list")
def list_formats(context: typer.Context, chosen: FormatOption = None) -> None:
    """The formats that are read, those of your own (formats.d) first, and how each is recognised."""
    from llmsec_tui.formats.own import load
    from llmsec_tui.formats.registry import Registry

    described = Registry(load(context.obj.formats)).describe()
    rows = [{"format": name, "what": what, "evidence": evidence} for name, what, evidence in described]
    write(rows, ("format", "what", "evidence"), chosen)


@_formats.command("identify")
def identify(context: typer.Context, paths: Paths, chosen: FormatOption = None) -> None:
    """Which format the records of each file are, with unknown types by name."""
    from llmsec_tui.errors import FormatError, SourceError
    from llmsec_tui.formats.memory import Memory
    from llmsec_tui.formats.own import load
    from llmsec_tui.formats.registry import Registry
    from llmsec_tui.intake.discover import expand
    from llmsec_tui.intake.read import WholeFile

    registry = Registry(load(context.obj.formats))
    found = expand(paths)
    rows = []
    for path in found.files:
        formats: Counter[str] = Counter()
        unknown: Counter[str] = Counter()
        events = dead = 0
        memory = Memory()
        for read in WholeFile(path).pieces():
            dead += len(read.dead_letters)
            for record in read.records:
                try:
                    outcome = registry.map(record, memory)
                except FormatError:
                    dead += 1
                    continue
                formats[outcome.format] += 1
                events += len(outcome.events)
                if outcome.unknown is not None:
                    unknown[outcome.unknown] += 1
        rows.append(
            {
                "path": str(path),
                "format": formats.most_common(1)[0][0] if formats else "none",
                "records": formats.total(),
                "events": events,
                "dead_letters": dead,
                "formats": dict(formats.most_common()),
                "unknown": dict(unknown.most_common()),
            }
        )
    for problem in found.problems:
        say(problem)
    if not rows:
        raise SourceError("There are no log files in what was given.", hint="Give files, directories or globs.")
    write(rows, ("format", "records", "events", "dead_letters", "path", "unknown"), chosen)
    sys.stdout.flush()
