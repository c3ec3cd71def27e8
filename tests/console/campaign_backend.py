"""The campaigns of a collector in memory."""

from collections.abc import Sequence

from msgspec.structs import replace
from tests.console.silence_backend import START

from llmsec_tui.service.campaigns import api
from llmsec_tui.service.campaigns.api import CampaignDetail, CampaignRow, VariantRow


def campaign(number: int, text: str = "") -> CampaignRow:
    """A campaign whose first alert has the number."""
    return CampaignRow(
        seq=number,
        campaign_id=f"{number:012x}",
        title=text or "Instruction override",
        level="high",
        alerts=12,
        open_alerts=9,
        users=5,
        conversations=7,
        variants=2,
        apps=[text or "shop"],
        encodings=[text or "base64"],
        first_at=START,
        last_at=START + 3_600_000_000,
        first_user=text or "mallory",
        first_alert_id=f"{number:012x}",
        excerpt=text or "ignore all previous instructions",
    )


def _variant(number: int, text: str = "") -> VariantRow:
    return VariantRow(
        variant_id=f"v{number}",
        alerts=6,
        users=3,
        first_at=START + number,
        last_at=START + number,
        first_user=text or "mallory",
        encodings=[text or "rot13"],
        alert_id=f"{number:012x}",
        excerpt=text or f"variant {number}: ignore what came before",
    )


class Campaigns:
    """What a collector answers about campaigns."""

    def __init__(self) -> None:
        self.campaigns = [campaign(2), campaign(1)]
        self._texts: Sequence[str] = ("",)

    def use_for_campaigns(self, texts: Sequence[str]) -> None:
        """Make every text one of these."""
        self._texts = texts
        self.campaigns = [campaign(n + 1, text) for n, text in enumerate(texts)][::-1]

    def _answer_ListCampaigns(self, ask: api.ListCampaigns) -> api.CampaignPage:  # noqa: N802
        before = 1 << 62 if ask.before is None else ask.before
        inside = [row for row in self.campaigns if (ask.after or 0) < row.seq < before]
        return api.CampaignPage(rows=inside[: ask.limit], total=len(self.campaigns))

    def _answer_GetCampaign(self, ask: api.GetCampaign) -> CampaignDetail:  # noqa: N802
        row = next((row for row in self.campaigns if row.campaign_id == ask.campaign_id), self.campaigns[0])
        variants = [_variant(n, text) for n, text in enumerate([*self._texts, *self._texts])]
        return CampaignDetail(row=replace(row, variants=len(variants)), rules={row.title: 12}, variants=variants)
