"""Learn how rules, the scorer and mentions are weighed together, and measure what each threshold brings.

    python -m training.confidence LABELLED [--scores FILE] [--report]

LABELLED is as for ``llmsec-tui eval``, its rows with a ``license`` too; --scores has ``{id, score}`` of a scorer that
did not learn from the source of each row, where the shipped one did. Weights are learned only from rows whose licence
allows it; rates are measured on all rows, each by weights that know nothing of its source. Writes
``src/llmsec_tui/detect/confidence/shipped.json``; --report only says what would be written.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from math import log2
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmsec_tui.detect.confidence import shipped
from llmsec_tui.detect.confidence.combining import Evidence, Weights, combined, scorer_says, strength
from llmsec_tui.detect.confidence.scoring import MENTION, SCORE, asks_scorer, is_scored
from llmsec_tui.detect.confidence.shipped import Point, Shipped
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.detect.signals.computing import with_signals
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.paths import shipped as shipped_folder
from llmsec_tui.service.evaluation.judging import as_batch
from llmsec_tui.service.evaluation.rows import Row, check, lines, read_row
from training.corpus import family, is_permitted

NOISY = frozenset(("mosscap", "deepset", "bipia"))
"""Sources whose labels say something else than whether a text is an attack; they are measured, and not learned from."""
RATE, TRIGGER_RATE = 0.005, 0.01
"""Of benign texts, and of those with words of attacks, that may be taken for attacks at the shipped threshold. On other
sources the scorer is wrong about half as often, and rules, which were written with these texts in view, more often."""
BY_RULES = 0.35
"""Confidence from which an alert counts where the scorer was not asked: below are weak rules on texts that talk about
attacks."""
BATCH = 2_000
POINTS, MOST = 60, 0.1
"""So many thresholds are measured, up to this share of benign texts; below, the scorer's own rule doesn't alert."""
PRIOR = Weights(-1.0, 1.0, (2.2, 3.5, 5.0), 0.4, -2.0, 0.5)
"""What weights are drawn to: rules were written with these texts in view, so what they do here says too much."""
PULL = (0.0, 0.0, 1000.0, 1000.0, 1000.0, 1000.0, 50.0, 1000.0)
"""How strongly, in texts."""
SMALL = 1e-6
"""Steps that are smaller change nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One labelled text with the evidence about it."""

    evidence: Evidence
    is_attack: bool
    source: str
    """With those that share texts or authors."""
    kind: str
    may_be_learned: bool


def gathered(path: Path, ruleset: RuleSet, scores: dict[str, float]) -> Iterator[Seen]:
    """All rows of the task ``injection``; ``scores`` by ids go before those of the shipped scorer."""
    check(path)
    rows = ((read_row(line), json.loads(line).get("license", "")) for _, line in lines(path))
    wanted = (one for one in rows if one[0].task == "injection")
    while some := list(islice(wanted, BATCH)):
        yield from _batch(some, ruleset, scores)


def _batch(some: Sequence[tuple[Row, str]], ruleset: RuleSet, scores: dict[str, float]) -> Iterator[Seen]:
    batch = as_batch([row for row, _ in some])
    alerts = detect(ruleset, batch).alerts.select("source_offset", "rule_id")
    own = {rule.id: rule.confidence for rule in ruleset.rules if is_scored(rule) and not asks_scorer(rule)}
    hits = {at: [one for _, one in group] for at, group in groupby(alerts.iter_rows(), key=lambda row: row[0])}
    known = [name for name in (SCORE, MENTION) if name in SIGNALS]
    signals = with_signals(batch, known).select("trust", *known).iter_rows(named=True)
    for number, ((row, licence), values) in enumerate(zip(some, signals, strict=True)):
        score = values[SCORE]
        yield Seen(
            Evidence(
                score if score is None else scores.get(row.id, score),
                tuple(own[rule] for rule in hits.get(number, ()) if rule in own),
                values.get(MENTION) or 0.0,
                values["trust"] in ("tool", "retrieved"),
            ),
            row.label == 1,
            family(row.source),
            row.kind,
            is_permitted(licence) and row.source not in NOISY,
        )


def features(some: Sequence[Seen]) -> NDArray[np.float64]:
    """A row for each text, a column for each weight."""
    found = np.zeros((len(some), 8))
    for row, one in zip(found, some, strict=True):
        evidence = one.evidence
        assert evidence.score is not None
        row[0], row[1] = 1.0, scorer_says(evidence.score, evidence.confidences)
        if rules := evidence.confidences:
            row[2 + max(map(strength, rules))] = 1.0
            row[5] = log2(len(rules))
        row[6], row[7] = evidence.mention, evidence.is_data
    return found


def learned(some: Sequence[Seen]) -> Weights:
    """Logistic regression by Newton's method, never uphill; sources count with the square root of their size."""
    usable = [one for one in some if one.may_be_learned and one.evidence.score is not None]
    x, y = features(usable), np.array([one.is_attack for one in usable], float)
    sizes = {source: sum(one.source == source for one in usable) for source in {one.source for one in usable}}
    importance = np.array([sizes[one.source] ** -0.5 for one in usable])
    importance *= len(usable) / importance.sum()
    prior, pull = np.array(_flat(PRIOR)), np.array(PULL)

    def loss(beta: NDArray[np.float64]) -> float:
        odds = x @ beta
        return float(importance @ (np.logaddexp(0, odds) - y * odds) + pull @ (beta - prior) ** 2 / 2)

    beta = prior.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (importance * (p - y)) + pull * (beta - prior)
        hessian = (x * (importance * p * (1 - p) + 1e-9)[:, None]).T @ x + np.diag(pull + 1e-6)
        step = np.linalg.solve(hessian, gradient)
        # A full step may go too far where most texts are told already, and never come back.
        while np.abs(step).max() >= SMALL and loss(beta - step) > loss(beta):
            step /= 2
        beta -= step
        if np.abs(step).max() < SMALL:
            break
    return _sensible(beta)


def _flat(weights: Weights) -> list[float]:
    return [weights.intercept, weights.scorer, *weights.strengths, weights.further, weights.mention, weights.data]


def _sensible(beta: NDArray[np.float64]) -> Weights:
    """Stronger rules never say less than weaker ones, more rules never less than one, and a mention never more."""
    low, medium, high = np.maximum.accumulate(np.maximum(beta[2:5], 0.0))
    rounded = [round(float(one), 3) for one in (beta[0], beta[1], low, medium, high)]
    return Weights(
        rounded[0],
        rounded[1],
        (rounded[2], rounded[3], rounded[4]),
        round(max(float(beta[5]), 0.0), 3),
        round(min(float(beta[6]), 0.0), 3),
        round(float(beta[7]), 3),
    )


def out_of_source(seen: Sequence[Seen]) -> list[float]:
    """The confidence in each text by weights that know nothing of its source."""
    weights = {
        source: learned([one for one in seen if one.source != source]) for source in {one.source for one in seen}
    }
    return [combined(one.evidence, weights[one.source]) for one in seen]


def chosen_threshold(seen: Sequence[Seen], confidences: Sequence[float]) -> float:
    """The lowest that keeps both rates."""
    pairs = list(zip(seen, confidences, strict=True))
    plain = sorted((c for one, c in pairs if not one.is_attack and one.kind != "benign_trigger"), reverse=True)
    trigger = sorted((c for one, c in pairs if not one.is_attack and one.kind == "benign_trigger"), reverse=True)
    limits = [some[int(rate * len(some))] for some, rate in ((plain, RATE), (trigger, TRIGGER_RATE)) if some]
    return round(max(limits) + 1e-4, 4)


def points(seen: Sequence[Seen], confidences: Sequence[float]) -> list[Point]:
    """From the highest threshold to the lowest, evenly spread over false-positive rates on a scale of logarithms."""
    attacks = np.sort([c for one, c in zip(seen, confidences, strict=True) if one.is_attack])
    benign = np.sort([c for one, c in zip(seen, confidences, strict=True) if not one.is_attack])
    wanted = np.unique(np.geomspace(1, max(len(benign) * MOST, 2), POINTS).astype(int))
    found = {Point(1.0, _from(benign, 1.0), _from(attacks, 1.0))}
    for count in wanted:
        threshold = round(float(benign[-count]) + 1e-4, 4)
        found.add(Point(threshold, _from(benign, threshold), _from(attacks, threshold)))
    return sorted(found, key=lambda point: -point.threshold)


def _from(ordered: NDArray[np.float64], threshold: float) -> int:
    return int(len(ordered) - np.searchsorted(ordered, threshold, "left"))


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--report", action="store_true")
    given = parser.parse_args()
    scores: dict[str, float] = {}
    if given.scores:
        scores = {one["id"]: one["score"] for one in map(json.loads, given.scores.read_text().splitlines())}
    ruleset = load([shipped_folder("rules")])
    seen = list(gathered(given.labelled, ruleset, scores))
    confidences = out_of_source(seen)
    table = points(seen, confidences)
    made = Shipped(
        learned(seen),
        chosen_threshold(seen, confidences),
        BY_RULES,
        sum(one.is_attack for one in seen),
        sum(not one.is_attack for one in seen),
        tuple(table),
    )
    print(made.weights, "threshold", made.threshold)
    for point in table:
        print(
            f"{point.threshold:.4f} {point.false_positives / made.benign:.4%} {point.true_positives / made.attacks:.2%}"
        )
    if not given.report:
        content = json.dumps(asdict(made), indent=1) + "\n"
        Path(shipped.__file__).with_name("shipped.json").write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
