"""Markers: notes that something changed outside, from people and from pipelines that deploy."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from llmsec_tui.access import Actor
from llmsec_tui.errors import ServiceError
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.context import Context
from llmsec_tui.service.incidents.api import AddMarker, ListMarkers
from llmsec_tui.service.incidents.rows import MarkerPage, MarkerRow
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.store.queries import Reader

KINDS = ("deploy", "model", "prompt", "tools", "guardrail", "other")
_MOST_CHARS = 500
_DAY_US = 86_400_000_000


def add_marker(context: Context, actor: Actor, command: AddMarker) -> Outcome:
    """Note that something changed. Raises ServiceError for what makes no sense."""
    now = time.time_ns() // 1000
    at = now if command.at is None else command.at
    text, app = command.text.strip(), command.app.strip()
    if command.kind not in KINDS:
        raise ServiceError(f"There are no markers of kind {command.kind[:40]!r}.", hint=f"Kinds: {', '.join(KINDS)}.")
    if not text:
        raise ServiceError("A marker says what changed.", hint="Give it a text, such as a version.")
    if max(len(text), len(app)) > _MOST_CHARS:
        raise ServiceError(f"A marker's text and app have at most {_MOST_CHARS} characters each.")
    if not 0 <= at <= now + _DAY_US:
        raise ServiceError("A marker is of the past, or of the next day at most; nothing was noted.")
    seq = context.store.add_marker(at=at, noted_at=now, kind=command.kind, text=text, app=app, author=actor.user)
    return Outcome(f"Marker {seq} is noted.", seq, after={"marker": seq, "at": at}, object=f"marker:{seq}")


def list_markers(context: Context, reader: Reader, ask: ListMarkers) -> MarkerPage:
    """A page of markers."""
    rows, total = reader.markers(ask.before, ask.after, min(max(ask.limit, 1), PAGE_LIMIT))
    return MarkerPage(rows=msgspec.convert(rows, list[MarkerRow]), total=total)


HANDLERS: dict[type, Callable[[Context, Reader, Any], Struct]] = {ListMarkers: list_markers}
