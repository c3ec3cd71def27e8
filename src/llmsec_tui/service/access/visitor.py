"""One connection to the collector: who is at its other end, and who has logged in on it."""

from dataclasses import dataclass

from llmsec_tui.access import Peer


@dataclass(slots=True)
class Visitor:
    """What a connection remembers between two asks."""

    peer: Peer
    session: str = ""
    """The name of the session that was opened or resumed on it; empty before a login and after a logout."""
