"""Who is told of what, and from when on: routes, and the quiet hours in them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from llmsec_tui.incidents.policy import Quiet, Route
from llmsec_tui.incidents.states import LEVELS

_MOST_NIGHTS = 8
"""Quiet hours that follow each other without a gap are put together for so many days."""


def routed(routes: Iterable[Route], level: str, about: str, at: int) -> Mapping[str, int]:
    """The channels that are to be told, and from when on each may be; times are microseconds since 1970 UTC.

    Where several routes lead to a channel, the one that lets it be told first counts.
    """
    found: dict[str, int] = {}
    for route in routes:
        if level in route.levels and about in route.about:
            since = loud_from(route.quiet, level, at)
            for channel in route.channels:
                found[channel] = min(found.get(channel, since), since)
    return found


def loud_from(quiet: Quiet | None, level: str, at: int) -> int:
    """``at``, or the end of the quiet hours that it is in.

    Hours go by the clock on the wall. Where the clock is put forward over their beginning or end, that is as much
    later; where it is put back over one, the first of the two times counts.
    """
    if quiet is None or LEVELS.index(level) >= LEVELS.index(quiet.level):
        return at
    for _ in range(_MOST_NIGHTS):
        if (end := _end_of_hours(quiet, at)) is None:
            break
        at = end
    return at


def _end_of_hours(quiet: Quiet, at: int) -> int | None:
    zone = ZoneInfo(quiet.zone)
    today = _moment(at).astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        last = day if quiet.begins < quiet.ends else day + timedelta(days=1)
        if day.weekday() in quiet.days and _micros(day, quiet.begins, zone) <= at < _micros(last, quiet.ends, zone):
            return _micros(last, quiet.ends, zone)
    return None


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1e6, UTC)


def _micros(day: date, minutes: int, zone: ZoneInfo) -> int:
    local = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    return round(local.timestamp()) * 1_000_000
