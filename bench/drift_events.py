"""Made-up events of 30 days, as the store keeps them, for ``drift.py``."""

from collections.abc import Iterator
from hashlib import sha256

import polars as pl

from llmsec_tui.drift.baseline import HOUR
from llmsec_tui.drift.measuring import MINUTE
from llmsec_tui.events.schema import EVENTS
from logs import prose

DAYS = 30
DAY = 24 * HOUR
START = 1_790_812_800_000_000
"""2026-10-01, in microseconds since 1970."""
LIVE_HOURS = 3
EVENTS_A_CALL = 4
CALLS_A_TALK = 5
COMBINATIONS = 50
TEXTS = 48


def texts() -> pl.DataFrame:
    """Questions and answers, as the store keeps contents."""
    corpus = prose()
    made = [
        f"This is what you have to know of the {at}. {' '.join(corpus[at * 3 : at * 3 + 3])}"[:600]
        for at in range(TEXTS)
    ]
    digests = [sha256(text.encode()).digest() for text in made]
    return pl.DataFrame(
        {
            "content_sha256": digests,
            "content_key": pl.Series([int.from_bytes(one[:8]) for one in digests], dtype=pl.UInt64),
            "text": made,
            "n_chars": [len(text) for text in made],
            "n_bytes": [len(text.encode()) for text in made],
        }
    )


def day(number: int, calls: int, contents: pl.DataFrame) -> pl.DataFrame:
    """The events of a day: question, answer, call, and a tool's call or its result by turns."""
    first = number * calls
    lot = pl.DataFrame({"call": pl.int_range(first, first + calls, eager=True)}).with_columns(
        pl.col("call").hash(seed).alias(name) for seed, name in enumerate(("a", "b", "c", "d"))
    )
    talk = pl.col("call") // CALLS_A_TALK
    of_calls = lot.with_columns(
        talk=talk,
        place=talk.hash(9) % COMBINATIONS,
        at=START + number * DAY + (pl.col("call") - first) * (DAY // calls),
        one=pl.col("a") % 10_000 / 10_000,
        # About normal: the sum of three uniform ones.
        bell=(pl.col("b") % 1_000 + pl.col("c") % 1_000 + pl.col("d") % 1_000) / 500 - 3,
    )
    four = pl.DataFrame({"sub_idx": pl.Series(range(EVENTS_A_CALL), dtype=pl.Int32)})
    rows = of_calls.join(four, how="cross").sort("call", "sub_idx")
    sub, is_call = pl.col("sub_idx"), pl.col("sub_idx") == 2
    said = (pl.col("a") + sub * 7) % TEXTS
    tool = pl.when(pl.col("call") % 2 == 0).then(pl.lit("tool_call")).otherwise(pl.lit("tool_result"))
    has_text = sub < 2
    sha, key = contents["content_sha256"], contents["content_key"]
    filled = rows.select(
        seq=pl.int_range(pl.len()) + first * EVENTS_A_CALL + 1,
        committed_at=pl.col("at").cast(pl.Datetime("us")),
        event_id=pl.format("e{}-{}", "call", "sub_idx"),
        source_id=pl.lit("file"),
        source_path=pl.lit("/var/log/app.jsonl"),
        source_offset=pl.col("call") * 900,
        source_len=pl.lit(900, dtype=pl.Int64),
        record_sha256=pl.lit(b"0" * 32),
        record_idx=pl.col("call"),
        sub_idx=sub,
        format=pl.lit("bench"),
        kind=pl.when(has_text).then(pl.lit("message")).when(is_call).then(pl.lit("llm_call")).otherwise(tool),
        ts=pl.col("at").cast(pl.Datetime("us")),
        ts_source=pl.lit("native"),
        response_model=pl.format("model-{}", pl.col("place") % 5),
        conversation_id=pl.format("talk-{}", "talk"),
        user_id=pl.format("u{}", pl.col("talk") % 5_000),
        service_name=pl.format("app-{}", pl.col("place") // 5),
        tenant_id=pl.format("tenant-{}", pl.col("place") % 3),
        role=pl.when(sub == 0).then(pl.lit("user")).when(sub == 1).then(pl.lit("assistant")),
        trust=pl.when(sub == 0).then(pl.lit("user")).when(sub == 1).then(pl.lit("model")),
        content_sha256=pl.when(has_text).then(said.replace_strict(range(TEXTS), sha, return_dtype=pl.Binary)),
        content_key=pl.when(has_text).then(said.replace_strict(range(TEXTS), key, return_dtype=pl.UInt64)),
        content_state=pl.when(has_text).then(pl.lit("present")).otherwise(pl.lit("none")),
        tool_name=pl.when(sub == 3).then(pl.format("tool-{}", pl.col("b") % 12)),
        tool_is_error=pl.when(sub == 3).then(pl.col("one") < 0.02),
        finish_reasons=pl.when(is_call).then(
            pl.when(pl.col("one") < 0.05).then(pl.lit("length")).otherwise(pl.lit("stop"))
        ),
        refusal=pl.when(sub == 1).then(pl.col("one") > 0.97),
        input_tokens=pl.when(is_call).then((10 ** (2.6 + pl.col("bell") * 0.3)).cast(pl.Int64)),
        output_tokens=pl.when(is_call).then((10 ** (2.2 + pl.col("bell") * 0.25)).cast(pl.Int64)),
        cache_read_input_tokens=pl.when(is_call).then((10 ** (1.8 + pl.col("bell") * 0.3)).cast(pl.Int64)),
        usage_key=pl.when(is_call).then(pl.format("c{}", "call")),
        duration_ms=pl.when(is_call).then(1_000 * 10 ** (pl.col("bell") * 0.2)),
        ttft_ms=pl.when(is_call).then(300 * 10 ** (pl.col("bell") * 0.2)),
        cost_usd=pl.when(is_call).then(0.001 * 10 ** (pl.col("bell") * 0.3)),
    )
    empty = [pl.lit(None, dtype=kind).alias(name) for name, kind in EVENTS.items() if name not in filled.columns]
    return filled.with_columns(empty)


def portions(number: int, events: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """A day as it comes in; the last three hours of the last one minute by minute."""
    if number < DAYS - 1:
        yield events
        return
    live = START + DAYS * DAY - LIVE_HOURS * HOUR
    at = pl.col("ts").dt.epoch("us")
    yield events.filter(at < live)
    for minute in range(live, live + LIVE_HOURS * HOUR, MINUTE):
        yield events.filter((at >= minute) & (at < minute + MINUTE))
