"""Take content out of the store for good. Events stay with their places, times and counts, and say that it was erased.

What was erased lies in free blocks of the file until that is rewritten; see ``store/rewriting.py``.
"""

from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from llmsec_tui.events.model import SEEN
from llmsec_tui.store import holds
from llmsec_tui.store.rows import span

_REACHED = "SELECT e.seq FROM events AS e WHERE e.erasure IS NULL AND "
_OLDEST_FIRST = " ORDER BY e.seq LIMIT $most"
_AGE = "least(coalesce(e.ts, e.committed_at), e.committed_at)"
_HAS_SOMETHING = """ AND (e.content_sha256 IS NOT NULL OR e.attrs IS NOT NULL OR e.error_message IS NOT NULL
    OR e.guardrail_findings IS NOT NULL) AND """
_EXPIRED = _AGE + " < make_timestamp($before::BIGINT)" + _HAS_SOMETHING
_EVERY = 1 << 40
_THESE = "WHERE seq BETWEEN $low AND $high AND seq IN (SELECT unnest($seqs::BIGINT[]))"
_BY_SOURCE = " ".join(
    (
        "SELECT source_id, content_state, count(*) FROM events",
        _THESE,
        "AND content_sha256 IS NOT NULL GROUP BY source_id, content_state",
    )
)
_COUNT = "SELECT count(*) FROM events AS e WHERE e.erasure IS NULL AND "
_WHAT = """
SELECT list(event_id), list(DISTINCT content_sha256) FILTER (content_sha256 IS NOT NULL),
    list(DISTINCT content_key) FILTER (content_key IS NOT NULL)
FROM events """
_CLEAR = (
    """
UPDATE events SET erasure = $erasure,
    content_state = CASE WHEN content_sha256 IS NULL THEN content_state ELSE 'erased' END,
    content_sha256 = NULL, content_key = NULL, attrs = NULL, error_message = NULL, guardrail_findings = NULL,
    source_ip = CASE WHEN $user::VARCHAR IS NULL THEN source_ip END,
    user_id = CASE WHEN $user::VARCHAR IS NULL THEN user_id END
"""
    + _THESE
)
_UNUSED = """
SELECT content_sha256 FROM contents
WHERE content_key IN (SELECT unnest($keys::UBIGINT[])) AND content_sha256 IN (SELECT unnest($shas::BLOB[]))
    AND content_sha256 NOT IN (
        SELECT content_sha256 FROM events
        WHERE content_key IN (SELECT unnest($keys::UBIGINT[])) AND content_sha256 IS NOT NULL
    )
"""
_DELETE = """
DELETE FROM contents
WHERE content_key IN (SELECT unnest($keys::UBIGINT[])) AND content_sha256 IN (SELECT unnest($shas::BLOB[]))
"""
_ALERTS = """
UPDATE alerts SET excerpt = NULL, decoded_text = NULL, spans = NULL, reason = NULL, sketch = NULL, gist = NULL,
    user_id = CASE WHEN user_id = $user::VARCHAR THEN NULL ELSE user_id END,
    group_key = CASE WHEN $user::VARCHAR IS NULL THEN group_key END
WHERE event_id IN (SELECT unnest($event_ids::VARCHAR[])) OR list_has_any(event_ids, $event_ids::VARCHAR[])
"""
_OLD_LETTERS = """
UPDATE dead_letters SET excerpt = '' WHERE excerpt <> '' AND noted_at < make_timestamp($before::BIGINT)
    AND source_path NOT IN (SELECT id FROM holds WHERE of_what = 'source' AND released_at IS NULL)
"""
_LETTERS_OF = "UPDATE dead_letters SET excerpt = '' WHERE excerpt <> '' AND source_path = $name"
_SEEN_LESS = "UPDATE source_stats SET content_yes = content_yes - $n WHERE source_id = $source_id"
_UNSEEN_LESS = """
UPDATE source_counts SET n = n - $n WHERE source_id = $source_id AND kind = 'content_no' AND name = $name
"""
_ERASED_MORE = """
INSERT INTO source_counts VALUES ($source_id, 'content_no', 'erased', $n)
ON CONFLICT (source_id, kind, name) DO UPDATE SET n = source_counts.n + excluded.n
"""
_ADD = """
INSERT INTO erasures BY NAME
SELECT $erasure AS erasure, make_timestamp($at::BIGINT) AS "at", $author AS author, $of AS of_what, $id AS id,
    $reason AS reason, $events AS events, $contents AS contents, $alerts AS alerts, $letters AS letters
"""
_NEXT = "SELECT coalesce(max(erasure), 0) + 1 FROM erasures"
_DUE = """
INSERT INTO rewrite_due SELECT make_timestamp($at::BIGINT) WHERE NOT EXISTS (SELECT * FROM rewrite_due)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much one erasure took."""

    erasure: int = 0
    """Its number; 0 when there was nothing."""
    events: int = 0
    contents: int = 0
    """Texts that nothing refers to any more, and that are gone."""
    shared: int = 0
    """Texts that stay, because other events have them too."""
    alerts: int = 0
    letters: int = 0
    """Beginnings of what could not be read."""

    def facts(self) -> dict[str, int]:
        """As it goes on record."""
        counts = {"events": self.events, "contents": self.contents, "contents_shared": self.shared}
        return {"erasure": self.erasure, **counts, "alerts": self.alerts, "dead_letters": self.letters}


def erase(connection: DuckDBPyConnection, *, of: str, name: str, author: str, reason: str, at: int) -> Erased:
    """Erase what this reaches; the caller sees to it that nothing of it is held. Inside a transaction."""
    sought = {"id": name, "most": _EVERY}
    seqs = _seqs(connection, _REACHED + holds.reach(of, "id") + _OLDEST_FIRST, sought)
    letters = 0
    if of == "source":
        [(letters,)] = connection.execute(_LETTERS_OF, {"name": name}).fetchall()
    if not seqs and not letters:
        return Erased()
    user = name if of == "user" else None
    if user is not None:
        holds.forget_user(connection, user)
    kept = {"of": of, "id": "" if user is not None else name, "author": author, "reason": reason, "at": at}
    return _erased(connection, seqs, user, letters, kept)


def expire(connection: DuckDBPyConnection, *, before: int, most: int, author: str, reason: str, at: int) -> Erased:
    """Erase the content of at most ``most`` events that are older than ``before`` (µs) and not held."""
    unless, params = holds.held(holds.in_force(connection))
    sought = {"before": before, "most": most, **params}
    seqs = _seqs(connection, _REACHED + _EXPIRED + "NOT " + unless + _OLDEST_FIRST, sought)
    [(letters,)] = connection.execute(_OLD_LETTERS, {"before": before}).fetchall()
    if not seqs and not letters:
        return Erased()
    kept = {"of": "expired", "id": "", "author": author, "reason": reason, "at": at}
    return _erased(connection, seqs, None, letters, kept)


def due(connection: DuckDBPyConnection, before: int) -> tuple[int, int]:
    """How many events have content that is older than ``before`` (µs): not held, and held."""
    unless, params = holds.held(holds.in_force(connection))
    counted = _COUNT + _EXPIRED
    [(every,)] = connection.execute(counted + "true", {"before": before}).fetchall()
    [(held,)] = connection.execute(counted + unless, {"before": before, **params}).fetchall()
    return every - held, held


def _seqs(connection: DuckDBPyConnection, sql: str, params: dict[str, Any]) -> list[int]:
    return [seq for (seq,) in connection.execute(sql, params).fetchall()]


def _erased(
    connection: DuckDBPyConnection, seqs: list[int], user: str | None, letters: int, kept: dict[str, Any]
) -> Erased:
    [(erasure,)] = connection.execute(_NEXT).fetchall()
    shas, contents, alerts = 0, 0, 0
    if seqs:
        shas, contents, alerts = _clear(connection, seqs, user, erasure)
    counts = {"events": len(seqs), "contents": contents, "alerts": alerts, "letters": letters}
    connection.execute(_ADD, {"erasure": erasure, **kept, **counts})
    connection.execute(_DUE, {"at": kept["at"]})
    return Erased(erasure=erasure, shared=shas - contents, **counts)


def _clear(connection: DuckDBPyConnection, seqs: list[int], user: str | None, erasure: int) -> tuple[int, int, int]:
    """How many texts the events had, how many of these are gone, and how many alerts quoted them."""
    these = span(seqs)
    by_source = connection.execute(_BY_SOURCE, these).fetchall()
    [(event_ids, shas, keys)] = connection.execute(_WHAT + _THESE, these).fetchall()
    connection.execute(_CLEAR, {**these, "erasure": erasure, "user": user})
    contents = 0
    if shas:
        unused = [sha for (sha,) in connection.execute(_UNUSED, {"keys": keys, "shas": shas}).fetchall()]
        [(contents,)] = connection.execute(_DELETE, {"keys": keys, "shas": unused}).fetchall()
    [(alerts,)] = connection.execute(_ALERTS, {"event_ids": event_ids, "user": user}).fetchall()
    for source_id, state, n in by_source:
        if state in SEEN:
            connection.execute(_SEEN_LESS, {"source_id": source_id, "n": n})
        else:
            connection.execute(_UNSEEN_LESS, {"source_id": source_id, "n": n, "name": state})
        connection.execute(_ERASED_MORE, {"source_id": source_id, "n": n})
    return len(shas or ()), contents, alerts
