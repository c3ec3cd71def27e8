"""What is stored of an incident beside its events: columns to sort and filter by, and the whole as msgpack."""

from collections.abc import Sequence

import msgspec
import polars as pl

from llmsec_tui.errors import NotFound, StoreError
from llmsec_tui.incidents.changes import AlertsJoined, Change, IncidentEvent, Opened
from llmsec_tui.incidents.clocks import next_due, readings
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.keys import parts
from llmsec_tui.incidents.states import RunState

PREFIX = "INC-"
_MOST_DIGITS = 15
_YEARS_1_TO_9999 = (-62_135_596_800_000_000, 253_402_300_799_999_999)

_TIME, _NAMES = pl.Datetime("us"), pl.List(pl.String())
ROW: dict[str, pl.DataType] = {
    "number": pl.Int64(),
    "incident_id": pl.String(),
    "title": pl.String(),
    "how": pl.String(),
    "level": pl.String(),
    "state": pl.String(),
    "owner": pl.String(),
    "disposition": pl.String(),
    "merged_into": pl.String(),
    "opened_at": _TIME,
    "opened_by": pl.String(),
    "last_at": _TIME,
    "first_event_at": _TIME,
    "first_alert_at": _TIME,
    "acknowledged_at": _TIME,
    "contained_at": _TIME,
    "resolved_at": _TIME,
    "closed_at": _TIME,
    "pending_us": pl.Int64(),
    "reopened": pl.Int64(),
    "due_at": _TIME,
    "due_clock": pl.String(),
    "breached": pl.Int64(),
    "next_breach_at": _TIME,
    "running": pl.Int64(),
    "follows": pl.String(),
    "n_alerts": pl.Int64(),
    "last_alert_at": _TIME,
    "apps": _NAMES,
    "users": _NAMES,
    "conversations": _NAMES,
    "rules": _NAMES,
    "watchers": _NAMES,
    "snapshot": pl.Binary(),
}
"""The columns of the table ``incidents``. Times that DuckDB cannot tell are null."""
TIMES = frozenset(name for name, kind in ROW.items() if kind == _TIME)
LISTS = frozenset(name for name, kind in ROW.items() if kind == _NAMES)

_BRINGING = (Opened, AlertsJoined)
_changes = msgspec.json.Decoder[Change](Change)
_incidents = msgspec.msgpack.Decoder(Incident)
_packed = msgspec.msgpack.Encoder(order="sorted")


def last_alert_at(events: Sequence[IncidentEvent]) -> int | None:
    """When alerts came for the last time by one of these events; None when none did."""
    return max((event.at for event in events if isinstance(event.change, _BRINGING)), default=None)


def row(incident: Incident, last_alert_at: int | None) -> tuple[object, ...]:
    """One row of the table ``incidents``."""
    taken = [parts(key) for key in incident.keys]
    due_at, due_clock = _foremost(incident)
    next_breach = next_due(incident)
    return (
        incident.number,
        incident.incident_id,
        incident.title,
        incident.how,
        incident.level,
        incident.state.value,
        incident.owner,
        "" if incident.disposition is None else incident.disposition.value,
        incident.merged_into,
        _tellable(incident.opened_at),
        incident.opened_by,
        _tellable(incident.last_at),
        _tellable(incident.first_event_at),
        _tellable(incident.first_alert_at),
        _tellable(incident.acknowledged_at),
        _tellable(incident.contained_at),
        _tellable(incident.resolved_at),
        _tellable(incident.closed_at),
        incident.pending_us,
        incident.reopened,
        _tellable(due_at),
        due_clock,
        sum(clock.breached_at is not None for clock in incident.clocks),
        None if next_breach is None else _tellable(next_breach[0]),
        sum(run.state is RunState.RUNNING for run in incident.runs),
        incident.follows,
        incident.n_alerts,
        _tellable(last_alert_at),
        sorted({part.app for part in taken if part.app}),
        sorted({part.name for part in taken if part.word == "user"}),
        sorted({part.name for part in taken if part.word == "conversation"}),
        sorted(incident.rules),
        sorted(incident.watchers),
        pack(incident),
    )


def pack(incident: Incident) -> bytes:
    """The whole incident; the same bytes for the same incident."""
    return _packed.encode(incident)


def unpack(snapshot: bytes, name: str) -> Incident:
    """What :func:`pack` made. Raises :class:`StoreError` for what another version made of an incident."""
    try:
        return _incidents.decode(snapshot)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"The store holds an incident ({name}) that this version cannot read: {error}.",
            hint="Use the version that wrote it, or name another directory with --home.",
        ) from error


def event(incident_id: str, seq: int, at: int, actor: str, change: str, command_id: str) -> IncidentEvent:
    """An event as it is stored. Raises :class:`StoreError` for a change that this version does not know."""
    try:
        decoded = _changes.decode(change)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"The store holds an event ({incident_id} #{seq}) that this version cannot read: {error}.",
            hint="Use the version that wrote it, or name another directory with --home.",
        ) from error
    return IncidentEvent(incident_id=incident_id, seq=seq, at=at, actor=actor, change=decoded, command_id=command_id)


def number_of(name: str) -> int | None:
    """The number of an incident by ``INC-12``, ``inc-12`` or ``12``; None for what is no such name."""
    digits = name[len(PREFIX) :] if name[: len(PREFIX)].upper() == PREFIX else name
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _MOST_DIGITS:
        return None
    return int(digits)


def known_number(incident_id: str) -> int:
    """The number of an incident by its id. Raises :class:`NotFound` for what cannot be one."""
    number = number_of(incident_id)
    if number is None:
        raise NotFound(f"There is no incident {incident_id}.", hint="They are called INC-1, INC-2 …")
    return number


def _foremost(incident: Incident) -> tuple[int | None, str]:
    """When the clock that was missed first was due, else the one that is due next; and its name."""
    going = (one for one in readings(incident, incident.last_at) if one.met_at is None and one.state == "breached")
    missed = min(((one.due_at, one.name) for one in going if one.due_at is not None), default=None)
    return missed or next_due(incident) or (None, "")


def _tellable(at: int | None) -> int | None:
    return at if at is not None and _YEARS_1_TO_9999[0] <= at <= _YEARS_1_TO_9999[1] else None
