"""Bring a store to the newest schema: numbered .sql files, each applied once, in a transaction, and recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from duckdb import DuckDBPyConnection

from llmsec_tui.errors import StoreError

_RECORD = "CREATE TABLE IF NOT EXISTS migrations (name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. Once released it is never edited; a change is a new step."""

    name: str
    sql: str


def shipped() -> list[Migration]:
    """The migrations of this version, in the order of their names."""
    found = [file for file in files("llmsec_tui.store").joinpath("schema").iterdir() if file.name.endswith(".sql")]
    return [Migration(file.name, file.read_text("utf-8")) for file in sorted(found, key=lambda file: file.name)]


def migrate(connection: DuckDBPyConnection, migrations: Sequence[Migration]) -> list[str]:
    """Apply what is missing, all in one transaction; the names applied.

    Raises :class:`StoreError` for a file that holds other tables, or migrations that this version does not know.
    """
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if tables and "migrations" not in tables:
        raise StoreError(
            f"This is a DuckDB file, but not a store of llmsec-tui: it holds the table {min(tables)}.",
            hint="Name another directory with --home; this file was not changed.",
        )
    connection.execute("BEGIN")
    try:
        connection.execute(_RECORD)
        done = {name for (name,) in connection.execute("SELECT name FROM migrations").fetchall()}
        _refuse_newer(done, migrations)
        missing = [migration for migration in migrations if migration.name not in done]
        for migration in missing:
            connection.execute(migration.sql)
            connection.execute("INSERT INTO migrations VALUES (?, now() AT TIME ZONE 'UTC')", [migration.name])
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return [migration.name for migration in missing]


def check(connection: DuckDBPyConnection, migrations: Sequence[Migration]) -> None:
    """Raise :class:`StoreError` unless a file that is only to be read is a store at the newest schema."""
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if "migrations" not in tables:
        raise StoreError("This is a DuckDB file, but not a store of llmsec-tui.", hint="Name another file.")
    done = {name for (name,) in connection.execute("SELECT name FROM migrations").fetchall()}
    _refuse_newer(done, migrations)
    if any(migration.name not in done for migration in migrations):
        raise StoreError(
            "The store was written by an older llmsec-tui and is only to be read.",
            hint="Start a collector on it once: that brings it to this version.",
        )


def _refuse_newer(done: set[str], migrations: Sequence[Migration]) -> None:
    newer = done - {migration.name for migration in migrations}
    if newer:
        raise StoreError(
            f"The store was written by a newer llmsec-tui: it has had the migration {max(newer)}.",
            hint="Use that version, or name another directory with --home; the store was not changed.",
        )
