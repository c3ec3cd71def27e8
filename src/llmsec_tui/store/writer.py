"""The statements of one batch, inside a transaction that the store opens and ends."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.events.model import SEEN
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.store.arrow import append, lent
from llmsec_tui.store.commit import Commit, SourceDelta
from llmsec_tui.store.memory import write_memory
from llmsec_tui.store.rule_writer import count_by_rule, count_by_source
from llmsec_tui.store.silences import count_silenced
from llmsec_tui.store.suppression import show_again
from llmsec_tui.store.upsert import Upsert
from llmsec_tui.store.withdrawals import raise_again, write_withdrawals

_TAKE_OUT = """
DELETE FROM events WHERE event_id IN (SELECT event_id FROM incoming) RETURNING event_id, seq, source_id, content_state
"""
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
_READ_SO_FAR = "SELECT unnest($source_ids::VARCHAR[]) AS source_id, unnest($checkpoints::BLOB[]) AS checkpoint"
_CHECKPOINTS = Upsert(
    """
UPDATE checkpoints SET noted_at = make_timestamp($at::BIGINT), checkpoint = incoming.checkpoint
FROM (incoming_rows) AS incoming WHERE checkpoints.source_id = incoming.source_id
""",
    """
INSERT INTO checkpoints BY NAME SELECT *, make_timestamp($at::BIGINT) AS noted_at
FROM (incoming_rows) AS incoming ANTI JOIN checkpoints USING (source_id)
""",
    _READ_SO_FAR,
)
_DELTAS = """
SELECT unnest($source_ids::VARCHAR[]) AS source_id, unnest($paths::VARCHAR[]) AS path,
    unnest($formats::VARCHAR[]) AS format, unnest($records::BIGINT[]) AS records, unnest($events::BIGINT[]) AS events,
    unnest($dead_letters::BIGINT[]) AS dead_letters, unnest($alerts::BIGINT[]) AS alerts,
    unnest($content_yes::BIGINT[]) AS content_yes, make_timestamp(unnest($last_event_at::BIGINT[])) AS last_event_at
"""
_STATS = Upsert(
    """
UPDATE source_stats SET path = incoming.path,
    format = CASE WHEN incoming.format = '' THEN source_stats.format ELSE incoming.format END,
    records = source_stats.records + incoming.records,
    events = source_stats.events + incoming.events,
    dead_letters = source_stats.dead_letters + incoming.dead_letters,
    alerts = source_stats.alerts + incoming.alerts,
    content_yes = source_stats.content_yes + incoming.content_yes,
    last_event_at = greatest(source_stats.last_event_at, incoming.last_event_at)
FROM (incoming_rows) AS incoming WHERE source_stats.source_id = incoming.source_id
""",
    """
INSERT INTO source_stats BY NAME
SELECT * FROM (incoming_rows) AS incoming ANTI JOIN source_stats USING (source_id)
""",
    _DELTAS,
)
_COUNTS = Upsert(
    """
UPDATE source_counts SET n = source_counts.n + incoming.n FROM (incoming_rows) AS incoming
WHERE source_counts.source_id = incoming.source_id AND source_counts.kind = incoming.kind
    AND source_counts.name = incoming.name
""",
    """
INSERT INTO source_counts BY NAME
SELECT * FROM (incoming_rows) AS incoming ANTI JOIN source_counts USING (source_id, kind, name)
""",
    """
SELECT unnest($source_ids::VARCHAR[]) AS source_id, unnest($kinds::VARCHAR[]) AS kind,
    unnest($names::VARCHAR[]) AS name, unnest($n::BIGINT[]) AS n
""",
)
_FEWER = """
UPDATE source_stats SET events = events - fewer.n, content_yes = content_yes - fewer.seen
FROM (
    SELECT unnest($source_ids::VARCHAR[]) AS source_id, unnest($n::BIGINT[]) AS n, unnest($seen::BIGINT[]) AS seen
) AS fewer WHERE source_stats.source_id = fewer.source_id
"""
_FEWER_UNSEEN = """
UPDATE source_counts SET n = source_counts.n - fewer.n
FROM (
    SELECT unnest($source_ids::VARCHAR[]) AS source_id, unnest($names::VARCHAR[]) AS name, unnest($n::BIGINT[]) AS n
) AS fewer
WHERE source_counts.source_id = fewer.source_id AND kind = 'content_no' AND source_counts.name = fewer.name
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
    """Add the events, each amended one in the place of its former self, which counts no more; the highest seq."""
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
    count_by_rule(connection, new, commit.memory.left_out, commit.not_evaluable, commit.at)
    count_by_source(connection, new)
    count_silenced(connection, new, commit.at)
    return shown


def write_checkpoints(connection: DuckDBPyConnection, checkpoints: Sequence[Checkpoint], at: int) -> None:
    """Note how far each source is read."""
    latest = {checkpoint.source_id: msgspec.msgpack.encode(checkpoint) for checkpoint in checkpoints}
    given = {"source_ids": list(latest), "checkpoints": list(latest.values()), "at": at}
    _CHECKPOINTS.run(connection, given, len(latest))


def write_stats(connection: DuckDBPyConnection, stats: Sequence[SourceDelta]) -> None:
    """Add a batch's counts to those of its sources."""
    given = {
        "source_ids": [one.source_id for one in stats],
        "paths": [one.path for one in stats],
        "formats": [one.format for one in stats],
        "records": [one.records for one in stats],
        "events": [one.events for one in stats],
        "dead_letters": [one.dead_letters for one in stats],
        "alerts": [one.alerts for one in stats],
        "content_yes": [one.content_yes for one in stats],
        "last_event_at": [_tellable_at(one.last_event_at) for one in stats],
    }
    _STATS.run(connection, given, len(stats))
    counts = [(one.source_id, "unknown", name, n) for one in stats for name, n in one.unknown.items()]
    counts += [(one.source_id, "content_no", name, n) for one in stats for name, n in one.content_no.items()]
    if counts:
        source_ids, kinds, names, n = map(list, zip(*counts, strict=True))
        _COUNTS.run(connection, {"source_ids": source_ids, "kinds": kinds, "names": names, "n": n}, len(counts))


def _take_out(connection: DuckDBPyConnection, event_ids: list[str]) -> dict[str, int]:
    if not event_ids:
        return {}
    with lent(connection, pl.DataFrame({"event_id": event_ids})):
        former = connection.execute(_TAKE_OUT).fetchall()
    _count_no_more(connection, Counter((source_id, state) for *_, source_id, state in former))
    return {name: seq for name, seq, *_ in former}


def _count_no_more(connection: DuckDBPyConnection, former: Counter[tuple[str, str]]) -> None:
    """Take events, by source and content state, out of the counts of their sources."""
    sources: dict[str, list[int]] = {}
    for (source_id, state), n in former.items():
        counts = sources.setdefault(source_id, [0, 0])
        counts[0] += n
        counts[1] += n * (state in SEEN)
    if sources:
        totals, seen = map(list, zip(*sources.values(), strict=True))
        connection.execute(_FEWER, {"source_ids": list(sources), "n": totals, "seen": seen})
    unseen = [(source_id, state, n) for (source_id, state), n in former.items() if state not in SEEN]
    if unseen:
        source_ids, names, counts = map(list, zip(*unseen, strict=True))
        connection.execute(_FEWER_UNSEEN, {"source_ids": source_ids, "names": names, "n": counts})


def _numbered(frame: pl.DataFrame, last: int) -> pl.DataFrame:
    return frame.with_columns(seq=pl.int_range(last + 1, last + 1 + pl.len(), dtype=pl.Int64))


def _tellable(name: str) -> pl.Expr:
    """Null for times outside of the years 1 to 9999: a log can claim them, but DuckDB or Python trips over them."""
    time = pl.col(name)
    return pl.when(time.to_physical().is_between(*_YEARS_1_TO_9999)).then(time)


def _tellable_at(at: int | None) -> int | None:
    return at if at is not None and _YEARS_1_TO_9999[0] <= at <= _YEARS_1_TO_9999[1] else None


def _at(commit: Commit, name: str) -> pl.Expr:
    return pl.lit(commit.at).cast(_TIME).alias(name)
