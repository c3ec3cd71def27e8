"""Rebuild the scorer's weights from named inputs.

    python -m training.train --labelled dev.jsonl.gz --mirror DIR [--out src/llmsec_tui/detect/scorer]

``--labelled`` is the labelled set, whose SHA-256 the card names; DIR holds the git folders of ``inputs.toml``. Needs
numpy and this package, one core, some minutes and 4 GB. The same inputs give the same bytes on the same machine;
another processor's exponential function may move a weight by one.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmsec_tui.detect.scorer.normal import character_table
from llmsec_tui.detect.scorer.scorer import Scorer
from llmsec_tui.detect.scorer.weights import NAME, Curve, Weights, digest
from llmsec_tui.detect.scorer.windows import Cut
from training.augment.make import Example
from training.calibrate import curve, platt
from training.corpus import everything, family, is_permitted, labelled, public
from training.fit import Features, Floats, features, fit, rounded
from training.sources import declared

PASSES = 5
WORDS, DATA = Cut(256, 128, 0.25), Cut(128, 64, 0.5)
"""The tolls are in units of the model's own log-odds."""
_FOLDS = 4
_SHARE = 0.1
"""Of attacks among the texts that the probabilities are set for."""
_PUBLIC_EACH = 500
_UNTRAINED = Curve((0.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in whole numbers, and what makes them margins."""

    buckets: NDArray[np.int8]
    unit: float

    def weights(self, table: NDArray[np.uint16], words: Curve, data: Curve, about: dict[str, Any]) -> Weights:
        cut_words, cut_data = (replace(one, toll=round(one.toll / self.unit, 4)) for one in (WORDS, DATA))
        settings = repr((words, data, cut_words, cut_data)).encode()
        version = hashlib.sha256(self.buckets.tobytes() + settings).hexdigest()[:12]
        return Weights(version, table, np.append(self.buckets, np.int8(0)), words, data, cut_words, cut_data, about)


def main() -> None:
    """Read the arguments, train, and write the weights and their version."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/llmsec_tui/detect/scorer"))
    parser.add_argument(
        "--scores", type=Path, help="where each labelled text's score goes, by a model without its source"
    )
    chosen = parser.parse_args()
    rows = labelled(chosen.labelled)
    examples = everything(rows, public(chosen.mirror))
    about = {
        "labelled_sha256": hashlib.sha256(chosen.labelled.read_bytes()).hexdigest(),
        "inputs": [
            {"name": one.name, "repo": one.repo, "commit": one.commit, "licence": one.licence} for one in declared()
        ],
        "examples_sha256": _digest(examples),
        "examples": _counts(examples),
    }
    learner = Learner(examples, character_table())
    weights = trained(examples, rows, about, learner)
    write(weights, chosen.out)
    if chosen.scores:
        lines = (json.dumps({"id": name, "score": score}) for name, score in out_of_source(rows, learner, weights))
        chosen.scores.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def trained(
    examples: Sequence[Example], rows: Sequence[Any], about: dict[str, Any], learner: "Learner | None" = None
) -> Weights:
    """Weights from all examples, with curves from models that had not seen the sources that they are fitted on."""
    learner = learner or Learner(examples, character_table())
    model = learner.model(None)
    words, data = calibrated(rows, examples, learner, model.unit)
    return model.weights(learner.table, words, data, about)


def out_of_source(rows: Sequence[Any], learner: "Learner", weights: Weights) -> Iterator[tuple[str, float]]:
    """The id of each untrusted row, and its score by a model that had not seen its source or that one's relatives."""
    unit = learner.model(None).unit
    for number in (None, *range(_FOLDS)):
        scorer = Scorer(_in_units_of(weights, learner.model(number), unit))
        for row in rows:
            group = family(row["source"])
            left_out = fold(group) if group in learner.groups else None
            if row["role"] in ("user", "tool", "retrieved") and left_out == number:
                yield row["id"], scorer.score([row["text"]], [row["role"]])[0]


def _in_units_of(weights: Weights, model: "Model", unit: float) -> Weights:
    """The model in the place of the weights, with their cuts and curves."""
    factor = unit / model.unit
    words, data = (
        replace(one, margins=tuple(margin * factor for margin in one.margins)) for one in (weights.words, weights.data)
    )
    cut_words, cut_data = (replace(one, toll=one.toll * factor) for one in (weights.cut_words, weights.cut_data))
    buckets = np.append(model.buckets, np.int8(0))
    return Weights(weights.version, weights.table, buckets, words, data, cut_words, cut_data, {})


class Learner:
    """Fits models to examples with some groups left out."""

    def __init__(self, examples: Sequence[Example], table: NDArray[np.uint16]) -> None:
        self.table = table
        self._data: Features = features([one.text for one in examples], table)
        self._labels: Floats = np.array([one.attack for one in examples], np.float32)
        self._importance: Floats = np.array([one.importance for one in examples], np.float32)
        self._folds = np.array([fold(one.group) for one in examples])
        self.groups = frozenset(one.group for one in examples)
        self._models: dict[int | None, Model] = {}

    def model(self, without: int | None) -> Model:
        """From all examples but those of one fold."""
        if without not in self._models:
            rows = np.flatnonzero(self._folds != (-2 if without is None else without))
            weights, _ = fit(self._data, self._labels, self._importance, rows, passes=PASSES)
            self._models[without] = Model(*rounded(weights[:-1]))
        return self._models[without]


def fold(group: str) -> int:
    """The fold in which a source is left out; English of our own never is."""
    return -1 if group == "own:en" else hashlib.sha256(group.encode()).digest()[0] % _FOLDS


@dataclass(frozen=True, slots=True)
class Judged:
    """A text that a model is asked about which had not seen its source."""

    text: str
    from_data: bool
    attack: bool
    fold: int


def calibrated(rows: Sequence[Any], examples: Sequence[Example], learner: Learner, unit: float) -> tuple[Curve, Curve]:
    """The curves for what people write and for what tools bring, over permitted rows and public texts.

    They are set for one attack in ten texts: nobody knows the share in real traffic, and this is less than in the
    labelled set and more than most will see.
    """
    asked = [*_labelled(rows), *_public(examples)]
    margins = np.zeros(len(asked))
    for number in sorted({one.fold for one in asked}):
        model = learner.model(number)
        scorer = Scorer(model.weights(learner.table, _UNTRAINED, _UNTRAINED, {}))
        for at, one in enumerate(asked):
            if one.fold == number:
                margins[at] = model.unit * float(scorer.margins([one.text], [one.from_data])[0])
    from_data, attacks = np.array([one.from_data for one in asked]), np.array([one.attack for one in asked])
    words, data = (_curve(margins[chosen], attacks[chosen], unit) for chosen in (~from_data, from_data))
    return words, data


def _curve(margins: NDArray[np.float64], attacks: NDArray[np.bool_], unit: float) -> Curve:
    importance = np.where(attacks, _SHARE / attacks.sum(), (1 - _SHARE) / (~attacks).sum()) * len(attacks)
    slope, offset = platt(margins, attacks.astype(np.float64), importance)
    return curve(slope * unit, offset)


def _labelled(rows: Sequence[Any]) -> Iterator[Judged]:
    for row in rows:
        # Of these sources many attacks are none; they would teach that no score means anything.
        by_name_only = row["source"] in ("bipia", "mosscap", "deepset") and row["label"]
        if is_permitted(row["license"]) and row["role"] in ("user", "tool", "retrieved") and not by_name_only:
            yield Judged(row["text"], row["role"] != "user", bool(row["label"]), fold(family(row["source"])))


def _public(examples: Sequence[Example]) -> Iterator[Judged]:
    names = {one.name: one.kind for one in declared()}
    seen: Counter[str] = Counter()
    for one in examples:
        if one.group in names and seen[one.group] < _PUBLIC_EACH:
            seen[one.group] += 1
            yield Judged(one.text, names[one.group] == "document", False, fold(one.group))


def write(weights: Weights, folder: Path) -> None:
    """The weights, and the module that says which they are."""
    content = weights.packed()
    (folder / NAME).write_bytes(content)
    lines = (
        '"""Which weights are shipped. Written by training/train.py."""',
        "",
        f'VERSION = "{weights.version}"',
        f'SHA256 = "{digest(content)}"',
        "",
    )
    (folder / "release.py").write_text("\n".join(lines), encoding="utf-8")


def _counts(examples: Sequence[Example]) -> dict[str, list[int]]:
    """Benign texts and attacks by group."""
    found = Counter((one.group, one.attack) for one in examples)
    return {group: [found[group, False], found[group, True]] for group in sorted({one.group for one in examples})}


def _digest(examples: Sequence[Example]) -> str:
    whole = hashlib.sha256()
    for one in examples:
        whole.update(f"{one.attack:d}\0{one.importance}\0{one.text}\0".encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


if __name__ == "__main__":
    main()
