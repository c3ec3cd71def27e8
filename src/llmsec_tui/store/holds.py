"""What is kept from being erased and from expiring, and what a hold or an erasure reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.store.views import EVENT_APP

ERASABLE = ("event", "conversation", "user", "source")
HOLDABLE = (*ERASABLE, "app", "incident")
_OF_USER = """(e.user_id = ?id OR (e.user_id IS NULL AND e.conversation_id IN (
    SELECT conversation_id FROM events WHERE user_id IS NOT NULL AND conversation_id IS NOT NULL
    GROUP BY conversation_id HAVING min(user_id) = ?id AND max(user_id) = ?id)))"""
_LINE = """(
    WITH RECURSIVE line(id) AS (
        SELECT ?id::VARCHAR
        UNION SELECT CASE incident_id WHEN id THEN merged_into ELSE incident_id END FROM line, incidents
        WHERE (incident_id = id AND merged_into <> '') OR (follows = id AND how = 'split')
    ) SELECT id FROM line)"""
"""An incident, those that it was merged into, and those that were split off: its alerts may be in any of them."""
_OF_INCIDENT = (
    "(e.conversation_id IN (SELECT conversation_id FROM alerts WHERE incident_id IN ?line)"
    " OR e.event_id IN (SELECT event_id FROM alerts WHERE incident_id IN ?line)"
    " OR e.event_id IN (SELECT unnest(event_ids) FROM alerts WHERE incident_id IN ?line))"
).replace("?line", _LINE)
_REACH = {
    "event": "e.event_id = ?id",
    "conversation": "e.conversation_id = ?id",
    "user": _OF_USER,
    "source": "e.source_path = ?id",
    "app": EVENT_APP + " = ?id",
    "incident": _OF_INCIDENT,
}
_FIELDS = """
SELECT number, of_what, id, reason, author, epoch_us(placed_at), epoch_us(released_at), coalesce(released_by, ''),
    coalesce(note, '') FROM holds
"""
_ALL = _FIELDS + "ORDER BY number DESC"
_IN_FORCE = _FIELDS + "WHERE released_at IS NULL ORDER BY number"
_ONE = _FIELDS + "WHERE number = $number"
_ADD = """
INSERT INTO holds BY NAME
SELECT (SELECT coalesce(max(number), 0) + 1 FROM holds) AS number, $of AS of_what, $id AS id, $reason AS reason,
    $author AS author, make_timestamp($at::BIGINT) AS placed_at
RETURNING number
"""
_RELEASE = """
UPDATE holds SET released_at = make_timestamp($at::BIGINT), released_by = $by, note = $note WHERE number = $number
"""
_FORGET_NAME = "UPDATE holds SET id = '' WHERE of_what = 'user' AND id = $id AND released_at IS NOT NULL"
_MOST_DIGITS = 9
_COUNT = "SELECT count(*) FROM events AS e WHERE "


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold; times in microseconds since 1970 UTC."""

    number: int
    of: str
    """One of ``HOLDABLE``."""
    id: str
    """Empty once the user whom it named was erased."""
    reason: str
    author: str
    placed_at: int
    released_at: int | None
    released_by: str
    note: str

    @property
    def name(self) -> str:
        """As people call it."""
        return "H-" + str(self.number)


def reach(of: str, parameter: str) -> str:
    """The condition that an event ``e`` is reached; ``parameter`` names the one that holds the id."""
    return _REACH[of].replace("?id", "$" + parameter)


def held(holds: Sequence[Hold]) -> tuple[str, dict[str, object]]:
    """The condition that an event ``e`` is under one of these holds, and its parameters."""
    if not holds:
        return "false", {}
    parts = [reach(one.of, "hold" + str(one.number)) for one in holds]
    return "coalesce(" + " OR ".join(parts) + ", false)", {"hold" + str(one.number): one.id for one in holds}


def all_holds(connection: DuckDBPyConnection) -> list[Hold]:
    """Every hold that there ever was, newest first."""
    return [Hold(*row) for row in connection.execute(_ALL).fetchall()]


def in_force(connection: DuckDBPyConnection) -> list[Hold]:
    """Those that were not released, oldest first."""
    return [Hold(*row) for row in connection.execute(_IN_FORCE).fetchall()]


def touching(connection: DuckDBPyConnection, of: str, name: str) -> list[Hold]:
    """The holds in force that keep something of this."""
    found = []
    for one in in_force(connection):
        both = " AND ".join((reach(of, "id"), reach(one.of, "hold")))
        [(n,)] = connection.execute(_COUNT + both, {"id": name, "hold": one.id}).fetchall()
        if n or (one.of, one.id) == (of, name):
            found.append(one)
    return found


def add(connection: DuckDBPyConnection, *, of: str, name: str, reason: str, author: str, at: int) -> int:
    """Keep what this reaches, also what is yet to come of it; the hold's number."""
    told = {"of": of, "id": name, "reason": reason, "author": author, "at": at}
    [(number,)] = connection.execute(_ADD, told).fetchall()
    return int(number)


def release(connection: DuckDBPyConnection, name: str, *, by: str, note: str, at: int) -> Hold:
    """End a hold, ``H-3`` or ``3``; as it was. Raises NotFound, ServiceError when it was released before."""
    digits = name.upper().removeprefix("H-")
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS else 0
    row = connection.execute(_ONE, {"number": number}).fetchone()
    if row is None:
        raise NotFound(f"There is no hold {name[:20]}.", hint="See: llmsec-tui content status")
    found = Hold(*row)
    if found.released_at is not None:
        raise ServiceError(f"{found.name} was released by {found.released_by} already; nothing was changed.")
    connection.execute(_RELEASE, {"number": number, "by": by, "note": note, "at": at})
    return found


def forget_user(connection: DuckDBPyConnection, user: str) -> None:
    """Take a user's name out of the holds that were released."""
    connection.execute(_FORGET_NAME, {"id": user})
