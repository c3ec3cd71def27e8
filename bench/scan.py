"""How fast 500 rules are matched with texts of 1 KB, beside other ways to do it, and whether the hits are the same.

usage: scan.py [MB]        (default 16 MB of text; slow ways get the first of it)

What is measured is matching: the views of the texts are made before, but for the row that says so. MB are of raw text.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from llmsec_tui.detect.engine import detect, matches, prepared
from llmsec_tui.detect.rule import Example, RuleSet
from llmsec_tui.detect.sigma.examples import to_batch
from llmsec_tui.detect.text.views import Views
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import ContentState, Event, Kind, Role, Trust
from logs import ATTACKS, prose
from many_rules import LITERALS, PATTERNS, literals_of, many_rules
from peers import Hits, follow, rule_by_rule, scan, sort_out, trigger, whole

BATCH = 4_000
SLOW_BATCHES = 1
REPEATS = 3
SPEAKERS = (
    *((Role.USER, Trust.USER, Kind.MESSAGE),) * 4,
    *((Role.ASSISTANT, Trust.MODEL, Kind.MESSAGE),) * 4,
    *((Role.TOOL, Trust.TOOL, Kind.TOOL_RESULT),) * 2,
    (Role.ASSISTANT, Trust.MODEL, Kind.TOOL_CALL),
)


@dataclass(frozen=True)
class Load:
    """A batch with its views made."""

    batch: EventBatch
    events: pl.DataFrame
    views: Views

    @property
    def bytes(self) -> int:
        return int(self.batch.contents["n_bytes"].sum())


@dataclass(frozen=True)
class Row:
    """What one way took."""

    name: str
    bytes: int
    cpu: float
    wall: float
    note: str


def texts(count: int, strings: Sequence[str]) -> Iterator[str]:
    """Prose of about 1 KB; one in 200 has an attack in it, one in 20 a string of a made rule."""
    chance = random.Random(3)
    corpus = prose()
    for number in range(count):
        parts = [f"({number})"]
        while sum(map(len, parts)) < 900:
            parts.append(chance.choice(corpus)[:400])
        if number % 200 == 0:
            parts.insert(1, chance.choice(ATTACKS))
        if number % 20 == 10:
            parts.insert(1, chance.choice(strings))
        yield "\n".join(parts)


def loads(rules: RuleSet, megabytes: float) -> list[Load]:
    """Batches of events, each with a text of its own."""
    every = []
    for number, text in enumerate(texts(int(megabytes * 1_000), literals_of(rules))):
        role, trust, kind = SPEAKERS[number % len(SPEAKERS)]
        event = Event(role=role, trust=trust, kind=kind, content_state=ContentState.PRESENT, text=text)
        every.append(Example(event, 0))
    return [_load(rules, every[start : start + BATCH]) for start in range(0, len(every), BATCH)]


def _load(rules: RuleSet, examples: Sequence[Example]) -> Load:
    batch = to_batch(examples)
    shown = Views(pl.concat([batch.contents["text"], pl.Series([None], dtype=pl.String)]))
    # Everything that is made when it is first asked for.
    assert shown.frame.height, (shown.odd, shown.differing, shown.unclear)
    return Load(batch, prepared(batch, rules), shown)


def ours(rules: RuleSet, load: Load) -> Hits:
    found = matches(rules, load.events, load.views)
    names = load.events["event_id"].to_list()
    return {(names[at], one.rule.id) for one in found for at in one.positions}


def timed(name: str, run: Callable[[Load], object], some: Sequence[Load], note: str = "") -> Row:
    """The best of a few runs over these batches; one run before makes ready what is made once."""
    run(some[0])
    best = (float("inf"), float("inf"))
    for _ in range(REPEATS):
        cpu, wall = time.process_time(), time.perf_counter()
        for load in some:
            run(load)
        best = min(best, (time.process_time() - cpu, time.perf_counter() - wall))
    return Row(name, sum(load.bytes for load in some), *best, note)


def in_two_threads(rules: RuleSet, some: Sequence[Load]) -> Row:
    """Two batches at a time."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda load: ours(rules, load), some[:2]))
        cpu, wall = time.process_time(), time.perf_counter()
        list(pool.map(lambda load: ours(rules, load), some))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Row("ours, matching in two threads", sum(load.bytes for load in some), cpu, wall, "see MB/s by the clock")


def same(hits: Hits, others: Hits) -> str:
    """What there is to say about two sets of hits."""
    if hits == others:
        return f"{len(hits):,} hits, the same as ours"
    return f"{len(hits):,} hits, {len(hits - others):,} not ours, {len(others - hits):,} only ours"


def naive(rules: RuleSet, some: Sequence[Load]) -> Row:
    hits = {hit for load in some for hit in rule_by_rule(rules, load.events, load.views)}
    own = {hit for load in some for hit in ours(rules, load)}
    return timed(
        "one Polars expression a rule",
        lambda load: rule_by_rule(rules, load.events, load.views),
        some,
        same(hits, own),
    )


def hyperscans(rules: RuleSet, some: Sequence[Load]) -> Iterator[Row]:
    """Hyperscan with every pattern that it takes, and with strings in place of the dear ones."""
    leaves = sort_out(rules)
    without = set(leaves.left_out)
    able = RuleSet(tuple(rule for rule in rules.rules if without.isdisjoint(rule.compiled.text_leaves)))
    alone = scan([probe for leaf in (*leaves.cheap, *leaves.dear) for probe in whole(leaf)])
    hits = {hit for load in some for hit in follow(able, load.events, alone.truths(load.views))}
    note = f"{len(without)} of {len(without) + len(leaves.cheap) + len(leaves.dear)} patterns left out, "
    note += f"compiled in {alone.seconds:.0f} s; "
    own = {hit for load in some for hit in ours(able, load)}
    yield timed("hyperscan alone", lambda load: alone.truths(load.views), some, note + same(hits, own))
    probes = [probe for leaf in leaves.cheap for probe in whole(leaf)]
    probes += [probe for leaf in (*leaves.dear, *leaves.left_out) for probe in trigger(leaf)]
    staged = scan(probes)
    known = {probe.leaf for probe in probes}
    able = RuleSet(tuple(rule for rule in rules.rules if known.issuperset(rule.compiled.text_leaves)))
    hits = {hit for load in some for hit in follow(able, load.events, staged.truths(load.views))}
    own = {hit for load in some for hit in ours(able, load)}
    note = f"{len(leaves.dear) + len(leaves.left_out)} dear patterns confirmed on hits; "
    yield timed("hyperscan staged", lambda load: staged.truths(load.views), some, note + same(hits, own))


def ripgrep(rules: RuleSet, some: Sequence[Load]) -> Row | str:
    """The strings of the made rules, in one file of a text a line."""
    program = shutil.which("rg")
    if program is None:
        return "ripgrep is not installed here"
    with tempfile.TemporaryDirectory() as folder:
        strings, log = Path(folder, "strings"), Path(folder, "log")
        strings.write_text("\n".join(literals_of(rules)))
        log.write_text("\n".join(text.replace("\n", " ") for load in some for text in load.batch.contents["text"]))
        command = [program, "--no-mmap", "-j1", "-F", "-i", "-c", "-f", str(strings), str(log)]
        before, wall = _of_children(), time.perf_counter()
        for _ in range(REPEATS):
            count = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        cpu, wall = (_of_children() - before) / REPEATS, (time.perf_counter() - wall) / REPEATS
        size = log.stat().st_size
    return Row(f"ripgrep, the {LITERALS} strings alone", size, cpu, wall, f"{count} lines with any")


def _of_children() -> float:
    """CPU seconds of the processes that this one has started."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(title: str, rules: RuleSet, megabytes: float) -> None:
    every = loads(rules, megabytes)
    few = every[:SLOW_BATCHES]
    leaves = {leaf for rule in rules.rules for leaf in rule.compiled.text_leaves}
    size = sum(load.bytes for load in every) / 1e6
    print(f"\n{title}: {len(leaves):,} strings and patterns; {size:.1f} MB of text\n")
    rows: list[Row | str] = [
        timed("ours, matching", lambda load: ours(rules, load), every),
        timed("ours, views made and alerts told", lambda load: detect(rules, load.batch), every),
        in_two_threads(rules, every),
        naive(rules, few),
        *hyperscans(rules, few),
        ripgrep(rules, every),
    ]
    assert isinstance(rows[0], Row)
    reference = rows[0].bytes / rows[0].cpu
    print(f"{'what':<34}{'MB/cpu-s':>10}{'MB/s':>8}{'ours ÷ it':>11}  note")
    for row in rows:
        if isinstance(row, str):
            print(row)
            continue
        speed, clock = row.bytes / row.cpu, row.bytes / row.wall
        print(f"{row.name:<34}{speed / 1e6:>10.1f}{clock / 1e6:>8.1f}{reference / speed:>11.2f}  {row.note}")


def main() -> None:
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 16
    made = f"{LITERALS} made rules of one string and {PATTERNS} of one pattern"
    compare(made, many_rules(with_shipped=False), megabytes)
    compare("500 rules, the shipped ones among them", many_rules(with_shipped=True), megabytes)


if __name__ == "__main__":
    main()
