"""Segments: what calls are told apart by, and the slices of them that people look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Segment(NamedTuple):
    """Where a call belongs; "" where the log does not say."""

    app: str
    model: str
    tenant: str
    agent: str
    language: str
    prompt: str
    """The beginning of the hash of the system prompt."""


DIMENSIONS = Segment._fields
OTHER = Segment(*["(other)"] * len(DIMENSIONS))
"""Takes what comes when there are too many segments."""


@dataclass(frozen=True, slots=True, order=True)
class Slice:
    """All segments with one value in one dimension; or simply all."""

    dimension: str = ""
    value: str = ""

    @property
    def name(self) -> str:
        """``all`` or ``model=gpt-5``."""
        return f"{self.dimension}={self.value}" if self.dimension else "all"

    @classmethod
    def named(cls, name: str) -> "Slice":
        """The slice that has this name."""
        dimension, _, value = name.partition("=")
        return cls(dimension, value) if dimension in DIMENSIONS else cls()

    def holds(self, segment: Segment) -> bool:
        return not self.dimension or getattr(segment, self.dimension) == self.value


def slices(segments: Mapping[int, Segment]) -> dict[Slice, list[int]]:
    """All, and each value of a dimension that has several; with the ids of their segments."""
    found: dict[Slice, list[int]] = {Slice(): sorted(segments)}
    for dimension in DIMENSIONS:
        by_value: dict[str, list[int]] = {}
        for number in sorted(segments):
            by_value.setdefault(getattr(segments[number], dimension), []).append(number)
        if len(by_value) > 1:
            found |= {Slice(dimension, value): ids for value, ids in sorted(by_value.items()) if value}
    return found


def values(segments: Iterable[Segment], dimension: str) -> list[str]:
    """The values of a dimension, sorted; those that are not known left out."""
    return sorted({value for segment in segments if (value := getattr(segment, dimension))})
