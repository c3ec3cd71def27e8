"""Times, sizes and counts as short texts. Times are UTC, because logs of several hosts are read side by side."""

from datetime import UTC, datetime

_DAY_US = 86_400_000_000


def moment(us: int | None) -> str:
    """Date and time to the second."""
    return _at(us).strftime("%Y-%m-%d %H:%M:%S UTC") if us is not None else "no time"


def clock(us: int | None, now: int) -> str:
    """Eight characters: the time if it is of today, else the date."""
    if us is None:
        return "–"
    return _at(us).strftime("%H:%M:%S" if us // _DAY_US == now // _DAY_US else "%y-%m-%d")


def stamp(us: int | None) -> str:
    """Fourteen characters: month, day and time."""
    return _at(us).strftime("%m-%d %H:%M:%S") if us is not None else "–"


def _at(us: int) -> datetime:
    # Logs hold any number; what no calendar has is shown as the nearest that one has.
    return datetime.fromtimestamp(min(max(us / 1e6, -62_135_596_800), 253_402_300_799), UTC)


def count(number: int) -> str:
    """With thousands apart."""
    return f"{number:,}"


def size(number: float) -> str:
    """Bytes, in at most six characters."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def duration(seconds: float) -> str:
    """The largest unit that says it well."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds:.0f}s" if seconds >= 1 else f"{seconds:.1f}s"


def rate(per_second: float) -> str:
    """Events a second, short."""
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.1f}"


def percent(part: float, whole: float) -> str:
    """Rounded down, so that 100 % means all."""
    return f"{int(100 * part / whole)}%" if whole else "–"
