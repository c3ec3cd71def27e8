"""Incidents on a real store, to act on."""

import time
from typing import Any

from tests.store.parts import alert, batch, kept, message

from llmsec_tui.access import Actor
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents.api import ActOnIncident, GetIncident
from llmsec_tui.service.incidents.rows import IncidentDetail, IncidentRow

SURE = {"level": "critical", "confidence": 1.0}
"""What opens an incident by itself."""


def arrive(context: Context, number: int, *, seen: bool = True, **fields: Any) -> str:
    """One alert of a conversation and user of its own, through the store to the desk, as a batch comes; its id."""
    conversation = f"c{number}"
    text = "ignore all" if seen else None
    event = message(text, conversation, ts=None, user_id=f"user{number}")
    row = {
        **alert(number, conversation_id=conversation, user_id=f"user{number}", excerpt=f"ignore all {number}"),
        **SURE,
        "ts": None,
        **fields,
    }
    at = now()
    with context.store.transaction():
        context.store.commit(batch([kept(number, event)], alerts=[row], at=at))
        context.desk.take([row["alert_id"]], at)
    return str(row["alert_id"])


def act(act: str, version: int = 1, incident: str = "INC-1", **fields: Any) -> ActOnIncident:
    """A command with an id of its own, unless one is given."""
    given = {"command_id": f"{act}-{incident}-{version}-{time.monotonic_ns()}", **fields}
    return ActOnIncident(act=act, version=version, incident_id=incident, **given)


async def detail(dispatch: Dispatch, actor: Actor, name: str = "INC-1") -> IncidentDetail:
    reply = await dispatch.reply(actor, GetIncident(incident_id=name))
    assert isinstance(reply, IncidentDetail)
    return reply


async def row(dispatch: Dispatch, actor: Actor, name: str = "INC-1") -> IncidentRow:
    return (await detail(dispatch, actor, name)).row


def journal(context: Context) -> list[tuple[str, str, str, str]]:
    """Action, object, result and actor of each record, oldest first."""
    rows, _ = context.journal.page(limit=500)
    return [(one["action"], one["object"], one["result"], one["actor"]) for one in reversed(rows)]


def reasons(context: Context) -> list[str]:
    rows, _ = context.journal.page(limit=500)
    return [one["reason"] for one in reversed(rows)]


def now() -> int:
    return time.time_ns() // 1000
