"""What the alerts of an incident have for a remedy's placeholders."""

from duckdb import DuckDBPyConnection

_VALUES = """
WITH mine AS (SELECT event_id, user_id, conversation_id, app, model, tool_name FROM alerts
    WHERE incident_id = $incident_id AND state <> 'withdrawn')
SELECT list_sort(list(DISTINCT user_id)) AS user_id, list_sort(list(DISTINCT conversation_id)) AS conversation_id,
    list_sort(list(DISTINCT app)) AS app, list_sort(list(DISTINCT model)) AS model,
    list_sort(list(DISTINCT tool_name)) AS tool_name,
    (SELECT list_sort(list(DISTINCT source_ip)) FROM events
        WHERE event_id IN (SELECT event_id FROM mine) AND source_ip IS NOT NULL) AS source_ip
FROM mine
"""
_MOST = 100
"""Of one field: whoever has more is no target of one command."""


def remedy_values(cursor: DuckDBPyConnection, incident_id: str) -> dict[str, list[str]]:
    """By the name of the placeholder, each value once, at most 100."""
    [found] = cursor.execute(_VALUES, {"incident_id": incident_id}).fetchall()
    names = [column[0] for column in cursor.description or ()]
    return {
        name: [value for value in values or () if value is not None][:_MOST]
        for name, values in zip(names, found, strict=True)
    }
