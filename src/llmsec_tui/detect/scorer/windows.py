"""Cut texts into overlapping windows, from the first character to the last.

An order in a long document, or the one sentence that matters in a long prompt, is a few words among thousands.
"""

from dataclasses import dataclass

import numpy as np

from llmsec_tui.detect.scorer.normal import Codes, Normal, Places


@dataclass(frozen=True, slots=True)
class Cut:
    """How texts are cut. Lengths are in letters; a sign for a syllable or a word counts as three."""

    size: int
    step: int
    toll: float
    """What each doubling of the number of windows takes off the best, which rises with their number by chance."""


_DENSE = 0x2E80


@dataclass(frozen=True, slots=True)
class Windows:
    """Stretches ``[first, last)`` of the codes of a batch, in the order of its texts."""

    first: Places
    last: Places
    starts: Places
    """The first window of each text; every text has at least one."""
    counts: Places
    """How many windows each text has."""


def windows(batch: Normal, sizes: Places, steps: Places) -> Windows:
    """The windows of each text, by the size and step for each; a short text is its only window."""
    lengths = np.concatenate(([0], np.cumsum(_costs(batch.codes))))
    begins, ends = lengths[batch.starts[:-1]], lengths[batch.starts[1:]]
    counts = 1 + np.maximum(0, -((sizes - (ends - begins)) // steps))
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    number = np.arange(counts.sum()) - np.repeat(starts, counts)
    from_cost = np.repeat(begins, counts) + number * np.repeat(steps, counts)
    to_cost = np.minimum(from_cost + np.repeat(sizes, counts), np.repeat(ends, counts))
    first = np.searchsorted(lengths[:-1], from_cost, "left")
    last = np.searchsorted(lengths, to_cost, "left")
    return Windows(np.minimum(first, last - 1), last, starts, counts)


def _costs(codes: Codes) -> Places:
    return np.where(codes >= _DENSE, 3, 1).astype(np.int64)
