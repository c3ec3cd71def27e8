"""Judge all versions of an event, and tell what was found in one from what was found in another.

They share the id of the event. Which of them is a repeat, or was replaced, shows only when the pieces of a scan are put
together; so until then each version has a name for itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl

from llmsec_tui.detect.engine import Detected, alert_id, detect
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.history import Kept

ABOUT = "about"
"""A column: the name of the version that a row is about, and of an event that comes in no versions its id."""


class Versions:
    """Those in one piece of work."""

    def __init__(self, kept: Sequence[Kept]) -> None:
        self._names = {(one.event_id, one.record.sha256, one.sub_idx): one.version for one in kept if one.version}
        self._events = {one.version: one.event_id for one in kept if one.version}

    def named(self, events: pl.DataFrame) -> pl.DataFrame:
        """Events with the names of their versions for ids."""
        rows = events.select("event_id", "record_sha256", "sub_idx").iter_rows()
        return events.with_columns(
            pl.Series("event_id", [self._names.get(row, row[0]) for row in rows], dtype=pl.String)
        )

    def put_right(self, frame: pl.DataFrame) -> pl.DataFrame:
        """With the ids that events have in every version, and a column :data:`ABOUT` for those names."""
        about = frame["event_id"]
        events = pl.Series("event_id", [self._events.get(name, name) for name in about], dtype=pl.String)
        return frame.with_columns(events, about.alias(ABOUT))

    def judge(self, ruleset: RuleSet) -> Callable[[EventBatch], Detected]:
        """As ``detect`` by these rules, but for a column :data:`ABOUT` in the alerts, and hits under those names."""

        def judge(batch: EventBatch) -> Detected:
            found = detect(ruleset, replace(batch, events=self.named(batch.events)))
            alerts = self.put_right(found.alerts)
            ids = [alert_id(*row) for row in alerts.select("rule_id", "event_id").iter_rows()]
            return replace(found, alerts=alerts.with_columns(pl.Series("alert_id", ids, dtype=pl.String)))

        return judge
