"""Bring the alerts of a running collector to campaigns."""

import logging

import polars as pl

from llmsec_tui.detect.campaigns.campaigns import Campaigns
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told

log = logging.getLogger(__name__)


class Assigning:
    """For one thread at a time."""

    def __init__(self, campaigns: Campaigns) -> None:
        self.problem = ""
        """A sentence once alerts could not be brought to campaigns, else empty."""
        self._campaigns = campaigns

    def assigned(self, alerts: pl.DataFrame, batch: EventBatch, now: int) -> pl.DataFrame:
        """The alerts with the columns of ``schema.CAMPAIGN``, or as they are when something trips us."""
        try:
            return self._campaigns.assigned(alerts, _texts(alerts, batch), now)
        except DEFECTS as error:
            # A log is hostile: nothing in it may keep alerts from being raised.
            self.problem = "Some alerts could not be brought to campaigns; they are in the queue of alerts."
            log.error("alerts could not be brought to campaigns: %s", told(error))
            return alerts


def _texts(alerts: pl.DataFrame, batch: EventBatch) -> dict[str, str]:
    """The text of each event that has an alert."""
    wanted = batch.events.select("event_id", "content_sha256").join(
        alerts.select("event_id").unique(), on="event_id", how="semi"
    )
    return dict(wanted.join(batch.contents, on="content_sha256").select("event_id", "text").iter_rows())
