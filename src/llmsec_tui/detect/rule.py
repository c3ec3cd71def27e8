"""A rule that is ready to run, and a set of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import polars as pl

from llmsec_tui.detect.compile import of_event, on_text
from llmsec_tui.detect.fields import FieldType
from llmsec_tui.detect.literals import required
from llmsec_tui.detect.needs import Need
from llmsec_tui.detect.prefilter import Prefilter, build
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
    gate: pl.Expr
    """Where the event around the text allows a hit."""
    text_leaves: Mapping[Leaf, Need | None]
    """Each leaf on the text, and what a text must contain for it to be true."""
    event_leaves: tuple[Leaf, ...]
    need: Need | None
    """What a text must contain to be hit."""
    lowered: frozenset[str]
    """String fields that it needs in lower case."""


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
    def prefilter(self) -> Prefilter:
        """The pieces of text that the rules need; made once."""
        return build((rule.compiled.need, rule.compiled.text_leaves.values()) for rule in self.rules)

    @cached_property
    def lowered(self) -> frozenset[str]:
        """String fields that any rule needs in lower case."""
        return frozenset().union(*(rule.compiled.lowered for rule in self.rules))


def compile_tree(tree: Node) -> Compiled:
    """All forms of a condition."""
    found = tuple(dict.fromkeys(leaves(tree)))
    return Compiled(
        tree=tree,
        gate=of_event(tree),
        text_leaves={leaf: required(leaf) for leaf in found if on_text(leaf)},
        event_leaves=tuple(leaf for leaf in found if not on_text(leaf)),
        need=required(tree),
        lowered=frozenset(name for leaf in found for name in _lowered(leaf)),
    )


def _lowered(leaf: Leaf) -> list[str]:
    if leaf.field.type is not FieldType.STRING:
        return []
    other = [leaf.match.field.name] if isinstance(leaf.match, SameAs) else []
    return [leaf.field.name, *other]
