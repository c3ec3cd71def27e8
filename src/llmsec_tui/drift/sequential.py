"""Drift that is too slow for any one window: sums of small deviations from a frozen baseline."""

from dataclasses import dataclass

SLACK = 0.5
"""Deviations below so many standard deviations are not added up: half of the shift of one that is looked for."""
LIMIT = 12.0
"""A sum above this is drift. On independent standard normal deviations one side gets there once in about a million
windows: ``(e^{2b} - 2b - 1) / (2 k²)`` with ``b = k (h + 1.166)`` (Siegmund, "Sequential Analysis", 1985, 2.3); so a
board of 250 cells, judged every hour, is wrong about once in twelve weeks."""
CLIP = 3.0
"""No window counts for more than this, so that one outlier is no drift."""


@dataclass(frozen=True, slots=True)
class Cusum:
    """The two sums of Page's test ("Continuous inspection schemes", 1954), each with where it began to grow."""

    up: float = 0.0
    down: float = 0.0
    up_since: int | None = None
    down_since: int | None = None

    def after(self, z: float, at: int) -> "Cusum":
        """With one more window, which deviates by ``z`` standard deviations."""
        z = max(-CLIP, min(CLIP, z))
        up, down = max(0.0, self.up + z - SLACK), max(0.0, self.down - z - SLACK)
        return Cusum(
            up,
            down,
            (self.up_since if self.up_since is not None else at) if up else None,
            (self.down_since if self.down_since is not None else at) if down else None,
        )

    @property
    def since(self) -> int | None:
        """When the drift began that is there now; None when there is none."""
        if self.up > LIMIT:
            return self.up_since
        return self.down_since if self.down > LIMIT else None
