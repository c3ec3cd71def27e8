"""Times as people type them."""

import time
from datetime import UTC, datetime

import typer

from llmsec_tui.errors import ConfigError

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_MOST_DIGITS = 9


def span(typed: str, option: str) -> int:
    """Microseconds of ``30m``, ``2h``, ``7d`` or ``1w``; anything else is a wrong ``option``."""
    count, unit = typed[:-1], typed[-1:]
    if unit not in _SECONDS or not (count.isascii() and count.isdigit()):
        raise typer.BadParameter(f"{typed!r} is no span of time; say 30m, 2h or 7d.", param_hint=option)
    return int(count[:_MOST_DIGITS]) * _SECONDS[unit] * 1_000_000


def moment(typed: str, option: str) -> int:
    """Microseconds since 1970 UTC of an ISO 8601 time (UTC unless it says otherwise), or of ``20m``: so long ago."""
    if typed[-1:] in _SECONDS and typed[:-1].isascii() and typed[:-1].isdigit():
        return time.time_ns() // 1000 - span(typed, option)
    try:
        given = datetime.fromisoformat(typed)
    except ValueError:
        raise typer.BadParameter(
            f"{typed!r} is no time; say 2026-11-20T14:30, or 20m for so long ago.", param_hint=option
        ) from None
    at = given if given.tzinfo is not None else given.replace(tzinfo=UTC)
    try:
        return round(at.timestamp() * 1_000_000)
    except (OverflowError, ValueError) as error:
        raise ConfigError(f"{typed} is out of range for a time.") from error
