"""Hand a Polars frame to DuckDB without pyarrow or numpy.

DuckDB scans any object that offers an Arrow stream. A Polars frame itself it would recognise, and ask pyarrow for.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
from duckdb import DuckDBPyConnection


class _Stream:
    """Offers the stream of a frame and nothing else."""

    __slots__ = ("_frame",)

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


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
