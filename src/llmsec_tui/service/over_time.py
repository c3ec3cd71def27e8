"""The rules over time of a running collector, and when what they remember is written down whole."""

import logging

import polars as pl

from llmsec_tui.detect.correlate.correlator import Correlated, Correlator
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.schema import ALERTS
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.store.commit import LeftOut, Memory, Withdrawal

log = logging.getLogger(__name__)

MOST_RECORDS = 4 * 1024 * 1024
"""Bytes of records that are folded in again at a start, at most, unless all that is remembered takes more."""
FEW_RECORDS = 64 * 1024
"""Fewer bytes than this are not worth a snapshot when nothing happens."""


class OverTime:
    """Goes along with the batches, in their order. For one thread at a time."""

    def __init__(self, correlator: Correlator) -> None:
        self.problem = ""
        """A sentence once a batch could not be taken in, else empty."""
        self._correlator = correlator
        self._records = 0
        """Bytes of the records since the last snapshot."""
        self._whole = 0
        """Bytes of the last snapshot."""
        self._changed = False

    def observe(self, batch: EventBatch, hits: pl.DataFrame, now: int) -> tuple[pl.DataFrame, Memory]:
        """The alerts that a batch with these hits raises, and what its commit keeps of it."""
        try:
            return self._taken(self._correlator.observe(batch.events, hits, batch.amended, now))
        except DEFECTS as error:
            return self._failed(error)

    def finish(self, now: int) -> tuple[pl.DataFrame, Memory]:
        """The alerts that the end of the input raises."""
        try:
            return self._taken(self._correlator.finish(now))
        except DEFECTS as error:
            return self._failed(error)

    def snapshot(self, *, at_end: bool) -> bytes | None:
        """All that is remembered, when it is worth being written down; every batch before must be stored."""
        enough = 0 if at_end else max(FEW_RECORDS, self._whole // 4)
        return self._snapshot() if self._changed or self._records > enough else None

    def replace(self, ruleset: RuleSet) -> list[str]:
        """Go on with other rules; the ids of those whose memory was dropped, because they changed."""
        self._correlator, dropped = self._correlator.replaced(ruleset)
        self._changed = True
        return dropped

    def _taken(self, found: Correlated) -> tuple[pl.DataFrame, Memory]:
        self._records += len(found.record)
        is_due = self._changed or self._records > max(MOST_RECORDS, 2 * self._whole)
        memory = Memory(
            record=found.record,
            snapshot=self._snapshot() if is_due else None,
            withdrawn=[Withdrawal(one.alert_id, one.reason) for one in found.withdrawn],
            left_out=[
                LeftOut(rule_id, n.late, n.untimed, n.ungrouped, n.future, n.evicted)
                for rule_id, n in found.counts.items()
            ],
        )
        return found.alerts, memory

    def _snapshot(self) -> bytes:
        whole = self._correlator.snapshot()
        self._records, self._whole, self._changed = 0, len(whole), False
        return whole

    def _failed(self, error: BaseException) -> tuple[pl.DataFrame, Memory]:
        # A log is hostile: nothing in it may stop the rules that look at single events.
        self.problem = "The rules over time failed on a batch and may have missed something; see the collector's log."
        log.error("the rules over time failed on a batch: %s", told(error))
        return pl.DataFrame(schema=ALERTS), Memory()
