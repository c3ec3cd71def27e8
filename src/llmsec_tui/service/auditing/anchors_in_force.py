"""Where a running collector anchors its journal: what holds, and why what is on disk does not."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from llmsec_tui.access import local_actor
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.service.auditing.anchor_file import Anchors, AnchorsError, load
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.rules.reloading import REASON_CHARS, Signature, Watcher, signature

log = logging.getLogger(__name__)

ACTION, OBJECT = "audit.reload_anchors", "anchors"


class AnchorsInForce:
    """Any thread may read it; a file is put in force whole or not at all."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal
        self._seen: Signature = signature([path])
        """Before it was read."""
        self.changed: Callable[[], None] = lambda: None
        """Called when another file holds."""
        self.now = Anchors()
        """What holds; nothing where the file was broken from the start."""
        self.problem = ""
        """A sentence: why what is on disk does not hold; empty when all is well."""
        self._reload()

    def watcher(self) -> Watcher:
        """What reads the file again whenever it changes."""
        return Watcher(partial(signature, [self._path]), self._look, self._seen)

    def _look(self) -> None:
        try:
            self._reload()
        except DEFECTS as error:
            # What held goes on holding; nothing else may end because of this file.
            log.error("the file of anchors could not be reloaded: %s", told(error))

    def _reload(self) -> None:
        try:
            read = load(self._path)
        except AnchorsError as error:
            log.error("%s", error)
            self.problem = f"The file of anchors is broken, and what was in force still is: {error.issues[0]}"
            self._record(Result.REFUSED, self.now, error.message)
            return
        if read.digest != self.now.digest:
            self._record(Result.DONE, read, "")
            log.info("the anchors of %s hold", self._path)
        self.now, self.problem = read, ""
        self.changed()

    def _record(self, result: Result, after: Anchors, reason: str) -> None:
        act = Act(local_actor(), ACTION, OBJECT, result, _facts(self.now), _facts(after), reason[:REASON_CHARS])
        self._journal.append(act)


def _facts(anchors: Anchors) -> Facts:
    names = " ".join(f"{anchor.name}({anchor.kind})" for anchor in anchors.anchors)
    return {"sha256": anchors.digest, "anchors": names, "every_s": round(anchors.every_s), "records": anchors.records}
