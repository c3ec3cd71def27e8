"""What calls used and what they cost, by application, model, tenant, agent or user."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from llmsec_tui.drift.baseline import HOUR
from llmsec_tui.errors import ServiceError
from llmsec_tui.service.behaviour.api import ListUsage, UsagePage, UsageRow
from llmsec_tui.service.behaviour.price_file import BUDGETED, Prices
from llmsec_tui.service.behaviour.reading import MOST_HOURS, ahead
from llmsec_tui.service.behaviour.spending import cost_of
from llmsec_tui.service.context import Context
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.rows import Row

SPARK_HOURS = 24
_MOST_ROWS = 500
_NAMELESS = "(none)"


@dataclass(slots=True)
class _Used:
    """By one name."""

    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0
    unmeasured: int = 0
    spark: list[float] = field(default_factory=lambda: [0.0] * SPARK_HOURS)


def list_usage(context: Context, reader: Reader, ask: ListUsage) -> UsagePage:
    """The dearest first. Raises ServiceError for a dimension that there is not."""
    if ask.by not in BUDGETED:
        raise ServiceError(f"Usage cannot be told by {ask.by[:40]!r}.", hint=f"By: {', '.join(BUDGETED)}.")
    hours = min(max(ask.hours, 1), MOST_HOURS)
    newest = reader.newest_event(ahead())
    until = 0 if newest is None else newest + 1
    since = max(until - hours * HOUR, 0)
    last = -(-until // HOUR) * HOUR
    first = last - SPARK_HOURS * HOUR
    prices = context.behaviour.prices
    used: dict[str, _Used] = {}
    foreign: dict[str, int] = {}
    for one in reader.usage(ask.by, since, until, first - HOUR) if until else ():
        unpriced = _add(used.setdefault(one["name"], _Used()), one, prices.now, first)
        if unpriced:
            foreign[one["model"]] = foreign.get(one["model"], 0) + unpriced
    rows = sorted((_row(ask.by, name, one, prices.now) for name, one in used.items()), key=_rank)
    return UsagePage(
        by=ask.by,
        rows=rows[: min(max(ask.limit, 1), _MOST_ROWS)],
        total=len(rows),
        since=since,
        until=until,
        prices=prices.origin,
        note=_note(foreign, sum(one.unmeasured for one in used.values())),
    )


def _add(used: _Used, one: Row, prices: Prices, first: int) -> int:
    """Add a group of calls of one model; of how many the cost is not known."""
    cost = cost_of(one, prices)
    unpriced: int = 0 if one["model"] and prices.of(one["model"]) is not None else one["untold"]
    used.calls += one["calls"]
    used.input_tokens += one["input_tokens"]
    used.cached_tokens += one["cached_tokens"]
    used.output_tokens += one["output_tokens"]
    used.cost += cost
    used.unpriced += unpriced
    used.unmeasured += one["unmeasured"]
    place = (one["hour"] - first) // HOUR
    if 0 <= place < SPARK_HOURS:
        used.spark[place] += cost
    return unpriced


def _row(by: str, name: str, one: _Used, prices: Prices) -> UsageRow:
    return UsageRow(
        of=by,
        name=name or _NAMELESS,
        calls=one.calls,
        input_tokens=one.input_tokens,
        cached_tokens=one.cached_tokens,
        output_tokens=one.output_tokens,
        cost=one.cost,
        unpriced=one.unpriced,
        budget=prices.budget(by, name) if name else None,
        spark=one.spark,
    )


def _rank(one: UsageRow) -> tuple[float, int, str]:
    return (-one.cost, -one.calls, one.name)


def _note(foreign: Mapping[str, int], unmeasured: int) -> str:
    """What is not in the money, and what to do about it."""
    told = []
    if foreign:
        models = sorted(foreign, key=lambda name: (-foreign[name], name))
        some = ", ".join(name or "calls that name no model" for name in models[:3])
        more = f" and {len(models) - 3} more" if len(models) > 3 else ""
        count = sum(foreign.values())
        calls = "1 call costs" if count == 1 else f"{count:,} calls cost"
        told.append(f"{calls} more than is told, by models without a price: {some}{more}. prices.yml can name them.")
    if unmeasured:
        calls = "1 call says" if unmeasured == 1 else f"{unmeasured:,} calls say"
        told.append(f"{calls} neither tokens nor a cost.")
    return " ".join(told)


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {ListUsage: list_usage}
