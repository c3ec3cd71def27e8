"""Open the one DuckDB file that this process owns, and lock its settings."""

import logging
import os
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from llmsec_tui.errors import StoreError
from llmsec_tui.store import rewriting
from llmsec_tui.store.migrations import check, migrate, shipped
from llmsec_tui.store.trouble import explain, told

log = logging.getLogger(__name__)

MEMORY_LIMIT = "256MB"
THREADS = 2
CHECKPOINT_THRESHOLD = "256MB"
"""DuckDB writes its WAL into the file when it is this long; before that, only when the collector is idle."""
_ATTACH = "ATTACH ? AS store (TYPE duckdb, ROW_GROUP_SIZE 8192)"
"""A batch that fills whole row groups goes straight into the file, compressed once. With DuckDB's own 122,880 rows it
went through the WAL, and checkpoints compressed the last group of each table again and again: twice the work, and a
stall of seconds each time. The file is a third larger for it."""
_USE = "USE store"

_MAGIC, _MAGIC_AT = b"DUCK", 8
"""What a DuckDB file has in its head. Of other files DuckDB says strange things when they are only to be read."""


def connect(path: Path) -> DuckDBPyConnection:
    """The file at ``path``, made with mode 0600 when it is new, at the newest schema, without any way to the outside.

    Raises :class:`StoreLocked` when another process has it, :class:`StoreError` when it is damaged, of another
    version or not a store.
    """
    connection = _open(path)
    try:
        with told(path, "be brought to this version"):
            migrate(connection, shipped())
        if rewriting.is_due(connection):
            connection = _rewritten(connection, path)
        with told(path, "be opened"):
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> DuckDBPyConnection:
    """A store that is there, without changing anything in it; raises as :func:`connect`."""
    if not path.is_file():
        raise StoreError(f"There is no store {path}.", hint="Name the file, such as HOME/store.duckdb.")
    with path.open("rb") as file:
        if file.read(len(_MAGIC) + _MAGIC_AT)[_MAGIC_AT:] != _MAGIC:
            raise StoreError(f"{path} is no store: it is not a DuckDB file.", hint="Logs are given without --store.")
    settings: dict[str, str | bool | int | float | list[str]] = {"memory_limit": MEMORY_LIMIT, "threads": THREADS}
    try:
        connection = duckdb.connect(str(path), read_only=True, config=settings)
    except duckdb.Error as error:
        raise explain(error, path, "be opened") from error
    try:
        with told(path, "be read"):
            check(connection, shipped())
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def cursor(connection: DuckDBPyConnection) -> DuckDBPyConnection:
    """One more way into the same store, for one thread. DuckDB's own cursors look at another database first."""
    made = connection.cursor()
    made.execute(_USE)
    return made


def _rewritten(connection: DuckDBPyConnection, path: Path) -> DuckDBPyConnection:
    """The store without what was erased in any free block of its file, opened anew; as it is, where that cannot be."""
    umask = os.umask(0o077)
    try:
        with told(path, "be rewritten without what was erased"):
            fresh = rewriting.copied(connection, path)
    except StoreError as error:
        # The store itself is as it was, and to go on with it is better than not to watch at all.
        log.error("%s The next start tries again.", error)
        fresh = None
    finally:
        os.umask(umask)
    connection.close()
    if fresh is None:
        rewriting.drop_copy(path)
    else:
        rewriting.put_in_place(fresh, path)
    return _open(path)


def _open(path: Path) -> DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "threads": THREADS,
        "checkpoint_threshold": CHECKPOINT_THRESHOLD,
        "temp_directory": str(path.with_name(path.name + ".tmp")),
    }
    if not path.parent.is_dir():
        raise StoreError(f"The store {path} cannot be opened: {path.parent} is no directory.", hint="Make it first.")
    # DuckDB makes the file and its WAL with the mode that the umask leaves.
    umask = os.umask(0o077)
    # Only a database that is attached can be told the size of its row groups.
    connection = duckdb.connect(":memory:", config=settings)
    try:
        connection.execute(_ATTACH, [str(path)])
        connection.execute(_USE)
    except duckdb.Error as error:
        connection.close()
        raise explain(error, path, "be opened") from error
    finally:
        os.umask(umask)
    return connection
