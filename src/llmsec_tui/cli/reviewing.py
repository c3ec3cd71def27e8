"""Review files offline: scan them (see ``scanning.py``), and name their formats."""

import sys
from typing import TYPE_CHECKING

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, write
from llmsec_tui.cli.scanning import Paths, scan

if TYPE_CHECKING:
    from llmsec_tui.service.survey import Survey

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
    """What each file holds: its format, events and distinct texts, how much can be judged, usage, unknown types."""
    from llmsec_tui.errors import SourceError
    from llmsec_tui.formats.own import load
    from llmsec_tui.formats.registry import Registry
    from llmsec_tui.intake.discover import expand
    from llmsec_tui.service.survey import survey

    registry = Registry(load(context.obj.formats))
    found = expand(paths)
    problems = list(found.problems)
    rows = []
    for path in found.files:
        try:
            rows.append(_surveyed(survey(path, registry)))
        except OSError as error:
            problems.append(f"{path} cannot be read: {error.strerror}.")
    for problem in problems:
        say(problem)
    if not rows:
        raise SourceError("There are no log files in what was given.", hint="Give files, directories or globs.")
    columns = (
        *("format", "records", "events", "contents", "coverage", "input_tokens", "output_tokens"),
        "dead_letters",
    )
    write(rows, (*columns, "path", "unknown"), chosen)
    sys.stdout.flush()


def _surveyed(found: "Survey") -> dict[str, object]:
    return {
        "path": str(found.path),
        "format": found.format,
        "records": found.formats.total(),
        "events": found.events,
        "repeats": found.repeats,
        "contents": found.contents,
        "coverage": None if found.coverage is None else f"{found.coverage:.0%}",
        "evaluable": found.evaluable,
        "not_evaluable": dict(found.hidden.most_common()),
        "input_tokens": found.used.input_tokens,
        "output_tokens": found.used.output_tokens,
        "cost_usd": round(found.used.cost_usd, 6),
        "dead_letters": found.dead_letters,
        "formats": dict(found.formats.most_common()),
        "unknown": dict(found.unknown.most_common()),
    }
