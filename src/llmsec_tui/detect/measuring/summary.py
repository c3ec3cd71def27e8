"""All figures of a measurement, over everything and group by group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from llmsec_tui.detect.measuring.answers import SIDES, Answers
from llmsec_tui.detect.measuring.ranking import auroc, threshold
from llmsec_tui.detect.measuring.rates import Counts, Estimate, share

RATES = (0.01, 0.001)
"""Shares of benign texts that are taken for attacks, at which recall is told."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on a group of texts; an estimate is None where the group has nothing to measure it on."""

    by: str
    """One of ``SIDES``, or "all"."""
    name: str
    counts: Counts
    auroc: Estimate | None
    recall_at: tuple[Estimate | None, ...]
    """The recall where the shares in ``RATES`` of *all* benign texts of the same task score higher, so that groups can
    be compared and one without benign texts has a figure too. The threshold is taken as given."""


def summary(answers: Answers) -> Iterator[Figures]:
    """Everything first, then each group of each side that has more than one."""
    everything = range(len(answers))
    thresholds = _thresholds(answers)
    yield _figures(answers, "all", "", everything, thresholds)
    for side in SIDES:
        groups = answers.places(side)
        if len(groups) > 1:
            for name, some in groups.items():
                yield _figures(answers, side, name, some, thresholds)


def _thresholds(answers: Answers) -> list[Mapping[str, float]]:
    """For each of ``RATES`` the threshold of each task: scores of different tasks are not on one scale."""
    benign = {task: answers.apart(some)[1] for task, some in answers.places("task").items()}
    return [{task: threshold(scores, rate) for task, scores in benign.items()} for rate in RATES]


def _figures(
    answers: Answers, by: str, name: str, some: Sequence[int], thresholds: Sequence[Mapping[str, float]]
) -> Figures:
    attacks = [at for at in some if answers.is_attack(at)]
    found = [sum(answers.scores[at] > limits[answers.task(at)] for at in attacks) for limits in thresholds]
    return Figures(
        by,
        name,
        answers.counts(some),
        auroc(*answers.apart(some)),
        tuple(share(one, len(attacks)) for one in found),
    )
