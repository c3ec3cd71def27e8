"""Rules over time beside window functions of DuckDB: the same rules, the same events, and how often each fires.

usage: correlate.py [EVENTS]        (default 1,000,000; 50 rules, 100,000 groups)

Ours takes the events in batches of 10,000 as a collector does, keeps what a late one could change, writes its records
and raises whole alerts. DuckDB has all events in a table at once and counts the firings only.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from llmsec_tui.detect.correlate.correlator import Correlator
from llmsec_tui.detect.rule import Comparison, Correlation, CorrelationType, RuleSet, Sequences
from llmsec_tui.events.schema import EVENTS, HITS
from llmsec_tui.service.collection import collect_rarely
from llmsec_tui.store.arrow import append

BATCH = 10_000
GROUPS = 100_000
SOURCES = 20
START = 1_790_000_000_000_000
HOUR = 3_600_000_000

COUNT = """
SELECT count(DISTINCT (user_id, us)) FROM (
    SELECT user_id, us, {now} AS now, {before} AS before FROM entries
    WINDOW upto AS (PARTITION BY user_id ORDER BY us RANGE BETWEEN {span} - 1 PRECEDING AND CURRENT ROW),
           until AS (PARTITION BY user_id ORDER BY us RANGE BETWEEN {span} - 1 PRECEDING AND 1 PRECEDING)
) WHERE now AND NOT before
"""
ORDERED = """
SELECT count(*) FROM (
    SELECT max(began) OVER (one ROWS UNBOUNDED PRECEDING) > us - {span} AS now,
           coalesce(max(began) OVER (one ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > us - {span}, false)
               AS before
    FROM (
        SELECT *, CASE WHEN source = 1 THEN max(us) FILTER (source = 0)
            OVER (PARTITION BY user_id ORDER BY us, source ROWS UNBOUNDED PRECEDING) END AS began
        FROM entries
    ) WINDOW one AS (PARTITION BY user_id ORDER BY us, source)
) WHERE now AND NOT before
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one type of rule cost."""

    kind: str
    rules: int
    entries: int
    firings: int
    same: bool
    ours: float
    """Seconds of processor time, as are ``theirs``."""
    theirs: float


def rules() -> list[Correlation]:
    """20 of hits, 10 of different values, 8 of sums, 6 of two sources in any order and 6 in theirs."""
    made: list[Correlation] = []
    for number in range(50):
        first, second = f"s{number % SOURCES:02d}", f"s{(number + 7) % SOURCES:02d}"
        hours = (0.25, 0.5, 1, 6)[number % 4]
        if number < 20:
            made.append(_rule(number, CorrelationType.EVENT_COUNT, (first,), hours, Comparison(">=", 5 + number % 5)))
        elif number < 30:
            limit = Comparison(">=", 3 + number % 3)
            made.append(_rule(number, CorrelationType.VALUE_COUNT, (first,), hours, limit, "tool_name"))
        elif number < 38:
            limit = Comparison(">", 10_000)
            made.append(_rule(number, CorrelationType.VALUE_SUM, (first, second), hours, limit, "output_tokens"))
        else:
            kind = CorrelationType.TEMPORAL if number < 44 else CorrelationType.TEMPORAL_ORDERED
            made.append(_rule(number, kind, (first, second), hours / 10))
    return made


def _rule(
    number: int,
    kind: CorrelationType,
    sources: tuple[str, ...],
    hours: float,
    limit: Comparison | None = None,
    field: str = "",
) -> Correlation:
    return Correlation(
        id=f"rule-{number:02d}",
        version="1",
        name="",
        title=f"Rule {number}",
        description="",
        level="low",
        confidence=0.5,
        tags=(),
        false_positives=(),
        references=(),
        playbook=(),
        path=Path("rule.yml"),
        sources=sources,
        group_by=("user_id",),
        aliases={},
        timespan=round(hours * HOUR),
        examples=Sequences((), ()),
        type=kind,
        limits=() if limit is None else (limit,),
        expression=None,
        fields=(field,) if field else (),
        percentile=None,
    )


def events(count: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A day of events, half of them by one user in a thousand. Each hits a source, and one in two another one too."""
    number = pl.int_range(count, eager=True).alias("number")
    frame = pl.DataFrame(number).with_columns(
        draw=pl.col("number").hash(1), user=pl.col("number").hash(2), tool=pl.col("number").hash(3)
    )
    few = max(GROUPS // 1_000, 1)
    user = pl.when(pl.col("draw") % 2 == 0).then(pl.col("user") % few).otherwise(pl.col("user") % GROUPS)
    filled = frame.select(
        event_id=pl.format("e{}", "number"),
        source_id=pl.lit("file"),
        source_path=pl.lit("file"),
        source_offset=pl.col("number"),
        source_len=pl.lit(1, dtype=pl.Int64),
        sub_idx=pl.lit(0, dtype=pl.Int32),
        record_sha256=pl.lit(b""),
        format=pl.lit("bench"),
        ts=(START + pl.col("number") * (24 * HOUR // count)).cast(pl.Datetime("us")),
        user_id=pl.format("u{}", user),
        tool_name=pl.format("t{}", pl.col("tool") % 7),
        output_tokens=(pl.col("tool") // 7 % 2_000).cast(pl.Int64),
    )
    empty = [pl.lit(None, dtype=kind).alias(name) for name, kind in EVENTS.items() if name not in filled.columns]
    first = frame["draw"] // 2 % SOURCES
    second = (first + 1 + frame["draw"] // 64 % (SOURCES - 1)) % SOURCES
    one = pl.DataFrame({"number": frame["number"], "event_id": filled["event_id"], "source": first})
    other = one.with_columns(source=second).filter(pl.col("number") % 2 == 0)
    named = pl.concat([one, other]).with_columns(rule_id="s" + pl.col("source").cast(pl.String).str.zfill(2))
    hits = named.sort("number", "rule_id").select(list(HITS))
    return filled.with_columns(empty).select(list(EVENTS)), hits


def batches(frame: pl.DataFrame, hits: pl.DataFrame) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    """As they come from the detector."""
    parts = [frame.slice(start, BATCH) for start in range(0, frame.height, BATCH)]
    return [(part, hits.join(part, on="event_id", how="semi", maintain_order="left")) for part in parts]


def ours(some: list[Correlation], parts: list[tuple[pl.DataFrame, pl.DataFrame]]) -> tuple[float, Counter[str], int]:
    """Processor seconds, firings by rule, and bytes of records."""
    correlator = Correlator(RuleSet((), tuple(some)), lambda _: {})
    fired = Counter[str]()
    written = 0
    now = START + 48 * HOUR
    started = time.process_time()
    for part, of_part in parts:
        found = correlator.observe(part, of_part, [], now)
        fired.update(found.alerts["rule_id"])
        fired.subtract(one.alert_id for one in found.withdrawn)
        written += len(found.record)
    return time.process_time() - started, fired, written


def theirs(some: list[Correlation], base: duckdb.DuckDBPyConnection) -> tuple[float, Counter[str], int]:
    """Processor seconds, firings by rule, and how many entries the rules had."""
    fired = Counter[str]()
    entries = 0
    started = time.process_time()
    for rule in some:
        pairs = [(name, number) for number, name in enumerate(rule.sources)]
        base.execute("CREATE OR REPLACE TEMP TABLE wanted (rule_id VARCHAR, source INTEGER)")
        base.executemany("INSERT INTO wanted VALUES (?, ?)", pairs)
        base.execute(
            "CREATE OR REPLACE TEMP TABLE entries AS"
            " SELECT epoch_us(ts) AS us, user_id, tool_name, output_tokens, source"
            " FROM hits JOIN wanted USING (rule_id) JOIN events USING (event_id)"
        )
        entries += base.sql("SELECT count(*) FROM entries").fetchall()[0][0]
        fired[rule.id] = base.sql(_sql(rule)).fetchall()[0][0]
    return time.process_time() - started, fired, entries


def _sql(rule: Correlation) -> str:
    if rule.type is CorrelationType.TEMPORAL_ORDERED:
        return ORDERED.format(span=rule.timespan)
    measure = {
        CorrelationType.EVENT_COUNT: "count(*) OVER {}",
        CorrelationType.VALUE_COUNT: "count(DISTINCT tool_name) OVER {}",
        CorrelationType.VALUE_SUM: "coalesce(sum(output_tokens) OVER {}, 0)",
        CorrelationType.TEMPORAL: "least(count(*) FILTER (source = 0) OVER {0}, count(*) FILTER (source = 1) OVER {0})",
    }[rule.type]
    limit = rule.limits[0] if rule.limits else Comparison(">=", 1)
    now, before = (f"{measure.format(window)} {limit.op} {limit.value}" for window in ("upto", "until"))
    return COUNT.format(now=now, before=before, span=rule.timespan)


def measure(frame: pl.DataFrame, hits: pl.DataFrame) -> Iterator[Measured]:
    """Each type of rule by itself, then all together."""
    base = duckdb.connect()
    needed = frame.select("event_id", "ts", "user_id", "tool_name", "output_tokens")
    append(base, "CREATE TABLE events AS SELECT * FROM incoming", needed)
    append(base, "CREATE TABLE hits AS SELECT * FROM incoming", hits)
    made, parts = rules(), batches(frame, hits)
    groups = [(str(kind), [rule for rule in made if rule.type is kind]) for kind in dict.fromkeys(r.type for r in made)]
    seconds = 0.0
    sql: Counter[str] = Counter()
    total = 0
    for kind, some in groups:
        mine, fired, _ = ours(some, parts)
        other, counted, entries = theirs(some, base)
        yield Measured(kind, len(some), entries, fired.total(), fired == counted, mine, other)
        seconds, total = seconds + other, total + entries
        sql += counted
    mine, fired, written = ours(made, parts)
    yield Measured("all together", len(made), total, fired.total(), fired == sql, mine, seconds)
    print(f"\nrecords: {written / 1e6:.0f} MB, {written / total:.0f} bytes an entry")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    collect_rarely()  # as the collector does
    frame, hits = events(count)
    users = frame["user_id"].n_unique()
    print(f"{count:,} events, {hits.height:,} hits, {len(rules())} rules, {users:,} groups; processor seconds\n")
    names = ("firings", "  equal ", "ours", "DuckDB", "ratio", "µs/entry")
    print(f"{'type':<18}{'rules':>6}{'entries':>12}{names[0]:>10}{names[1]}", end="")
    print(f"{names[2]:>8}{names[3]:>8}{names[4]:>7}{names[5]:>10}")
    alike = True
    for one in measure(frame, hits):
        alike = alike and one.same
        print(
            f"{one.kind:<18}{one.rules:>6}{one.entries:>12,}{one.firings:>10,}  {'yes' if one.same else 'NO':<6}"
            f"{one.ours:>8.1f}{one.theirs:>8.1f}{one.ours / one.theirs:>7.2f}{one.ours / one.entries * 1e6:>10.2f}"
        )
    sys.exit(0 if alike else 1)


if __name__ == "__main__":
    main()
