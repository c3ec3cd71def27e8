"""How sure detection has to be in a running collector: what holds, and why what is on disk does not."""

import logging
from functools import partial
from pathlib import Path

import polars as pl

from llmsec_tui.access import local_actor
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.detect.confidence.leveling import leveled
from llmsec_tui.detect.confidence.shipped import shipped
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.service.detection.policy_file import DetectionError, DetectionPolicy, load
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.rules.reloading import REASON_CHARS, Signature, Watcher, signature

log = logging.getLogger(__name__)

ACTION, OBJECT = "detection.reload", "detection"


class DetectionInForce:
    """Any thread may read it; a file is put in force whole or not at all."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self.path = path
        self._journal = journal
        self._seen: Signature = signature([path])
        """Before it was read."""
        self.now = DetectionPolicy(shipped().threshold)
        """What holds; what is shipped where the file was broken from the start."""
        self.problem = ""
        """A sentence: why what is on disk does not hold; empty when all is well."""
        self._reload()

    def leveled(self, alerts: pl.DataFrame, ruleset: RuleSet) -> pl.DataFrame:
        """Alerts as the rules told them, with the levels that hold here."""
        threshold = self.now.threshold
        return alerts if threshold == shipped().threshold else leveled(alerts, ruleset, threshold)

    def watcher(self) -> Watcher:
        """What reads the file again whenever it changes."""
        return Watcher(partial(signature, [self.path]), self._look, self._seen)

    def _look(self) -> None:
        try:
            self._reload()
        except DEFECTS as error:
            # What held goes on holding; nothing else may end because of this file.
            log.error("the policy of detection could not be reloaded: %s", told(error))

    def _reload(self) -> None:
        try:
            read = load(self.path)
        except DetectionError as error:
            log.error("%s", error)
            self.problem = f"The policy of detection is broken, and what was in force still is: {error.issues[0]}"
            self._record(Result.REFUSED, self.now, error.message)
            return
        if read.digest != self.now.digest:
            self._record(Result.DONE, read, "")
            log.info("the policy of detection of %s holds: alerts from %g on", self.path, read.threshold)
        self.now, self.problem = read, ""

    def _record(self, result: Result, after: DetectionPolicy, reason: str) -> None:
        act = Act(local_actor(), ACTION, OBJECT, result, _facts(self.now), _facts(after), reason[:REASON_CHARS])
        self._journal.append(act)


def _facts(policy: DetectionPolicy) -> Facts:
    budget = "" if policy.budget is None else f"{policy.budget.per_week:g} of {policy.budget.texts_per_week:g} texts"
    return {"sha256": policy.digest, "threshold": f"{policy.threshold:g}", "budget_per_week": budget}
