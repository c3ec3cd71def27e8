"""What can be asked of a collector about campaigns."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Query


class CampaignRow(Struct, frozen=True, kw_only=True):
    """One line of the list of campaigns."""

    seq: int
    """The ``seq`` of its newest alert; the key that pages go by. A new alert changes it."""
    campaign_id: str
    """The id of its first alert."""
    title: str
    """Of the first of its worst alerts."""
    level: str
    """The highest of its alerts."""
    alerts: int
    """Also those that people are not shown."""
    open_alerts: int
    """Of these, those that nobody has taken or put away yet."""
    users: int
    """Distinct ones."""
    conversations: int
    """Distinct ones; a file counts where there is none."""
    variants: int
    """Payloads that are not the same letter for letter."""
    apps: list[str]
    encodings: list[str]
    """How payloads were disguised."""
    first_at: int
    last_at: int
    first_user: str | None
    """Patient zero: who the earliest alert is about."""
    first_alert_id: str
    excerpt: str
    """Of the earliest alert."""


class VariantRow(Struct, frozen=True, kw_only=True):
    """One payload of a campaign."""

    variant_id: str
    alerts: int
    users: int
    first_at: int
    last_at: int
    first_user: str | None
    encodings: list[str]
    alert_id: str
    """Its earliest alert."""
    excerpt: str


class CampaignPage(Struct, frozen=True, kw_only=True):
    """The campaign with the newest alert first."""

    rows: list[CampaignRow]
    total: int
    """Rows that match the filter, on all pages."""


class CampaignDetail(Struct, frozen=True, kw_only=True):
    """A campaign with its variants, the earliest first."""

    row: CampaignRow
    rules: dict[str, int]
    """How many alerts there are of each rule, by its title."""
    variants: list[VariantRow]
    """At most 200."""


class ListCampaigns(Query[CampaignPage], frozen=True, kw_only=True, tag="campaigns.list"):
    """Payloads that came more than once: to another conversation, or in another variant.

    ``before`` and ``after`` are exclusive bounds on ``seq``, which falls down the list.
    """

    capability: ClassVar[str] = "alerts.read"
    reply: ClassVar[type] = CampaignPage
    filter: str = ""
    before: int | None = None
    after: int | None = None
    limit: int = 100


class GetCampaign(Query[CampaignDetail], frozen=True, kw_only=True, tag="campaigns.show"):
    capability: ClassVar[str] = "alerts.read"
    reply: ClassVar[type] = CampaignDetail
    campaign_id: str
    """The whole id or a prefix of at least four characters that only one campaign has; or that of any alert in it."""


CampaignAsk = ListCampaigns | GetCampaign
