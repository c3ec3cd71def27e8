"""What people can do to an incident, as one table: from which states, to which, with which capability, given what."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from llmsec_tui.incidents.states import ACTIVE, OPEN, State


class Need(StrEnum):
    """A field that must be given."""

    NOTE = auto()
    OWNER = auto()
    DISPOSITION = auto()
    INCIDENT = auto()
    """The other incident."""
    ALERTS = auto()
    LEVEL = auto()
    TITLE = auto()
    TASK = auto()
    PIN = auto()
    EVENT = auto()
    REMEDY = auto()
    CLOCK = auto()
    WHEN = auto()


class Effect(StrEnum):
    """What an act does besides moving the incident."""

    OWN = auto()
    """The actor becomes the owner."""
    ACKNOWLEDGE_ALERTS = auto()
    """Its alerts in state new are acknowledged."""
    CLOSE_ALERTS = auto()
    """Its open alerts are closed with its disposition."""
    REOPEN_ALERTS = auto()
    """The alerts that its last close closed are as they were before that."""
    PAUSE = auto()
    """Its service clocks stand still."""
    RESTART = auto()
    """Its service clocks begin anew."""
    MOVE_ALERTS = auto()
    """Alerts go to another incident, or come back."""


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the table."""

    name: str
    capability: str
    come_from: frozenset[State]
    to: State | None = None
    """None when it stays where it is, unless ``back``."""
    back: bool = False
    """It returns to the state that it was in before."""
    needs: tuple[Need, ...] = ()
    effects: tuple[Effect, ...] = ()
    checked: bool = True
    """It is refused on a version that is not the newest; and it counts for the version. What only adds (a note, a pin)
    does neither, so that two people can add at once."""
    owners_only: bool = False
    """Refused to others than the owner while there is one: they take over first."""


_NEW, _ACK, _INV = State.NEW, State.ACKNOWLEDGED, State.INVESTIGATING
_CON, _RES, _CLO, _PEN, _MER = State.CONTAINED, State.RESOLVED, State.CLOSED, State.PENDING, State.MERGED
_AT_WORK = frozenset({_ACK, _INV, _CON})
_NOT_MERGED = frozenset(State) - {_MER}

_WORK, _ASSIGN, _MERGE = "incidents.work", "incidents.assign", "incidents.merge"
_ROWS = (
    Act(
        *("acknowledge", "incidents.acknowledge", frozenset({_NEW}), _ACK),
        effects=(Effect.OWN, Effect.ACKNOWLEDGE_ALERTS),
    ),
    Act("take_over", "incidents.acknowledge", OPEN - {_NEW}, needs=(Need.NOTE,), effects=(Effect.OWN,)),
    Act("assign", _ASSIGN, OPEN - {_NEW}, needs=(Need.OWNER,)),
    Act("hand_over", _WORK, OPEN - {_NEW}, needs=(Need.OWNER,), owners_only=True),
    Act("investigate", _WORK, frozenset({_ACK, _CON, _RES}), _INV, owners_only=True),
    Act("contain", _WORK, frozenset({_ACK, _INV}), _CON, needs=(Need.NOTE,), owners_only=True),
    Act("resolve", _WORK, _AT_WORK, _RES, needs=(Need.NOTE,), owners_only=True),
    Act("hold", _WORK, _AT_WORK, _PEN, needs=(Need.NOTE,), effects=(Effect.PAUSE,), owners_only=True),
    Act("resume", _WORK, frozenset({_PEN}), back=True),
    Act(
        *("close", "incidents.close", OPEN - {_PEN}, _CLO),
        needs=(Need.DISPOSITION, Need.NOTE),
        effects=(Effect.OWN, Effect.CLOSE_ALERTS),
        owners_only=True,
    ),
    Act(
        *("reopen", "incidents.reopen", frozenset({_RES, _CLO}), _INV),
        needs=(Need.NOTE,),
        effects=(Effect.OWN, Effect.REOPEN_ALERTS, Effect.RESTART),
    ),
    Act("merge", _MERGE, OPEN, _MER, needs=(Need.INCIDENT,), effects=(Effect.MOVE_ALERTS,)),
    Act("unmerge", _MERGE, frozenset({_MER}), back=True, needs=(Need.NOTE,), effects=(Effect.MOVE_ALERTS,)),
    Act("split", _MERGE, OPEN, needs=(Need.ALERTS,), effects=(Effect.MOVE_ALERTS,)),
    Act("add_alerts", _WORK, OPEN, needs=(Need.ALERTS,), effects=(Effect.MOVE_ALERTS,), checked=False),
    Act("link", _WORK, _NOT_MERGED, needs=(Need.INCIDENT,), checked=False),
    Act("unlink", _WORK, _NOT_MERGED, needs=(Need.INCIDENT,), checked=False),
    Act("set_level", _WORK, OPEN, needs=(Need.LEVEL, Need.NOTE)),
    Act("retitle", _WORK, _NOT_MERGED, needs=(Need.TITLE,)),
    Act("watch", "incidents.read", _NOT_MERGED, checked=False),
    Act("unwatch", "incidents.read", _NOT_MERGED, checked=False),
    Act("note", _WORK, frozenset(State), needs=(Need.NOTE,), checked=False),
    Act("mark", _WORK, _NOT_MERGED, needs=(Need.WHEN, Need.NOTE), checked=False),
    Act("pin", _WORK, _NOT_MERGED, needs=(Need.EVENT,), checked=False),
    Act("unpin", _WORK, OPEN, needs=(Need.PIN, Need.NOTE), checked=False),
    Act("check_pins", "incidents.read", frozenset(State), checked=False),
    Act("add_task", _WORK, ACTIVE, needs=(Need.TITLE,), checked=False),
    Act("finish_task", _WORK, OPEN, needs=(Need.TASK,), checked=False),
    Act("waive_task", _WORK, OPEN, needs=(Need.TASK, Need.NOTE), checked=False),
    Act("reopen_task", _WORK, OPEN, needs=(Need.TASK,), checked=False),
    Act("rehearse", "incidents.run", OPEN, needs=(Need.REMEDY,), checked=False),
    Act("run", "incidents.run", OPEN - {_NEW}, needs=(Need.REMEDY,), checked=False),
    Act("start_duty", _WORK, OPEN, needs=(Need.CLOCK,), checked=False),
    Act("amend_duty", _WORK, _NOT_MERGED, needs=(Need.CLOCK, Need.WHEN, Need.NOTE), checked=False),
    Act("meet_duty", _WORK, _NOT_MERGED, needs=(Need.CLOCK, Need.NOTE), checked=False),
    Act("export", "incidents.export", frozenset(State), checked=False),
)

ACTS: Mapping[str, Act] = {act.name: act for act in _ROWS}
"""Every act by its name. Opening one (``incidents.open``) has no state to come from and is not here."""

UNCOUNTED = frozenset(
    {
        *("alerts_joined", "alerts_withdrawn", "absorbed", "gave_back"),
        *("linked", "unlinked", "watched", "unwatched", "noted", "marked", "pinned", "unpinned", "pins_checked"),
        *("task_added", "task_done", "task_waived", "task_reopened", "run_started", "run_ended"),
        *("duty_started", "duty_amended", "duty_met", "breached", "told", "exported"),
    }
)
"""Kinds of changes that leave the version as it is: an attack that goes on must not keep people from acting."""
