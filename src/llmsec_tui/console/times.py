"""Times as people type them, in UTC: ``14:32``, ``2026-11-23 14:32``, or so long ago as ``20m``."""

from datetime import UTC, datetime, time, timedelta

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
EXAMPLES = "now, 20m (ago), 14:32, or 2026-11-23 14:32 (UTC)"


def parse(typed: str, now: int) -> int | None:
    """Microseconds since 1970 UTC; None when it is no time."""
    typed = typed.strip()
    if typed in ("", "now"):
        return now
    if typed[:-1].isascii() and typed[:-1].isdigit() and len(typed) < 8 and typed[-1] in _UNITS:
        return now - int(typed[:-1]) * _UNITS[typed[-1]] * 1_000_000
    today = datetime.fromtimestamp(now / 1e6, UTC)
    try:
        at = datetime.combine(today.date(), time.fromisoformat(typed))
    except ValueError:
        try:
            at = datetime.fromisoformat(typed)
        except ValueError:
            return None
    return (at.replace(tzinfo=at.tzinfo or UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def refusal(typed: str, now: int) -> str:
    """Why that is no time, or nothing."""
    return "" if parse(typed, now) is not None else f"That is no time. Such are: {EXAMPLES}."
