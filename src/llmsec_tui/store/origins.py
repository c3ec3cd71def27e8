"""What alerts of rules over time copy from events of earlier batches."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from llmsec_tui.store.rows import rows
from llmsec_tui.store.trouble import told

COPIED = (
    *("event_id", "ts", "conversation_id", "user_id", "format", "source_path", "source_offset", "source_len"),
    *("record_sha256", "role", "trust", "tool_name", "service_name", "request_model", "response_model"),
    "environment",
)
"""Columns of ``schema.EVENTS``."""
_EVENTS = """
SELECT event_id, ts, conversation_id, user_id, format, source_path, source_offset, source_len, record_sha256, role,
    trust, tool_name, service_name, request_model, response_model, environment
FROM events WHERE event_id IN (SELECT unnest($event_ids::VARCHAR[]))
"""


class Origins:
    """Looks committed events up, for one thread; asking does not wait for a batch being written."""

    def __init__(self, path: Path, cursor: DuckDBPyConnection) -> None:
        self._path = path
        self._cursor = cursor

    def __call__(self, event_ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """The columns in ``COPIED`` of those events that are stored, by event id."""
        if not event_ids:
            return {}
        with told(self._path, "give the events of an alert"):
            return {row["event_id"]: row for row in rows(self._cursor, _EVENTS, {"event_ids": list(event_ids)})}

    def close(self) -> None:
        """Let go of the cursor."""
        self._cursor.close()
