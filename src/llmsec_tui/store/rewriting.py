"""Rewrite the store's file, so that what was erased is in no free block of it any more."""

import logging
import os
import shutil
from pathlib import Path

from duckdb import DuckDBPyConnection

log = logging.getLogger(__name__)

ATTACH = "ATTACH ? AS fresh (TYPE duckdb, ROW_GROUP_SIZE 8192)"
_COPY = "COPY FROM DATABASE store TO fresh"
_DONE = "DELETE FROM fresh.rewrite_due"
_WRITE = "CHECKPOINT fresh"
_DETACH = "DETACH fresh"
_IS_DUE = "SELECT count(*) FROM rewrite_due"


def is_due(connection: DuckDBPyConnection) -> bool:
    """Whether anything was erased since the file was written."""
    [(n,)] = connection.execute(_IS_DUE).fetchall()
    return bool(n)


def copied(connection: DuckDBPyConnection, path: Path) -> Path | None:
    """A copy of the store with nothing in it but what counts, on disk; None where the disk has no room for one.

    The connection must be closed before the copy takes the place of the file.
    """
    fresh = drop_copy(path)
    size = sum(one.stat().st_size for one in (path, _wal(path)) if one.exists())
    if shutil.disk_usage(path.parent).free < 2 * size:
        log.warning(
            "the store %s is not rewritten: its disk has less than %d bytes left. What was erased may lie in free "
            "blocks of it; the next start tries again",
            path,
            2 * size,
        )
        return None
    connection.execute(ATTACH, [str(fresh)])
    for statement in (_COPY, _DONE, _WRITE, _DETACH):
        connection.execute(statement)
    _sync(fresh)
    return fresh


def put_in_place(fresh: Path, path: Path) -> None:
    """Let the copy be the store. Nobody may have either of them open."""
    if _wal(path).exists() or _wal(fresh).exists():
        # A log without its file: it would be taken for that of the copy.
        log.warning("the store %s is not rewritten: its log could not be written into it; the next start tries", path)
        drop_copy(path)
        return
    fresh.replace(path)
    _sync(path.parent)
    log.info("the store was rewritten: what was erased is not in its file any more")


def drop_copy(path: Path) -> Path:
    """Remove what may be left of a copy; where one is made."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    _wal(fresh).unlink(missing_ok=True)
    return fresh


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
