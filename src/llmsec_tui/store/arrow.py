"""Hand frames from Polars to DuckDB and back without pyarrow or numpy.

Each scans any object that offers an Arrow stream. What it recognises as the other's own it would ask pyarrow for.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection, DuckDBPyRelation


class _Stream:
    """Offers the stream of a frame or of an answer and nothing else."""

    __slots__ = ("_source",)

    def __init__(self, source: pl.DataFrame | DuckDBPyRelation) -> None:
        self._source = source

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._source.__arrow_c_stream__(requested_schema)


@contextmanager
def lent(connection: DuckDBPyConnection, frame: pl.DataFrame) -> Iterator[None]:
    """Inside, the frame is the view ``incoming``. Its columns must be typed: DuckDB takes no column of nulls only."""
    connection.register("incoming", _Stream(frame))
    yield
    # Not after an error: the transaction is aborted and would only hide why; its rollback takes the view away.
    connection.unregister("incoming")


def append(connection: DuckDBPyConnection, sql: str, frame: pl.DataFrame) -> None:
    """Run ``sql``, an INSERT or MERGE that reads ``incoming``; nothing when the frame is empty."""
    if frame.height:
        with lent(connection, frame):
            connection.execute(sql)


def taken(connection: DuckDBPyConnection, sql: str, given: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of a SELECT as a frame."""
    return pl.DataFrame(_Stream(connection.sql(sql, params=dict(given))))
