"""Prices and budgets in a running collector: what holds, and why what is on disk does not."""

import logging
from functools import partial
from pathlib import Path

from llmsec_tui.access import local_actor
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.service.behaviour.price_file import PriceError, Prices, load
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.rules.reloading import REASON_CHARS, Signature, Watcher, signature

log = logging.getLogger(__name__)

ACTION, OBJECT = "prices.reload", "prices"


class PricesInForce:
    """Any thread may read it; a file is put in force whole or not at all."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self.path = path
        self._journal = journal
        self._seen: Signature = signature([path])
        """Before it was read."""
        self.now = load()
        """What holds; what is shipped where the file was broken from the start."""
        self.problem = ""
        """A sentence: why what is on disk does not hold; empty when all is well."""
        self._reload()

    @property
    def origin(self) -> str:
        """Where prices come from, and of when they are."""
        own = f"{self.now.own} of prices.yml, else " if self.now.own else ""
        return f"{own}shipped list prices of {self.now.as_of}"

    def watcher(self) -> Watcher:
        """What reads the file again whenever it changes."""
        return Watcher(partial(signature, [self.path]), self._look, self._seen)

    def _look(self) -> None:
        try:
            self._reload()
        except DEFECTS as error:
            # What held goes on holding; nothing else may end because of this file.
            log.error("the prices could not be reloaded: %s", told(error))

    def _reload(self) -> None:
        try:
            read = load(self.path)
        except PriceError as error:
            log.error("%s", error)
            self.problem = f"The file of prices is broken, and what was in force still is: {error.issues[0]}"
            self._record(Result.REFUSED, self.now, error.message)
            return
        if read.digest != self.now.digest:
            self._record(Result.DONE, read, "")
            log.info("the prices of %s hold: %d of our own", self.path, read.own)
        self.now, self.problem = read, ""

    def _record(self, result: Result, after: Prices, reason: str) -> None:
        act = Act(local_actor(), ACTION, OBJECT, result, _facts(self.now), _facts(after), reason[:REASON_CHARS])
        self._journal.append(act)


def _facts(prices: Prices) -> Facts:
    return {"sha256": prices.digest, "models": prices.own, "budgets": sum(map(len, prices.budgets.values()))}
