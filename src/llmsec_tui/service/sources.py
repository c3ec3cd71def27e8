"""Sources as people see them: the store's counts beside what the follower sees right now."""

import time
from collections.abc import Iterable
from typing import Any

import msgspec

from llmsec_tui.intake.records import Progress
from llmsec_tui.service.api import SourceRow
from llmsec_tui.service.context import Context
from llmsec_tui.service.wire import portable
from llmsec_tui.store.sight import Sight

_NOTHING_YET: dict[str, Any] = {
    "format": "",
    "records": 0,
    "events": 0,
    "dead_letters": 0,
    "alerts": 0,
    "unknown": {},
    "content_yes": 0,
    "content_no": {},
    "last_event_at": None,
}
_NOT_FOLLOWED = {
    "state": "done",
    "problem": "Not followed at the moment.",
    "size": 0,
    "offset": 0,
    "lag_bytes": 0,
    "lag_s": 0.0,
}


def source_rows(context: Context, stored: Iterable[dict[str, Any]], sight: Sight) -> list[SourceRow]:
    """Every source that is followed or ever gave a record, by path; for who sees a part only those that gave of it."""
    live = {progress.source_id: progress for progress in context.ingest.progress}
    rows = {row["source_id"]: {**_NOT_FOLLOWED, **row} for row in stored}
    for source_id, progress in live.items():
        if sight.is_narrow and source_id not in rows:
            continue
        rows[source_id] = {**_NOTHING_YET, **rows.get(source_id, {}), **_seen(context, progress)}
    ordered = sorted(rows.values(), key=lambda row: (row["path"], row["source_id"]))
    return [msgspec.convert(row, SourceRow) for row in ordered]


def _seen(context: Context, progress: Progress) -> dict[str, Any]:
    lag_bytes, lag_s = context.ingest.lag.of(progress.source_id, time.monotonic())
    return {
        "source_id": progress.source_id,
        "path": portable(progress.path),
        "state": progress.state.value,
        "problem": progress.problem,
        "size": progress.size,
        "offset": progress.offset,
        "lag_bytes": lag_bytes,
        "lag_s": lag_s,
    }
