"""Tells people what they must not miss, whatever they look at: an incident that opens, a clock that is missed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.incidents.api import ListIncidents
from llmsec_tui.service.incidents.rows import IncidentPage, IncidentRow

LOUD = frozenset({"critical", "high"})
"""Levels at which a new incident is told."""
Ask = Callable[[ListIncidents], Awaitable[IncidentPage]]
MOST = 50
MOST_AT_ONCE = 3
"""More of a kind are told in one sentence."""


@dataclass(frozen=True, slots=True)
class News:
    """A sentence, and how bad it is."""

    text: str
    bad: bool


class DeskWatch:
    """Compares what it is shown with what it saw before; the first look is silent."""

    def __init__(self) -> None:
        self._newest: int | None = None
        """When the newest incident that was seen was opened, in µs."""
        self._missed: dict[str, int] = {}
        """How many clocks each incident had missed."""

    def news(self, newest: Sequence[IncidentRow], urgent: Sequence[IncidentRow]) -> list[News]:
        """What is new: incidents that opened, clocks that were missed."""
        told = [*self._opened(newest), *self._breached(urgent)] if self._newest is not None else []
        self._newest = max([row.opened_at for row in newest], default=self._newest or 0)
        self._missed = {row.incident_id: row.breached for row in (*newest, *urgent)}
        return told

    def _opened(self, rows: Sequence[IncidentRow]) -> list[News]:
        opened = [row for row in rows if row.opened_at > (self._newest or 0) and row.level in LOUD]
        if len(opened) > MOST_AT_ONCE:
            return [News(f"{len(opened)} incidents opened, {opened[0].incident_id} the last. 3 shows them.", True)]
        return [News(f"{row.incident_id} opened ({row.level}): {row.title}", True) for row in opened]

    def _breached(self, rows: Sequence[IncidentRow]) -> list[News]:
        late = [row for row in rows if row.breached > self._missed.get(row.incident_id, 0)]
        if len(late) > MOST_AT_ONCE:
            return [News(f"{len(late)} incidents missed a clock. :missed shows them.", True)]
        return [News(f"! {row.incident_id} missed a clock ({_clock(row)}): {row.title}", True) for row in late]


def _clock(row: IncidentRow) -> str:
    owner = row.owner or "nobody's"
    return f"{row.clock.name}, {owner}" if row.clock is not None else owner


async def look(ask: Ask, watch: DeskWatch, tell: Callable[[News], None]) -> None:
    """Ask once, and tell what is new; a question that fails is asked again at the next turn."""
    try:
        newest = await ask(ListIncidents(order="newest", limit=MOST))
        urgent = await ask(ListIncidents(order="urgent", limit=MOST))
    except LlmsecError:
        # Panes tell of it; this one only adds to them.
        return
    for news in watch.news(newest.rows, urgent.rows):
        tell(news)
