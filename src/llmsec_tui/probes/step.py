"""What a probe is, and one line of what it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a probe did, with what had to be seen of it and what was."""

    probe: str
    step: str
    expected: str
    seen: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """One simulated incident."""

    name: str
    what: str
    """A sentence: what is done, and what has to be seen."""


class Scenario(Protocol):
    """Runs probes that go together, on one throw-away state directory."""

    @property
    def probes(self) -> tuple[Probe, ...]:
        """What it can run."""

    def run(self, names: frozenset[str]) -> Iterator[Step]:
        """The steps of these probes of its own; raises LlmsecError when it could not be tried at all."""
