"""What the alerts of an incident have for a remedy's placeholders."""

from duckdb import DuckDBPyConnection

_VALUES = """
SELECT DISTINCT user_id, conversation_id, app, model, tool_name, source_ip
FROM alerts LEFT JOIN (SELECT event_id, source_ip FROM events WHERE source_ip IS NOT NULL) USING (event_id)
WHERE incident_id = $incident_id AND state <> 'withdrawn'
"""
_NAMES = ("user_id", "conversation_id", "app", "model", "tool_name", "source_ip")
_MOST = 100
"""Of one field: whoever has more is no target of one command."""


def remedy_values(cursor: DuckDBPyConnection, incident_id: str) -> dict[str, list[str]]:
    """By the name of the placeholder, each value once, at most 100."""
    found = cursor.execute(_VALUES, {"incident_id": incident_id}).fetchall()
    return {
        name: sorted({row[place] for row in found if row[place] is not None})[:_MOST]
        for place, name in enumerate(_NAMES)
    }
