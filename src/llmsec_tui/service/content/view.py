"""How much one asker sees now: what their role says, and what was revealed to them."""

from dataclasses import dataclass

from llmsec_tui.access import Actor, ContentLevel
from llmsec_tui.store.sight import Sight

SEARCH, REVEAL = "content.search", "content.reveal"


@dataclass(frozen=True, slots=True)
class View:
    """All that decides what a reply looks like; two askers with the same view may share one."""

    level: ContentLevel
    identities: bool
    sight: Sight
    events: frozenset[str] = frozenset()
    """Those that were revealed and still are."""
    alerts: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether nothing has to be masked."""
        return self.level is ContentLevel.FULL and self.identities


def sight_of(actor: Actor) -> Sight:
    """What of the store the actor sees."""
    return Sight(
        apps=tuple(sorted(actor.scope.apps)),
        tenants=tuple(sorted(actor.scope.tenants)),
        texts=SEARCH in actor.capabilities,
        identities=actor.sees_identities,
    )


def view_of(actor: Actor, events: frozenset[str] = frozenset(), alerts: frozenset[str] = frozenset()) -> View:
    """The actor's view with what was revealed; that ends with the capability to reveal."""
    if REVEAL not in actor.capabilities:
        events = alerts = frozenset()
    return View(actor.content, actor.sees_identities, sight_of(actor), events, alerts)
