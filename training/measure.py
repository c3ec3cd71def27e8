"""Tables for the model card, from out-of-source scores.

python -m training.measure --labelled dev.jsonl.gz --scores scores.jsonl
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.corpus import is_permitted, labelled

_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
_NOISY = ("mosscap", "deepset", "bipia")

Mask = NDArray[np.bool_]


class Scored:
    """Rows with their scores; what is never scored (the operator's, the model's own) has none and counts as zero."""

    def __init__(self, rows: Sequence[Any], scores: dict[str, float]) -> None:
        self.score = np.array([scores.get(row["id"], 0.0) for row in rows])
        self.attack = np.array([bool(row["label"]) for row in rows])
        self.columns = {name: np.array([row[name] for row in rows]) for name in ("source", "kind", "role", "lang")}
        self.unseen = np.array([not is_permitted(row["license"]) for row in rows])
        self.noisy = np.isin(self.columns["source"], _NOISY)

    def share(self, mask: Mask, threshold: float) -> float:
        """Per cent of some rows that score above a threshold."""
        return 100 * float((self.score[mask] > threshold).mean()) if mask.any() else float("nan")

    def threshold(self, false: float) -> float:
        """The score above which this share of all benign rows is."""
        benign = np.sort(self.score[~self.attack])[::-1]
        return float(benign[int(len(benign) * false)])


def tables(scored: Scored) -> Iterator[str]:
    """Lines of Markdown."""
    one, tenth = scored.threshold(0.01), scored.threshold(0.001)
    yield "| attacks | texts | recall at 1 % | recall at 0.1 % |\n|---|--:|--:|--:|"
    groups = {
        "all": scored.attack,
        "without mosscap, deepset, bipia": scored.attack & ~scored.noisy,
        "other languages": scored.attack & (scored.columns["lang"] != "en"),
        "indirect without bipia": scored.attack & (scored.columns["kind"] == "indirect_injection") & ~scored.noisy,
        "sources that are never trained on": scored.attack & scored.unseen,
    }
    for name in ("kind", "role", "source"):
        for value in sorted(set(scored.columns[name][scored.attack])):
            groups[f"{name} {value}"] = scored.attack & (scored.columns[name] == value)
    for name, mask in groups.items():
        yield f"| {name} | {mask.sum():,} | {scored.share(mask, one):.1f} | {scored.share(mask, tenth):.1f} |"
    yield f"\nThresholds: {one:.4f} and {tenth:.4f}\n"
    yield "| score above | " + " | ".join(map(str, _THRESHOLDS)) + " |\n|---|" + "--:|" * len(_THRESHOLDS)
    rows = {
        "attacks, out of source": scored.attack & ~scored.noisy,
        "benign, all": ~scored.attack,
        "benign, sources that are never trained on": ~scored.attack & scored.unseen,
    }
    for name in ("kind", "role", "lang", "source"):
        for value in sorted(set(scored.columns[name][~scored.attack])):
            rows[f"benign, {name} {value}"] = ~scored.attack & (scored.columns[name] == value)
    for name, mask in rows.items():
        if mask.sum() >= 40:
            yield f"| {name} | " + " | ".join(f"{scored.share(mask, one):.2f}" for one in _THRESHOLDS) + " |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--scores", type=Path, required=True)
    chosen = parser.parse_args()
    with chosen.scores.open(encoding="utf-8") as file:
        scores = {row["id"]: row["score"] for row in map(json.loads, file)}
    print("\n".join(tables(Scored(labelled(chosen.labelled), scores))))


if __name__ == "__main__":
    main()
