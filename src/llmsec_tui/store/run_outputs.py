"""What remedies wrote, as they wrote it: hostile until it is shown through safe text."""

from duckdb import DuckDBPyConnection

_KEEP = """
INSERT INTO run_outputs (incident_id, run, output, cut) VALUES ($incident_id, $run, $output, $cut)
"""
_READ = "SELECT output, cut FROM run_outputs WHERE incident_id = $incident_id AND run = $run"


def keep(connection: DuckDBPyConnection, incident_id: str, run: int, output: bytes, cut: int) -> None:
    """Keep the beginning and the end of an output; ``cut`` bytes are left out between them."""
    connection.execute(_KEEP, {"incident_id": incident_id, "run": run, "output": output, "cut": cut})


def read(cursor: DuckDBPyConnection, incident_id: str, run: int) -> tuple[bytes, int]:
    """What is kept and how many bytes are left out; nothing of a run that wrote nothing or has not ended."""
    found = cursor.execute(_READ, {"incident_id": incident_id, "run": run}).fetchone()
    return (bytes(found[0]), int(found[1])) if found is not None else (b"", 0)
