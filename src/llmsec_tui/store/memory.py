"""What rules over time remember: the last snapshot, and the records of the batches after it."""

from duckdb import DuckDBPyConnection

_SNAPSHOT = "SELECT snapshot FROM correlation_snapshot ORDER BY seq DESC LIMIT 1"
_RECORDS = "SELECT record FROM correlation_records ORDER BY seq"
_ADD_RECORD = """
INSERT INTO correlation_records SELECT coalesce(max(seq), 0) + 1, $record FROM correlation_records
"""
_ADD_SNAPSHOT = """
INSERT INTO correlation_snapshot SELECT coalesce(max(seq), 0) + 1, $snapshot FROM correlation_snapshot
"""
_FORGET_RECORDS = "DELETE FROM correlation_records"
_FORGET_SNAPSHOTS = "DELETE FROM correlation_snapshot WHERE seq < (SELECT max(seq) FROM correlation_snapshot)"


def read_memory(connection: DuckDBPyConnection) -> tuple[bytes | None, list[bytes]]:
    """The snapshot, if there is one, and the records to be folded into it, in their order."""
    snapshot = connection.execute(_SNAPSHOT).fetchone()
    records = connection.execute(_RECORDS).fetchall()
    return (bytes(snapshot[0]) if snapshot else None), [bytes(record) for (record,) in records]


def write_memory(connection: DuckDBPyConnection, record: bytes, snapshot: bytes | None) -> None:
    """Add a batch's record, or put the snapshot that holds it in the place of everything."""
    if snapshot is not None:
        connection.execute(_ADD_SNAPSHOT, {"snapshot": snapshot})
        connection.execute(_FORGET_SNAPSHOTS)
        connection.execute(_FORGET_RECORDS)
    elif record:
        connection.execute(_ADD_RECORD, {"record": record})
