"""What changed in the world outside, such as a deploy, as people and pipelines note it."""

from duckdb import DuckDBPyConnection

from llmsec_tui.store.filters import EVERYTHING, Where
from llmsec_tui.store.rows import Pages, Row, rows

_ADD = """
INSERT INTO markers BY NAME
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM markers) AS seq, make_timestamp($at::BIGINT) AS "at",
    make_timestamp($noted_at::BIGINT) AS noted_at, $kind AS kind, $text AS text, $app AS app, $author AS author
RETURNING seq
"""
_PAGE = """
SELECT seq, epoch_us("at") AS "at", kind, text, app, author
FROM markers WHERE seq IN (SELECT unnest($seqs::BIGINT[])) ORDER BY seq DESC
"""
_PAGES = Pages("markers", "seq")
_ALL = Where(EVERYTHING, {})


def add(connection: DuckDBPyConnection, *, at: int, noted_at: int, kind: str, text: str, app: str, author: str) -> int:
    """Note that something changed ``at`` (µs); its number."""
    told = {"at": at, "noted_at": noted_at, "kind": kind, "text": text, "app": app, "author": author}
    [(seq,)] = connection.execute(_ADD, told).fetchall()
    return int(seq)


def page(cursor: DuckDBPyConnection, before: int | None, after: int | None, limit: int) -> tuple[list[Row], int]:
    """The fields of ``MarkerRow``, the last noted first, and how many there are on all pages."""
    seqs, total = _PAGES.find(cursor, _ALL, before, after, limit)
    return rows(cursor, _PAGE, {"seqs": seqs}), total
