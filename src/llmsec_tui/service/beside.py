"""Commands of which a part takes long and changes nothing: that is done beside the line in which commands wait."""

import asyncio
import time
from collections.abc import Awaitable
from functools import partial
from hashlib import sha256

from llmsec_tui.access import Actor
from llmsec_tui.errors import LlmsecError, ServiceError
from llmsec_tui.incidents.changes import Exported
from llmsec_tui.incidents.export.bundle import formats_of
from llmsec_tui.service.api import Done
from llmsec_tui.service.commands import answered_before, done, record_failure, settle
from llmsec_tui.service.context import Context
from llmsec_tui.service.in_turn import InTurn
from llmsec_tui.service.incidents.api import ActOnIncident, ExportIncident
from llmsec_tui.service.incidents.commands import prepared_act
from llmsec_tui.service.incidents.rows import Bundle
from llmsec_tui.service.outcome import Outcome

SLOW_ACTS = frozenset({"pin", "check_pins"})
"""They read files, which may be archives."""


async def act(context: Context, actor: Actor, command: ActOnIncident, in_turn: InTurn) -> Done:
    """An act, with what it takes looked up before its turn comes. Raises what the act raises, after it was recorded."""
    try:
        looked_up = await asyncio.to_thread(context.desk.look_up, command)
    except LlmsecError as error:
        return await in_turn(partial(_not_found, context, actor, command, error))
    prepare = partial(prepared_act, context, actor, command, looked_up)
    return await in_turn(lambda: settle(context, actor, command, prepare, done, Done))


async def export(
    context: Context, actor: Actor, command: ExportIncident, made: Awaitable[Bundle], in_turn: InTurn
) -> Bundle:
    """The files, once they are made. Sent again, the command makes them again and is on record once."""
    try:
        bundle = await made
    except LlmsecError as error:
        await in_turn(partial(record_failure, context, actor, command, error))
        raise
    await in_turn(partial(_recorded, context, actor, command, bundle))
    return bundle


def _not_found(context: Context, actor: Actor, command: ActOnIncident, error: LlmsecError) -> Done:
    """A repeat is answered, even when what it took is gone by now."""
    if (before := answered_before(context, command, Done)) is not None:
        return before
    record_failure(context, actor, command, error)
    raise error


def _recorded(context: Context, actor: Actor, command: ExportIncident, bundle: Bundle) -> Done:
    """Put it on record once. Raises ServiceError where the id stands for the export of another incident."""
    before = answered_before(context, command, Done)
    if before is not None and not before.message.startswith(f"{bundle.incident_id}:"):
        raise ServiceError("Another command had this id; nothing was done.", hint="Send it with a new id.")
    return settle(context, actor, command, lambda: partial(_exported, context, actor, command, bundle), done, Done)


def _exported(context: Context, actor: Actor, command: ExportIncident, bundle: Bundle) -> Outcome:
    digest = sha256(bundle.files[-1].content).hexdigest()
    change = Exported(formats=formats_of(command.formats), manifest_sha256=digest)
    at = time.time_ns() // 1000
    incident = context.desk.happened(bundle.incident_id, [change], at, actor=actor.user, command_id=command.command_id)
    return Outcome(
        bundle.message,
        incident.version,
        after={"files": len(bundle.files), "manifest_sha256": digest},
        object=f"incident:{bundle.incident_id}",
    )
