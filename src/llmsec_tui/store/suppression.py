"""Which alerts people are shown, also of those that were kept from them before."""

from collections.abc import Sequence

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.events.schema import SUPPRESSION
from llmsec_tui.store.arrow import lent

_SHOW = """
UPDATE alerts SET suppressed_by = NULL, suppressed_ref = NULL, group_id = incoming.group_id
FROM incoming WHERE alerts.alert_id = incoming.alert_id AND alerts.suppressed_by IS NOT NULL
RETURNING alerts.alert_id
"""
_SHOW_BEHIND = """
UPDATE alerts SET suppressed_by = NULL, suppressed_ref = NULL, group_id = incoming.alert_id
FROM incoming WHERE alerts.suppressed_ref = incoming.alert_id AND alerts.suppressed_by <> 'silenced'
RETURNING alerts.alert_id
"""


def only_shown(alerts: pl.DataFrame) -> pl.DataFrame:
    """The alerts that people are shown: all, where nobody decided."""
    return alerts.filter(pl.col("suppressed_by").is_null()) if "suppressed_by" in alerts.columns else alerts


def show_again(connection: DuckDBPyConnection, alerts: pl.DataFrame) -> list[str]:
    """Of alerts that the store has and that came again: those that would be shown now are. Their ids."""
    if not set(SUPPRESSION) <= set(alerts.columns):
        return []
    return _shown_now(connection, _SHOW, only_shown(alerts).select("alert_id", "group_id"))


def show_behind(connection: DuckDBPyConnection, alert_ids: Sequence[str]) -> list[str]:
    """Show what these alerts kept from being shown, because they were taken back. The ids of those."""
    taken_back = pl.DataFrame({"alert_id": list(alert_ids)}, schema={"alert_id": pl.String()})
    return _shown_now(connection, _SHOW_BEHIND, taken_back)


def _shown_now(connection: DuckDBPyConnection, sql: str, frame: pl.DataFrame) -> list[str]:
    if frame.is_empty():
        return []
    with lent(connection, frame):
        return sorted(alert_id for (alert_id,) in connection.execute(sql).fetchall())
