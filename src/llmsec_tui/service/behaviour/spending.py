"""What calls cost: as the log says, else by the price table."""

from llmsec_tui.detect.signals.prices import CACHE_WRITE
from llmsec_tui.service.behaviour.price_file import Prices
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.rows import Row

_MILLION = 1_000_000


def cost_of(one: Row, prices: Prices) -> float:
    """Dollars of a group of calls of one model (``Reader.usage``); what is of no known price is not in it."""
    price = prices.of(one["model"]) if one["model"] else None
    if price is None:
        return float(one["told"])
    into = one["untold_input"] * price.input + one["untold_cached"] * price.cache_read
    written = one["untold_written"] * price.input * CACHE_WRITE
    return float(one["told"] + (into + written + one["untold_output"] * price.output) / _MILLION)


def spent(reader: Reader, prices: Prices, by: str, since: int, until: int) -> dict[str, float]:
    """What each value of a dimension cost from ``since`` to before ``until`` (µs), in dollars; nameless ones not."""
    found: dict[str, float] = {}
    for one in reader.usage(by, since, until, until):
        if one["name"] and (cost := cost_of(one, prices)) > 0:
            found[one["name"]] = found.get(one["name"], 0.0) + cost
    return found
