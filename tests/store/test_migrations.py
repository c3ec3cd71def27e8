"""A store of an older version is brought forward; one of a newer version, or of somebody else, is left alone."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from llmsec_tui.errors import StoreError
from llmsec_tui.store.migrations import Migration, migrate, shipped
from llmsec_tui.store.store import Store

FIRST = Migration("0001_first.sql", "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)")
SECOND = Migration("0002_second.sql", "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 5")
BROKEN = Migration("0003_broken.sql", "INSERT INTO a VALUES (2, 2); CREATE TABLE a (x INTEGER)")


@pytest.fixture
def connection() -> Iterator[DuckDBPyConnection]:
    opened = duckdb.connect(":memory:")
    yield opened
    opened.close()


def test_each_migration_is_applied_once_in_order(connection: DuckDBPyConnection) -> None:
    """Data of the older version is kept."""
    assert migrate(connection, [FIRST]) == [FIRST.name]
    assert migrate(connection, [FIRST, SECOND]) == [SECOND.name]
    assert migrate(connection, [FIRST, SECOND]) == []
    assert connection.execute("SELECT * FROM a").fetchall() == [(1, 5)]


def test_a_migration_that_fails_changes_nothing(connection: DuckDBPyConnection) -> None:
    """Nor do those before it that were applied in the same go."""
    migrate(connection, [FIRST])
    with pytest.raises(duckdb.Error):
        migrate(connection, [FIRST, SECOND, BROKEN])
    assert connection.execute("SELECT * FROM a").fetchall() == [(1,)]
    assert migrate(connection, [FIRST, SECOND]) == [SECOND.name]


def test_a_store_of_a_newer_version_is_refused(connection: DuckDBPyConnection) -> None:
    migrate(connection, [FIRST, SECOND])
    with pytest.raises(StoreError, match=r"newer llmsec-tui.*0002_second\.sql"):
        migrate(connection, [FIRST])


def test_a_duckdb_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.duckdb"
    theirs = duckdb.connect(str(path))
    theirs.execute("CREATE TABLE sales (x INTEGER)")
    theirs.close()
    with pytest.raises(StoreError, match="not a store of llmsec-tui: it holds the table sales"):
        Store.open(path)
    theirs = duckdb.connect(str(path))
    assert theirs.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("sales",)]
    theirs.close()


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    path.write_bytes(b"not a database\n" * 1000)
    with pytest.raises(StoreError, match=r"store\.duckdb is not a store, or it is damaged"):
        Store.open(path)
    assert path.read_bytes() == b"not a database\n" * 1000


def test_a_store_with_overwritten_blocks_is_refused(tmp_path: Path) -> None:
    """Damage is said to be damage, with the path."""
    path = tmp_path / "store.duckdb"
    Store.open(path).close()
    whole = bytearray(path.read_bytes())
    whole[4096:12288] = b"\xff" * 8192
    path.write_bytes(whole)
    with pytest.raises(StoreError, match=r"store\.duckdb"):
        Store.open(path)


def test_a_store_in_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no directory"):
        Store.open(tmp_path / "nowhere" / "store.duckdb")


def test_the_shipped_migrations_are_numbered() -> None:
    """Their order is that of their names."""
    names = [migration.name for migration in shipped()]
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
