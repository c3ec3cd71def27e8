"""Commands: each is carried out once, and no act happens without its record in the journal.

An act and the reply to it are one transaction of the store. The journal's record is on disk before that transaction
ends, so after a crash there may be a record of an act that did not happen, and never an act without a record.
"""

import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import msgspec

from llmsec_tui.access import Actor
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.errors import AccessRefused, LlmsecError, ServiceError
from llmsec_tui.service.api import AcknowledgeAlert, AnyAsk, DismissAlert, Done, StopCollector, WatchPaths
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.rule_api import DisableRule, EnableRule, ReloadRules
from llmsec_tui.service.rule_commands import disable, enable, reload
from llmsec_tui.service.rulebook import RulesRefused
from llmsec_tui.service.silence_api import AddSilence, EndSilence
from llmsec_tui.service.silence_commands import end, prepared_add
from llmsec_tui.service.silence_limits import SilenceRefused

AnyOtherCommand = AcknowledgeAlert | DismissAlert | WatchPaths | StopCollector | DisableRule | EnableRule | EndSilence
AnyCommand = AnyOtherCommand | ReloadRules | AddSilence

_OBJECTS: dict[type, str] = {ReloadRules: "rules", AddSilence: "silences"}
"""What commands are about that name no single thing."""
_PATHS_ON_RECORD = 20
_REASON_CHARS = 4_000


def carry_out(context: Context, actor: Actor, command: AnyCommand) -> Done:
    """Do what was asked, or give the reply of the first time; raises what the act raises, after it was recorded."""
    if (reply := context.store.recorded_reply(command.command_id)) is not None:
        return msgspec.msgpack.decode(reply, type=Done)
    try:
        act = _prepared(context, actor, command)
        with context.store.transaction():
            outcome = act()
            recorded = context.journal.append(_act(actor, command, Result.DONE, outcome))
            done = Done(message=outcome.message, version=outcome.version, audit_seq=recorded.seq)
            context.store.record_reply(command.command_id, msgspec.msgpack.encode(done), recorded.at)
    except LlmsecError as error:
        result = Result.REFUSED if isinstance(error, RulesRefused | SilenceRefused) else Result.FAILED
        context.journal.append(_act(actor, command, result, reason=error.message[:_REASON_CHARS]))
        raise
    if outcome.then is not None:
        outcome.then()
    return done


def record_refusal(context: Context, actor: Actor, ask: AnyAsk, refused: AccessRefused) -> None:
    """Put on record that somebody tried what they may not do."""
    context.journal.append(_act(actor, ask, Result.REFUSED, reason=refused.message))


def _prepared(context: Context, actor: Actor, command: AnyCommand) -> Callable[[], Outcome]:
    """What is to be done. What takes long and changes nothing is done now: a transaction keeps batches waiting."""
    if isinstance(command, ReloadRules):
        return partial(reload, context, context.rules.read())
    if isinstance(command, AddSilence):
        return prepared_add(context, actor, command)
    return partial(_perform, context, actor, command)


def _perform(context: Context, actor: Actor, command: AnyOtherCommand) -> Outcome:
    match command:
        case AcknowledgeAlert():
            return _act_on_alert(context, actor, command, "acknowledged", owner=actor.user)
        case DismissAlert():
            if not command.note.strip():
                raise ServiceError("An alert is dismissed with a reason.", hint="Say why in the note.")
            return _act_on_alert(context, actor, command, "dismissed", owner=actor.user)
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


def _act_on_alert(
    context: Context, actor: Actor, command: AcknowledgeAlert | DismissAlert, state: str, *, owner: str
) -> Outcome:
    version = context.store.act_on_alert(
        command_id=command.command_id,
        alert_id=command.alert_id,
        expected_version=command.version,
        new_state=state,
        owner=owner,
        actor=actor.user,
        act=state,
        note=command.note,
        at=time.time_ns() // 1000,
    )
    return Outcome(
        f"Alert {command.alert_id[:8]} is {state}.",
        version,
        after={"state": state, "version": version, "owner": owner},
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


def _act(actor: Actor, ask: AnyAsk, result: Result, outcome: Outcome | None = None, *, reason: str = "") -> Act:
    note = getattr(ask, "note", "")
    return Act(
        actor=actor,
        action=str(ask.__struct_config__.tag),
        object=_object(ask) if outcome is None or not outcome.object else outcome.object,
        result=result,
        before=outcome.before if outcome is not None else {},
        after={**(outcome.after if outcome is not None else {}), **_facts(ask)},
        reason=reason or note,
        command_id=getattr(ask, "command_id", ""),
    )


def _object(ask: AnyAsk) -> str:
    for kind in ("alert", "event", "rule", "silence"):
        if (name := getattr(ask, f"{kind}_id", None)) is not None:
            return f"{kind}:{name}"
    return _OBJECTS.get(type(ask), "collector")


def _facts(ask: AnyAsk) -> Facts:
    if not isinstance(ask, WatchPaths):
        return {}
    return {
        "from_start": ask.from_start,
        "patterns": len(ask.paths),
        "first_patterns": "\n".join(ask.paths[:_PATHS_ON_RECORD]),
        "sha256": sha256("\n".join(ask.paths).encode("utf-8", "surrogateescape")).hexdigest(),
    }
