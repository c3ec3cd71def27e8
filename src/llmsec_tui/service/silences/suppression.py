"""What a running collector keeps from people: its rules inhibit, its silences hold until they end."""

import logging
from collections.abc import Iterable, Sequence
from queue import SimpleQueue

import polars as pl

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.suppress import Shown, Suppressor
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.store.commit import Withdrawal
from llmsec_tui.store.silences import StoredSilence

log = logging.getLogger(__name__)


class Suppression:
    """Decides for one thread at a time, while others read, add and end silences."""

    def __init__(self, ruleset: RuleSet, silences: Iterable[StoredSilence] = (), recent: Iterable[Shown] = ()) -> None:
        """``silences`` are all that the store has; ``recent`` is what was shown of late, in order."""
        self.problem = ""
        """A sentence once alerts could not be decided on and all were shown, else empty."""
        self._closed: SimpleQueue[frozenset[str]] = SimpleQueue()
        self._suppressor = Suppressor(_inhibitors(ruleset), recent)
        self.hold(silences)

    def hold(self, silences: Iterable[StoredSilence]) -> None:
        """Go by these silences from the next batch on; those that somebody ended are left out."""
        self._suppressor.silences = tuple(one.silence for one in silences if one.ended_at is None)

    def use(self, ruleset: RuleSet) -> None:
        """Let other rules inhibit from the next batch on."""
        self._suppressor.inhibit(_inhibitors(ruleset))

    def closed(self, alert_ids: Iterable[str]) -> None:
        """From the next batch on, what is like these alerts is news: whatever comes after a close must be seen."""
        self._closed.put(frozenset(alert_ids))

    def decided(self, alerts: pl.DataFrame, withdrawn: Sequence[Withdrawal], now: int) -> pl.DataFrame:
        """The alerts with what became of each; those withdrawn suppress nothing any more."""
        try:
            if gone := {one.alert_id for one in withdrawn} | self._closed_since():
                self._suppressor.forget_alerts(gone)
            return self._suppressor.apply(_by_event(alerts), now)
        except DEFECTS as error:
            # A log is hostile: nothing in it may hide alerts by breaking what decides on them.
            self.problem = "What is a repeat could not be decided for some alerts, so all of them are shown."
            log.error("alerts could not be decided on and are all shown: %s", told(error))
            return alerts

    def _closed_since(self) -> frozenset[str]:
        closed: frozenset[str] = frozenset()
        while not self._closed.empty():
            closed |= self._closed.get()
        return closed


def _by_event(alerts: pl.DataFrame) -> pl.DataFrame:
    """The alerts on one event side by side, as what rules over time raise comes behind the rest."""
    placed = alerts.with_row_index("place")
    return placed.sort(pl.col("place").min().over("event_id"), maintain_order=True).drop("place")


def _inhibitors(ruleset: RuleSet) -> dict[str, tuple[str, ...]]:
    return {rule.id: rule.inhibited_by for rule in ruleset.everything if rule.inhibited_by}
