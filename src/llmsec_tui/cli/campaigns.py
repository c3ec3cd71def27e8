"""Campaigns from the shell: attacks that came again, in variants or to others."""

from typing import Annotated, Any

import typer
from msgspec import Struct, to_builtins

from llmsec_tui.cli.asking import ask
from llmsec_tui.cli.output import FilterOption, FormatOption, LimitOption, iso, record, write
from llmsec_tui.cli.paging import pages
from llmsec_tui.service.campaigns.api import GetCampaign, ListCampaigns

_campaigns = typer.Typer(help="Attacks that came again: in variants, or to others.", no_args_is_help=True)

_COLUMNS = ("campaign_id", "level", "alerts", "users", "variants", "first_at", "last_at", "first_user", "title")
_TIMES = ("first_at", "last_at")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_campaigns, name="campaigns")


@_campaigns.command("list")
def list_campaigns(
    context: typer.Context, filter_: FilterOption = "", limit: LimitOption = 100, chosen: FormatOption = None
) -> None:
    """Campaigns, that with the newest alert first."""
    rows = pages(context.obj, lambda before, count: ListCampaigns(filter=filter_, before=before, limit=count), limit)
    write(map(_row, rows), _COLUMNS, chosen)


@_campaigns.command("show")
def show_campaign(
    context: typer.Context,
    campaign: Annotated[str, typer.Argument(metavar="ID", help="Of the campaign or of an alert in it; or a prefix.")],
    chosen: FormatOption = None,
) -> None:
    """One campaign with its variants, the earliest first."""
    found = ask(context.obj, GetCampaign(campaign_id=campaign))
    record({**_row(found.row), "rules": found.rules, "variants": list(map(_row, found.variants))}, chosen)


def _row(row: Struct) -> dict[str, Any]:
    fields: dict[str, Any] = to_builtins(row)
    return {name: iso(value) if name in _TIMES else value for name, value in fields.items()}
