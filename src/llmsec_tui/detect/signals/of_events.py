"""Signals that are made of other columns of an event: what a call cost, which document a text is of."""

from collections.abc import Callable

import polars as pl

from llmsec_tui.detect.signals.prices import CACHE_READ, CACHE_WRITE, Price, price
from llmsec_tui.detect.signals.signal import Signal, no_text
from llmsec_tui.events.model import Kind

_KEY_DIGITS = 16
_LABELS = ("$.source", "$.uri", "$.url", "$.metadata.source", "$.metadata.url", "$.id", "$.title")


def content_key(events: pl.DataFrame) -> pl.Series:
    """Equal for equal texts, so that rules over time can group by them: 16 hexadecimal digits of their hash."""
    return events["content_sha256"].bin.encode("hex").str.slice(0, _KEY_DIGITS)


def document(events: pl.DataFrame) -> pl.Series:
    """Of retrieved texts: where they come from as the log says it (source, address, id or title), else their key."""
    retrieved = pl.when(pl.col("kind") == Kind.RETRIEVAL).then(pl.col("attrs"))
    said = (retrieved.str.json_path_match(label) for label in _LABELS)
    key = pl.when(pl.col("kind") == Kind.RETRIEVAL).then(content_key(events))
    return events.select(pl.coalesce(*said, key).alias("document"))["document"]


def fresh_input_tokens(events: pl.DataFrame) -> pl.Series:
    """Input tokens that were not read from a cache."""
    fresh = pl.col("input_tokens") - pl.col("cache_read_input_tokens").fill_null(0)
    return events.select(fresh.clip(lower_bound=0).cast(pl.Float64).alias("fresh"))["fresh"]


def spend_usd(events: pl.DataFrame) -> pl.Series:
    """What the log says that the call cost, else an estimate by list prices; null for models of no known price.

    What was read from a cache counts with a tenth of its price and what was written to one with five quarters, so a
    long session that reads its own history again and again is no rise in spending.
    """
    model = pl.coalesce("response_model", "request_model")
    prices = {name: price(name) for name in events.select(model.alias("model"))["model"].unique().drop_nulls()}
    known = {name: one for name, one in prices.items() if one is not None}
    if not known:
        return events["cost_usd"].cast(pl.Float64)
    paid = (
        model.replace_strict(_prices(known, output=output), default=None, return_dtype=pl.Float64)
        for output in (False, True)
    )
    read, written = (pl.col(f"cache_{what}_input_tokens").fill_null(0) for what in ("read", "write"))
    plain = (pl.col("input_tokens").fill_null(0) - read - written).clip(lower_bound=0)
    into, out = paid
    used = into * (plain + CACHE_READ * read + CACHE_WRITE * written) + out * pl.col("output_tokens").fill_null(0)
    told = pl.any_horizontal(pl.col("input_tokens", "output_tokens").is_not_null())
    estimate = pl.when(told).then(used / 1_000_000)
    return events.select(pl.coalesce(pl.col("cost_usd").cast(pl.Float64), estimate).alias("spend"))["spend"]


def _prices(known: dict[str, Price], *, output: bool) -> dict[str, float]:
    """By model: dollars for a million tokens of one kind."""
    return {name: float(one.output if output else one.input) for name, one in known.items()}


def _signal(of_events: Callable[[pl.DataFrame], pl.Series], dtype: pl.DataType) -> Signal:
    name = of_events.__name__
    return Signal(name, "1", pl.lit(True), dtype, no_text, of_events=of_events)


OF_EVENTS = (
    _signal(content_key, pl.String()),
    _signal(document, pl.String()),
    _signal(fresh_input_tokens, pl.Float64()),
    _signal(spend_usd, pl.Float64()),
)
