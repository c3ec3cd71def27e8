"""What takes a second person: filed when asked for, decided by somebody else, used once when it is asked again."""

import time
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec

from llmsec_tui.access import Actor, check
from llmsec_tui.access.approvals import LASTS_US, PREFIX, Approval, Person, State, number_of
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.errors import AccessRefused, ApprovalNeeded, NotFound, ServiceError
from llmsec_tui.service.access.api import ApprovalList, ApprovalRow, Approve, ListApprovals, RefuseApproval
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.api import PAGE_LIMIT, Ask
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.permission import action
from llmsec_tui.service.records import about

_CHANGES = frozenset({"command_id", "version", "note", "reason", "password", "passphrase", "old", "totp", "name"})
"""What may differ between what was approved and what is carried out; passwords are hashed into nothing here."""
_DETAIL_CHARS = 500
MOST_WAITING = 20
"""Of one account."""
_NOTE_CHARS = 1_000


def used(context: Context, actor: Actor, ask: Ask[Any]) -> Approval | None:
    """The approval that lets this pass, used up by it; None for the repeat of a command that one was used for.

    Raises ApprovalNeeded, after it was filed or looked up.
    """
    now, wanted, command = _now(), digest(ask), str(getattr(ask, "command_id", ""))
    found = _latest(context.access, wanted, actor.user)
    state = None if found is None else found.stands(now)
    if found is not None and state is State.USED and command and command == found.used_by:
        return None
    if found is not None and state is State.APPROVED:
        after = replace(found, state=State.USED, used_by=command)
        _keep(context, actor, after, "approvals.use", {"action": found.action, "approved_by": found.decided_by})
        return after
    if found is None or state is not State.WAITING:
        _check_room(context.access, actor, now)
        found = _filed(context, actor, ask, wanted, now)
        _keep(context, actor, found, "approvals.ask", {"action": found.action, "about": found.object}, found.reason)
    raise ApprovalNeeded(
        f"This takes a second person: {found.name} waits for somebody else to approve it; nothing was done.",
        hint="Do the same again once it is approved.",
    )


def given_back(context: Context, actor: Actor, approval: Approval) -> None:
    """What it was used for failed, so that it can be used again."""
    again = replace(approval, state=State.APPROVED, used_by="")
    _keep(context, actor, again, "approvals.give_back", {"action": approval.action})


def decide(context: Context, actor: Actor, command: Approve | RefuseApproval) -> Outcome:
    """Say yes or no to what somebody else asked for. Raises AccessRefused for what one asked for oneself."""
    room, now = context.access, _now()
    found = _named(room, command.approval_id)
    state = found.stands(now)
    yes = isinstance(command, Approve)
    taken_back = not yes and found.person.user == actor.user
    if not taken_back:
        check(actor, command.capability)
        if found.person.same(person(actor)):
            raise AccessRefused(
                f"{found.name} was asked for by {found.person.user}, who is the same person as far as this system can "
                "tell; nobody approves what they asked for themself.",
                hint="Have somebody else look at it, under an account and a user of the system of their own.",
            )
    if state is not State.WAITING:
        raise ServiceError(f"{found.name} is {state.value} already; nothing was changed.")
    if not yes and not command.note.strip():
        raise ServiceError("Refusing takes a reason.", hint="Say why in the note.")
    decided = found.decided(State.APPROVED if yes else State.REFUSED, actor.user, now, command.note[:_NOTE_CHARS])
    room.book.write_approval(decided)
    message = (
        f"{found.name} is approved: {found.person.user} can do it now, once." if yes else f"{found.name} is refused."
    )
    facts: Facts = {
        "state": decided.state.value,
        "action": found.action,
        "about": found.object,
        "by": found.person.user,
    }
    return Outcome(
        message,
        before={"state": state.value},
        after=facts,
        object=f"approval:{found.name}",
        then=partial(room.book.put_approval, decided),
    )


def listing(context: Context, actor: Actor, ask: ListApprovals) -> ApprovalList:
    """Newest first; of what others asked for only with a capability about approvals."""
    now, me = _now(), person(actor)
    everything = bool({"approvals.read", "approvals.give"} & actor.capabilities)
    rows = [
        _row(one, me, now)
        for one in sorted(context.access.book.approvals.values(), key=lambda one: -one.seq)
        if (everything or one.person.user == actor.user) and ask.state in ("", one.stands(now).value)
    ]
    return ApprovalList(rows=rows[: min(max(ask.limit, 1), PAGE_LIMIT)])


def person(actor: Actor) -> Person:
    """As far as it can be told who somebody is."""
    return Person(user=actor.user, uid=actor.uid, loginuid=actor.loginuid)


def digest(ask: Ask[Any]) -> str:
    """Of what is asked, without what changes from one try to the next."""
    return sha256(msgspec.json.encode([action(ask), _essence(msgspec.to_builtins(ask))], order="sorted")).hexdigest()


def _essence(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _essence(one) for key, one in value.items() if key not in _CHANGES}
    if isinstance(value, list):
        return [_essence(one) for one in value]
    return value


def _check_room(room: AccessRoom, actor: Actor, now: int) -> None:
    """Raise ServiceError when somebody has more waiting than anybody would look through."""
    waiting = [one for one in room.book.approvals.values() if one.stands(now) is State.WAITING]
    if sum(one.person.user == actor.user for one in waiting) >= MOST_WAITING:
        raise ServiceError(
            f"{MOST_WAITING} requests of yours wait for approval already; nothing was done.",
            hint="Have them looked at, or take some back: llmsec-tui approvals refuse A-1 --note TEXT",
        )


def _latest(room: AccessRoom, wanted: str, user: str) -> Approval | None:
    mine = [one for one in room.book.approvals.values() if one.digest == wanted and one.person.user == user]
    return max(mine, key=lambda one: one.seq, default=None)


def _filed(context: Context, actor: Actor, ask: Ask[Any], wanted: str, now: int) -> Approval:
    reason = str(getattr(ask, "note", "") or getattr(ask, "reason", ""))[:_NOTE_CHARS]
    return Approval(
        seq=max(context.access.book.approvals, default=0) + 1,
        at=now,
        person=person(actor),
        action=action(ask),
        object=about(ask, actor),
        detail=_detail(_essence(msgspec.to_builtins(ask))),
        reason=reason,
        digest=wanted,
        expires_at=now + LASTS_US,
    )


def _detail(fields: dict[str, Any]) -> str:
    """The fields that say anything, in a line."""
    said = (f"{key}={value}" for key, value in fields.items() if value not in ("", None, [], {}, False))
    return " ".join(said)[:_DETAIL_CHARS]


def _keep(context: Context, actor: Actor, approval: Approval, act: str, facts: Facts, reason: str = "") -> None:
    with context.store.transaction():
        context.access.book.write_approval(approval)
        name = f"approval:{approval.name}"
        context.journal.append(Act(actor, act, name, Result.DONE, after=facts, reason=reason))
    context.access.book.put_approval(approval)


def _named(room: AccessRoom, name: str) -> Approval:
    number = number_of(name)
    found = None if number is None else room.book.approvals.get(number)
    if found is None:
        raise NotFound(f"There is no approval {name[:40]!r}; nothing was changed.", hint=f"They are called {PREFIX}3.")
    return found


def _row(one: Approval, me: Person, now: int) -> ApprovalRow:
    return ApprovalRow(
        approval_id=one.name,
        at=one.at,
        by=one.person.user,
        action=one.action,
        object=one.object,
        detail=one.detail,
        reason=one.reason,
        state=one.stands(now).value,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        note=one.note,
        expires_at=one.expires_at,
        mine=one.person.same(me),
    )


def _now() -> int:
    return time.time_ns() // 1000
