"""Who has which incident open: said by consoles every few seconds, and forgotten when they stop saying it."""

from collections import defaultdict
from collections.abc import Mapping

from llmsec_tui.access import Actor
from llmsec_tui.store.incident_rows import PREFIX, number_of

HOLDS = 10_000_000
"""Microseconds for which somebody counts as looking after they last said so."""

_Who = tuple[str, str, int]
"""Account name, terminal and process of a console."""


class Presence:
    """For use by one thread, such as an event loop; others may read ``viewers``, which never changes what is there."""

    def __init__(self) -> None:
        self._seen: dict[_Who, tuple[str, int]] = {}
        """Which incident, and when."""

    def look_at(self, actor: Actor, incident_id: str, now: int) -> list[str]:
        """Note that the actor has the incident open, or none when that is no name of one; who else has it."""
        number = number_of(incident_id)
        incident_id = "" if number is None else f"{PREFIX}{number}"
        me = (actor.user, actor.tty, actor.pid)
        kept = {who: seen for who, seen in self._seen.items() if who != me and _holds(seen, now)}
        if incident_id:
            kept[me] = (incident_id, now)
        self._seen = kept
        return sorted({_named(who) for who, (name, _) in kept.items() if name == incident_id and who != me})

    def viewers(self, now: int) -> Mapping[str, list[str]]:
        """Who has each incident open, by its id."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for who, seen in sorted(self._seen.items()):
            if _holds(seen, now):
                found[seen[0]].append(_named(who))
        return {name: list(dict.fromkeys(names)) for name, names in found.items()}


def _holds(seen: tuple[str, int], now: int) -> bool:
    # A clock that was set back must not keep somebody there for ever.
    return abs(now - seen[1]) < HOLDS


def _named(who: _Who) -> str:
    user, tty, _ = who
    return f"{user}@{tty}" if tty else user
