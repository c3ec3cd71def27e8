"""What is asked about events."""

from collections.abc import Mapping
from typing import Any

from duckdb import DuckDBPyConnection

from llmsec_tui.errors import NotFound
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.store.alert_queries import alerts_of_event
from llmsec_tui.store.filters import Filter
from llmsec_tui.store.rows import Pages, Row, rows, span
from llmsec_tui.store.views import EVENT_APP, EVENT_MODEL

_PAGES = Pages("events AS e", "e.seq")
_PAGE = (
    """
SELECT e.seq, e.event_id, epoch_us(e.ts) AS ts, e.kind, e.role, e.trust, e.tool_name, e.conversation_id, e.user_id, """
    + EVENT_APP
    + " AS app, "
    + EVENT_MODEL
    + """ AS model, e.format, e.source_path, e.content_state, e.content_sha256, e.content_key
FROM events AS e
WHERE e.seq BETWEEN $low AND $high AND e.seq IN (SELECT unnest($seqs::BIGINT[]))
ORDER BY e.seq DESC
"""
)
# Two steps, because only by rowid does DuckDB unpack no more texts than it needs: 10 ms instead of 160 ms a page.
_TEXT_PLACES = "SELECT rowid FROM contents WHERE content_key IN (SELECT unnest($keys::UBIGINT[]))"
_TEXTS = """
SELECT content_sha256, left(text, $chars) AS text, n_chars FROM contents
WHERE rowid BETWEEN $low AND $high AND rowid IN (SELECT unnest($seqs::BIGINT[]))
"""
_LEVELS = "SELECT event_id, level FROM alerts WHERE event_id IN (SELECT unnest($event_ids::VARCHAR[]))"
_TOOK_PART = """
SELECT seq FROM events
WHERE event_id IN (SELECT unnest(event_ids) FROM alerts WHERE alert_id = $alert_id)
"""
_WHOLE = "SELECT * FROM events WHERE event_id = $event_id"
_PLACE = "SELECT seq, conversation_id, source_id FROM events WHERE event_id = $event_id"
_AROUND = """
SELECT count(*), max(seq, $before) FILTER (WHERE seq < $seq), min(seq, $after) FILTER (WHERE seq > $seq)
FROM events WHERE """
_IN_CONVERSATION = _AROUND + "conversation_id = $name"
_IN_SOURCE = _AROUND + "source_id = $name"

_ERASURE = """SELECT epoch_us("at") AS "at", author, reason FROM erasures WHERE erasure = $erasure"""
_NOT_SHOWN = frozenset({"content_key", "erasure"})


def event_page(
    cursor: DuckDBPyConnection, sought: Filter, before: int | None, after: int | None, limit: int, text_chars: int
) -> tuple[list[Row], int]:
    """One page of events, newest first, and how many there are on all pages."""
    seqs, total = _PAGES.find(cursor, sought.where(), before, after, limit)
    return event_rows(cursor, seqs, text_chars), total


def event_rows(cursor: DuckDBPyConnection, seqs: list[int], text_chars: int) -> list[Row]:
    """The events with these keys, newest first, each text cut to ``text_chars``."""
    if not seqs:
        return []
    found = rows(cursor, _PAGE, span(seqs))
    texts = _texts(cursor, {row["content_key"] for row in found} - {None}, text_chars)
    levels = _levels(cursor, [row["event_id"] for row in found])
    for row in found:
        del row["content_key"]
        row["text"], row["n_chars"] = texts.get(row.pop("content_sha256"), ("", 0))
        row["alert_level"] = levels.get(row["event_id"])
    return found


def event_detail(cursor: DuckDBPyConnection, event_id: str, text_chars: int) -> Row:
    """One event: its row, every field that is set, as text, and its alerts. The fields of ``EventDetail``."""
    whole = rows(cursor, _WHOLE, {"event_id": event_id})
    if not whole:
        raise NotFound(f"There is no event {event_id}.")
    [row] = event_rows(cursor, [whole[0]["seq"]], text_chars)
    alerts = alerts_of_event(cursor, event_id)
    return {"row": row, "fields": _fields(whole[0]), "alerts": alerts, "erased": _erased(cursor, whole[0]["erasure"])}


def _erased(cursor: DuckDBPyConnection, erasure: int | None) -> Row | None:
    """The fields of ``Erasure``."""
    return None if erasure is None else rows(cursor, _ERASURE, {"erasure": erasure})[0]


def conversation(
    cursor: DuckDBPyConnection, event_id: str, before: int, after: int, text_chars: int
) -> tuple[list[Row], int]:
    """The events around one in its conversation, or else in its file, oldest first, and how many that has."""
    place = cursor.execute(_PLACE, {"event_id": event_id}).fetchone()
    if place is None:
        raise NotFound(f"There is no event {event_id}.")
    seq, name, source = place
    statement, name = (_IN_CONVERSATION, name) if name else (_IN_SOURCE, source)
    near = {"seq": seq, "name": name, "before": max(before, 1), "after": max(after, 1)}
    total, earlier, later = cursor.execute(statement, near).fetchall()[0]
    seqs = [*(earlier or ())[: max(before, 0)], seq, *(later or ())[: max(after, 0)]]
    return event_rows(cursor, seqs, text_chars)[::-1], total


def took_part(cursor: DuckDBPyConnection, alert_id: str, text_chars: int) -> list[Row]:
    """The events that took part in an alert of a rule over time, oldest first; none for other alerts."""
    seqs = [seq for (seq,) in cursor.execute(_TOOK_PART, {"alert_id": alert_id}).fetchall()]
    found = event_rows(cursor, seqs, text_chars)
    return sorted(found, key=lambda row: (row["ts"] or 0, row["seq"]))


def _texts(cursor: DuckDBPyConnection, keys: set[int], chars: int) -> dict[bytes, tuple[str, int]]:
    if not keys:
        return {}
    places = [place for (place,) in cursor.execute(_TEXT_PLACES, {"keys": list(keys)}).fetchall()]
    found = cursor.execute(_TEXTS, {**span(places), "chars": chars}).fetchall()
    return {sha: (text, n_chars) for sha, text, n_chars in found}


def _levels(cursor: DuckDBPyConnection, event_ids: list[str]) -> dict[str, str]:
    highest: dict[str, str] = {}
    for event_id, level in cursor.execute(_LEVELS, {"event_ids": event_ids}).fetchall():
        highest[event_id] = max(level, highest.get(event_id, LEVELS[0]), key=LEVELS.index)
    return highest


def _fields(whole: Mapping[str, Any]) -> dict[str, str]:
    return {name: _shown(value) for name, value in whole.items() if value is not None and name not in _NOT_SHOWN}


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
