"""The queue of messages to people: what waits, what was delivered, what was given up."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from duckdb import DuckDBPyConnection

from llmsec_tui.store.filters import EVERYTHING, Where
from llmsec_tui.store.rows import Pages, Row, rows

WAITING, HELD, DELIVERED, GIVEN_UP = "waiting", "held", "delivered", "given_up"
TRIAL = "test"
"""What a message that only tries a channel is about."""
_LONGEST_PAUSE_US = 20 * 60 * 1_000_000
_LONGEST_HOURS_US = 9 * 24 * 3_600 * 1_000_000
"""Nothing waits, or is held, so long by itself: then the host's clock was set back."""

_ALL_COLUMNS = """
SELECT seq, epoch_us(noted_at) AS "at", incident_id, channel, about, level, message, state, attempts,
    epoch_us(next_at) AS next_at, why
FROM notifications
"""
_ADD = """
INSERT INTO notifications BY NAME
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM notifications) AS seq, make_timestamp($at::BIGINT) AS noted_at,
    $incident_id AS incident_id, $channel AS channel, $about AS about, $level AS level, $message AS message,
    $state AS state, $attempts AS attempts, make_timestamp($next_at::BIGINT) AS next_at, $why AS why
RETURNING seq
"""
_CHANGE = """
UPDATE notifications SET state = $state, attempts = $attempts, next_at = make_timestamp($next_at::BIGINT), why = $why,
    message = $message, level = $level
WHERE seq = $seq
"""
_ONE = " ".join((_ALL_COLUMNS, "WHERE seq = $seq"))
_OF_KIND = """
WHERE incident_id = $incident_id AND channel = $channel AND about = $about AND noted_at > make_timestamp($since::BIGINT)
ORDER BY seq DESC LIMIT 1
"""
_LATEST = " ".join((_ALL_COLUMNS, _OF_KIND))
_THAT_ARE_DUE = """
WHERE state IN ('waiting', 'held') AND channel NOT IN (SELECT unnest($busy::VARCHAR[]))
    AND (about = 'test' OR channel NOT IN (SELECT unnest($resting::VARCHAR[])))
    AND (next_at <= make_timestamp($now::BIGINT) OR next_at > make_timestamp($now::BIGINT + CASE state
        WHEN 'waiting' THEN $longest_pause::BIGINT ELSE $longest_hours::BIGINT END))
ORDER BY seq LIMIT $limit
"""
_DUE = " ".join((_ALL_COLUMNS, _THAT_ARE_DUE))
_HASTEN = """
UPDATE notifications SET next_at = make_timestamp($now::BIGINT)
WHERE channel = $channel AND state = 'waiting' AND attempts > 0
"""
_PAGE = """
SELECT seq, epoch_us(noted_at) AS "at", incident_id, channel, about, state, attempts, epoch_us(next_at) AS next_at, why
FROM notifications WHERE seq IN (SELECT unnest($seqs::BIGINT[])) ORDER BY seq DESC
"""
_PAGES = Pages("notifications", "seq")
_ALL = Where(EVERYTHING, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message on its way to one channel. Times are microseconds since 1970 UTC."""

    seq: int = 0
    at: int
    """When it came up."""
    incident_id: str
    """Empty for a trial."""
    channel: str
    about: str
    level: str
    message: str
    """JSON of ``service/outward/message.py``."""
    state: str
    """waiting | held (for quiet hours) | delivered | given_up"""
    attempts: int = 0
    next_at: int | None
    """When it is tried next; None at its end."""
    why: str = ""
    """Why it is not delivered, or not yet."""


def add(connection: DuckDBPyConnection, one: Notification) -> int:
    """Put a message into the queue; the number that it gets, whatever ``seq`` says."""
    [(seq,)] = connection.execute(
        _ADD, {name: value for name, value in asdict(one).items() if name != "seq"}
    ).fetchall()
    return int(seq)


def change(connection: DuckDBPyConnection, one: Notification) -> None:
    """Keep what became of it: everything but when and what it was about."""
    changed = ("seq", "state", "attempts", "next_at", "why", "message", "level")
    connection.execute(_CHANGE, {name: getattr(one, name) for name in changed})


def one(connection: DuckDBPyConnection, seq: int) -> Notification | None:
    """The message with this number."""
    return next((Notification(**row) for row in rows(connection, _ONE, {"seq": seq})), None)


def latest(
    connection: DuckDBPyConnection, *, incident_id: str, channel: str, about: str, since: int
) -> Notification | None:
    """The last message of the same kind that came up after ``since``."""
    asked = {"incident_id": incident_id, "channel": channel, "about": about, "since": since}
    return next((Notification(**row) for row in rows(connection, _LATEST, asked)), None)


def due(
    connection: DuckDBPyConnection, now: int, limit: int, busy: Collection[str], resting: Collection[str]
) -> list[Notification]:
    """What is to be delivered now, first come first: to channels that rest trials only, to busy ones nothing."""
    asked = {
        "now": now,
        "longest_pause": _LONGEST_PAUSE_US,
        "longest_hours": _LONGEST_HOURS_US,
        "limit": limit,
        "busy": sorted(busy),
        "resting": sorted(resting),
    }
    return [Notification(**row) for row in rows(connection, _DUE, asked)]


def hasten(connection: DuckDBPyConnection, channel: str, now: int) -> None:
    """Make everything due that failed on a channel before."""
    connection.execute(_HASTEN, {"channel": channel, "now": now})


def page(cursor: DuckDBPyConnection, before: int | None, after: int | None, limit: int) -> tuple[list[Row], int]:
    """The fields of ``NotificationRow``, newest first, and how many there are on all pages."""
    seqs, total = _PAGES.find(cursor, _ALL, before, after, limit)
    return rows(cursor, _PAGE, {"seqs": seqs}), total
