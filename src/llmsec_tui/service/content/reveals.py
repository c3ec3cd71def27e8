"""What was revealed to whom, and until when. It is gone when the collector ends: nobody sees more for a restart."""

from dataclasses import dataclass
from threading import Lock

from llmsec_tui.access import Actor
from llmsec_tui.service.content.api import ALERT, EVENT
from llmsec_tui.service.content.view import View, view_of

_MOST = 500
"""Items that one asker has open at once; the oldest go first."""

Asker = tuple[int, str, str]
Item = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Open:
    until: int
    opened_at: int


class Reveals:
    """May be used from any thread. Times are microseconds since 1970 UTC."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[Asker, dict[Item, _Open]] = {}

    def reveal(self, actor: Actor, items: list[Item], at: int, until: int) -> None:
        """Show these to the actor, in this session only; an item is ``event`` or ``alert``, and its id."""
        with self._lock:
            mine = self._open.setdefault(_asker(actor), {})
            for item in items:
                mine.pop(item, None)
                mine[item] = _Open(until, at)
            while len(mine) > _MOST:
                del mine[next(iter(mine))]

    def view(self, actor: Actor, now: int) -> View:
        """How much the actor sees now."""
        with self._lock:
            mine = self._standing(actor, now)
            events = frozenset(name for kind, name in mine if kind == EVENT)
            alerts = frozenset(name for kind, name in mine if kind == ALERT)
        return view_of(actor, events, alerts)

    def until(self, actor: Actor, item: Item, now: int) -> int:
        """When an item is not shown to the actor any more; 0 when it is not now."""
        with self._lock:
            found = self._standing(actor, now).get(item)
        return 0 if found is None else found.until

    def _standing(self, actor: Actor, now: int) -> dict[Item, _Open]:
        """Those whose time is not over; a clock that was set back ends them too."""
        asker = _asker(actor)
        if (mine := self._open.get(asker)) is None:
            return {}
        mine = {item: one for item, one in mine.items() if one.opened_at <= now < one.until}
        if mine:
            self._open[asker] = mine
        else:
            del self._open[asker]
        return mine


def _asker(actor: Actor) -> Asker:
    return actor.uid, actor.user, actor.session
