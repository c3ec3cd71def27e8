"""What a format makes of one record."""

from typing import NamedTuple

from llmsec_tui.events.model import Event


class Found(NamedTuple):
    """The events of a record, and the name of what in it no mapping knows."""

    events: list[Event]
    unknown: str | None = None
    """Without the format's name: ``progress/query_update``."""
