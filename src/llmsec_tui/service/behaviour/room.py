"""What a collector keeps at hand to say how models behave."""

import threading
from collections.abc import Callable

from llmsec_tui.drift.baseline import Baseline, Pinned
from llmsec_tui.drift.text_drift import TextDrift
from llmsec_tui.service.behaviour.prices_in_force import PricesInForce
from llmsec_tui.service.behaviour.rolling import Rolling
from llmsec_tui.service.behaviour.watching import InForce, Watching
from llmsec_tui.service.courtesy import Courtesy
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.sight import Sight
from llmsec_tui.store.store import Store

_MOST = 8

Wording = tuple[Sight, int, str, int, int]
"""Who asks, the baseline, the slice, and from when to when."""


class BehaviourRoom:
    """Measures on a thread of its own, and remembers the baseline that is in force, for each sight."""

    def __init__(self, store: Store, ingest: Ingest, rules: Rulebook, prices: PricesInForce) -> None:
        self.prices = prices
        in_force = InForce(lambda: rules.in_force, lambda: prices.now)
        self._watching = Watching(store, in_force, ingest.tell)
        self.rolling = Rolling(store, self._watching)
        self._known: dict[Sight, tuple[Pinned, Baseline | None]] = {}
        self._worded: dict[Wording, TextDrift | None] = {}
        self._lock = threading.Lock()

    @property
    def problem(self) -> str:
        """What keeps it from measuring, and what is wrong with monitors and prices; empty when all is well."""
        return " ".join(filter(None, (self.rolling.problem, self._watching.problem, self.prices.problem)))

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
