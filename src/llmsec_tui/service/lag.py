"""How far behind the collector is: per source, the bytes not yet committed and the age of the oldest of them."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field

from llmsec_tui.intake.backlog import Backlog


@dataclass(slots=True)
class _Source:
    backlog: Backlog = field(default_factory=Backlog)
    """What is not committed; the intake's own backlogs are about what is not read."""
    size: int = 0
    committed: int = 0


class Lag:
    """Sizes of sources as they were seen to grow, and how far each is committed. For use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sources: defaultdict[str, _Source] = defaultdict(_Source)

    def seen(self, source_id: str, size: int, at: float) -> None:
        """The source had ``size`` bytes at ``at`` (seconds)."""
        with self._lock:
            source = self._sources[source_id]
            source.size = size
            if size > source.committed:
                source.backlog.grown(size, at)

    def committed(self, source_id: str, offset: int) -> None:
        """All bytes of the source before ``offset`` are in the store."""
        with self._lock:
            source = self._sources[source_id]
            source.committed = offset
            source.backlog.read(offset)

    def of(self, source_id: str, now: float) -> tuple[int, float]:
        """Bytes behind and seconds behind; (0, 0.0) when caught up."""
        with self._lock:
            source = self._sources[source_id]
            since = source.backlog.since
            return (0, 0.0) if since is None else (source.size - source.committed, max(0.0, now - since))
