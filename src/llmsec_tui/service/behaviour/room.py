"""What a collector keeps at hand to say how models behave."""

import threading
from collections.abc import Callable

from llmsec_tui.drift.baseline import Baseline, Pinned
from llmsec_tui.drift.hours import Begun
from llmsec_tui.drift.text_drift import TextDrift
from llmsec_tui.intake.records import OURS, Notice, NoticeKind
from llmsec_tui.service.behaviour.prices_in_force import PricesInForce
from llmsec_tui.service.behaviour.rolling import Rolling
from llmsec_tui.service.courtesy import Courtesy
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.sight import Sight
from llmsec_tui.store.store import Store

_MOST = 8

Wording = tuple[Sight, int, str, int, int]
"""Who asks, the baseline, the slice, and from when to when (µs)."""


class BehaviourRoom:
    """Measures on a thread of its own, and remembers the baseline that is in force, for each sight."""

    def __init__(self, store: Store, ingest: Ingest, prices: PricesInForce) -> None:
        self.prices = prices
        self._ingest = ingest
        self.rolling = Rolling(store, self._told)
        self._known: dict[Sight, tuple[Pinned, Baseline | None]] = {}
        self._worded: dict[Wording, TextDrift | None] = {}
        self._lock = threading.Lock()

    @property
    def problem(self) -> str:
        """What keeps it from measuring, and what is wrong with the prices; empty when all is well."""
        return " ".join(filter(None, (self.rolling.problem, self.prices.problem)))

    def start(self, courtesy: Courtesy) -> None:
        self.rolling.start(courtesy)

    def stop(self) -> None:
        self.rolling.stop()

    def baseline(self, reader: Reader) -> tuple[Pinned | None, Baseline | None]:
        """The newest that was pinned, and it ready to be compared with: nothing where it is of another schema."""
        pinned = next(iter(reader.baselines()), None)
        if pinned is None:
            return None, None
        with self._lock:
            known = self._known.get(reader.sight)
        if known is None or known[0] != pinned:
            known = (pinned, reader.baseline(pinned))
            with self._lock:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[reader.sight] = known
        return known

    def wording(self, key: Wording, compared: Callable[[], TextDrift | None]) -> TextDrift | None:
        """How answers are worded otherwise; that takes seconds, and a chart asks every second."""
        with self._lock:
            if key in self._worded:
                return self._worded[key]
        found = compared()
        with self._lock:
            if len(self._worded) >= _MOST:
                self._worded.clear()
            self._worded[key] = found
        return found

    def _told(self, begun: Begun) -> None:
        """A drift goes the way of whatever else happens: it is an event, which a rule takes up."""
        name = f"{begun.metric.name} of {begun.point.part.name}"
        self._ingest.tell(Notice(f"{OURS}{name}", name, begun.point.at, NoticeKind.DRIFT, begun.sentence))
