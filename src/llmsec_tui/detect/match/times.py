"""Compare a part of a time with a number. Times are UTC, days begin at midnight UTC, weeks are those of ISO 8601."""

import polars as pl

from llmsec_tui.detect.tree import Moment


def part(column: pl.Expr, name: str) -> pl.Expr:
    """The minute, hour, day of the month, week, month or year of a time; the year is that of the calendar."""
    parts = {
        "minute": column.dt.minute,
        "hour": column.dt.hour,
        "day": column.dt.day,
        "week": column.dt.week,
        "month": column.dt.month,
        "year": column.dt.year,
    }
    return parts[name]().cast(pl.Int32)


def words(moment: Moment) -> str:
    """The comparison for people, as in ``hour at least 22 (UTC)``."""
    compared = {"=": "", "<": "below ", "<=": "at most ", ">": "above ", ">=": "at least "}
    return f"{moment.part} {compared[moment.op]}{moment.value} (UTC)"
