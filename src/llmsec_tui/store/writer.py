"""The statements of one batch, inside a transaction that the store opens and ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.store.arrow import append, lent
from llmsec_tui.store.commit import Commit, SourceDelta
from llmsec_tui.store.memory import write_memory
from llmsec_tui.store.rule_writer import count_alerts, count_left_out, count_not_evaluable
from llmsec_tui.store.silences import count_silenced
from llmsec_tui.store.suppression import show_again
from llmsec_tui.store.withdrawals import raise_again, write_withdrawals

_TAKE_OUT = "DELETE FROM events WHERE event_id IN (SELECT event_id FROM incoming) RETURNING event_id, seq"
_EVENTS = "INSERT INTO events BY NAME SELECT * FROM incoming"
_CONTENTS = """
INSERT INTO contents BY NAME
SELECT * FROM incoming
ANTI JOIN contents
    ON contents.content_key = incoming.content_key AND contents.content_sha256 = incoming.content_sha256
"""
_DEAD_LETTERS = "INSERT INTO dead_letters BY NAME SELECT * FROM incoming"
_KNOWN_ALERTS = "SELECT alert_id FROM alerts SEMI JOIN incoming USING (alert_id)"
_ALERTS = """
INSERT INTO alerts BY NAME
SELECT *, 'new' AS state, 1 AS version, '' AS owner FROM incoming
"""
_CHECKPOINTS = "INSERT OR REPLACE INTO checkpoints BY NAME SELECT * FROM incoming"
_STATS = """
INSERT INTO source_stats BY NAME SELECT * FROM incoming
ON CONFLICT (source_id) DO UPDATE SET
    path = excluded.path,
    format = CASE WHEN excluded.format = '' THEN format ELSE excluded.format END,
    records = records + excluded.records,
    events = events + excluded.events,
    dead_letters = dead_letters + excluded.dead_letters,
    alerts = alerts + excluded.alerts,
    content_yes = content_yes + excluded.content_yes,
    last_event_at = greatest(last_event_at, excluded.last_event_at)
"""
_COUNTS = """
INSERT INTO source_counts BY NAME SELECT * FROM incoming
ON CONFLICT (source_id, kind, name) DO UPDATE SET n = n + excluded.n
"""
_HIGHEST = """
SELECT (SELECT coalesce(max(seq), 0) FROM events),
       (SELECT coalesce(max(seq), 0) FROM alerts),
       (SELECT coalesce(max(seq), 0) FROM dead_letters)
"""

_TIME = pl.Datetime("us")
_YEARS_1_TO_9999 = (-62_135_596_800_000_000, 253_402_300_799_999_999)
_CONTENT_KEY = (
    pl.col("content_sha256").bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big").alias("content_key")
)


@dataclass(frozen=True, slots=True)
class Highest:
    """The highest ``seq`` of each table; they count from 1 without gaps."""

    events: int
    alerts: int
    dead_letters: int


def highest(connection: DuckDBPyConnection) -> Highest:
    return Highest(*connection.execute(_HIGHEST).fetchall()[0])


def write_events(connection: DuckDBPyConnection, commit: Commit, last: int) -> int:
    """Add the events, each amended one in the place of its former self; the highest seq."""
    events = commit.batch.events
    places = _take_out(connection, commit.batch.amended)
    if places:
        former = pl.DataFrame(list(places.items()), schema={"event_id": pl.String, "seq": pl.Int64}, orient="row")
        events = events.join(former, on="event_id", how="left", maintain_order="left")
        new = pl.col("seq").is_null()
        events = events.with_columns(seq=pl.when(new).then(last + new.cast(pl.Int64).cum_sum()).otherwise("seq"))
    else:
        events = _numbered(events, last)
    append(connection, _EVENTS, events.with_columns(_CONTENT_KEY, _tellable("ts"), _at(commit, "committed_at")))
    return last + events.height - len(places)


def write_contents(connection: DuckDBPyConnection, commit: Commit) -> None:
    """Add the texts that the store does not have."""
    append(connection, _CONTENTS, commit.batch.contents.with_columns(_CONTENT_KEY))


def write_dead_letters(connection: DuckDBPyConnection, commit: Commit, last: int) -> int:
    """Add the dead letters; the highest seq."""
    append(connection, _DEAD_LETTERS, _numbered(commit.dead_letters, last).with_columns(_at(commit, "noted_at")))
    return last + commit.dead_letters.height


def write_alerts(connection: DuckDBPyConnection, commit: Commit, last: int) -> tuple[list[str], list[str]]:
    """Add the alerts that the store does not have; their ids, and those of alerts that are raised or shown again."""
    again: list[str] = []
    alerts = commit.alerts.unique("alert_id", keep="first", maintain_order=True)
    if alerts.height:
        with lent(connection, alerts.select("alert_id")):
            known = [alert_id for (alert_id,) in connection.execute(_KNOWN_ALERTS).fetchall()]
        times = _tellable("ts"), _tellable("began")
        is_known = pl.col("alert_id").is_in(known)
        again += raise_again(connection, alerts.filter(is_known).with_columns(*times), commit.at)
        again += show_again(connection, alerts.filter(is_known))
        alerts = alerts.filter(~is_known)
        append(connection, _ALERTS, _numbered(alerts, last).with_columns(*times, _at(commit, "raised_at")))
    return alerts["alert_id"].to_list(), again


def write_over_time(connection: DuckDBPyConnection, commit: Commit, new_alerts: Sequence[str]) -> list[str]:
    """Add what rules over time remember and take back, and count; after events, alerts and the counts of sources.

    The ids of alerts that are shown now because what suppressed them was taken back.
    """
    shown = write_withdrawals(connection, commit.memory.withdrawn, commit.at)
    write_memory(connection, commit.memory.record, commit.memory.snapshot)
    new = commit.alerts.filter(pl.col("alert_id").is_in(list(new_alerts)))
    count_alerts(connection, new, commit.at)
    count_silenced(connection, new, commit.at)
    count_left_out(connection, commit.memory.left_out)
    count_not_evaluable(connection, commit.not_evaluable)
    return shown


def write_checkpoints(connection: DuckDBPyConnection, checkpoints: Sequence[Checkpoint], at: int) -> None:
    """Note how far each source is read."""
    latest = {checkpoint.source_id: msgspec.msgpack.encode(checkpoint) for checkpoint in checkpoints}
    frame = pl.DataFrame({"source_id": list(latest), "checkpoint": list(latest.values())}, schema=_CHECKPOINT)
    append(connection, _CHECKPOINTS, frame.with_columns(noted_at=pl.lit(at).cast(_TIME)))


def write_stats(connection: DuckDBPyConnection, stats: Sequence[SourceDelta]) -> None:
    """Add a batch's counts to those of its sources."""
    rows = [
        (d.source_id, d.path, d.format, d.records, d.events, d.dead_letters, d.alerts, d.content_yes, d.last_event_at)
        for d in stats
    ]
    append(
        connection,
        _STATS,
        pl.DataFrame(rows, schema=_STAT, orient="row").with_columns(_tellable("last_event_at").cast(_TIME)),
    )
    counts = [(d.source_id, "unknown", name, n) for d in stats for name, n in d.unknown.items()]
    counts += [(d.source_id, "content_no", name, n) for d in stats for name, n in d.content_no.items()]
    append(connection, _COUNTS, pl.DataFrame(counts, schema=_COUNT, orient="row"))


def _take_out(connection: DuckDBPyConnection, event_ids: list[str]) -> dict[str, int]:
    if not event_ids:
        return {}
    with lent(connection, pl.DataFrame({"event_id": event_ids})):
        return dict(connection.execute(_TAKE_OUT).fetchall())


def _numbered(frame: pl.DataFrame, last: int) -> pl.DataFrame:
    return frame.with_columns(seq=pl.int_range(last + 1, last + 1 + pl.len(), dtype=pl.Int64))


def _tellable(name: str) -> pl.Expr:
    """Null for times outside of the years 1 to 9999: a log can claim them, but DuckDB or Python trips over them."""
    time = pl.col(name)
    return pl.when(time.to_physical().is_between(*_YEARS_1_TO_9999)).then(time)


def _at(commit: Commit, name: str) -> pl.Expr:
    return pl.lit(commit.at).cast(_TIME).alias(name)


_CHECKPOINT = {"source_id": pl.String(), "checkpoint": pl.Binary()}
_STAT: dict[str, pl.DataType] = {
    "source_id": pl.String(),
    "path": pl.String(),
    "format": pl.String(),
    "records": pl.Int64(),
    "events": pl.Int64(),
    "dead_letters": pl.Int64(),
    "alerts": pl.Int64(),
    "content_yes": pl.Int64(),
    "last_event_at": pl.Int64(),
}
_COUNT: dict[str, pl.DataType] = {
    "source_id": pl.String(),
    "kind": pl.String(),
    "name": pl.String(),
    "n": pl.Int64(),
}
