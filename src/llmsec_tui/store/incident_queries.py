"""What is asked about incidents."""

from enum import StrEnum
from typing import NamedTuple

from duckdb import DuckDBPyConnection

from llmsec_tui.errors import ConfigError, NotFound
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.store.alert_queries import whole_id
from llmsec_tui.store.filters import EVERYTHING, Filter
from llmsec_tui.store.incident_keys import hashed
from llmsec_tui.store.incident_rows import known_number, number_of
from llmsec_tui.store.incident_writer import incidents
from llmsec_tui.store.rows import NEWEST, Row, rows
from llmsec_tui.store.views import OF_ENDED

WE = "llmsec-tui"
"""Who does what happens by itself; no person."""
COMMON = 20
"""A key that more incidents have than this says nothing about what they have to do with each other."""
_MOST_SHARED = 5


class Order(StrEnum):
    """How the queue is sorted."""

    URGENT = "urgent"
    """Missed clocks first, then the level, then what is due first, then the newest; closed and merged ones last."""
    NEWEST = "newest"


class Related(NamedTuple):
    """Another incident, and what connects it."""

    incident: Incident
    relation: str
    """linked | follows | followed_by | merged_here | merged_into | duplicate_of | similar"""
    shared: list[str]
    """Keys that both have, at most five."""


_RANK = "list_position(['" + "', '".join(LEVELS) + "'], i.level)"
_FROM_LAST = {
    Order.URGENT: (
        "i.state IN ('closed', 'merged') DESC, coalesce(i.due_at <= make_timestamp($now::BIGINT), false), "
        + _RANK
        + ", i.due_at DESC NULLS FIRST, i.number"
    ),
    Order.NEWEST: "i.number",
}
_OPEN = "i.state NOT IN ('closed', 'merged')"
_PLACES = (
    "WITH places AS (SELECT i.number, $now::BIGINT AS asked_at, row_number() OVER (ORDER BY ",
    ") AS seq FROM incidents AS i WHERE ",
    ") SELECT count(*), ",
    "(number, seq, $limit) FILTER (WHERE seq < $before AND seq > $after), ",
    "(seq, $limit) FILTER (WHERE seq < $before AND seq > $after) FROM places",
)
_OF_ALERT = "SELECT incident_id FROM alerts WHERE alert_id = $alert_id"
_FOLLOWERS = "SELECT number FROM incidents WHERE follows = $incident_id ORDER BY number DESC LIMIT $most"
_SIMILAR = """
WITH held AS (
    SELECT key, number FROM incident_keys
    SEMI JOIN (SELECT unnest($keys::UBIGINT[]) AS key) AS incoming USING (key)
    QUALIFY count(*) OVER (PARTITION BY key) <= $common
)
SELECT number, list(key) FROM held WHERE number <> $number
GROUP BY number ORDER BY count(*) DESC, number DESC LIMIT $most
"""
_CONVERSATIONS = """
SELECT conversation_id, coalesce(max_by(app, seq), '') AS app, count(*) AS n, max_by(event_id, seq) AS event_id
FROM alerts WHERE incident_id = $incident_id AND conversation_id IS NOT NULL
GROUP BY conversation_id ORDER BY n DESC, conversation_id LIMIT $most
"""
_PEOPLE = """
SELECT actor FROM incident_events UNION SELECT actor FROM alert_acts UNION SELECT owner FROM incidents
UNION SELECT owner FROM alerts UNION SELECT unnest(watchers) FROM incidents
ORDER BY 1
"""
_COUNTS = """
SELECT count(*) AS "open", count(*) FILTER (owner = $user) AS mine, count(*) FILTER (owner = '') AS unowned,
    count(*) FILTER (due_at <= make_timestamp($now::BIGINT)) AS breached
FROM incidents WHERE state NOT IN ('closed', 'merged')
"""
_CONTENT = """
SELECT count(*) FILTER (content_state = 'present') / nullif(count(*), 0) FROM events
WHERE content_state <> 'none' AND coalesce(ts, committed_at) >= make_timestamp($since::BIGINT)
"""


def ordered(name: str) -> Order:
    """The order by its name. Raises :class:`ConfigError` for one that there is not."""
    try:
        return Order(name)
    except ValueError as error:
        raise ConfigError(f"Incidents cannot be ordered by {name!r}.", hint=f"By {' or '.join(Order)}.") from error


def page(
    cursor: DuckDBPyConnection,
    sought: Filter,
    order: Order,
    before: int | None,
    after: int | None,
    limit: int,
    now: int,
) -> tuple[list[Incident], list[int], int]:
    """One page of the queue, the place of each on the whole list, and how many are on all pages."""
    where = sought.where()
    condition = where.sql if sought.fields & OF_ENDED else _OPEN if where.sql == EVERYTHING else _both(where.sql)
    newer = before is None and after is not None
    statement = "".join(
        (
            *(_PLACES[0], _FROM_LAST[order], _PLACES[1], condition, _PLACES[2]),
            *("arg_min" if newer else "arg_max", _PLACES[3], "min" if newer else "max", _PLACES[4]),
        )
    )
    bounds = {
        "before": NEWEST if before is None else before,
        "after": -1 if after is None else after,
        "limit": max(limit, 1),
        "now": now,
    }
    [(total, numbers, seqs)] = cursor.execute(statement, {**bounds, **where.params}).fetchall()
    places = dict(sorted(zip(numbers or (), seqs or (), strict=True), key=lambda pair: -pair[1]))
    found = {incident.number: incident for incident in incidents(cursor, places)}
    return [found[number] for number in places], list(places.values()), total


def named(cursor: DuckDBPyConnection, name: str) -> Incident:
    """The incident by any of its names, or by an alert in it."""
    number = number_of(name)
    if number is not None and (found := incidents(cursor, [number])):
        return found[0]
    if number is not None and name != str(number).zfill(len(name)):
        raise NotFound(f"There is no incident {name}.", hint="llmsec-tui incidents list names those that are open.")
    try:
        alert_id = whole_id(cursor, name)
    except NotFound as error:
        raise NotFound(
            f"There is no incident {name}, and no alert of which it is the id or its beginning.",
            hint="Incidents are called INC-1, INC-2 …; an alert's id leads to the incident that it is in.",
        ) from error
    [(incident_id,)] = cursor.execute(_OF_ALERT, {"alert_id": alert_id}).fetchall()
    if incident_id is None:
        raise NotFound(f"Alert {alert_id} is in no incident.", hint="Open one of it, or add it to one.")
    return incidents(cursor, [known_number(incident_id)])[0]


def related(cursor: DuckDBPyConnection, incident: Incident, most: int) -> list[Related]:
    """Other incidents: those that it was said or made to have to do with, then those that share most keys with it."""
    relations = _said(cursor, incident, most)
    shared = _similar(cursor, incident, most)
    for number in shared:
        relations.setdefault(number, "similar")
    relations.pop(incident.number, None)
    numbers = list(relations)[:most]
    found = {one.number: one for one in incidents(cursor, numbers)}
    return [Related(found[number], relations[number], shared.get(number, [])) for number in numbers if number in found]


def conversations(cursor: DuckDBPyConnection, incident_id: str, most: int) -> list[Row]:
    """The conversations of its alerts, those with most first."""
    return rows(cursor, _CONVERSATIONS, {"incident_id": incident_id, "most": most})


def people(cursor: DuckDBPyConnection) -> list[str]:
    """Everybody who ever did something, or was given something."""
    return [user for (user,) in cursor.execute(_PEOPLE).fetchall() if user not in ("", WE)]


def desk_counts(cursor: DuckDBPyConnection, user: str, now: int) -> Row:
    """Of the incidents that are open: how many, how many are the user's, are nobody's, and have missed a clock."""
    [counts] = rows(cursor, _COUNTS, {"user": user, "now": now})
    return counts


def content_share(cursor: DuckDBPyConnection, since: int | None) -> float | None:
    """Of the events since then that have content, the share that detectors could see."""
    if since is None:
        return None
    [(share,)] = cursor.execute(_CONTENT, {"since": since}).fetchall()
    return None if share is None else float(share)


def _similar(cursor: DuckDBPyConnection, incident: Incident, most: int) -> dict[int, list[str]]:
    """By number: the keys that others share with it, those that share most first."""
    if not incident.keys:
        return {}
    names = {hashed(key): key for key in incident.keys}
    given = {"keys": list(names), "common": COMMON, "number": incident.number, "most": most}
    found = cursor.execute(_SIMILAR, given).fetchall()
    return {number: sorted(names[key] for key in keys)[:_MOST_SHARED] for number, keys in found}


def _said(cursor: DuckDBPyConnection, incident: Incident, most: int) -> dict[int, str]:
    """By number: what people, merges and closed predecessors say about other incidents, the most telling first."""
    told = [
        *((name, "merged_into") for name in (incident.merged_into,)),
        *((name, "duplicate_of") for name in (incident.duplicate_of,)),
        *((name, "merged_here") for name in incident.absorbed),
        *((name, "follows") for name in (incident.follows,)),
    ]
    followers = cursor.execute(_FOLLOWERS, {"incident_id": incident.incident_id, "most": most}).fetchall()
    relations: dict[int, str] = {}
    for name, relation in (*told, *((name, "linked") for name in incident.links)):
        if (number := number_of(name)) is not None:
            relations.setdefault(number, relation)
    for (number,) in followers:
        relations.setdefault(number, "followed_by")
    return relations


def _both(condition: str) -> str:
    return " AND ".join((condition, _OPEN))
