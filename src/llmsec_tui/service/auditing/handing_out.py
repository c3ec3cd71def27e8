"""What takes long on its way out of the journal is done beside the line in which commands wait, and put on record."""

import asyncio
from collections.abc import Awaitable
from functools import partial
from hashlib import sha256
from typing import TypeVar

from llmsec_tui.access import Actor
from llmsec_tui.audit.record import Facts
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.api import Done
from llmsec_tui.service.auditing.acts import anchored
from llmsec_tui.service.auditing.api import AnchorNow, ExportAudit, Exported, Proof, ProveRecord
from llmsec_tui.service.commands import done, record_failure, settle
from llmsec_tui.service.context import Context
from llmsec_tui.service.in_turn import InTurn
from llmsec_tui.service.outcome import Outcome

T = TypeVar("T", Proof, Exported)


async def anchor_now(context: Context, actor: Actor, command: AnchorNow, in_turn: InTurn) -> Done:
    """Anchor everywhere; raises ServiceError, on record, when no anchor took the journal."""
    standings = await asyncio.to_thread(context.auditing.anchoring.everywhere)
    prepare = partial(partial, anchored, standings)
    return await in_turn(lambda: settle(context, actor, command, prepare, done, Done))


async def hand_out(
    context: Context, actor: Actor, command: ProveRecord | ExportAudit, made: Awaitable[T], in_turn: InTurn
) -> T:
    """Records with their proofs, once they are made, and on record before they leave."""
    try:
        reply = await made
    except LlmsecError as error:
        await in_turn(partial(record_failure, context, actor, command, error))
        raise
    await in_turn(partial(_recorded, context, actor, command, reply))
    return reply


def _recorded(context: Context, actor: Actor, command: ProveRecord | ExportAudit, reply: Proof | Exported) -> Done:
    return settle(context, actor, command, lambda: partial(_handed_out, reply), done, Done)


def _handed_out(reply: Proof | Exported) -> Outcome:
    proofs = [reply] if isinstance(reply, Proof) else reply.proofs
    digest = sha256("\n".join(one.hash for one in proofs).encode()).hexdigest()
    first, last = (proofs[0].seq, proofs[-1].seq) if proofs else (0, 0)
    after: Facts = {"records": len(proofs), "first": first, "last": last, "sha256": digest}
    return Outcome("Handed out.", after=after, object=f"record:{first}" if isinstance(reply, Proof) else "journal")
