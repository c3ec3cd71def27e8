"""A rule that is ready to run, and a set of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import polars as pl

from llmsec_tui.detect.confidence import shipped as confidence
from llmsec_tui.detect.match.compile import condition
from llmsec_tui.detect.match.compiled import Compiled as Compiled
from llmsec_tui.detect.match.compiled import compile_tree as compile_tree
from llmsec_tui.detect.match.signs import Gate, of_event
from llmsec_tui.detect.match.suspects import Finder
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.detect.tree import Node
from llmsec_tui.drift.monitors.kinds import Kind
from llmsec_tui.drift.monitors.series import Examples as SeriesExamples
from llmsec_tui.events.model import Event

ENGINE = "3"
"""Goes up when the same rule comes to mean something else."""


@dataclass(frozen=True, slots=True)
class Example:
    """An event that a rule must hit, or must not."""

    event: Event
    line: int


@dataclass(frozen=True, slots=True)
class Examples:
    """Both kinds of examples of one rule."""

    match: tuple[Example, ...]
    no_match: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a rule of any kind says about itself."""

    id: str
    version: str
    """12 hexadecimal digits of the hash of the file."""
    name: str
    """By which other rules may call it; "" when it has none."""
    title: str
    description: str
    level: str
    confidence: float
    tags: tuple[str, ...]
    false_positives: tuple[str, ...]
    references: tuple[str, ...]
    playbook: tuple[str, ...]
    path: Path
    alerts: bool = True
    """False for a rule that is only there for others to count."""
    inhibited_by: tuple[str, ...] = ()
    """Ids of the rules beside whose alerts its own are not shown."""
    category: str = ""
    """What its logsource says it is about; "" where it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Described):
    """A condition on a single event."""

    examples: Examples
    compiled: Compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Rule):
    """A monitor of behaviour, money or rules. What it says becomes an event, on which its condition holds."""

    kind: Kind
    selection: Node | None
    """What it looks at, by ``detect/choosing.py``; None is everything."""
    series: SeriesExamples


class CorrelationType(StrEnum):
    """What a correlation compares with its limits."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_MEDIAN = "value_median"
    VALUE_PERCENTILE = "value_percentile"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``op`` is one of ``= != < <= > >=``."""

    op: str
    value: int | float


@dataclass(frozen=True, slots=True)
class AllRules:
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class AnyRule:
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class NoRule:
    part: "Expression"


Expression = int | AllRules | AnyRule | NoRule
"""Which sources of a temporal correlation must have been hit; a number is a place in its ``sources``."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Events that together must make a rule fire, or must not; each has its ``ts``."""

    events: tuple[Event, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Sequences:
    """Both kinds of example sequences of one rule."""

    match: tuple[Sequence, ...]
    no_match: tuple[Sequence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped(Described):
    """A rule that looks at what other rules hit, group by group, over time."""

    sources: tuple[str, ...]
    """Ids of the rules whose hits it takes; for a correlation also of correlations and monitors."""
    group_by: tuple[str, ...]
    aliases: Mapping[str, Mapping[str, str]]
    """For a name in ``group_by`` that is no field: the field by the id of the source."""
    timespan: int
    """Microseconds."""
    examples: Sequences

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The fields whose values count."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation(Grouped):
    """A Sigma correlation."""

    type: CorrelationType
    limits: tuple[Comparison, ...]
    """All must hold."""
    expression: Expression | None
    """Of an extended temporal correlation."""
    fields: tuple[str, ...]
    """Whose values count; several are one tuple. Only for the types that look at values."""
    percentile: int | None

    @property
    def looks_at(self) -> tuple[str, ...]:
        return self.fields


class MonitorType(StrEnum):
    """What a monitor computes."""

    RATE = "rate"
    RATIO = "ratio"
    ROBUST_Z = "robust_z"
    EWMA = "ewma"
    CUSUM = "cusum"
    NEW_VALUE = "new_value"
    SILENCE = "silence"
    PSI = "psi"
    ROBUST_SUM = "robust_sum"
    SHARE = "share"
    SHARED_TEXT = "shared_text"


@dataclass(frozen=True, slots=True)
class Sharing:
    """Which texts a monitor of shared text compares, and what of them does not count."""

    of: str
    """Of which text the share is: ``source``, ``sink`` or ``smaller``."""
    same: str = ""
    """The field whose value both must have in common; "" where any two texts are compared."""
    apart: str = ""
    """The field in whose value they must differ; "" where that makes no difference."""
    common_field: str = ""
    common: int = 0
    """So many different values of ``common_field`` make a piece of text common property; 0 where none do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor(Grouped):
    """A ``detector:`` block: a statistic over the events of a selection.

    ``sources[0]`` is the selection; ``sources[1]``, of a ratio, those of it that count.
    """

    type: MonitorType
    field: str
    """Whose values are looked at; "" where events are counted."""
    threshold: float
    min_n: int
    """Fewer events, or fewer past windows, are never enough to judge."""
    history: int
    """How many past windows, or values, make up what is usual."""
    direction: str
    """above | below | both"""
    sharing: Sharing | None = None
    """Of shared text only: then ``sources[1]`` is where text turns up, and ``sources[2]``, if any, what is known."""

    @property
    def looks_at(self) -> tuple[str, ...]:
        shared = (self.sharing.same, self.sharing.apart, self.sharing.common_field) if self.sharing else ()
        return tuple(dict.fromkeys(name for name in (self.field, *shared) if name))


def proofs(rule: Described) -> tuple[int, int]:
    """How many examples a rule has of each kind: those on which it must fire, and those on which it must not."""
    assert isinstance(rule, Rule | Grouped), "every rule is one of these"
    given = rule.series if isinstance(rule, Watch) else rule.examples
    return len(given.match), len(given.no_match)


@dataclass(frozen=True, slots=True)
class Gates:
    """The names of a rule's gates, or True where everything passes and False where nothing does."""

    whole: str | bool
    """Where the event around the text allows a hit."""


@dataclass(frozen=True)
class RuleSet:
    """Rules in the order of their ids."""

    rules: tuple[Rule, ...]
    grouped: tuple[Correlation | Monitor, ...] = ()
    """In an order in which each comes after its sources."""

    @cached_property
    def version(self) -> str:
        """12 hexadecimal digits that change whenever any rule or the engine's reading of rules does."""
        signals = (f"{name}:{SIGNALS[name].version}" for name in sorted(self.signals))
        names = " ".join(
            [ENGINE, confidence.version(), *(f"{rule.id}:{rule.version}" for rule in self.everything), *signals]
        )
        return sha256(names.encode()).hexdigest()[:12]

    @cached_property
    def everything(self) -> tuple[Described, ...]:
        """All rules, in the order of their ids."""
        return tuple(sorted((*self.rules, *self.grouped), key=lambda rule: rule.id))

    @cached_property
    def by_id(self) -> Mapping[str, Described]:
        return {rule.id: rule for rule in self.everything}

    @cached_property
    def counted(self) -> frozenset[str]:
        """The ids of the rules whose hits others take."""
        return frozenset(source for rule in self.grouped for source in rule.sources)

    @cached_property
    def finder(self) -> Finder:
        """Finds the events that each rule has to look at; made once."""
        return Finder({rule.id: rule.compiled for rule in self.rules})

    @cached_property
    def gates(self) -> Mapping[str, Gates]:
        """The gates of each rule, by its id; equal ones have equal names."""
        names: dict[Node, str] = {}
        return {
            rule.id: Gates(gate if isinstance(gate, bool) else names.setdefault(gate, f"gate{len(names)}"))
            for rule in self.rules
            for gate in (rule.compiled.gate,)
        }

    @cached_property
    def gate_expressions(self) -> Mapping[str, pl.Expr]:
        """What each name in :attr:`gates` stands for."""
        return {
            name: condition(rule.compiled.gate)
            for rule in self.rules
            if isinstance(name := self.gates[rule.id].whole, str) and not isinstance(rule.compiled.gate, bool)
        }

    @cached_property
    def anyway(self) -> Mapping[str, Gate]:
        """By the id of each rule that looks at texts: where it is a hit whatever the text says."""
        return {
            rule.id: of_event(rule.compiled.tree, unknown=False)
            for rule in self.rules
            if rule.compiled.text_leaves or rule.compiled.signals
        }

    @cached_property
    def lowered(self) -> frozenset[str]:
        """String fields that any rule needs in lower case; signals are not among them."""
        return frozenset().union(*(rule.compiled.lowered for rule in self.rules)) - SIGNALS.keys()

    @cached_property
    def counted_signals(self) -> Mapping[str, frozenset[str]]:
        """By the ids of rules that others count: the signals that those want to know of their hits."""
        wanted: dict[str, frozenset[str]] = {}
        for rule in self.grouped:
            for source in rule.sources:
                asked = {rule.aliases.get(name, {}).get(source, name) for name in rule.group_by}.union(rule.looks_at)
                wanted[source] = wanted.get(source, frozenset()) | (asked & SIGNALS.keys())
        for rule in reversed(self.grouped):
            for source in rule.sources:
                wanted[source] |= wanted.get(rule.id, frozenset())
        return {source: names for source, names in wanted.items() if names}

    @cached_property
    def signals(self) -> frozenset[str]:
        """All signals that any rule asks for."""
        own = (rule.compiled.signals for rule in self.rules)
        return frozenset[str]().union(*own, *self.counted_signals.values())
