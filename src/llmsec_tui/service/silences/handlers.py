"""Queries about silences."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from llmsec_tui.detect.suppress import Silence
from llmsec_tui.errors import AccessRefused
from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.context import Context
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.service.silences.api import (
    Demand,
    HiddenOfRule,
    ListSilences,
    PreviewSilence,
    SilencePage,
    SilencePreview,
    SilenceRow,
)
from llmsec_tui.service.silences.limits import DAY_US, LOOK_BACK_DAYS, MOST_DAYS, too_broad, understood
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.silences import StoredSilence
from llmsec_tui.store.views import SILENCES


def list_silences(context: Context, reader: Reader, ask: ListSilences) -> SilencePage:
    """A page of the silences that match the filter."""
    now = time.time_ns() // 1000
    sought = reader.understood(ask.filter, SILENCES, now)
    matching = [row for row in silence_rows(context.rules, reader.silences(), now) if sought.matches(_as_row(row))]
    inside = [row for row in matching if (ask.before is None or row.seq < ask.before) and row.seq > (ask.after or 0)]
    limit = min(max(ask.limit, 1), PAGE_LIMIT)
    newer = ask.before is None and ask.after is not None
    return SilencePage(rows=inside[-limit:] if newer else inside[:limit], total=len(matching))


def preview(context: Context, reader: Reader, ask: PreviewSilence) -> SilencePreview:
    """What a silence would have hidden. Raises SilenceRefused where no look at alerts is needed to refuse it, and
    AccessRefused where the answer would tell a name that the asker does not see."""
    if not reader.sight.identities and any(demand.field == "user_id" for demand in ask.demands):
        raise AccessRefused(
            "user_id asks for somebody by name, and users are pseudonyms to this role.", hint="Demand something else."
        )
    now = time.time_ns() // 1000
    days = min(max(ask.days, 1), MOST_DAYS)
    silence = Silence("", understood(ask.demands, context.rules), now)
    found = reader.forecast(silence, now - days * DAY_US)
    judged = found if days == LOOK_BACK_DAYS else reader.forecast(silence, now - LOOK_BACK_DAYS * DAY_US)
    return SilencePreview(
        days=days,
        demands=[Demand(field=matcher.field, value=matcher.value) for matcher in silence.matchers],
        total=found["total"],
        hidden=sum(row["n"] for row in found["rules"]),
        shown=sum(row["shown"] for row in found["rules"]),
        rules=msgspec.convert(found["rules"], list[HiddenOfRule]),
        examples=msgspec.convert(found["examples"], list[AlertRow]),
        refusal=too_broad(judged),
    )


def silence_rows(rules: Rulebook, silences: Sequence[StoredSilence], now: int) -> list[SilenceRow]:
    """All silences, those that hold first."""
    ordered = sorted(silences, key=lambda one: not one.holds(now))
    return [replace(silence_row(rules, one, now), seq=len(ordered) - place) for place, one in enumerate(ordered)]


def silence_row(rules: Rulebook, stored: StoredSilence, now: int) -> SilenceRow:
    """One silence, with 0 for its place in a list."""
    silence = stored.silence
    named = next((matcher.value for matcher in silence.matchers if matcher.field == "rule_id"), "")
    rule = rules.loaded.by_id.get(named)
    return SilenceRow(
        seq=0,
        silence_id=silence.id,
        state="ended" if stored.ended_at is not None else "holds" if stored.holds(now) else "expired",
        demands=[Demand(field=matcher.field, value=matcher.value) for matcher in silence.matchers],
        rule_title="" if rule is None else rule.title,
        author=stored.author,
        reason=stored.reason,
        created_at=stored.created_at,
        until=silence.until,
        hidden=stored.hidden,
        last_hidden_at=stored.last_hidden_at,
        ended_at=stored.ended_at,
        ended_by=stored.ended_by,
        end_reason=stored.end_reason,
    )


def _as_row(row: SilenceRow) -> dict[str, Any]:
    fields: dict[str, Any] = to_builtins(row)
    return {**fields, "demands": [f"{demand.field}:{demand.value}" for demand in row.demands]}


HANDLERS: dict[type, Callable[[Context, Reader, Any], Struct]] = {
    ListSilences: list_silences,
    PreviewSilence: preview,
}
