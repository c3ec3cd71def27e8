"""Who acts, and what they may do and see."""

from llmsec_tui.access.actor import Actor, ContentLevel, Peer, Scope
from llmsec_tui.access.capabilities import CAPABILITIES, check
from llmsec_tui.access.peers import identify, this_process
from llmsec_tui.access.roles import OWNER, Role, Roles, acting

__all__ = [
    "CAPABILITIES",
    "OWNER",
    "Actor",
    "ContentLevel",
    "Peer",
    "Role",
    "Roles",
    "Scope",
    "acting",
    "check",
    "identify",
    "local_actor",
    "this_process",
]


def local_actor() -> Actor:
    """This process itself, for acts that no client asked for."""
    return acting(this_process(), OWNER)
