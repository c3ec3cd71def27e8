"""Spans of time as Sigma writes them: a number and one of s, m, h, d."""

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
LONGEST = 366 * 86_400 * 1_000_000
"""Microseconds."""


def micros(written: object) -> int | None:
    """Microseconds of ``90m``, 0 of ``0s``; None when it isn't a span, or is longer than ``LONGEST``."""
    if not isinstance(written, str) or not written[:-1].isascii() or not written[:-1].isdigit():
        return None
    if written[-1] not in _SECONDS or len(written) > 12:
        return None
    span = int(written[:-1]) * _SECONDS[written[-1]] * 1_000_000
    return span if span <= LONGEST else None


def problem(written: object) -> str | None:
    """What is wrong with a span that must have a length, or None."""
    span = micros(written)
    if span is None:
        return f"must be a number and s, m, h or d, at most 366d, such as 90m; it is {written!r}"
    return None if span else "must be longer than nothing"
