"""Alerts that rules over time take back, because an event that came late proves them wrong, or raise again."""

from collections.abc import Sequence

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.store.arrow import append, lent
from llmsec_tui.store.commit import Withdrawal
from llmsec_tui.store.suppression import show_behind

WITHDRAWN = "withdrawn"
"""The state of an alert that was taken back: it stays to be found, and nothing more can be done to it."""
_WE = "llmsec-tui"
_AGAIN = "The events that came since make it true again."

_STANDING = """
SELECT alert_id, rule_id, version, reason FROM alerts SEMI JOIN incoming USING (alert_id) WHERE state <> 'withdrawn'
"""
_TAKEN_BACK = "SELECT alert_id, version FROM alerts SEMI JOIN incoming USING (alert_id) WHERE state = 'withdrawn'"
_TAKE_BACK = """
UPDATE alerts SET state = 'withdrawn', version = incoming.version FROM incoming
WHERE alerts.alert_id = incoming.alert_id
"""
_RAISE_AGAIN = """
UPDATE alerts SET state = CASE WHEN closed_by IS NULL THEN 'new' ELSE 'closed' END, version = incoming.version,
    owner = CASE WHEN closed_by IS NULL THEN '' ELSE owner END, reason = incoming.reason,
    began = incoming.began, event_ids = incoming.event_ids, n_events = incoming.n_events
FROM incoming WHERE alerts.alert_id = incoming.alert_id
"""
_ACTS = "INSERT INTO alert_acts BY NAME SELECT * FROM incoming"
_COUNT = """
INSERT INTO rule_stats BY NAME
SELECT rule_id, n AS withdrawn, 0 AS alerts, 0 AS not_evaluable, 0 AS late, 0 AS untimed, 0 AS ungrouped, 0 AS future,
    0 AS evicted
FROM incoming
ON CONFLICT (rule_id) DO UPDATE SET withdrawn = withdrawn + excluded.withdrawn
"""


def write_withdrawals(connection: DuckDBPyConnection, withdrawn: Sequence[Withdrawal], at: int) -> list[str]:
    """Take back the alerts that stand, each with an act that says why; what they kept from being shown is shown.

    The ids of what is shown now.
    """
    if not withdrawn:
        return []
    reasons = {one.alert_id: one.reason for one in withdrawn}
    with lent(connection, pl.DataFrame({"alert_id": list(reasons)})):
        standing = connection.execute(_STANDING).fetchall()
    found = pl.DataFrame(
        [(alert_id, rule_id, version + 1, reasons[alert_id]) for alert_id, rule_id, version, _ in standing],
        schema={"alert_id": pl.String(), "rule_id": pl.String(), "version": pl.Int64(), "note": pl.String()},
        orient="row",
    )
    append(connection, _TAKE_BACK, found)
    shown = show_behind(connection, found["alert_id"].to_list())
    append(connection, _ACTS, _acts(found, WITHDRAWN, at))
    append(connection, _COUNT, found.group_by("rule_id").agg(n=pl.len().cast(pl.Int64)))
    return shown


def raise_again(connection: DuckDBPyConnection, alerts: pl.DataFrame, at: int) -> list[str]:
    """Of alerts that the store has: those that were taken back are new again. Their ids.

    What was closed with its incident stays closed: people judged it, and events of before do not open it.
    """
    if alerts.is_empty():
        return []
    with lent(connection, alerts.select("alert_id")):
        taken_back = connection.execute(_TAKEN_BACK).fetchall()
    versions = pl.DataFrame(taken_back, schema={"alert_id": pl.String(), "version": pl.Int64()}, orient="row")
    found = alerts.join(versions.with_columns(pl.col("version") + 1), on="alert_id").with_columns(note=pl.lit(_AGAIN))
    append(connection, _RAISE_AGAIN, found.select("alert_id", "version", "reason", "began", "event_ids", "n_events"))
    append(connection, _ACTS, _acts(found, "raised again", at))
    return found["alert_id"].to_list()


def _acts(alerts: pl.DataFrame, act: str, at: int) -> pl.DataFrame:
    """An act on each; its command id is made of alert and version, so it cannot be there twice."""
    name = pl.concat_str(pl.lit(act), pl.col("alert_id"), pl.col("version").cast(pl.String), separator=":")
    return alerts.select(
        "alert_id",
        pl.lit(at).cast(pl.Datetime("us")).alias("noted_at"),
        pl.lit(_WE).alias("actor"),
        pl.lit(act).alias("act"),
        "note",
        "version",
        name.alias("command_id"),
    )
