"""Which incidents need a look: open ones, those that time does something to, those with something that runs."""

from duckdb import DuckDBPyConnection

_OPEN = "SELECT incident_id FROM incidents WHERE state NOT IN ('closed', 'merged') ORDER BY number"
_DUE = """
SELECT incident_id FROM incidents
WHERE next_breach_at <= make_timestamp($now::BIGINT) OR state = 'acknowledged' ORDER BY number
"""
_RUNNING = "SELECT incident_id FROM incidents WHERE running > 0 ORDER BY number"


def open_ids(connection: DuckDBPyConnection) -> list[str]:
    """Those that are neither closed nor merged."""
    return [incident_id for (incident_id,) in connection.execute(_OPEN).fetchall()]


def due_ids(connection: DuckDBPyConnection, now: int) -> list[str]:
    """Those with a clock that is missed by ``now`` (µs) and not known to be, and all that are acknowledged."""
    return [incident_id for (incident_id,) in connection.execute(_DUE, {"now": now}).fetchall()]


def running_ids(connection: DuckDBPyConnection) -> list[str]:
    """Those with a run that has not ended."""
    return [incident_id for (incident_id,) in connection.execute(_RUNNING).fetchall()]
