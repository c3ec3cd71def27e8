"""A rule's condition as a tree: and, or, not over leaves that each compare one field with one value."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from llmsec_tui.detect.fields import Field


class Wild(Enum):
    """A wildcard inside a string value."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Text:
    """A string to find. Without regard to case unless ``cased``."""

    parts: tuple[str | Wild, ...]
    cased: bool

    @property
    def literal(self) -> str:
        """The one piece of plain text, where wildcards stand at the ends only; else empty."""
        inner = self.parts[self.open_start : len(self.parts) - self.open_end]
        return inner[0] if len(inner) == 1 and isinstance(inner[0], str) else ""

    @property
    def open_start(self) -> bool:
        return bool(self.parts) and self.parts[0] is Wild.ANY

    @property
    def open_end(self) -> bool:
        return len(self.parts) > self.open_start and self.parts[-1] is Wild.ANY


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression, found anywhere in the value."""

    pattern: str
    """With its flags in front."""
    ignore_case: bool


@dataclass(frozen=True, slots=True)
class Number:
    """A comparison with a number; ``op`` is one of ``= < <= > >=``."""

    op: str
    value: int | float


@dataclass(frozen=True, slots=True)
class Flag:
    """The field is true, or is false; absent is neither."""

    value: bool


@dataclass(frozen=True, slots=True)
class Present:
    """The field has a value (``exists: true``), or has none (``exists: false``, ``null``)."""

    value: bool


@dataclass(frozen=True, slots=True)
class Network:
    """The field is an address inside this network."""

    cidr: str


@dataclass(frozen=True, slots=True)
class SameAs:
    """The field equals, starts with, ends with or contains the value of another field."""

    field: Field
    starts: bool
    ends: bool
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A part of a time in UTC, compared with a number; ``op`` is one of ``= < <= > >=``."""

    part: str
    """minute | hour | day | week | month | year; weeks are those of ISO 8601"""
    op: str
    value: int | float


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a list meet a condition, which looks at one element at a time."""

    which: str | int
    """any | all | all_or_empty | none, or the position of the one that must; -1 is the last"""
    condition: "Node"


Match = Text | Regex | Number | Flag | Present | Network | SameAs | Moment | Elements


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison, and the selection it stands in."""

    selection: str
    field: Field
    match: Match
    _hash: int = dataclasses.field(init=False, repr=False, compare=False)
    """Leaves are looked up for every event, and what they are made of is deep."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.selection, self.field, self.match)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type["Leaf"], tuple[str, Field, Match]]:
        # Hashes of strings are another process's own.
        return Leaf, (self.selection, self.field, self.match)


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


Node = Leaf | And | Or | Not


def leaves(node: Node) -> Iterator[Leaf]:
    """All leaves, in the order in which they are written."""
    match node:
        case Leaf():
            yield node
        case Not(part):
            yield from leaves(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
