"""Attacks that came again, in variants or to others: the list of them, and one in full."""

from collections.abc import Mapping, Sequence
from functools import partial

from llmsec_tui.console import campaign_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.console.screens.queue import QueueOver
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.campaigns.api import CampaignDetail, CampaignRow, GetCampaign, ListCampaigns


class CampaignsPane(QueueOver[CampaignRow], Keeping):
    """That with the newest alert first; over the screen that was open."""

    place = Place.CAMPAIGNS
    deeper = "campaigns"
    columns = campaign_text.CAMPAIGNS
    empty = "No attack has come again so far, neither in another variant nor to another conversation."
    tail = False
    reordered = True

    def identity(self, row: CampaignRow) -> object:
        return row.campaign_id

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[CampaignRow], int]:
        page = await self.shell.link.ask(
            ListCampaigns(filter=filter_text, before=reach.before, after=reach.after, limit=reach.limit)
        )
        return page.rows, page.total

    def version(self, report: LinkReport) -> object:
        return report.status and (report.status.alerts_seq, report.status.audit_seq)

    def action_open(self) -> None:
        if (row := self.rows.selected) is not None:
            self.app.push_screen(CampaignPane(row.campaign_id, self._home))

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        row = self.rows.selected
        return (f"campaign-{row.campaign_id}", {"campaign": row}) if row is not None else None


class CampaignPane(TextPane):
    """One of them with its variants."""

    place = Place.CAMPAIGN
    deeper = "campaign"

    def __init__(self, name: str, home: Place) -> None:
        super().__init__(home)
        self._wanted = name
        self._detail: CampaignDetail | None = None

    def version(self, report: LinkReport) -> object:
        return report.status and (report.status.alerts_seq, report.status.audit_seq)

    def look_again(self) -> None:
        self.run_worker(self._ask_for_it(), group="campaign", exclusive=True)

    async def _ask_for_it(self) -> None:
        try:
            found = await self.shell.link.ask(GetCampaign(campaign_id=self._wanted))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        fresh, self._detail = self._detail is None, found
        self.pager.show(partial(campaign_text.campaign, found), from_top=fresh)
        self.show_bars()

    def is_idle(self, action: str) -> bool:
        if action in ("open", "copy", "write"):
            return self._detail is None
        return super().is_idle(action)

    def action_open(self) -> None:
        """Its alerts."""
        if self._detail is not None:
            self.shell.show_alerts(f"campaign:{self._detail.row.campaign_id} suppressed:any")

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return (f"campaign-{self._wanted}", {"campaign": self._detail}) if self._detail is not None else None
