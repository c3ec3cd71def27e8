"""The drift board from its sketches, beside DuckDB counting all raw events anew; and what keeping the sketches costs.

usage: drift.py [EVENTS]      (default 10,000,000 in 30 days; ten applications with five models each)

The events lie in the store itself, are measured as a collector measures them (a day at a time, the last three hours
minute by minute), and half of the days are pinned as usual. The board is asked for over the socket, as a console does.
DuckDB has two threads and as much memory as it likes, counts only what columns tell, by hour and segment, and judges
nothing; that both count the same is checked. Ingest is measured over the lines of ``logs.py`` with the shipped rules.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from drift_events import DAY, DAYS, EVENTS_A_CALL, START, day, portions, texts
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.ruleset import load
from llmsec_tui.drift.bins import LinearBins, LogBins
from llmsec_tui.drift.metrics import BY_NAME, METRICS
from llmsec_tui.drift.sketch import merged
from llmsec_tui.errors import DeadlineExceeded
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.paths import Home, shipped
from llmsec_tui.service.api import GetStatus, StopCollector
from llmsec_tui.service.behaviour.api import ListBehaviour
from llmsec_tui.service.behaviour.rolling import EVERY_S, Rolling
from llmsec_tui.service.client import ask_once
from llmsec_tui.service.launch import attach
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.store.arrow import append
from llmsec_tui.store.connect import connect
from llmsec_tui.store.store import Store
from logs import lines

BATCHES = ((200, 50), (4_000, 5))
"""Lines of a batch, and how many of them: few lines a second, and as many as there can be."""
REFRESHES = 15
CELLS = 5_000
"""More than a board has."""

PLACES = "date_trunc('hour', ts) AS \"hour\", service_name, coalesce(response_model, request_model) AS model, tenant_id"
CALLS = """
CREATE OR REPLACE TEMP TABLE calls AS
SELECT DISTINCT ON (coalesce(usage_key, event_id)) {places}, input_tokens, output_tokens, cache_read_input_tokens,
    cost_usd, duration_ms, ttft_ms, kind, error_type, user_id, finish_reasons
FROM store.events
WHERE kind IN ('llm_call', 'usage', 'error') OR (role = 'assistant' AND (input_tokens IS NOT NULL
    OR output_tokens IS NOT NULL OR cost_usd IS NOT NULL OR finish_reasons IS NOT NULL))
"""
TALKS = """
CREATE OR REPLACE TEMP TABLE others AS
SELECT {places}, kind, role, tool_name, tool_is_error, refusal, content_state, n_chars, content_key
FROM store.events LEFT JOIN (SELECT content_key, n_chars FROM store.contents) USING (content_key)
WHERE kind <> 'llm_call'
"""
OF_CALLS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cached_share": "CASE WHEN input_tokens > 0 THEN coalesce(cache_read_input_tokens, 0) / input_tokens END",
    "cost": "cost_usd",
    "latency": "duration_ms",
    "first_token": "ttft_ms",
    "errors": "(kind = 'error' OR error_type IS NOT NULL)::INTEGER",
    "has_user": "(user_id IS NOT NULL)::INTEGER",
    "has_model": "(model IS NOT NULL)::INTEGER",
    "has_usage": "CASE WHEN kind <> 'error' THEN (output_tokens IS NOT NULL)::INTEGER END",
}
OF_OTHERS = {
    "tool_errors": "CASE WHEN kind = 'tool_result' THEN coalesce(tool_is_error, false)::INTEGER END",
    "refusals": "CASE WHEN kind = 'message' AND role = 'assistant' THEN coalesce(refusal, false)::INTEGER END",
    "answer_length": "CASE WHEN kind = 'message' AND role = 'assistant' THEN n_chars END",
    "coverage": "CASE WHEN content_state <> 'none' THEN (content_state IN ('present', 'truncated'))::INTEGER END",
}
NAMED = {"finish": ("calls", "finish_reasons"), "tools": ("others", "CASE WHEN kind = 'tool_call' THEN tool_name END")}
COUNT = """
SELECT "hour", service_name, model, tenant_id, {bin} AS bin, count(*) AS n
FROM (SELECT "hour", service_name, model, tenant_id, {value} AS v FROM {table}) WHERE v IS NOT NULL GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time of two stages, in microseconds an event."""

    ingest: float
    measuring: float

    @property
    def share(self) -> float:
        return self.measuring / self.ingest


def history(home: Home, count: int) -> None:
    """A store with so many events in 30 days, measured as they came, and half of the days pinned."""
    calls, contents = count // EVENTS_A_CALL // DAYS, texts()
    connection = connect(home.store)
    store = Store(home.store, connection)
    rolling = Rolling(store)
    append(connection, "INSERT INTO contents BY NAME SELECT * FROM incoming", contents)
    cpu = {"measuring": 0.0, "judging too": 0.0}
    for number in range(DAYS):
        for events in portions(number, day(number, calls, contents)):
            append(connection, "INSERT INTO events BY NAME SELECT * FROM incoming", events)
            began = time.process_time()
            rolling.run()
            cpu["judging too" if number >= DAYS // 2 else "measuring"] += time.process_time() - began
        if number == DAYS // 2 - 1:
            store.pin_baseline(since=0, until=START + (number + 1) * DAY, author="bench", note="", at=1)
        store.checkpoint_wal()
    half = calls * EVENTS_A_CALL * DAYS / 2
    told = "; ".join(f"{name} {seconds / half * 1e6:.1f} µs" for name, seconds in cpu.items())
    segments = len(store.reader().segments())
    store.close()
    print(f"{calls * EVENTS_A_CALL * DAYS:,} events, {DAYS} days, {segments} segments; of processor an event: {told}")


def refreshed(home: Home, hours: int, number: int) -> float:
    """Seconds that a console waits for the whole board; of one number it could be answered as it was before."""
    began = time.perf_counter()
    found = ask_once(home.socket, ListBehaviour(hours=hours, limit=CELLS + number), deadline_ms=60_000)
    assert found.total, "the board has cells"
    return time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Refresh:
    """Of one board, in seconds."""

    first: float
    others: list[float]
    """In order of size."""
    processor: float
    """Of the whole collector, on average."""
    cells: int


def boards(home: Home) -> dict[int, Refresh]:
    """By hours of the window."""
    asyncio.run(_attached(home))
    pid = ask_once(home.socket, GetStatus()).pid
    found = {}
    for hours in (1, 24):
        first = refreshed(home, hours, 0)
        before = processor_s(pid)
        took = sorted(refreshed(home, hours, number) for number in range(1, REFRESHES))
        used = (processor_s(pid) - before) / len(took)
        cells = ask_once(home.socket, ListBehaviour(hours=hours, limit=CELLS), deadline_ms=60_000).total
        found[hours] = Refresh(first, took, used, cells)
    ask_once(home.socket, StopCollector(command_id="bench-ends"), deadline_ms=60_000)
    return found


def processor_s(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _attached(home: Home) -> None:
    log = home.root / "nothing.jsonl"
    log.touch()
    while True:
        with suppress(DeadlineExceeded):
            client = await attach(home, [str(log)], from_start=True)
            await client.close()
            return


def recounted(path: Path) -> tuple[float, Counter[tuple[str, int]]]:
    """Seconds to count every value of every hour and segment in its bin, of what columns tell; and the counts."""
    base = _unlocked(path)
    found: Counter[tuple[str, int]] = Counter()
    began = time.perf_counter()
    base.execute(CALLS.format(places=PLACES))
    base.execute(TALKS.format(places=PLACES))
    counted = []
    for table, values in (("calls", OF_CALLS), ("others", OF_OTHERS)):
        for metric, value in values.items():
            sql = COUNT.format(bin=_bin(metric), value=value, table=table)
            counted.append((metric, base.execute(sql).fetchall()))
    names = [
        (metric, base.execute(COUNT.format(bin="v", value=value, table=table)).fetchall())
        for metric, (table, value) in NAMED.items()
    ]
    seconds = time.perf_counter() - began
    for metric, rows in counted:
        for *_, place, n in rows:
            found[metric, int(place)] += n
    for metric, rows in names:
        for *_, name, n in rows:
            found[metric, BY_NAME[metric].bins.slot(name)] += n  # type: ignore[attr-defined]
    base.close()
    return seconds, found


def _unlocked(path: Path) -> duckdb.DuckDBPyConnection:
    """The store to be read, once the collector that is ending lets go of it."""
    base = duckdb.connect()
    base.execute("SET threads = 2")
    while True:
        with suppress(duckdb.IOException):
            base.execute("ATTACH ? AS store (READ_ONLY)", [str(path)])
            return base
        time.sleep(0.1)


def _bin(metric: str) -> str:
    bins = BY_NAME[metric].bins
    if isinstance(bins, LogBins):
        step = f"least(greatest(floor((log10(v) - {bins.low}) * {bins.per_decade}) + 1, 0), {bins.size - 1})"
        return f"CASE WHEN v > 0 THEN {step} ELSE 0 END"
    if isinstance(bins, LinearBins):
        width = (bins.high - bins.low) / bins.size
        return f"least(greatest(floor((v - {bins.low}) / {width}), 0), {bins.size - 1})"
    return "CASE WHEN v > 0 THEN 1 ELSE 0 END"


def sketched(path: Path) -> Counter[tuple[str, int]]:
    """What the sketches of all hours and minutes add up to, of what columns tell."""
    store = Store.open(path)
    reader = store.reader()
    end = START + DAYS * DAY
    whole = merged(packed for *_, packed in [*reader.hours(0, end), *reader.minutes(0, end)])
    store.close()
    wanted = [metric for metric in METRICS if metric.name in {*OF_CALLS, *OF_OTHERS, *NAMED}]
    return Counter({(one.name, place): int(n) for one in wanted for place, n in enumerate(whole.of(one)) if n})


def growth(path: Path, scratch: Path) -> dict[str, int]:
    """Bytes of each table, by the size of a file that holds nothing else."""
    found = {}
    for table in ("behaviour_hours", "behaviour_points", "behaviour_minutes", "baseline_hours", "events"):
        alone = scratch / f"{table}.duckdb"
        base = _unlocked(path)
        base.execute("ATTACH ? AS alone (ROW_GROUP_SIZE 8192)", [str(alone)])
        base.execute(f"CREATE TABLE alone.kept AS SELECT * FROM store.{table}")
        base.execute("CHECKPOINT alone")
        base.close()
        found[table] = alone.stat().st_size
        alone.unlink()
    return found


def costs(scratch: Path, batch: int, number: int) -> Cost:
    """What it costs to take batches of so many lines in, one a second, with the shipped rules; and to measure them."""
    rules = load([shipped("rules")])
    store = Store.open(scratch / f"of-{batch}.duckdb")
    pipeline = Pipeline(lambda one: detect(rules, one), store.known, secret=store.secret)
    rolling = Rolling(store)
    ingest = measuring = 0.0
    made = lines(batch * number)
    for second in range(1, number + 1):
        log = scratch / "batch.jsonl"
        log.write_bytes(b"".join(islice(made, batch)))
        began = time.process_time()
        for read in WholeFile(log).pieces():
            store.commit(pipeline.judge(pipeline.read(read), time.time_ns() // 1000))
        middle = time.process_time()
        if second % EVERY_S == 0:
            rolling.run()
        measuring += time.process_time() - middle
        ingest += middle - began
    events = store.reader().measured_to().events_seq
    store.close()
    return Cost(ingest / events * 1e6, measuring / events * 1e6)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    print(f"{os.cpu_count()} cores; load average before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for batch, number in BATCHES:
            cost = costs(scratch, batch, number)
            told = f"ingest {cost.ingest:.0f} µs, measuring {cost.measuring:.1f} µs: {cost.share:.1%}"
            print(f"of processor an event, {batch:,} lines a second: {told}")
        home = Home(scratch / "home")
        home.create()
        history(home, count)
        found = boards(home)
        seconds, theirs = recounted(home.store)
        for hours, one in found.items():
            middle = one.others[len(one.others) // 2]
            print(
                f"board of {hours} h, {one.cells} cells: first {one.first * 1e3:.0f} ms, then {middle * 1e3:.0f} ms "
                f"(most {one.others[-1] * 1e3:.0f}, of processor {one.processor * 1e3:.0f}); "
                f"DuckDB {seconds * 1e3:,.0f} ms, {seconds / middle:.0f} times as long"
            )
        same = sketched(home.store) == theirs
        print(f"both count the same: {'yes' if same else 'NO'} ({sum(theirs.values()):,} values)")
        for table, size in growth(home.store, scratch).items():
            print(f"{table:<18} {size / 1e6:8.2f} MB, {size / 1e6 / DAYS:6.2f} a day")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
