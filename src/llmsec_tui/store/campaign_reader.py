"""The reader's queries about campaigns."""

from llmsec_tui.store.campaign_queries import campaign, campaigns
from llmsec_tui.store.rows import Row
from llmsec_tui.store.snapshots import Snapshots


class CampaignReader(Snapshots):
    """See ``store/queries.py``."""

    def campaigns(self) -> list[Row]:
        """Every campaign, that with the newest alert first: the fields of ``CampaignRow``."""
        with self._snapshot() as cursor:
            return campaigns(cursor)

    def campaign(self, name: str) -> Row:
        """One campaign by its id, or by that of an alert in it: the fields of ``CampaignDetail``. Raises NotFound."""
        with self._snapshot() as cursor:
            return campaign(cursor, name)
