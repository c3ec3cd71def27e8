"""What was said about labelled texts, kept as a few bytes each."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from llmsec_tui.detect.measuring.rates import Counts

SIDES = ("task", "source", "kind", "role", "lang")
"""By what texts are told apart, beside their labels."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of a text."""

    is_attack: bool
    task: str
    source: str
    kind: str
    role: str
    lang: str


@dataclass
class Answers:
    """Labels of texts, their scores, and whether they were found; in the order in which they were added."""

    labels: list[Label] = field(default_factory=list)
    """All that occur, each once."""
    label: "array[int]" = field(default_factory=lambda: array("L"))
    """The place of each text's label."""
    scores: "array[float]" = field(default_factory=lambda: array("d"))
    hits: "array[int]" = field(default_factory=lambda: array("b"))
    _places: dict[Label, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.label)

    def add(self, label: Label, score: float, hit: bool) -> None:
        """One more text; ``score`` is from 0 to 1."""
        if (place := self._places.get(label)) is None:
            place = self._places[label] = len(self.labels)
            self.labels.append(label)
        self.label.append(place)
        self.scores.append(score)
        self.hits.append(hit)

    def places(self, side: str) -> dict[str, list[int]]:
        """The texts by what they are on one side, in the order of its names."""
        names = [getattr(label, side) for label in self.labels]
        found: dict[str, list[int]] = {name: [] for name in sorted(set(names))}
        for at, place in enumerate(self.label):
            found[names[place]].append(at)
        return found

    def is_attack(self, at: int) -> bool:
        return self.labels[self.label[at]].is_attack

    def task(self, at: int) -> str:
        return self.labels[self.label[at]].task

    def apart(self, some: Sequence[int]) -> tuple[list[float], list[float]]:
        """The scores of the attacks among some texts, and of what is benign."""
        attacks: list[float] = []
        benign: list[float] = []
        for at in some:
            (attacks if self.is_attack(at) else benign).append(self.scores[at])
        return attacks, benign

    def counts(self, some: Sequence[int]) -> Counts:
        """How many of some texts were told apart rightly."""
        table = [0, 0, 0, 0]
        for at in some:
            table[2 * self.is_attack(at) + self.hits[at]] += 1
        true_negatives, false_positives, false_negatives, true_positives = table
        return Counts(true_positives, false_positives, false_negatives, true_negatives)
