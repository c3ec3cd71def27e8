"""Freeze what is usual."""

import time
from datetime import UTC, datetime

from llmsec_tui.access import Actor
from llmsec_tui.errors import ServiceError
from llmsec_tui.service.behaviour.api import PinBaseline
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome

_MOST_CHARS = 2_000
_DAYS_OF_YEAR_9999 = 253_402_300_799_000_000


def pin(context: Context, actor: Actor, command: PinBaseline) -> Outcome:
    """Raises ServiceError without a reason, for a time that makes no sense, and for one in which there is nothing."""
    note = command.note.strip()
    if not note:
        raise ServiceError("A baseline is pinned with a reason; nothing was pinned.", hint="Say why in the note.")
    if len(note) > _MOST_CHARS:
        raise ServiceError(f"A reason has at most {_MOST_CHARS:,} characters; nothing was pinned.")
    over = context.store.measured_to().hours_until
    if over is None:
        raise ServiceError(
            "Nothing was pinned: no hour is over yet.", hint="Hours are over three hours after their end in the logs."
        )
    if over < command.until <= _DAYS_OF_YEAR_9999:
        raise ServiceError(
            f"Nothing was pinned: not all hours before {_said(command.until)} are over.",
            hint=f"Hours before {_said(over)} are; without an end, those are pinned.",
        )
    until = command.until or over
    if not 0 <= command.since < until <= _DAYS_OF_YEAR_9999:
        raise ServiceError(
            "Nothing was pinned: this time ends before it begins, or no hour in it is over.",
            hint=f"Hours before {_said(over)} are over.",
        )
    found = context.store.pin_baseline(
        since=command.since, until=until, author=actor.user, note=note, at=time.time_ns() // 1000
    )
    left = f", {found.left_out:,} with incidents left out" if found.left_out else ""
    return Outcome(
        f"Baseline {found.version} is pinned: {found.hours:,} hours{left}.",
        found.version,
        after={
            "version": found.version,
            "since": found.since,
            "until": found.until,
            "hours": found.hours,
            "left_out": found.left_out,
            "sha256": found.digest,
        },
        object=f"baseline:{found.version}",
    )


def _said(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M UTC")
