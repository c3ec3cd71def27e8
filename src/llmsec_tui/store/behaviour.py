"""The tables of what models do, and the statements on them. Sketches go in and come out as they are on disk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.drift.baseline import HourOf, Pinned
from llmsec_tui.drift.segments import OTHER, Segment
from llmsec_tui.drift.sketch import merged_by
from llmsec_tui.store.arrow import append
from llmsec_tui.store.rows import Row, rows

MOST_SEGMENTS = 2_000
"""What comes after so many is counted as one."""
MOST_FIRST_SEEN = 2_000
"""After so many a log is at play that makes them up: no more are noted."""
_TIME = pl.Datetime("us")

_SEGMENTS = 'SELECT segment_id, app, model, tenant, agent, "language", prompt FROM segments'
_SEEN = """
SELECT segment_id, app, model, tenant, agent, "language", prompt, epoch_us(first_at) AS first_at FROM segments
"""
_ADD_SEGMENTS = "INSERT INTO segments BY NAME SELECT * FROM incoming"
_ADD_MINUTES = "INSERT INTO behaviour_minutes BY NAME SELECT * FROM incoming"
# Minutes that came in several pieces, before one.
_SCATTERED = """
SELECT epoch_us("at"), segment_id, sketch FROM behaviour_minutes SEMI JOIN (
    SELECT "at", segment_id FROM behaviour_minutes WHERE "at" < make_timestamp($before::BIGINT)
    GROUP BY ALL HAVING count(*) > 1
) USING ("at", segment_id)
"""
_DROP_SCATTERED = """
DELETE FROM behaviour_minutes WHERE ("at", segment_id) IN (
    SELECT ("at", segment_id) FROM behaviour_minutes WHERE "at" < make_timestamp($before::BIGINT)
    GROUP BY ALL HAVING count(*) > 1
)
"""
_ADD_FIRST_SEEN = """
INSERT INTO first_seen BY NAME
WITH told AS (
    SELECT coalesce(service_name, '') AS app, coalesce(tenant_id, '') AS tenant, date_trunc('minute', ts) AS "at",
        unnest([
            {'kind': 'fingerprint', 'value': CASE WHEN contains(attrs, '"system_fingerprint"')
                THEN json_extract_string(attrs, '$.system_fingerprint') END},
            {'kind': 'tools', 'value': CASE WHEN operation_name = 'tool_definitions'
                THEN lower(left(hex(content_sha256), 12)) END},
            {'kind': 'guardrail', 'value': guardrail_name}
        ], recursive := true)
    FROM events WHERE seq BETWEEN $low AND $high AND ts IS NOT NULL
), found AS (
    SELECT app, tenant, kind, left("value", 80) AS "value", min("at") AS first_at
    FROM told WHERE "value" <> '' GROUP BY ALL
)
FROM found ANTI JOIN first_seen USING (app, tenant, kind, "value")
ORDER BY first_at LIMIT greatest($most - (SELECT count(*) FROM first_seen), 0)
"""
_FIRST_SEEN = 'SELECT app, tenant, kind, "value", epoch_us(first_at) AS first_at FROM first_seen'
_ADD_NAMES = """
INSERT INTO behaviour_names BY NAME
SELECT * FROM incoming ANTI JOIN behaviour_names USING (metric, slot, "name")
"""
_NAMES = 'SELECT slot, min("name") FROM behaviour_names WHERE metric = $metric GROUP BY slot'
_PROGRESS = "SELECT events_seq, epoch_us(hours_until) FROM behaviour_progress"
_MEASURED = "UPDATE behaviour_progress SET events_seq = $seq"
_NEWEST = """
SELECT epoch_us(max("at")) FROM behaviour_minutes
WHERE $before::BIGINT IS NULL OR "at" < make_timestamp($before::BIGINT)
"""
_MINUTES = """
SELECT epoch_us("at"), segment_id, sketch FROM behaviour_minutes
WHERE "at" >= make_timestamp($since::BIGINT) AND "at" < make_timestamp($until::BIGINT)
"""
_HOURS = """
SELECT epoch_us("at"), segment_id, sketch FROM behaviour_hours
WHERE "at" >= make_timestamp($since::BIGINT) AND "at" < make_timestamp($until::BIGINT)
"""
_ADD_HOURS = "INSERT INTO behaviour_hours BY NAME SELECT * FROM incoming"
_DROP_HOURS = """
DELETE FROM behaviour_hours
WHERE "at" >= make_timestamp($since::BIGINT) AND "at" < make_timestamp($until::BIGINT)
"""
_CLOSED = "UPDATE behaviour_progress SET hours_until = make_timestamp($until::BIGINT)"
_DROP_MINUTES = 'DELETE FROM behaviour_minutes WHERE "at" < make_timestamp($before::BIGINT)'
_ADD_POINTS = "INSERT INTO behaviour_points BY NAME SELECT * FROM incoming"
_DROP_POINTS = 'DELETE FROM behaviour_points WHERE "at" = make_timestamp($at::BIGINT)'
_POINTS = """
SELECT epoch_us("at") AS "at", slice, metric, n, "value", usual, effect, p_value, verdict, up, down, up_since,
    down_since, baseline
FROM behaviour_points
WHERE "at" >= make_timestamp($since::BIGINT) AND "at" < make_timestamp($until::BIGINT)
    AND ($slice::VARCHAR IS NULL OR slice = $slice) AND ($metric::VARCHAR IS NULL OR metric = $metric)
ORDER BY "at", slice, metric
"""
# Of a mix the effect is drawn: how much of it is otherwise.
_SPARKS = """
SELECT epoch_us("at"), slice, metric, CASE WHEN "value" IS NULL AND n > 0 THEN effect ELSE "value" END
FROM behaviour_points
WHERE "at" >= make_timestamp($since::BIGINT) AND "at" < make_timestamp($until::BIGINT)
"""
_OTHERWISE = """
SELECT DISTINCT epoch_us("at") FROM behaviour_points
WHERE "at" >= make_timestamp($since::BIGINT) AND baseline <> $version
"""
_BASELINES = """
SELECT "version", epoch_us(since), epoch_us("until"), epoch_us(pinned_at), author, note, digest, "hours", left_out,
    "schema"
FROM baselines ORDER BY "version" DESC
"""
_ADD_BASELINE = """
INSERT INTO baselines BY NAME
SELECT $version AS "version", make_timestamp($since::BIGINT) AS since, make_timestamp($until::BIGINT) AS "until",
    make_timestamp($at::BIGINT) AS pinned_at, $author AS author, $note AS note, $digest AS digest, $hours AS "hours",
    $left_out AS left_out, $schema AS "schema"
"""
_FREEZE = """
INSERT INTO baseline_hours BY NAME
SELECT $version AS "version", "at", segment_id, sketch FROM behaviour_hours
WHERE "at" >= make_timestamp($since::BIGINT) AND "at" < make_timestamp($until::BIGINT)
    AND NOT list_contains($left_out::BIGINT[], epoch_us("at"))
"""
_FROZEN = """
SELECT epoch_us("at"), segment_id, sketch FROM baseline_hours WHERE "version" = $version ORDER BY "at", segment_id
"""
_INCIDENT_HOURS = """
SELECT DISTINCT epoch_us(date_trunc('hour', coalesce(a.ts, a.raised_at)))
FROM alerts AS a JOIN incidents AS i USING (incident_id)
WHERE i.disposition NOT IN ('false_positive', 'benign_true_positive', 'test', 'duplicate')
    OR i.disposition IS NULL OR i.disposition = ''
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One sketch of one minute and segment."""

    minute: int
    segment: Segment
    sketch: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the store is measured."""

    events_seq: int
    hours_until: int | None
    """Hours before this (µs) are over."""


def segments(connection: DuckDBPyConnection) -> dict[int, Segment]:
    """All segments by their numbers."""
    return {number: Segment(*values) for number, *values in connection.execute(_SEGMENTS).fetchall()}


def seen(connection: DuckDBPyConnection) -> list[Row]:
    """All segments, each with when it was first seen."""
    return rows(connection, _SEEN)


def first_seen(connection: DuckDBPyConnection) -> list[Row]:
    """What came with calls beside models and prompts, each with when it first did."""
    return rows(connection, _FIRST_SEEN)


def progress(connection: DuckDBPyConnection) -> Progress:
    return Progress(*connection.execute(_PROGRESS).fetchall()[0])


def add(
    connection: DuckDBPyConnection,
    measured: Sequence[Measured],
    names: Iterable[tuple[str, int, str]],
    events_seq: int,
) -> None:
    """Add sketches, and note how far events are measured."""
    numbers = _numbers(connection, measured)
    append(connection, _ADD_MINUTES, _frame((one.minute, numbers[one.segment], one.sketch) for one in measured))
    named = pl.DataFrame(
        sorted(set(names)), schema={"metric": pl.String, "slot": pl.Int32, "name": pl.String}, orient="row"
    )
    append(connection, _ADD_NAMES, named)
    low = progress(connection).events_seq + 1
    connection.execute(_ADD_FIRST_SEEN, {"low": low, "high": events_seq, "most": MOST_FIRST_SEEN})
    connection.execute(_MEASURED, {"seq": events_seq})


def gather(connection: DuckDBPyConnection, before: int) -> None:
    """Bring together the sketches of minutes before ``before`` (µs) that came in several pieces."""
    found = connection.execute(_SCATTERED, {"before": before}).fetchall()
    if found:
        whole = merged_by(((at, number), sketch) for at, number, sketch in found)
        connection.execute(_DROP_SCATTERED, {"before": before})
        append(connection, _ADD_MINUTES, _frame((*key, one.packed()) for key, one in whole.items()))


def _frame(found: Iterable[tuple[int, int, bytes]]) -> pl.DataFrame:
    frame = pl.DataFrame(
        list(found), schema={"at": pl.Int64, "segment_id": pl.Int32, "sketch": pl.Binary}, orient="row"
    )
    return frame.with_columns(pl.col("at").cast(_TIME))


def _numbers(connection: DuckDBPyConnection, measured: Sequence[Measured]) -> dict[Segment, int]:
    """The number of each segment; new ones are added."""
    known = {segment: number for number, segment in segments(connection).items()}
    first: dict[Segment, int] = {}
    for one in measured:
        if one.segment not in known:
            first[one.segment] = min(first.get(one.segment, one.minute), one.minute)
    fresh = list(first)[: max(MOST_SEGMENTS - len(known), 0)]
    left = [segment for segment in first if segment not in fresh]
    if left and OTHER not in known:
        fresh.append(OTHER)
        first[OTHER] = min(first[segment] for segment in left)
    added = {segment: len(known) + 1 + place for place, segment in enumerate(fresh)}
    frame = pl.DataFrame(
        [(number, *segment, first[segment]) for segment, number in added.items()],
        schema={"segment_id": pl.Int32, **dict.fromkeys(Segment._fields, pl.String), "first_at": pl.Int64},
        orient="row",
    )
    append(connection, _ADD_SEGMENTS, frame.with_columns(pl.col("first_at").cast(_TIME)))
    numbers = known | added
    return numbers | (dict.fromkeys(left, numbers[OTHER]) if left else {})


def newest(connection: DuckDBPyConnection, before: int | None = None) -> int | None:
    """The last minute (µs) of which anything is known; with ``before`` (µs) the last that begins before that."""
    [(at,)] = connection.execute(_NEWEST, {"before": before}).fetchall()
    return None if at is None else int(at)


Found = list[tuple[int, int, bytes]]
"""Time (µs), number of the segment, sketch."""


def minutes(connection: DuckDBPyConnection, since: int, until: int) -> Found:
    """The sketches of the minutes from ``since`` to before ``until`` (µs)."""
    return connection.execute(_MINUTES, {"since": since, "until": until}).fetchall()


def hours(connection: DuckDBPyConnection, since: int, until: int) -> Found:
    """The sketches of the hours that are over, from ``since`` to before ``until`` (µs)."""
    return connection.execute(_HOURS, {"since": since, "until": until}).fetchall()


def close_hours(
    connection: DuckDBPyConnection, found: Iterable[tuple[int, int, bytes]], since: int, until: int, keep_from: int
) -> None:
    """Put the sketches of hours in their place; minutes before ``keep_from`` (µs) are not kept."""
    connection.execute(_DROP_HOURS, {"since": since, "until": until})
    append(connection, _ADD_HOURS, _frame(found))
    connection.execute(_CLOSED, {"until": until})
    connection.execute(_DROP_MINUTES, {"before": keep_from})


def names(connection: DuckDBPyConnection, metric: str) -> dict[int, str]:
    """The name in each bin of a mix."""
    return dict(connection.execute(_NAMES, {"metric": metric}).fetchall())


POINTS: Mapping[str, pl.DataType] = {
    "at": pl.Int64(),
    "slice": pl.String(),
    "metric": pl.String(),
    "n": pl.Int64(),
    "value": pl.Float64(),
    "usual": pl.Float64(),
    "effect": pl.Float64(),
    "p_value": pl.Float64(),
    "verdict": pl.String(),
    "up": pl.Float64(),
    "down": pl.Float64(),
    "up_since": pl.Int64(),
    "down_since": pl.Int64(),
    "baseline": pl.Int64(),
}


def add_points(connection: DuckDBPyConnection, at: int, points: pl.DataFrame) -> None:
    """Keep what an hour came to, in the place of what it came to before."""
    connection.execute(_DROP_POINTS, {"at": at})
    append(connection, _ADD_POINTS, points.with_columns(pl.col("at").cast(_TIME)))


def points(
    connection: DuckDBPyConnection, since: int, until: int, part: str | None = None, metric: str | None = None
) -> list[Row]:
    """What hours came to, oldest first: the columns of ``POINTS``."""
    return rows(connection, _POINTS, {"since": since, "until": until, "slice": part, "metric": metric})


def sparks(connection: DuckDBPyConnection, since: int, until: int) -> list[tuple[int, str, str, float | None]]:
    """What is drawn of each hour from ``since`` to before ``until`` (µs): its time, slice, metric and value."""
    return connection.execute(_SPARKS, {"since": since, "until": until}).fetchall()


def judged_otherwise(connection: DuckDBPyConnection, version: int, since: int) -> list[int]:
    """The hours (µs) from ``since`` on that were held against another baseline, or none."""
    return [at for (at,) in connection.execute(_OTHERWISE, {"since": since, "version": version}).fetchall()]


def baselines(connection: DuckDBPyConnection) -> list[Pinned]:
    """All that were ever pinned, the newest first."""
    return [Pinned(*row) for row in connection.execute(_BASELINES).fetchall()]


def incident_hours(connection: DuckDBPyConnection) -> set[int]:
    """The hours (µs) in which something happened that is part of an incident, unless that was a false alarm."""
    return {int(at) for (at,) in connection.execute(_INCIDENT_HOURS).fetchall()}


def pin(connection: DuckDBPyConnection, pinned: Pinned, left_out: Iterable[int]) -> None:
    """Freeze the hours of a baseline that were not left out."""
    told = {
        "version": pinned.version,
        "since": pinned.since,
        "until": pinned.until,
        "at": pinned.at,
        "author": pinned.by,
        "note": pinned.note,
        "digest": pinned.digest,
        "hours": pinned.hours,
        "left_out": pinned.left_out,
        "schema": pinned.schema,
    }
    connection.execute(_ADD_BASELINE, told)
    frozen = {"version": pinned.version, "since": pinned.since, "until": pinned.until, "left_out": sorted(left_out)}
    connection.execute(_FREEZE, frozen)


def frozen(connection: DuckDBPyConnection, version: int) -> list[HourOf]:
    """The hours of a baseline."""
    known = segments(connection)
    found = connection.execute(_FROZEN, {"version": version}).fetchall()
    return [HourOf(at, known[number], sketch) for at, number, sketch in found]
