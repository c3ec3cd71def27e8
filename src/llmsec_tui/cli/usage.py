"""What models cost and how they compare, from the shell."""

from enum import StrEnum
from typing import Annotated

import typer

from llmsec_tui.cli.asking import ask
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.drift import as_row
from llmsec_tui.cli.output import FormatOption, LimitOption, write
from llmsec_tui.service.behaviour.api import CompareModels, ListUsage

_usage = typer.Typer(help="Tokens and money.", no_args_is_help=True)
_models = typer.Typer(help="Models beside each other.", no_args_is_help=True)

_COLUMNS = ("name", "calls", "input_tokens", "cached_tokens", "output_tokens", "cost", "unpriced", "budget")
_COMPARED = ("judged", "differs", "metric", "one", "other", "one_n", "other_n", "effect", "p_value")


class By(StrEnum):
    """What usage is told by."""

    MODEL = "model"
    APP = "app"
    USER = "user"
    KEY = "key"
    TENANT = "tenant"
    AGENT = "agent"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_usage, name="usage")
    app.add_typer(_models, name="models")


@_usage.command("list")
def list_usage(
    context: typer.Context,
    by: Annotated[By, typer.Option("--by", help="Of what.")] = By.MODEL,
    hours: Annotated[int, typer.Option("--hours", min=1, max=744, help="How far back.")] = 24,
    limit: LimitOption = 200,
    chosen: FormatOption = None,
) -> None:
    """Calls, tokens and dollars, the dearest first."""
    found = ask(context.obj, ListUsage(by=by.value, hours=hours, limit=limit))
    write(map(as_row, found.rows), _COLUMNS, chosen)
    say(f"Priced by {found.prices}. {found.note}".strip())


@_models.command("compare")
def compare(
    context: typer.Context,
    one: Annotated[str, typer.Argument(metavar="[ONE]", help="Default: that with the most calls.")] = "",
    other: Annotated[str, typer.Argument(metavar="[OTHER]", help="Default: that with the next most.")] = "",
    hours: Annotated[int, typer.Option("--hours", min=1, max=744, help="How far back.")] = 168,
    chosen: FormatOption = None,
) -> None:
    """Two models, metric by metric; those are said to differ for which all of them together can vouch."""
    found = ask(context.obj, CompareModels(one=one, other=other, hours=hours))
    write(map(as_row, found.rows), _COMPARED, chosen)
    if not found.other:
        there = f"only {found.one}" if found.one else "no model"
        say(f"Nothing to compare: in these {hours} hours {there} did anything.")
    else:
        say(f"{found.one} (one) beside {found.other} (other).")
