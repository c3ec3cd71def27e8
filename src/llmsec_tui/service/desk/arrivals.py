"""Store batches, and let the desk take what they raise, in one transaction: no alert is stored that it did not see.

A log is hostile: were a text ever to trip the desk, then the batch is stored all the same and its alerts are shown. The
desk gets them once more then, by halves, so that only the alerts that trip it stay out of incidents.
"""

import logging
from collections.abc import Callable, Sequence

from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.store.commit import Commit, Committed
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)

MOST_FAILURES = 20
"""After so many failures on one batch the rest of it is not tried: then it is not a text that trips the desk."""


class _DeskFailed(Exception):
    """The desk did, and not the store."""


class Arrivals:
    """For use by one thread."""

    def __init__(self, store: Store, desk: Desk | None) -> None:
        self.problem = ""
        """A sentence once alerts did not come to the desk, else empty."""
        self._store = store
        self._desk = desk

    def commit(self, commit: Commit, give_way: Callable[[], None] = lambda: None) -> None:
        """Store a batch. Raises StoreError, or what ``give_way`` raises, which is called while that is easily undone;
        then nothing of it is stored, and it can be sent again."""
        if self._desk is None:
            self._store.commit(commit, give_way=give_way)
            return
        desk = self._desk

        def also(done: Committed) -> None:
            try:
                _hand_over(desk, commit, done)
            except DEFECTS as error:
                raise _DeskFailed from error

        try:
            self._store.commit(commit, also, give_way)
        except _DeskFailed as failed:
            done = self._store.commit(commit)
            cause = failed.__cause__
            log.error("the desk failed on a batch: %s; looking for the alert", told(cause) if cause else "")
            self._hand_over_apart(desk, commit, done)

    def _hand_over_apart(self, desk: Desk, commit: Commit, done: Committed) -> None:
        failures = 0
        waiting: list[Sequence[str]] = [[*done.new_alert_ids, *done.again_alert_ids]]
        while waiting and failures < MOST_FAILURES:
            alert_ids = waiting.pop(0)
            try:
                desk.take(alert_ids, commit.at)
            except DEFECTS as error:
                failures += 1
                half = len(alert_ids) // 2
                if half:
                    # What comes first must be taken first.
                    waiting[:0] = [alert_ids[:half], alert_ids[half:]]
                else:
                    self._failed(error, f"alert {alert_ids[0]} comes to no incident by itself")
        if left := sum(map(len, waiting)):
            self._failed(None, f"{left} alerts come to no incident by themselves")
        try:
            desk.withdrawn([one.alert_id for one in commit.memory.withdrawn], commit.at)
        except DEFECTS as error:
            self._failed(error, "alerts that were withdrawn stay in their incidents")

    def _failed(self, error: BaseException | None, what: str) -> None:
        log.error("%s: %s", what, told(error) if error is not None else "the desk failed on too many")
        self.problem = "Some alerts could not be brought to incidents; they are in the queue of alerts."


def _hand_over(desk: Desk, commit: Commit, done: Committed) -> None:
    # What is shown because another was withdrawn takes its place in the incident; so it comes before that one goes.
    desk.take([*done.new_alert_ids, *done.again_alert_ids], commit.at)
    desk.withdrawn([one.alert_id for one in commit.memory.withdrawn], commit.at)
