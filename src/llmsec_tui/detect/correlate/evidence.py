"""What a firing says of the entries that took part."""

from collections.abc import Iterable

from llmsec_tui.detect.correlate.fold import MOST_EVENTS, Entry, Firing


def fired(
    at: int, entry: Entry, took_part: Iterable[Entry], reason: str, usual: str, *, by_time: bool = False
) -> Firing:
    """A firing by ``entry``; ``took_part`` has the oldest first. An event that made several entries is named once."""
    began = None
    ids: dict[str, None] = {}
    for one in took_part:
        began = one.at if began is None else began
        ids[one.event_id] = None
    return Firing(
        at=at,
        event_id=entry.event_id,
        by_time=by_time,
        began=entry.at if began is None else began,
        event_ids=tuple(ids)[-MOST_EVENTS:],
        taking_part=len(ids),
        reason=reason,
        usual=usual,
        entry=entry,
    )
