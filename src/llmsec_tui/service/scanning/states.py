"""Remember what of each event can be seen, so that one that comes in several versions is counted once."""

from collections import Counter
from collections.abc import Sequence

import polars as pl

from llmsec_tui.events.history import Kept
from llmsec_tui.events.model import ContentState
from llmsec_tui.service.scanning.keytable import KeyTable

_STATES = list(ContentState)


class States:
    """Of all events that may come again. For one thread."""

    def __init__(self) -> None:
        self._states = KeyTable()

    def changes(self, events: pl.DataFrame, kept: Sequence[Kept]) -> Counter[str]:
        """By content state, how many events more there are, or fewer, by those of a piece; it was built of ``kept``."""
        states = Counter(events["content_state"].to_list())
        versioned = {int(one.event_id, 16): one.event.content_state for one in kept if one.version}
        states.subtract(str(_STATES[number]) for number in self._states.found(versioned).values())
        self._states.update({key: _STATES.index(state) for key, state in versioned.items()})
        return states

    def close(self) -> None:
        """Give the file back."""
        self._states.close()
