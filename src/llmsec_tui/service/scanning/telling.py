"""Tell alerts on single events in the order of the input, and each only once."""

from collections.abc import Iterable
from itertools import chain

import polars as pl

from llmsec_tui.intake.records import Read
from llmsec_tui.service.scanning.keytable import KeyTable


class Once:
    """Remembers what was told. For one thread."""

    def __init__(self) -> None:
        self._told = KeyTable()

    def fresh(self, alerts: pl.DataFrame) -> pl.DataFrame:
        """Those that did not come before: an event that came in several versions alerts for the first that did."""
        alerts = alerts.unique("alert_id", keep="first", maintain_order=True)
        names = [int(name, 16) for name in alerts["alert_id"]]
        known = self._told.found(names)
        self._told.update(dict.fromkeys(names, 0))
        return alerts.filter(pl.Series([name not in known for name in names], dtype=pl.Boolean))

    def close(self) -> None:
        """Give the file back."""
        self._told.close()


def in_order(alerts: pl.DataFrame, read: Read) -> pl.DataFrame:
    """The alerts of one piece of a file by where they are in it; those on one record stay in their order."""
    paths: Iterable[str] = chain((one.path for one in read.records), (one.path for one in read.notices))
    places = {path: place for place, path in enumerate(dict.fromkeys(paths))}
    # Members of an archive are several files.
    member = pl.col("source_path").replace_strict(places, default=len(places), return_dtype=pl.Int64)
    return alerts.sort(member, "source_offset", maintain_order=True)
