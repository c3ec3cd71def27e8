"""Other ways to match the rules that ``scan.py`` measures: an expression a rule, Hyperscan alone, Hyperscan in stages.

Hyperscan gets each view of each text and tells which leaves of conditions hold on it. What follows from that for the
rules is worked out by :func:`follow`, and is no part of what is measured.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import hyperscan
import polars as pl

from llmsec_tui.detect.match import patterns
from llmsec_tui.detect.match.compile import (
    DECODED_FOLDED_VIEW,
    FOLDED_VIEW,
    condition,
    leaf_expression,
    views,
    wildcard_body,
)
from llmsec_tui.detect.match.literals import required
from llmsec_tui.detect.match.needs import cover
from llmsec_tui.detect.match.scanner import literal
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.text.views import ROW, VIEWS, Views
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Regex, Text

Hits = set[tuple[str, str]]
"""Ids of events and rules."""
Truths = Mapping[Leaf, set[int]]
"""The numbers of the texts on which leaves hold."""
BUDGET_S = 10.0
"""CPU seconds that patterns may take to compile, one by one; what is not ready then is left out."""
DEAR_S = 0.05
"""A pattern that takes longer to compile is dear."""


def rule_by_rule(rules: RuleSet, events: pl.DataFrame, shown: Views) -> Hits:
    """One Polars expression over everything for each rule."""
    frame = events.join(shown.frame, on=ROW, how="left")
    hits = ((rule.id, frame.filter(condition(rule.compiled.tree))["event_id"]) for rule in rules.rules)
    return {(event, rule) for rule, some in hits for event in some}


def follow(rules: RuleSet, events: pl.DataFrame, truths: Truths) -> Hits:
    """The hits of rules whose leaves on texts hold as said."""
    every = set(range(events.height))
    rows = list(enumerate(events[ROW]))

    def where(node: Node) -> set[int]:
        match node:
            case Leaf() if node in truths:
                return {at for at, row in rows if row in truths[node]}
            case Leaf():
                return set(events.select(leaf_expression(node).alias("it"))["it"].arg_true())
            case Not(part):
                return every - where(part)
            case And(parts):
                return set.intersection(*map(where, parts))
            case Or(parts):
                return set.union(*map(where, parts))

    names = events["event_id"].to_list()
    return {(names[at], rule.id) for rule in rules.rules for at in where(rule.compiled.tree)}


@dataclass(frozen=True, slots=True)
class Probe:
    """What Hyperscan looks for in one view because of one leaf."""

    leaf: Leaf
    view: str
    expression: str
    is_certain: bool
    """The leaf holds where it is found; else that is still to be seen."""


def whole(leaf: Leaf) -> Iterator[Probe]:
    """A leaf in every view that it looks at."""
    for view in views(leaf):
        yield Probe(leaf, view, _expression(leaf), is_certain=True)


def trigger(leaf: Leaf) -> Iterator[Probe]:
    """The rarest strings without which the leaf does not hold; nothing where there are none."""
    need = required(leaf)
    for piece in cover(need) if need is not None else ():
        for view in (FOLDED_VIEW, DECODED_FOLDED_VIEW):
            yield Probe(leaf, view, literal(piece), is_certain=False)


def _expression(leaf: Leaf) -> str:
    match leaf.match:
        case Regex(pattern):
            return pattern
        case Text() as text:
            form = str if text.cased else fold
            inner = Text(text.parts[text.open_start : len(text.parts) - text.open_end], text.cased)
            body = literal(form(text.literal)) if text.literal else wildcard_body(inner, form, any_run=".*")
            return f"{'' if text.open_start else '^'}(?s:{body}){'' if text.open_end else '$'}"
    raise AssertionError(leaf)


@dataclass(frozen=True)
class Sorted:
    """Leaves by what Hyperscan makes of them."""

    cheap: tuple[Leaf, ...]
    dear: tuple[Leaf, ...]
    left_out: tuple[Leaf, ...]


def sort_out(rules: RuleSet) -> Sorted:
    """Which leaves on texts compile, which of them slowly, and for which there was no time left."""
    leaves = dict.fromkeys(leaf for rule in rules.rules for leaf in rule.compiled.text_leaves)
    cheap, dear, left_out = list[Leaf](), list[Leaf](), list[Leaf]()
    started = time.process_time()
    for leaf in sorted(leaves, key=lambda leaf: len(_expression(leaf))):
        before = time.process_time()
        if before - started > BUDGET_S or compiled(list(whole(leaf))[:1]) is None:
            left_out.append(leaf)
        else:
            (dear if time.process_time() - before > DEAR_S else cheap).append(leaf)
    return Sorted(tuple(cheap), tuple(dear), tuple(left_out))


def compiled(probes: Sequence[Probe]) -> Any:
    """A database of what is looked for in one view; None when Hyperscan refuses it."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[probe.expression.encode() for probe in probes],
            ids=list(range(len(probes))),
            flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(probes),
        )
    except hyperscan.error:
        return None
    return database


@dataclass(frozen=True)
class Scan:
    """Databases by view."""

    databases: Mapping[str, tuple[Sequence[Probe], Any]]
    seconds: float
    """What they took to make."""

    def truths(self, shown: Views) -> Truths:
        """Which leaves hold on which texts."""
        held: dict[Leaf, set[int]] = {}
        suspected: dict[Leaf, set[int]] = {}
        for view, (probes, database) in self.databases.items():
            sure = [held.setdefault(probe.leaf, set()) if probe.is_certain else None for probe in probes]
            likely = [suspected.setdefault(probe.leaf, set()) for probe in probes]
            notes = [both[0] if both[0] is not None else both[1] for both in zip(sure, likely, strict=True)]
            _look(database, notes, shown.frame[ROW], shown.frame[view])
        for leaf, rows in suspected.items():
            if leaf not in held:
                held[leaf] = {row for row in rows if _confirmed(leaf, shown.shown(row))}
        return held


def _look(database: Any, notes: Sequence[set[int]], rows: pl.Series, texts: pl.Series) -> None:
    scratch = hyperscan.Scratch(database)

    def note(number: int, _start: int, _end: int, _flags: int, row: int) -> None:
        notes[number].add(row)

    for row, text in zip(rows, texts.cast(pl.Binary), strict=True):
        if text:
            database.scan(text, match_event_handler=note, context=row, scratch=scratch)


def _confirmed(leaf: Leaf, shown: Sequence[str | None]) -> bool:
    assert isinstance(leaf.match, Regex)
    pattern = patterns.compiled(leaf.match.pattern)
    looked_at = (shown[VIEWS.index(view)] for view in views(leaf))
    return any(text is not None and pattern.search(text) for text in looked_at)


def scan(probes: Sequence[Probe]) -> Scan:
    """Everything ready to look for these."""
    started = time.process_time()
    by_view: dict[str, list[Probe]] = defaultdict(list)
    for probe in probes:
        by_view[probe.view].append(probe)
    databases = {view: (some, compiled(some)) for view, some in by_view.items()}
    assert all(database is not None for _, database in databases.values()), "Hyperscan refuses all at once"
    return Scan(databases, time.process_time() - started)
