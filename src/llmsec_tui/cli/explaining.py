"""Why a rule did or did not fire: its condition on one event, node by node."""

import sys
from typing import IO, Annotated

import typer

from llmsec_tui.cli.asking import ask
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import Format, FormatOption, iso, json_line, terminal_width
from llmsec_tui.service.rules.explain_api import Explain, Explained, ExplainedStep
from llmsec_tui.text import clip, visible

_MARKS = {True: "✓", False: "✗", None: "?"}
_WHY_AT_MOST = 48
"""Columns of the longest node beside which causes are still aligned."""

EventName = Annotated[str, typer.Argument(metavar="EVENT", help="The id of an event, or of an alert on it.")]
RuleName = Annotated[
    str, typer.Argument(metavar="[RULE]", help="Its id, the beginning of it, or its name; of an alert, else its own.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("explain")(explain)


def explain(context: typer.Context, event: EventName, rule: RuleName = "", chosen: FormatOption = None) -> None:
    """Say what every part of a rule's condition comes to on one event, and why; the answer is not in the exit code."""
    found = ask(context.obj, Explain(event_id=event, rule=rule))
    if chosen is Format.JSONL or (chosen is None and not sys.stdout.isatty()):
        from msgspec import to_builtins

        sys.stdout.write(json_line(to_builtins(found) | {"ts": iso(found.ts)}) + "\n")
        return
    write_tree(found, sys.stdout)
    for note in found.notes:
        say(note)


def write_tree(found: Explained, out: IO[str]) -> None:
    """The answer in a line, then a line for each node: whether it holds, what it is, and why."""
    when = f", {iso(found.ts)}" if found.ts is not None else ", without a time"
    out.write(visible(f"{found.answer.upper()}: {found.title} on event {found.event_id}{when}") + "\n")
    width = terminal_width(out)
    labels = [clip(visible(_label(step)), width) for step in found.steps]
    room = min(max(map(len, labels), default=0), _WHY_AT_MOST)
    for step, label in zip(found.steps, labels, strict=True):
        why = visible(step.why)
        if len(label) > room and why:
            out.write(f"{label}\n{'  ' * (step.depth + 2)}{why}\n")
        else:
            out.write(f"{label.ljust(room)}  {why}".rstrip() + "\n")


def _label(step: ExplainedStep) -> str:
    return f"{'  ' * step.depth}{_MARKS[step.holds]} {step.what}"
