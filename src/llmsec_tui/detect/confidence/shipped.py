"""The weights, the threshold and the measured rates that are shipped, all made by ``training/confidence.py``."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec

from llmsec_tui.detect.confidence.combining import Weights

_FILE = Path(__file__).with_name("shipped.json")


@dataclass(frozen=True, slots=True)
class Point:
    """What happened at one threshold on texts of sources that nothing was learned from."""

    threshold: float
    false_positives: int
    true_positives: int


@dataclass(frozen=True, slots=True)
class Shipped:
    """What is in the file."""

    weights: Weights
    threshold: float
    """An alert of less confidence is kept as ``informational``."""
    threshold_by_rules: float
    """The same where the scorer was not asked: then a confidence is what a rule's file says, and not on its scale."""
    attacks: int
    benign: int
    points: tuple[Point, ...]
    """Thresholds from the highest to the lowest."""


@cache
def shipped() -> Shipped:
    """Read once."""
    return msgspec.json.decode(_FILE.read_bytes(), type=Shipped)


@cache
def version() -> str:
    """12 hexadecimal digits that change with the file."""
    return sha256(_FILE.read_bytes()).hexdigest()[:12]
