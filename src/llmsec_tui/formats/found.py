"""What a format makes of one record."""

from msgspec import Struct

from llmsec_tui.events.model import Event


class Found(Struct, frozen=True, gc=False):
    """The events of a record, and the name of what in it no mapping knows."""

    events: list[Event]
    unknown: str | None = None
    """Without the format's name: ``progress/query_update``."""
