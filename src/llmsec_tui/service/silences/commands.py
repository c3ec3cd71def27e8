"""Commands about silences."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

from llmsec_tui.access import Actor
from llmsec_tui.audit.record import Facts
from llmsec_tui.detect.suppress import Matcher, Silence
from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.silences.api import AddSilence, EndSilence
from llmsec_tui.service.silences.limits import (
    DAY_US,
    LOOK_BACK_DAYS,
    SilenceRefused,
    check_reason,
    check_until,
    too_broad,
    understood,
)
from llmsec_tui.store.silences import StoredSilence

PREFIX_LENGTH = 4
"""Fewer characters than this do not name a silence."""
_ID_BYTES = 6
_FACT_CHARS = 200
_END_CHARS = 1_000


def prepared_add(context: Context, actor: Actor, command: AddSilence) -> Callable[[], Outcome]:
    """What adding it takes, once it is known that it is not too broad; raises SilenceRefused."""
    now = time.time_ns() // 1000
    reason = check_reason(command.note)
    check_until(command.until, now)
    silence = Silence(secrets.token_hex(_ID_BYTES), understood(command.demands, context.rules), command.until)
    with closing(context.store.reader()) as reader:
        if refusal := too_broad(reader.forecast(silence, now - LOOK_BACK_DAYS * DAY_US)):
            raise SilenceRefused(refusal, hint="Say more of what it is about.")
    return partial(_add, context, StoredSilence(silence, actor.user, reason, now))


def end(context: Context, actor: Actor, command: EndSilence) -> Outcome:
    """End a silence that holds."""
    now = time.time_ns() // 1000
    if len(command.note) > _END_CHARS:
        raise ServiceError(f"The note has {len(command.note)} characters; {_END_CHARS} are the most.")
    stored = find(context.store.silences(), command.silence_id)
    silence = stored.silence
    if stored.ended_at is not None:
        raise ServiceError(f"Silence {silence.id} was ended by {stored.ended_by} at {told(stored.ended_at)}.")
    if not stored.holds(now):
        raise ServiceError(f"Silence {silence.id} ended by itself at {told(silence.until)}.")
    context.store.end_silence(silence.id, at=now, by=actor.user, reason=command.note.strip())
    return Outcome(
        f"Silence {silence.id} is over. It hid {stored.hidden} alerts.",
        before={"state": "holds", **_facts(silence)},
        after={"state": "ended", "hidden": stored.hidden},
        object=f"silence:{silence.id}",
        then=lambda: context.suppression.hold(context.store.silences()),
    )


def find(silences: Sequence[StoredSilence], name: str) -> StoredSilence:
    """The silence with this id, or whose id alone begins like that. Raises NotFound."""
    found = [one for one in silences if one.silence.id.startswith(name)] if len(name) >= PREFIX_LENGTH else []
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"More than one silence begins with {name}.", hint="Give more characters of the id.")
    raise NotFound(f"There is no silence {name}.", hint="See: llmsec-tui silences list")


def told(at: int) -> str:
    """A time in a sentence."""
    return f"{datetime.fromtimestamp(at / 1e6, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _add(context: Context, stored: StoredSilence) -> Outcome:
    silence = stored.silence
    context.store.add_silence(stored)
    return Outcome(
        f"Silence {silence.id} holds until {told(silence.until)}.",
        after={"state": "holds", **_facts(silence)},
        object=f"silence:{silence.id}",
        then=lambda: context.suppression.hold(context.store.silences()),
    )


def _facts(silence: Silence) -> Facts:
    return {"until": silence.until, **{matcher.field: _clipped(matcher) for matcher in silence.matchers}}


def _clipped(matcher: Matcher) -> str:
    value = matcher.value
    return value if len(value) <= _FACT_CHARS else f"{value[:_FACT_CHARS]}… ({len(value)} characters)"
