"""Reveal one item: look it up, put it on record with the reason, and only then show it."""

import time
from collections.abc import Awaitable
from functools import partial
from hashlib import sha256

from msgspec import Struct

from llmsec_tui.access import Actor
from llmsec_tui.audit.record import Recorded
from llmsec_tui.errors import LlmsecError, NotFound, ServiceError
from llmsec_tui.service.commands import record_failure, settle
from llmsec_tui.service.content.api import ALERT, EVENT, FEWEST_REASON_CHARS, RevealContent, Revealed
from llmsec_tui.service.context import Context
from llmsec_tui.service.in_turn import InTurn
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.permission import REVEALED
from llmsec_tui.store.queries import Reader


class Found(Struct, frozen=True, kw_only=True):
    """The item that is meant."""

    of: str
    id: str
    events: list[str]
    sha256: str


def found(reader: Reader, command: RevealContent) -> Found:
    """Look it up. Raises ServiceError for a reason that is none or a kind that there is not, NotFound."""
    if command.of not in REVEALED:
        raise ServiceError(f"{command.of[:40]!r} cannot be revealed.", hint=f"Name an {EVENT} or an {ALERT}.")
    if len(command.reason.strip()) < FEWEST_REASON_CHARS:
        raise ServiceError(
            f"Content is revealed with a reason of {FEWEST_REASON_CHARS} characters or more; nothing is shown.",
            hint="Say what you are looking for.",
        )
    if command.of == EVENT:
        fields = reader.event(command.id, 1)["fields"]
        return Found(of=EVENT, id=fields["event_id"], events=[fields["event_id"]], sha256=_digest(fields))
    alert = reader.alert(command.id)["row"]
    try:
        fields = reader.event(alert["event_id"], 1)["fields"]
    except NotFound:
        # Its event is not stored any more; the excerpt is all that there is.
        fields = {}
    digest = _digest(fields) or sha256(alert["excerpt"].encode("utf-8", "surrogatepass")).hexdigest()
    return Found(of=ALERT, id=alert["alert_id"], events=[fields["event_id"]] if fields else [], sha256=digest)


async def reveal(
    context: Context, actor: Actor, command: RevealContent, looked_up: Awaitable[Found], in_turn: InTurn
) -> Revealed:
    """Show the item to the actor from now on; raises what is wrong, after it was recorded."""
    try:
        item = await looked_up
    except LlmsecError as error:
        await in_turn(partial(record_failure, context, actor, command, error))
        raise
    now = time.time_ns() // 1000
    until = now + context.access.roles.now.session.reveal
    prepare = partial(partial, _revealed, context, actor, item, now, until)
    return await in_turn(lambda: settle(context, actor, command, prepare, partial(_told, item, until), Revealed))


def _revealed(context: Context, actor: Actor, item: Found, now: int, until: int) -> Outcome:
    items = [(item.of, item.id), *((EVENT, event) for event in item.events)]
    return Outcome(
        f"{item.of.capitalize()} {item.id[:8]} is shown in full until the time is over.",
        after={"content_sha256": item.sha256, "until": until, "level": actor.content.value},
        object=f"{item.of}:{item.id}",
        then=partial(context.reveals.reveal, actor, items, now, until),
    )


def _told(item: Found, until: int, outcome: Outcome, recorded: Recorded) -> Revealed:
    return Revealed(
        until=until,
        of=item.of,
        id=item.id,
        events=item.events,
        sha256=item.sha256,
        message=outcome.message,
        audit_seq=recorded.seq,
    )


def _digest(fields: dict[str, str]) -> str:
    return fields.get("content_sha256", "")
