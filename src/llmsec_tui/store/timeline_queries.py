"""What stands around an incident: its alerts whole, the log events around them, and what was noted from outside."""

from bisect import bisect
from collections.abc import Mapping, Sequence

from duckdb import DuckDBPyConnection

from llmsec_tui.store.event_queries import event_rows
from llmsec_tui.store.rows import Row, rows

MOST_BETWEEN = 20_000
"""Events of one conversation that are looked at to find those next to its alerts."""

_ALERTS = """
SELECT seq, alert_id, rule_id, rule_version, title, level, confidence, coalesce(tags, []) AS tags, state, owner,
    coalesce(disposition, '') AS disposition, epoch_us(ts) AS ts, epoch_us(began) AS began,
    epoch_us(raised_at) AS raised_at, event_id, coalesce(event_ids, []) AS event_ids, n_events, group_key,
    conversation_id, user_id, app, model, format, source_path, source_offset, source_len,
    lower(hex(record_sha256)) AS record_sha256, role, trust, tool_name, coalesce(field, '') AS field,
    coalesce(spans, []) AS spans, coalesce(excerpt, '') AS excerpt, decoded_by, decoded_text,
    coalesce(reason, '') AS reason, coalesce(suppressed_by, '') AS suppressed_by
FROM alerts WHERE incident_id = $incident_id ORDER BY seq LIMIT $most
"""
_LINES = """
SELECT epoch_us(raised_at) AS raised_at, alert_id, title, level, coalesce(user_id, app, '') AS who,
    coalesce(excerpt, '') AS excerpt
FROM alerts WHERE incident_id = $incident_id ORDER BY seq LIMIT $most
"""
_ADDRESSES = """
SELECT DISTINCT source_ip FROM events
WHERE event_id IN (SELECT event_id FROM alerts WHERE incident_id = $incident_id) AND source_ip IS NOT NULL
ORDER BY source_ip LIMIT $most
"""
# An event is stored with its alert or, when it was amended, after it, so DuckDB can skip all that is older. What took
# part in a rule over time may be older.
_HITS = """
SELECT seq, conversation_id FROM events
WHERE committed_at >= make_timestamp($since::BIGINT)
    AND event_id IN (SELECT event_id FROM alerts WHERE incident_id = $incident_id AND n_events IS NULL)
"""
_TOOK_PART = """
WITH alert AS (SELECT event_id, event_ids FROM alerts WHERE incident_id = $incident_id AND n_events IS NOT NULL)
SELECT seq, conversation_id FROM events
WHERE event_id IN (SELECT event_id FROM alert UNION SELECT unnest(event_ids) FROM alert)
"""
_WHICH = """
SELECT epoch_us(min(raised_at) FILTER (WHERE n_events IS NULL)), count(n_events) FROM alerts
WHERE incident_id = $incident_id
"""
# One pass over the events: the few before the first hit of each conversation, those between, and the few after.
_AROUND = """
WITH talk AS (
    SELECT unnest($names::VARCHAR[]) AS name, unnest($firsts::BIGINT[]) AS first, unnest($lasts::BIGINT[]) AS last
)
SELECT max(seq, $around) FILTER (WHERE seq < first), min(seq, $around) FILTER (WHERE seq > last),
    min(seq, $most) FILTER (WHERE seq BETWEEN first AND last), count(*) FILTER (WHERE seq BETWEEN first AND last)
FROM events JOIN talk ON conversation_id = name GROUP BY name ORDER BY name
"""
_TIMES = """
SELECT seq, epoch_us(coalesce(least(ts, committed_at), committed_at)) FROM events
WHERE seq BETWEEN $low AND $high AND seq IN (SELECT unnest($seqs::BIGINT[]))
"""
_MARKERS = """
SELECT epoch_us("at") AS "at", kind, text, app, author FROM markers
WHERE "at" BETWEEN make_timestamp($since::BIGINT) AND make_timestamp($until::BIGINT)
    AND (app = '' OR app IN (SELECT unnest($apps::VARCHAR[])))
ORDER BY "at" DESC, seq DESC LIMIT $most
"""


def alerts_of_incident(cursor: DuckDBPyConnection, incident_id: str, most: int) -> list[Row]:
    """The alerts that are in an incident now, in the order in which they came, each with all that is stored of it."""
    return rows(cursor, _ALERTS, {"incident_id": incident_id, "most": most})


def alert_lines_of_incident(cursor: DuckDBPyConnection, incident_id: str, most: int) -> list[Row]:
    """As :func:`alerts_of_incident`, but only what a line of a timeline shows: a pane asks for it every second."""
    return rows(cursor, _LINES, {"incident_id": incident_id, "most": most})


def addresses_of_incident(cursor: DuckDBPyConnection, incident_id: str, most: int) -> list[str]:
    """The addresses that the events of its alerts came from."""
    found = cursor.execute(_ADDRESSES, {"incident_id": incident_id, "most": most}).fetchall()
    return [str(address) for (address,) in found]


def events_of_incident(
    cursor: DuckDBPyConnection, incident_id: str, *, around: int, most: int, text_chars: int
) -> tuple[list[Row], int]:
    """The log events on its timeline, and how many more there are between its alerts.

    Those that raised the alerts come first, then ``around`` before and after them in each conversation, then those
    between, the nearest first; ``most`` in all. In the order of their arrival; the fields of ``EventRow``, and ``at``:
    when it was, and never after it was stored.
    """
    seqs, left_out = _chosen(cursor, _hits(cursor, incident_id), around, most)
    found = event_rows(cursor, seqs, text_chars)[::-1]
    bounds = {"seqs": seqs, "low": min(seqs, default=0), "high": max(seqs, default=0)}
    times = dict(cursor.execute(_TIMES, bounds).fetchall()) if seqs else {}
    return [{**row, "at": times[row["seq"]]} for row in found], left_out


def markers_between(cursor: DuckDBPyConnection, since: int, until: int, apps: Sequence[str], most: int) -> list[Row]:
    """What was noted from outside in a span of time (µs) of these apps and of no app in particular; newest first."""
    bounds = {"since": since, "until": until, "apps": list(apps), "most": most}
    return rows(cursor, _MARKERS, bounds)


def _hits(cursor: DuckDBPyConnection, incident_id: str) -> list[tuple[int, str | None]]:
    """The events that raised its alerts and their conversations, each once."""
    [(since, over_time)] = cursor.execute(_WHICH, {"incident_id": incident_id}).fetchall()
    hits: set[tuple[int, str | None]] = set()
    if since is not None:
        hits.update(cursor.execute(_HITS, {"incident_id": incident_id, "since": since}).fetchall())
    if over_time:
        hits.update(cursor.execute(_TOOK_PART, {"incident_id": incident_id}).fetchall())
    return sorted(hits)


def _chosen(
    cursor: DuckDBPyConnection, hits: Sequence[tuple[int, str | None]], around: int, most: int
) -> tuple[list[int], int]:
    talks: dict[str, list[int]] = {}
    for seq, name in hits:
        if name is not None:
            talks.setdefault(name, []).append(seq)
    hit = sorted({seq for seq, _ in hits})
    near, between, n_between = _talks(cursor, talks, around)
    chosen = list(dict.fromkeys([*hit, *near, *_nearest_first(between, hit)]))[:most]
    n_alone = sum(name is None for _, name in hits)
    return chosen, n_between + n_alone + len(near) - len(chosen)


def _talks(
    cursor: DuckDBPyConnection, talks: Mapping[str, Sequence[int]], around: int
) -> tuple[list[int], list[int], int]:
    """Events before and after the hits of each conversation, those from the first to the last, how many these are."""
    if not talks:
        return [], [], 0
    ends = {
        "names": list(talks),
        "firsts": [min(seqs) for seqs in talks.values()],
        "lasts": [max(seqs) for seqs in talks.values()],
    }
    found = cursor.execute(_AROUND, {**ends, "around": around, "most": MOST_BETWEEN}).fetchall()
    near = [seq for earlier, later, _, _ in found for seq in (*(earlier or ()), *(later or ()))]
    between = [seq for _, _, inside, _ in found for seq in inside or ()]
    return near, between, sum(count for _, _, _, count in found)


def _nearest_first(seqs: Sequence[int], hits: Sequence[int]) -> list[int]:
    def distance(seq: int) -> int:
        place = bisect(hits, seq)
        return min(abs(seq - hit) for hit in hits[max(place - 1, 0) : place + 1])

    return sorted(seqs, key=lambda seq: (distance(seq), seq))
