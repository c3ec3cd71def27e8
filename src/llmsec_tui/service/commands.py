"""Commands: each is carried out once, and no act happens without its record in the journal.

An act and the reply to it are one transaction of the store. The journal's record is on disk before that transaction
ends, so after a crash there may be a record of an act that did not happen, and never an act without a record.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from llmsec_tui.access import Actor
from llmsec_tui.audit.record import Recorded, Result
from llmsec_tui.errors import AccessRefused, LlmsecError, ServiceError
from llmsec_tui.service.access.commands import AccessCommand
from llmsec_tui.service.access.commands import prepared as prepared_access
from llmsec_tui.service.access.roles import RolesRefused
from llmsec_tui.service.api import AcknowledgeAlert, AnyAsk, Command, DismissAlert, Done, StopCollector, WatchPaths
from llmsec_tui.service.auditing.acts import prepared_rotation, retire
from llmsec_tui.service.auditing.api import RetireSegments, RotateKey
from llmsec_tui.service.auditing.key_api import InitKey, UnlockVault
from llmsec_tui.service.auditing.key_commands import prepared_init, prepared_unlock
from llmsec_tui.service.behaviour.api import PinBaseline
from llmsec_tui.service.behaviour.commands import pin
from llmsec_tui.service.canaries.api import CanaryCommand
from llmsec_tui.service.canaries.commands import prepared as prepared_canary
from llmsec_tui.service.context import Context
from llmsec_tui.service.desk.policy import PolicyRefused, prepared_reload
from llmsec_tui.service.incidents import commands as incident_commands
from llmsec_tui.service.incidents.api import ActOnIncident, AddMarker, OpenIncident, ReloadPolicy, TestChannel
from llmsec_tui.service.marker_handlers import add_marker
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.outward.notification_handlers import test_channel
from llmsec_tui.service.permission import Lack
from llmsec_tui.service.records import act_of
from llmsec_tui.service.retention.api import RetentionCommand
from llmsec_tui.service.retention.commands import prepared as prepared_retention
from llmsec_tui.service.rules.api import DisableRule, EnableRule, ReloadRules
from llmsec_tui.service.rules.commands import disable, enable, reload
from llmsec_tui.service.rules.rulebook import RulesRefused
from llmsec_tui.service.silences.api import AddSilence, EndSilence
from llmsec_tui.service.silences.commands import end, prepared_add
from llmsec_tui.service.silences.limits import SilenceRefused

T = TypeVar("T", bound=Struct)

_OnDetection = AcknowledgeAlert | DismissAlert | DisableRule | EnableRule | ReloadRules | AddSilence | EndSilence
_OnDesk = OpenIncident | ActOnIncident | ReloadPolicy | TestChannel | AddMarker
_OnKeys = InitKey | UnlockVault | RotateKey | RetireSegments
_Plain = _OnDetection | _OnDesk | _OnKeys | WatchPaths | StopCollector | PinBaseline
AnyCommand = _Plain | AccessCommand | RetentionCommand | CanaryCommand
"""Those that are one act each, and that are answered with ``Done``."""

_REFUSALS = RulesRefused | RolesRefused | SilenceRefused | PolicyRefused | AccessRefused


def carry_out(context: Context, actor: Actor, command: AnyCommand) -> Done:
    """Do what was asked, or give the reply of the first time; raises what the act raises, after it was recorded."""
    return settle(context, actor, command, partial(_prepared, context, actor, command), done, Done)


def settle(
    context: Context,
    actor: Actor,
    command: Command[Any],
    prepare: Callable[[], Callable[[], Outcome]],
    reply: Callable[[Outcome, Recorded], T],
    kind: type[T],
) -> T:
    """Carry a command out once: ``prepare`` looks up what takes long, and what it gives is done in one transaction."""
    if (before := answered_before(context, command, kind)) is not None:
        return before
    try:
        act = prepare()
        with context.store.transaction():
            outcome = act()
            recorded = context.journal.append(act_of(actor, command, Result.DONE, outcome))
            answer = reply(outcome, recorded)
            context.store.record_reply(command.command_id, msgspec.msgpack.encode(answer), recorded.at)
    except LlmsecError as error:
        record_failure(context, actor, command, error)
        raise
    if outcome.then is not None:
        outcome.then()
    return answer


def answered_before(context: Context, command: Command[Any], kind: type[T]) -> T | None:
    """The reply of the first time. Raises ServiceError when the id was that of a command of another kind."""
    reply = context.store.recorded_reply(command.command_id)
    if reply is None:
        return None
    try:
        return msgspec.msgpack.decode(reply, type=kind)
    except msgspec.ValidationError as error:
        raise ServiceError("Another command had this id; nothing was done.", hint="Send it with a new id.") from error


def record_failure(context: Context, actor: Actor, command: Command[Any], error: LlmsecError) -> None:
    """Put on record that a command was not carried out, and why."""
    result = Result.REFUSED if isinstance(error, _REFUSALS) else Result.FAILED
    context.journal.append(act_of(actor, command, result, reason=error.message))


def record_refusal(context: Context, actor: Actor, ask: AnyAsk, lack: Lack) -> None:
    """Put on record that somebody tried what they may not do."""
    context.journal.append(act_of(actor, ask, Result.REFUSED, reason=lack.refused.message, action=lack.action))


def done(outcome: Outcome, recorded: Recorded) -> Done:
    """The reply to a command that is one act."""
    return Done(message=outcome.message, version=outcome.version, audit_seq=recorded.seq)


def _prepared(context: Context, actor: Actor, command: AnyCommand) -> Callable[[], Outcome]:
    """What is to be done. What takes long and changes nothing is done now: a transaction keeps batches waiting."""
    if isinstance(command, AccessCommand):
        return prepared_access(context, actor, command)
    if isinstance(command, RetentionCommand):
        return prepared_retention(context, actor, command)
    if isinstance(command, CanaryCommand):
        return prepared_canary(context, command)
    match command:
        case ReloadRules():
            return partial(reload, context, context.rules.read())
        case AddSilence():
            return prepared_add(context, actor, command)
        case ActOnIncident():
            return incident_commands.prepared_act(context, actor, command)
        case ReloadPolicy():
            return prepared_reload(context.policy)
        case InitKey():
            return prepared_init(context.auditing.keys, context.journal, command)
        case UnlockVault():
            return prepared_unlock(context.auditing.keys, context.journal, command)
        case RotateKey():
            return prepared_rotation(context, actor, command)
        case _:
            return partial(_perform, context, actor, command)


def _perform(context: Context, actor: Actor, command: _Plain) -> Outcome:
    match command:
        case AcknowledgeAlert():
            return _act_on_alert(context, actor, command, "acknowledged")
        case DismissAlert():
            if not command.note.strip():
                raise ServiceError("An alert is dismissed with a reason.", hint="Say why in the note.")
            return _act_on_alert(context, actor, command, "dismissed")
        case WatchPaths():
            return _watch(context, command)
        case StopCollector():
            return Outcome("The collector is stopping.", then=context.stop)
        case DisableRule():
            return disable(context, actor, command)
        case EnableRule():
            return enable(context, command)
        case EndSilence():
            return end(context, actor, command)
        case OpenIncident():
            return incident_commands.open_incident(context, actor, command)
        case TestChannel():
            return test_channel(context, actor, command)
        case AddMarker():
            return add_marker(context, actor, command)
        case RetireSegments():
            return retire(context, actor, command)
        case PinBaseline():
            return pin(context, actor, command)
        case ReloadRules() | AddSilence() | ActOnIncident() | ReloadPolicy() | InitKey() | UnlockVault() | RotateKey():
            raise AssertionError(f"{type(command).__name__} is prepared before it is done")


def _act_on_alert(context: Context, actor: Actor, command: AcknowledgeAlert | DismissAlert, state: str) -> Outcome:
    version = context.store.act_on_alert(
        command_id=command.command_id,
        alert_id=command.alert_id,
        expected_version=command.version,
        new_state=state,
        owner=actor.user,
        actor=actor.user,
        act=state,
        note=command.note,
        at=time.time_ns() // 1000,
    )
    return Outcome(
        f"Alert {command.alert_id[:8]} is {state}.",
        version,
        after={"state": state, "version": version, "owner": actor.user},
    )


def _watch(context: Context, command: WatchPaths) -> Outcome:
    if relative := [path for path in command.paths if not Path(path).is_absolute()]:
        raise ServiceError(f"{relative[0]} is no absolute path; nothing more is followed.")
    new = [path for path in command.paths if path not in context.watching]

    def follow() -> None:
        context.watching.extend(new)
        context.ingest.watch(new, from_start=command.from_start)

    count = "1 more pattern" if len(new) == 1 else f"{len(new)} more patterns"
    return Outcome(f"Following {count}.", then=follow)
