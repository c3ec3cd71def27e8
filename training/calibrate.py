"""Make margins mean something: a logistic curve over verdicts on texts from sources that the model had not seen."""

import numpy as np
from numpy.typing import NDArray

from llmsec_tui.detect.scorer.weights import Curve

Floats = NDArray[np.float64]
_ROUNDS = 60
_KNOTS = np.concatenate((np.linspace(-12, -5, 8), np.linspace(-4.5, 4.5, 37), np.linspace(5, 12, 8)))
"""Log-odds at which the curve is kept."""


def platt(margins: Floats, labels: Floats, importance: Floats) -> tuple[float, float]:
    """Slope and offset of the log-odds, by Newton's method, after J. Platt, Probabilistic Outputs for Support Vector
    Machines (1999); targets are drawn in from 0 and 1 as there."""
    attacks, others = float(importance[labels == 1].sum()), float(importance[labels == 0].sum())
    target = np.where(labels == 1, (attacks + 1) / (attacks + 2), 1 / (others + 2))
    slope, offset = 1.0, 0.0
    for _ in range(_ROUNDS):
        found = 1 / (1 + np.exp(-np.clip(slope * margins + offset, -30, 30)))
        error, spread = importance * (found - target), importance * found * (1 - found)
        first = np.array([(error * margins).sum(), error.sum()])
        second = np.array(
            [[(spread * margins**2).sum(), (spread * margins).sum()], [(spread * margins).sum(), spread.sum()]]
        )
        change = np.linalg.solve(second + 1e-9 * np.eye(2), first)
        slope, offset = slope - float(change[0]), offset - float(change[1])
    return slope, offset


def curve(slope: float, offset: float) -> Curve:
    """The logistic curve as a line through knots."""
    if slope <= 0:
        raise ValueError("The margins say nothing about the labels; there is nothing to calibrate.")
    margins = (_KNOTS - offset) / slope
    chances = 1 / (1 + np.exp(-_KNOTS))
    return Curve(tuple(np.round(margins, 4).tolist()), tuple(np.round(chances, 6).tolist()))
