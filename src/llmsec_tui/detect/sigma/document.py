"""One YAML document of a rule file: its data, where everything stands in it, and what is wrong with it so far."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from llmsec_tui.errors import RuleIssue

Mark = yaml.error.Mark | yaml._yaml.Mark
Place = tuple[str | int, ...]
"""The way from the top of a document to a value: keys and list positions."""


class Spot(NamedTuple):
    """Where a value stands."""

    mark: Mark
    """Of its key or, in a list, of itself."""
    value: yaml.NodeEvent
    """What it begins with; of a scalar, all of it."""


@dataclass(slots=True)
class Document:
    """A rule as it was written, and what is wrong with it so far."""

    path: Path
    raw: bytes
    """What stands in the file from this document to the next."""
    data: dict[str, Any] = field(default_factory=dict)
    spots: dict[Place, Spot] = field(default_factory=dict)
    issues: list[RuleIssue] = field(default_factory=list)

    def line(self, *place: str | int) -> int:
        """1-based line of the value, or of the nearest thing around it."""
        spot = self._spot(place)
        return spot.mark.line + 1 if spot else 1

    def complain(self, code: str, message: str, *place: str | int) -> None:
        """Note an issue at a place."""
        self.complain_at(self._spot(place), code, message)

    def complain_at(self, spot: Spot | None, code: str, message: str) -> None:
        """Note an issue at a spot, or at the top where there is none."""
        line, column = (spot.mark.line + 1, spot.mark.column + 1) if spot else (1, 0)
        self.issues.append(RuleIssue(str(self.path), line, code, message, column))

    def view(self, data: dict[str, Any], moved: dict[Place, Place]) -> "Document":
        """Another document in the same place, of parts of this one; issues in either are noted in both.

        ``moved`` says for places in ``data`` where they stand here; what is below them moves with them.
        """
        spots = {
            (*new, *place[len(old) :]): spot
            for new, old in moved.items()
            for place, spot in self.spots.items()
            if place[: len(old)] == old
        }
        return Document(self.path, self.raw, data, spots, self.issues)

    def _spot(self, place: Place) -> Spot | None:
        while place and place not in self.spots:
            place = place[:-1]
        return self.spots.get(place)
