"""Erase, hold, release, and say how long content is kept."""

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

from llmsec_tui.access import Actor
from llmsec_tui.audit.record import Facts
from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.service.content import words
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.retention.api import (
    FEWEST_REASON_CHARS,
    MOST_DAYS,
    EraseContent,
    HoldContent,
    ReleaseHold,
    RetentionCommand,
    RunRetention,
    SetRetention,
)
from llmsec_tui.store.erasing import Erased
from llmsec_tui.store.holds import ERASABLE, HOLDABLE, Hold

_MOST_CHARS = 1_000
_MOST_NAMED = 5


def prepared(context: Context, actor: Actor, command: RetentionCommand) -> Callable[[], Outcome]:
    """What is to be done, once it is clear that it makes sense. Raises ServiceError, NotFound."""
    match command:
        case EraseContent():
            check_named(command.of, command.id, ERASABLE)
            _check_reason(command.reason, "Content is erased")
            return partial(_erase, context, actor, command)
        case HoldContent():
            check_named(command.of, command.id, HOLDABLE)
            _check_reason(command.reason, "Content is held")
            return partial(_hold, context, actor, command, _whole(context, command))
        case ReleaseHold():
            _check_reason(command.note, "A hold is released")
            return partial(_release, context, actor, command)
        case SetRetention():
            if not 0 <= command.days <= MOST_DAYS:
                raise ServiceError(f"Content is kept for 1 to {MOST_DAYS:,} days, or for ever with 0.")
            _check_reason(command.note, "For how long content is kept is changed")
            return partial(_set, context, actor, command)
        case RunRetention():
            return partial(_run, context)


def check_named(of: str, name: str, kinds: tuple[str, ...]) -> None:
    """Raise ServiceError unless this can be what a hold or an erasure is of."""
    if of not in kinds:
        raise ServiceError(f"There is no {of[:40]!r} of content here.", hint=f"Say one of {', '.join(kinds)}.")
    if not name or len(name) > _MOST_CHARS:
        raise ServiceError(f"Say of which {of}, in at most {_MOST_CHARS} characters.")


def _check_reason(reason: str, what: str) -> None:
    if len(reason.strip()) < FEWEST_REASON_CHARS:
        raise ServiceError(
            f"{what} with a reason of {FEWEST_REASON_CHARS} characters or more; nothing was changed.",
            hint="Say why, such as the request or the case that it is for.",
        )


def _erase(context: Context, actor: Actor, command: EraseContent) -> Outcome:
    store = context.store
    if holding := store.holds_on(command.of, command.id):
        raise ServiceError(
            f"Nothing was erased: this {command.of} is held by {_named(holding)}.",
            hint="Whoever placed a hold can release it: llmsec-tui content release HOLD --note WHY",
        )
    erased = store.erase(of=command.of, name=command.id, author=actor.user, reason=command.reason, at=_now())
    if not erased.erasure:
        raise NotFound(f"There is nothing left to erase of this {command.of}; nothing was changed.")
    return Outcome(
        f"Erased the content of {_count(erased.events, 'event')}: {_said(erased)}. Their bytes leave the store's file "
        "when the collector starts next.",
        erased.erasure,
        after={**erased.facts()},
        then=words.forget,
    )


def _said(erased: Erased) -> str:
    letters = f", as {_count(erased.letters, 'excerpt')} of what could not be read" if erased.letters else ""
    stay = f", {_count(erased.shared, 'text')} that other events have too stay" if erased.shared else ""
    gone = f"{_count(erased.contents, 'text')} and the excerpts of {_count(erased.alerts, 'alert')}"
    return f"{gone} are gone{letters}{stay}"


def _named(holding: list[Hold]) -> str:
    named = ", ".join(f"{one.name} (of {one.of}, by {one.author})" for one in holding[:_MOST_NAMED])
    return named if len(holding) <= _MOST_NAMED else f"{named} and {len(holding) - _MOST_NAMED} more"


def _whole(context: Context, command: HoldContent) -> str:
    """The id as it stands in the store. Raises NotFound for an event or an incident that there is not."""
    with closing(context.store.reader()) as reader:
        if command.of == "incident":
            return reader.incident(command.id).incident_id
        if command.of == "event":
            reader.event(command.id, 1)
    return command.id


def _hold(context: Context, actor: Actor, command: HoldContent, name: str) -> Outcome:
    number = context.store.add_hold(of=command.of, name=name, reason=command.reason, author=actor.user, at=_now())
    message = f"H-{number}: this {command.of} is not erased and does not expire until that is released."
    return Outcome(message, number, after={"hold": number})


def _release(context: Context, actor: Actor, command: ReleaseHold) -> Outcome:
    was = context.store.release_hold(command.hold_id, by=actor.user, note=command.note, at=_now())
    before: Facts = {"hold": was.number, "of": was.of, "placed_by": was.author, "placed_at": was.placed_at}
    return Outcome(f"{was.name} is released.", was.number, before=before, object=f"hold:{was.name}")


def _set(context: Context, actor: Actor, command: SetRetention) -> Outcome:
    before = context.store.kept()
    context.store.keep(days=command.days, author=actor.user, note=command.note, at=_now())
    message = (
        f"Content is kept for {_count(command.days, 'day')}, and expires within an hour after that."
        if command.days
        else "Content is kept for ever."
    )
    return Outcome(message, before={"days": before.days}, after={"days": command.days})


def _run(context: Context) -> Outcome:
    days = context.store.kept().days
    if not days:
        raise ServiceError(
            "Content is kept for ever here, so nothing expires.", hint="llmsec-tui content retention --days N"
        )
    message = f"Content older than {_count(days, 'day')} expires now: see content status for what is left."
    return Outcome(message, after={"days": days}, then=context.expiry.wake)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _now() -> int:
    return time.time_ns() // 1000
