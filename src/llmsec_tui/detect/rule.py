"""A rule that is ready to run, and a set of them."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import polars as pl

from llmsec_tui.detect.fields import FieldType
from llmsec_tui.detect.match.compile import cheapest_first, condition, on_text
from llmsec_tui.detect.match.needs import ODD
from llmsec_tui.detect.match.scanner import Scanner, scanner
from llmsec_tui.detect.match.signs import Clues, Gate, Signs, clue, of_event, signs
from llmsec_tui.detect.tree import Leaf, Node, SameAs, leaves
from llmsec_tui.events.model import Event

ENGINE = "1"
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


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition in the forms that the engine runs."""

    tree: Node
    plan: Node
    """The same, in the order in which it is cheapest to evaluate."""
    gate: Gate
    """Where the event around the text allows a hit."""
    text_leaves: Clues
    event_leaves: tuple[Leaf, ...]
    signs: Signs
    """What a text or an event must have to be hit."""
    lowered: frozenset[str]
    """String fields that it needs in lower case."""

    @property
    def pieces(self) -> frozenset[str]:
        """All pieces of text to look for."""
        return self.signs.pieces.union(*(clue.pieces for clue in self.text_leaves.values() if clue))


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule file says."""

    id: str
    version: str
    """12 hexadecimal digits of the hash of the file."""
    title: str
    description: str
    level: str
    confidence: float
    tags: tuple[str, ...]
    false_positives: tuple[str, ...]
    references: tuple[str, ...]
    playbook: tuple[str, ...]
    path: Path
    examples: Examples
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class Gates:
    """The names of a rule's gates, or True where everything passes and False where nothing does."""

    whole: str | bool
    """For events with a text that has the rule's signs."""
    silent: str | bool
    """For events without such a text."""


@dataclass(frozen=True)
class RuleSet:
    """Rules in the order of their ids."""

    rules: tuple[Rule, ...]

    @cached_property
    def version(self) -> str:
        """12 hexadecimal digits that change whenever any rule or the engine's reading of rules does."""
        names = " ".join([ENGINE, *(f"{rule.id}:{rule.version}" for rule in self.rules)])
        return sha256(names.encode()).hexdigest()[:12]

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def scanner(self) -> Scanner:
        """Looks for the pieces of text that give any rule away; made once."""
        pieces = frozenset[str]().union(*(rule.compiled.pieces for rule in self.rules))
        return scanner(sorted(pieces - {ODD}))

    @cached_property
    def gates(self) -> Mapping[str, "Gates"]:
        """The gates of each rule, by its id; equal ones have equal names."""
        names: dict[Gate, str] = {}
        return {
            rule.id: Gates(
                *(
                    gate if isinstance(gate, bool) else names.setdefault(gate, f"gate{len(names)}")
                    for gate in (rule.compiled.gate, rule.compiled.signs.silent)
                )
            )
            for rule in self.rules
        }

    @cached_property
    def gate_expressions(self) -> Mapping[str, pl.Expr]:
        """What each name in :attr:`gates` stands for."""
        return {
            name: condition(gate)
            for rule in self.rules
            for name, gate in zip(
                astuple(self.gates[rule.id]), (rule.compiled.gate, rule.compiled.signs.silent), strict=True
            )
            if not isinstance(gate, bool)
        }

    @cached_property
    def lowered(self) -> frozenset[str]:
        """String fields that any rule needs in lower case."""
        return frozenset().union(*(rule.compiled.lowered for rule in self.rules))


def compile_tree(tree: Node) -> Compiled:
    """All forms of a condition."""
    found = tuple(dict.fromkeys(leaves(tree)))
    return Compiled(
        tree=tree,
        plan=cheapest_first(tree),
        gate=of_event(tree),
        text_leaves={leaf: clue(leaf) for leaf in found if on_text(leaf)},
        event_leaves=tuple(leaf for leaf in found if not on_text(leaf)),
        signs=signs(tree),
        lowered=frozenset(name for leaf in found for name in _lowered(leaf)),
    )


def _lowered(leaf: Leaf) -> list[str]:
    if leaf.field.type is not FieldType.STRING:
        return []
    other = [leaf.match.field.name] if isinstance(leaf.match, SameAs) else []
    return [leaf.field.name, *other]
