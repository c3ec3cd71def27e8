"""Say in words what happened to an incident, when, and by whom."""

from collections.abc import Sequence
from datetime import UTC, datetime

from llmsec_tui.incidents.changes import Change, IncidentEvent, Moved

_MOVES = {
    "investigate": "investigated",
    "contain": "contained",
    "resolve": "resolved",
    "hold": "put on hold",
    "resume": "taken off hold",
}
_MOST = 5
_LAST_TIME = 253_402_300_799


def kind(change: Change) -> str:
    """As it is stored: ``alerts_joined``."""
    return str(change.__struct_config__.tag)


def deed(change: Change) -> str:
    """In the past tense, to be followed by "by alice": ``taken over``, ``put on hold``."""
    if isinstance(change, Moved):
        return _MOVES.get(change.act, change.act)
    return kind(change).replace("_", " ")


def moment(at: int) -> str:
    """``2026-11-23 08:40:12 UTC`` for microseconds since 1970 UTC."""
    return f"{datetime.fromtimestamp(min(max(at // 1_000_000, 0), _LAST_TIME), UTC):%Y-%m-%d %H:%M:%S} UTC"


def history(events: Sequence[IncidentEvent]) -> str:
    """``acknowledged by alice at ..., then contained by bob at ...``: the newest few."""
    told = [f"{deed(event.change)} by {event.actor} at {moment(event.at)}" for event in events[-_MOST:]]
    earlier = len(events) - len(told)
    return ", then ".join([f"{earlier} other acts", *told] if earlier else told)
