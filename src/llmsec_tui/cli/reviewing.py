"""Review files offline: scan them (see ``scanning.py``), and name their formats."""

import sys
from collections import Counter

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, write
from llmsec_tui.cli.scanning import Paths, scan

_formats = typer.Typer(help="Log formats.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("scan")(scan)
    app.add_typer(_formats, name="formats")


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
