"""Bulk acts: each item is an act of its own, done or refused by itself; others get their turn in between."""

from collections.abc import Sequence
from functools import partial

from llmsec_tui.access import Actor
from llmsec_tui.audit.record import Recorded
from llmsec_tui.errors import LlmsecError
from llmsec_tui.incidents.states import OPEN, State
from llmsec_tui.service.commands import answered_before, carry_out, record_failure, settle
from llmsec_tui.service.context import Context
from llmsec_tui.service.in_turn import InTurn
from llmsec_tui.service.incidents.api import BulkAct, HandOver, Item
from llmsec_tui.service.incidents.bulk import Part, handed_over, parts, told
from llmsec_tui.service.incidents.rows import BulkDone, ItemResult
from llmsec_tui.service.outcome import Outcome


async def carry_out_all(context: Context, actor: Actor, command: BulkAct | HandOver, in_turn: InTurn) -> BulkDone:
    """Do all that can be done of it. Raises ServiceError or AccessRefused, on record, when nothing is even begun."""
    begun = await in_turn(partial(_begun, context, actor, command))
    if isinstance(begun, BulkDone):
        return begun
    results = [await in_turn(partial(_result, context, actor, part)) for part in begun]
    return await in_turn(partial(_finished, context, actor, command, results))


def _begun(context: Context, actor: Actor, command: BulkAct | HandOver) -> BulkDone | list[Part]:
    if (before := answered_before(context, command, BulkDone)) is not None:
        return before
    try:
        if isinstance(command, BulkAct):
            return parts(command, actor, context.policy.policy)
        return handed_over(command, _own(context, actor), actor)
    except LlmsecError as error:
        record_failure(context, actor, command, error)
        raise


def _own(context: Context, actor: Actor) -> list[Item]:
    """The open incidents that are the actor's."""
    incidents = filter(None, map(context.store.incident, context.store.open_incident_ids()))
    own = [one for one in incidents if one.owner == actor.user and one.state in OPEN - {State.NEW}]
    return [Item(id=one.incident_id, version=one.version) for one in own]


def _result(context: Context, actor: Actor, part: Part) -> ItemResult:
    name = part.alert_id if not hasattr(part, "incident_id") else part.incident_id
    try:
        return ItemResult(name=name, done=True, message=carry_out(context, actor, part).message)
    except LlmsecError as error:
        return ItemResult(name=name, done=False, message=str(error))


def _finished(context: Context, actor: Actor, command: BulkAct | HandOver, results: Sequence[ItemResult]) -> BulkDone:
    act = command.act if isinstance(command, BulkAct) else "hand_over"
    done = sum(result.done for result in results)
    outcome = Outcome(told(results, act), after={"done": done, "refused": len(results) - done})

    def reply(outcome: Outcome, recorded: Recorded) -> BulkDone:
        return BulkDone(message=outcome.message, results=list(results), audit_seq=recorded.seq)

    return settle(context, actor, command, lambda: lambda: outcome, reply, BulkDone)
