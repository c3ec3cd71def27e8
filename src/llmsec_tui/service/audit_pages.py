"""Pages of the audit journal, by the filter language of the other lists."""

from collections.abc import Iterator
from typing import Any

from llmsec_tui.audit.journal import Journal
from llmsec_tui.store.filters import parse
from llmsec_tui.store.views import AUDIT

_CHUNK = 500


def audit_page(
    journal: Journal, typed: str, before: int | None, after: int | None, limit: int, now: int
) -> tuple[list[dict[str, Any]], int]:
    """Rows of ``api.AuditRow``, newest first, and how many match on all pages.

    ``before`` and ``after`` are exclusive bounds on ``seq``; with ``after`` alone the rows next to it are given.
    Raises ConfigError for a filter that makes no sense.
    """
    sought = parse(typed, AUDIT, now)
    if not sought.terms:
        return journal.page(before, after, limit)
    matching = [row for row in _all(journal) if sought.matches(row)]
    inside = [row for row in matching if (before is None or row["seq"] < before) and row["seq"] > (after or 0)]
    return inside[-limit:] if before is None and after is not None else inside[:limit], len(matching)


def _all(journal: Journal) -> Iterator[dict[str, Any]]:
    before: int | None = None
    while rows := journal.page(before=before, limit=_CHUNK)[0]:
        yield from rows
        before = rows[-1]["seq"]
