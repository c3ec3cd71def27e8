"""Two models beside each other, metric by metric."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from llmsec_tui.drift.discovery import discoveries
from llmsec_tui.drift.metrics import BY_NAME, METRICS, Metric
from llmsec_tui.drift.segments import Slice, values
from llmsec_tui.drift.sketch import Sketch
from llmsec_tui.drift.verdict import FALSE_DISCOVERIES, LEAST, Compared, compared
from llmsec_tui.errors import NotFound
from llmsec_tui.service.behaviour.api import CompareModels, Comparison, ModelRow
from llmsec_tui.service.behaviour.reading import last_window, parts, summed
from llmsec_tui.service.context import Context
from llmsec_tui.store.queries import Reader

_CALLS = BY_NAME["errors"]
"""Has a value of each call."""


def compare_models(context: Context, reader: Reader, ask: CompareModels) -> Comparison:
    """Raises NotFound for a model of which nothing is in the window."""
    with reader.one_state():
        _, baseline = context.behaviour.baseline(reader)
        seen, segments = last_window(reader, ask.hours), reader.segments()
    present = [segments[number] for number in seen.sketches if number in segments]
    sketches = {name: summed(parts(seen, segments, Slice("model", name))) for name in values(present, "model")}
    models = sorted(sketches, key=lambda name: (-sketches[name].n(_CALLS), name))
    one, other = _chosen(models, ask.one, ask.other)
    usual = baseline.of(Slice()) if baseline is not None else None
    rows = []
    for metric in METRICS:
        a, b = sketches.get(one, Sketch()), sketches.get(other, Sketch())
        if a.n(metric) or b.n(metric):
            n = min(a.n(metric), b.n(metric))
            unrest = usual.dispersion(metric, n, len(seen.hours)) if usual is not None else 1.0
            rows.append((metric, a, b, compared(metric, a.of(metric), b.of(metric), unrest)))
    enough = [min(a.n(metric), b.n(metric)) >= LEAST for metric, a, b, _ in rows]
    sure = iter(
        discoveries([found.p_value for (*_, found), told in zip(rows, enough, strict=True) if told], FALSE_DISCOVERIES)
    )
    return Comparison(
        models=models,
        one=one,
        other=other,
        rows=[
            _row(metric, a, b, found, judged=told, sure=told and next(sure))
            for (metric, a, b, found), told in zip(rows, enough, strict=True)
        ],
    )


def _chosen(models: list[str], one: str, other: str) -> tuple[str, str]:
    for name in filter(None, (one, other)):
        if name not in models:
            known = f"There are: {', '.join(models[:10])}." if models else "No model did anything in this time."
            raise NotFound(f"There is no model {name[:80]!r} in this time.", hint=known)
    rest = [name for name in models if name not in (one, other)]
    one = one or (rest.pop(0) if rest else "")
    return one, other or (rest[0] if rest else "")


def _row(metric: Metric, a: Sketch, b: Sketch, found: Compared, *, judged: bool, sure: bool) -> ModelRow:
    return ModelRow(
        metric=metric.name,
        title=metric.title,
        unit=metric.unit,
        shape=metric.shape,
        one=found.one,
        other=found.other,
        one_n=a.n(metric),
        other_n=b.n(metric),
        effect=float(found.effect),
        p_value=float(found.p_value),
        judged=judged,
        differs=sure and found.effect >= metric.floor,
    )


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {CompareModels: compare_models}
