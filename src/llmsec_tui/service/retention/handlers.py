"""Say what is kept, for how long, and what an erasure would take."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from llmsec_tui.errors import NotFound
from llmsec_tui.service.context import Context
from llmsec_tui.service.retention.api import ErasurePreview, GetRetention, HoldRow, PreviewErasure, RetentionState
from llmsec_tui.service.retention.commands import check_named
from llmsec_tui.service.retention.scoping import check_reach
from llmsec_tui.store.holds import ERASABLE, Hold
from llmsec_tui.store.queries import Reader


def retention_state(context: Context, reader: Reader, _: GetRetention) -> RetentionState:
    """What holds now."""
    row, holds = reader.retention(time.time_ns() // 1000)
    if reader.sight.is_narrow:
        holds = [one for one in holds if one.of == "app" and one.id in reader.sight.apps]
    return msgspec.convert({**row, "holds": _rows(holds), "problem": context.expiry.problem}, RetentionState)


def preview_erasure(_: Context, reader: Reader, ask: PreviewErasure) -> ErasurePreview:
    """Counts of what would go. Raises ServiceError, NotFound, AccessRefused."""
    check_named(ask.of, ask.id, ERASABLE)
    check_reach(reader, ask.of, ask.id)
    counts, held = reader.erasure(ask.of, ask.id)
    if not counts["events"] and not counts["erased"]:
        raise NotFound(f"There is no such {ask.of}.")
    return ErasurePreview(of=ask.of, id=ask.id, held=_rows(held), **counts)


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {
    GetRetention: retention_state,
    PreviewErasure: preview_erasure,
}


def _rows(holds: Iterable[Hold]) -> list[HoldRow]:
    return [
        HoldRow(
            hold_id=one.name,
            of=one.of,
            id=one.id,
            reason=one.reason,
            author=one.author,
            placed_at=one.placed_at,
            released_at=one.released_at,
            released_by=one.released_by,
            note=one.note,
        )
        for one in holds
    ]
