"""Queries about campaigns."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.campaigns.api import CampaignDetail, CampaignPage, CampaignRow, GetCampaign, ListCampaigns
from llmsec_tui.service.context import Context
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.views import CAMPAIGNS


def list_campaigns(_: Context, reader: Reader, ask: ListCampaigns) -> CampaignPage:
    """A page of the campaigns that match the filter."""
    sought = reader.understood(ask.filter, CAMPAIGNS, time.time_ns() // 1000)
    matching = [row for row in reader.campaigns() if sought.matches({**row, "apps": " ".join(row["apps"])})]
    inside = [
        row
        for row in matching
        if (ask.before is None or row["seq"] < ask.before) and (ask.after is None or row["seq"] > ask.after)
    ]
    limit = min(max(ask.limit, 1), PAGE_LIMIT)
    newer = ask.before is None and ask.after is not None
    page = inside[-limit:] if newer else inside[:limit]
    return CampaignPage(rows=msgspec.convert(page, list[CampaignRow]), total=len(matching))


def get_campaign(_: Context, reader: Reader, ask: GetCampaign) -> CampaignDetail:
    """One campaign. Raises NotFound."""
    return msgspec.convert(reader.campaign(ask.campaign_id), CampaignDetail)


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {
    ListCampaigns: list_campaigns,
    GetCampaign: get_campaign,
}
