"""Keep acts inside of a scope: what does not exist for somebody cannot be acted on either."""

from collections.abc import Iterator
from typing import Any

from llmsec_tui.errors import AccessRefused, NotFound
from llmsec_tui.service.asks import Ask
from llmsec_tui.service.behaviour.api import PinBaseline
from llmsec_tui.service.incidents.api import BulkAct
from llmsec_tui.service.retention.api import RetentionCommand
from llmsec_tui.service.retention.scoping import check_retention
from llmsec_tui.service.silences.api import AddSilence, EndSilence
from llmsec_tui.store.queries import Reader


def check_within(reader: Reader, ask: Ask[Any]) -> None:
    """Raise NotFound for what this reader does not see, and AccessRefused for a silence that reaches further."""
    for name in _alerts(ask):
        reader.alert(name)
    for name in _incidents(ask):
        reader.incident(name)
    if event := getattr(ask, "event_id", ""):
        reader.event(event, 1)
    if isinstance(ask, RetentionCommand):
        check_retention(reader, ask)
    if isinstance(ask, PinBaseline):
        raise AccessRefused(
            "A baseline is of all applications and tenants, and reaches further than a scope; nothing was pinned.",
            hint="Ask somebody who sees them all.",
        )
    if isinstance(ask, AddSilence):
        _check_silence(reader, ask)
    if isinstance(ask, EndSilence) and not any(one.silence.id.startswith(ask.silence_id) for one in reader.silences()):
        raise NotFound(f"There is no silence {ask.silence_id}.")


def _alerts(ask: Ask[Any]) -> Iterator[str]:
    if name := getattr(ask, "alert_id", ""):
        yield name
    yield from getattr(ask, "alert_ids", ())
    if isinstance(ask, BulkAct) and ask.of == "alerts":
        yield from (item.id for item in ask.items)


def _incidents(ask: Ask[Any]) -> Iterator[str]:
    yield from filter(None, (getattr(ask, "incident_id", ""), getattr(ask, "incident", "")))
    if isinstance(ask, BulkAct) and ask.of == "incidents":
        yield from (item.id for item in ask.items)


def _check_silence(reader: Reader, ask: AddSilence) -> None:
    apps = {demand.value for demand in ask.demands if demand.field == "app"}
    if apps and apps <= set(reader.sight.apps):
        return
    inside = ", ".join(reader.sight.apps) or "none"
    raise AccessRefused(
        "A silence reaches no further than the scope of who adds it; nothing was added.",
        hint=f"Demand one application of the scope: {inside}.",
    )
