"""Why a metric moved: how much of it because the mix of calls changed, and how much because calls themselves did.

The difference of two means over groups is cut in two without a rest (Kitagawa, "Components of a difference between two
rates", 1955): ``Σ (w₁ - w₀)(x₀ + x₁) / 2`` for the mix, ``Σ (x₁ - x₀)(w₀ + w₁) / 2`` within the groups.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from llmsec_tui.drift.metrics import Metric, Shape
from llmsec_tui.drift.segments import DIMENSIONS, Segment
from llmsec_tui.drift.sketch import Sketch

_FRESH = 0.05
"""A share of calls with what the baseline does not have that is worth a word."""
_DIMENSIONS = ("model", "prompt")
_OF_PROVIDERS = frozenset({"model", "fingerprint"})
_USERS = frozenset({"app", "tenant", "language"})


class Cause(StrEnum):
    """Who changed something."""

    PROVIDER = "the provider's model"
    OURS = "our prompt, tools or release"
    USERS = "who asks, and for what"
    ATTACK = "attack traffic"
    UNKNOWN = "nothing that the logs tell"


@dataclass(frozen=True, slots=True)
class Split:
    """A shift, cut by one dimension."""

    dimension: str
    total: float
    """The difference of the means, in the metric's own unit."""
    mix: float
    """Of it, what comes of values having other shares of the calls."""
    within: float
    """Of it, what comes of calls with the same value being otherwise."""
    movers: tuple[tuple[str, float, float, float], ...]
    """The values that account for most: value, usual share of the calls, share now, what it adds to the total."""
    fresh: float
    """The share of calls with values that the baseline does not have."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is known to have changed."""

    at: int
    """Microseconds since 1970 UTC."""
    kind: str
    """deploy | model | fingerprint | prompt | tools | guardrail | other"""
    text: str
    app: str = ""
    seen: bool = False
    """It was noted by nobody, but seen in the logs for the first time."""


def split(
    metric: Metric, dimension: str, usual: Iterable[tuple[Segment, Sketch]], now: Iterable[tuple[Segment, Sketch]]
) -> Split | None:
    """Cut the shift of a metric by a dimension; None for mixes, and where either side says nothing."""
    if metric.shape is Shape.MIX:
        return None
    before, after = _grouped(metric, dimension, usual), _grouped(metric, dimension, now)
    if dimension == "language":
        # It is not known of calls whose text is not in the log, and they speak no language of their own.
        before.pop("", None)
        after.pop("", None)
    n0, n1 = sum(n for n, _ in before.values()), sum(n for n, _ in after.values())
    if not n0 or not n1:
        return None
    mean0 = sum(total for _, total in before.values()) / n0
    mean1 = sum(total for _, total in after.values()) / n1
    mix = within = 0.0
    movers = []
    for value in sorted(before.keys() | after.keys()):
        (c0, s0), (c1, s1) = before.get(value, (0, 0.0)), after.get(value, (0, 0.0))
        w0, w1 = c0 / n0, c1 / n1
        # Where one side has none, it is taken to be as the other: all of the change is that it came, or went.
        x0, x1 = s0 / c0 if c0 else s1 / c1, s1 / c1 if c1 else s0 / c0
        # Against the overall mean, so that a value's share alone adds nothing where it is as all others are.
        middle = (mean0 + mean1) / 2
        by_mix, by_itself = (w1 - w0) * ((x0 + x1) / 2 - middle), (x1 - x0) * (w0 + w1) / 2
        mix, within = mix + by_mix, within + by_itself
        movers.append((value or "(none)", w0, w1, by_mix + by_itself))
    movers.sort(key=lambda one: (-abs(one[3]), one[0]))
    fresh = sum(n for value, (n, _) in after.items() if value not in before) / n1
    return Split(dimension, mean1 - mean0, mix, within, tuple(movers[:5]), fresh)


def _grouped(metric: Metric, dimension: str, parts: Iterable[tuple[Segment, Sketch]]) -> dict[str, tuple[int, float]]:
    """By value: how many values of the metric there are, and their sum."""
    found: dict[str, tuple[int, float]] = {}
    for segment, sketch in parts:
        n = sketch.n(metric)
        if n:
            count, total = found.get(getattr(segment, dimension), (0, 0.0))
            found[getattr(segment, dimension)] = count + n, total + (sketch.mean(metric) or 0.0) * n
    return found


def splits(
    metric: Metric, usual: Sequence[tuple[Segment, Sketch]], now: Sequence[tuple[Segment, Sketch]]
) -> list[Split]:
    """By every dimension, that which explains most by its mix first."""
    found = [one for name in DIMENSIONS if (one := split(metric, name, usual, now)) is not None and len(one.movers) > 1]
    return sorted(found, key=lambda one: (-abs(one.mix), one.dimension))


@dataclass(frozen=True, slots=True)
class Blame:
    """A cause, and what speaks for it."""

    cause: Cause
    share: float
    """Of the shift, what it explains; 0 to 1."""
    why: str


def blame(found: Sequence[Split], changes: Sequence[Change], attacked: float, usually_attacked: float) -> list[Blame]:
    """The causes of a shift, the likeliest first.

    ``changes`` are those shortly before it began; ``attacked`` is the share of calls with an alert for injection.
    """
    causes: list[Blame] = []
    by = {one.dimension: one for one in found}
    model, prompt = by.get("model"), by.get("prompt")
    if model is not None and model.fresh > _FRESH:
        new = ", ".join(value for value, w0, w1, _ in model.movers if w0 == 0 and w1 > 0)
        share = _share(sum(adds for _, w0, _, adds in model.movers if w0 == 0) + _gone(model), model.total)
        causes.append(
            Blame(Cause.PROVIDER, share, f"{model.fresh:.0%} of calls go to {new}, which the baseline does not have")
        )
    if prompt is not None and prompt.fresh > _FRESH:
        share = _share(sum(adds for _, w0, _, adds in prompt.movers if w0 == 0) + _gone(prompt), prompt.total)
        causes.append(Blame(Cause.OURS, share, f"{prompt.fresh:.0%} of calls have a system prompt that is new"))
    for one in found:
        if one.dimension in _USERS and _share(one.mix, one.total) > 0.1:
            told = f"{_share(one.mix, one.total):.0%} of the shift comes of other shares by {one.dimension}"
            causes.append(Blame(Cause.USERS, _share(one.mix, one.total), told))
    if attacked > max(2 * usually_attacked, usually_attacked + 0.01):
        told = f"{attacked:.1%} of what users say has an alert, where {usually_attacked:.1%} is usual"
        causes.append(Blame(Cause.ATTACK, min(1.0, attacked), told))
    named = {one.dimension for one in (model, prompt) if one is not None and one.fresh > _FRESH}
    causes += _changed([one for one in changes if one.kind not in named], causes)
    if not causes:
        causes.append(Blame(Cause.UNKNOWN, 0.0, "no model, prompt, mix of calls or marker changed with it"))
    return sorted(causes, key=lambda one: -one.share)


def _changed(changes: Sequence[Change], causes: Sequence[Blame]) -> list[Blame]:
    """What changed shortly before has what is left of a shift, in equal parts: nothing measured tells them apart."""
    # Guardrails are first heard of when they first object: of attacks, as often as of a change to them.
    left = [one for one in changes if not (one.kind == "guardrail" and one.seen)]
    rest = 1.0 - max((one.share for one in causes), default=0.0)
    return [
        Blame(
            Cause.PROVIDER if one.kind in _OF_PROVIDERS else Cause.OURS,
            rest / len(left),
            f"{one.kind}: {one.text}, shortly before; {rest:.0%} of the shift has no other reason that is measured",
        )
        for one in left
    ]


def _gone(one: Split) -> float:
    """What values add that went away, as others took their place."""
    return sum(adds for _, w0, w1, adds in one.movers if w0 > 0 and w1 == 0)


def _share(part: float, whole: float) -> float:
    return max(0.0, min(1.0, part / whole)) if whole else 0.0


def changes_seen(
    segments: Iterable[Mapping[str, object]], others: Iterable[Mapping[str, object]], since: int
) -> list[Change]:
    """What was first seen after ``since`` (µs) in applications that were there before.

    ``segments`` have an app, a model, a prompt and when they were first seen; ``others`` an app, a kind, a value and
    the same.
    """
    rows = [(int(str(row["first_at"])), str(row["app"]), kind, row[kind]) for row in segments for kind in _DIMENSIONS]
    began: dict[str, int] = {}
    for at, app, _, _ in rows:
        began[app] = min(at, began.get(app, at))
    rows += [(int(str(row["first_at"])), str(row["app"]), str(row["kind"]), row["value"]) for row in others]
    known: set[tuple[str, str, object]] = set()
    found = []
    for at, app, kind, value in sorted(rows, key=lambda row: row[0]):
        if value and (kind, app, value) not in known:
            known.add((kind, app, value))
            if at >= since and at > began.get(app, at):
                found.append(Change(at, kind, str(value), app, seen=True))
    return found
