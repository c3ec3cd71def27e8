"""How models behave, drift and cost, at a collector in memory."""

import math
from collections.abc import Sequence

from msgspec.structs import replace
from tests.console.silence_backend import START

from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.service.api import Done
from llmsec_tui.service.behaviour import api

HOUR = 3_600_000_000
NOW = START - START % HOUR + 40 * HOUR
BEHAVIOUR_CAPABILITIES = ["behaviour.read", "baselines.pin"]

_METRICS = (
    ("latency", "Latency", "number", "ms", 2_140.0, 843.0),
    ("refusals", "Refusals", "rate", "", 0.084, 0.021),
    ("tools", "Tool mix", "mix", "", None, None),
    ("cost", "Cost of a call", "number", "$", 0.0123, 0.0119),
    ("output_tokens", "Output tokens", "number", "tokens", 412.0, 398.0),
    ("pressure", "Injection alerts", "rate", "", None, None),
    ("guardrail", "Guardrail blocks", "rate", "", 0.01, 0.01),
)
_VERDICTS = ("drift", "drift", "watch", "steady", "steady", "insufficient", "absent")
_SLICES = ("all", "model=claude-sonnet-5", "app=support-bot", "tenant=acme")


def behaviour_row(number: int, text: str = "") -> api.BehaviourRow:
    """A row of the board; the seven metrics come in turn."""
    metric, title, shape, unit, value, usual = _METRICS[number % len(_METRICS)]
    verdict = _VERDICTS[number % len(_METRICS)]
    base = 0.1 if value is None else value
    return api.BehaviourRow(
        slice=text or _SLICES[number // len(_METRICS) % len(_SLICES)],
        metric=metric,
        title=text or title,
        shape=shape,
        unit=unit,
        verdict=verdict,
        n=1_234 if verdict != "absent" else 0,
        usual_n=45_678,
        value=value,
        usual=usual,
        effect=0.41 if verdict == "drift" else 0.05,
        floor=0.1,
        p_value=2e-7 if verdict == "drift" else 0.3,
        slow_since=NOW - 9 * HOUR if verdict == "watch" else None,
        spark=[None if hour % 11 == 3 else base * (1 + hour / 12) for hour in range(24)],
        why=text or "2,140 ms, usually 843 ms; the whole board can vouch for it (p 2e-07).",
    )


def _point(row: api.BehaviourRow, at: int, hours_ago: int) -> api.BehaviourPoint:
    usual = row.usual or 0.1
    wave = usual * (1 + 0.15 * math.sin(hours_ago / 3.8))
    late = hours_ago < 10
    return api.BehaviourPoint(
        at=at,
        n=240 if hours_ago % 23 else 3,
        value=(wave * (2.3 if late else 1.02)) if hours_ago % 23 else None,
        low=wave * 0.9,
        high=wave * 1.12,
        verdict="drift" if late and hours_ago < 8 else "watch" if late else "steady",
        alerts=2 if hours_ago in (9, 30) else 0,
    )


class Behaviour:
    """What a collector answers about behaviour."""

    def __init__(self) -> None:
        self.behaviour_text = ""
        self.behaviour_rows = [behaviour_row(number) for number in range(4 * len(_METRICS))]
        self.behaviour_note = ""
        self.usage_note = (
            "12 calls cost more than is told, by models without a price: llama-9. prices.yml can name them."
        )
        self.baseline = 3

    def use_for_behaviour(self, texts: Sequence[str]) -> None:
        """Make every text one of these."""
        self.behaviour_text = texts[0]
        self.behaviour_note = self.usage_note = texts[-1]
        self.behaviour_rows = [behaviour_row(number, text) for number, text in enumerate(texts)]

    def _answer_ListBehaviour(self, ask: api.ListBehaviour) -> api.BehaviourBoard:  # noqa: N802
        found = [row for row in self.behaviour_rows if ask.filter.removeprefix("verdict:") in ("", row.verdict)]
        return api.BehaviourBoard(
            rows=found,
            total=len(found),
            since=NOW - ask.hours * HOUR,
            until=NOW,
            baseline=self.baseline,
            note=self.behaviour_note,
            drifting=8,
            watched=4,
            insufficient=4,
        )

    def _answer_GetBehaviour(self, ask: api.GetBehaviour) -> api.BehaviourDetail:  # noqa: N802
        text = self.behaviour_text
        rows = [row for row in self.behaviour_rows if (row.metric, row.slice) == (ask.metric, ask.slice)]
        if not rows:
            raise NotFound(f"There is no {ask.metric} of {ask.slice}.")
        row = rows[0]
        end = NOW - HOUR
        points = [_point(row, end - ago * HOUR, ago) for ago in reversed(range(ask.chart_hours))]
        return api.BehaviourDetail(
            row=row,
            statistics={"psi": 0.61, "js": 0.21, "hellinger": 0.3, "ks": 0.41, "wasserstein": 1_297.0, "tv": 0.4},
            points=points,
            marks=[
                api.ChangeMark(
                    at=NOW - 11 * HOUR, kind="deploy", text=text or "gateway 2.41 with new timeouts", app=text
                ),
                api.ChangeMark(at=NOW - 50 * HOUR, kind="prompt", text=text or "new system prompt", app=text),
                api.ChangeMark(at=NOW - 14 * HOUR, kind="model", text=text or "claude-sonnet-5", app=text),
            ],
            causes=[
                api.CauseRow(
                    cause=text or "deploy: gateway 2.41", share=0.72, why=text or "The hour before was usual."
                ),
                api.CauseRow(cause=text or "more calls of tenant acme", share=0.2, why=text or "Its calls are longer."),
            ],
            splits=[
                api.SplitRow(
                    dimension="model",
                    total=1_297.0,
                    mix=310.0,
                    within=987.0,
                    movers=[(text or "claude-sonnet-5", 0.21, 0.48, 812.0), (text or "gpt-5-mini", 0.79, 0.52, -40.0)],
                )
            ],
            shifts=[api.ShiftRow(name=text or "fetch_url", usual=0.31, now=0.52)],
            terms=api.TermsRow(
                n=800,
                usual_n=4_000,
                auc=0.81,
                auc_limit=0.56,
                mmd=0.04,
                mmd_p=0.002,
                more=[text or "sorry", "cannot"],
                fewer=[text or "invoice"],
            ),
            contributors=[
                api.ContributorRow(
                    conversation_id=text or f"conv-{number:05d}",
                    event_id=f"{number + 1:016x}",
                    app=text or "support-bot",
                    user_id=text or "customer-4711",
                    at=NOW - number * 60_000_000,
                    value=9_000.0 - 100 * number,
                    weight=0.2 / (number + 1),
                )
                for number in range(20)
            ],
        )

    def _answer_ListUsage(self, ask: api.ListUsage) -> api.UsagePage:  # noqa: N802
        names = {"app": "support-bot", "model": "claude-sonnet-5", "user": "customer-4711"}
        rows = [
            api.UsageRow(
                of=ask.by,
                name=self.behaviour_text or f"{names.get(ask.by, ask.by)}{'' if number == 0 else f'-{number}'}",
                calls=48_210 // (number + 1),
                input_tokens=91_200_345 // (number + 1),
                cached_tokens=30_100_000 // (number + 1),
                output_tokens=8_123_456 // (number + 1),
                cost=412.73 / (number + 1),
                unpriced=12 if number == 2 else 0,
                budget=(300.0, 500.0, None)[number % 3],
                spark=[412.73 / (number + 1) / 24 * (0.5 + hour / 23) for hour in range(24)],
            )
            for number in range(6)
        ]
        return api.UsagePage(
            by=ask.by,
            rows=rows,
            total=9,
            since=NOW - ask.hours * HOUR,
            until=NOW,
            prices=self.behaviour_text or "prices.yml of 2026-11-01",
            note=self.usage_note,
        )

    def _answer_CompareModels(self, ask: api.CompareModels) -> api.Comparison:  # noqa: N802
        models = [self.behaviour_text] * 2 if self.behaviour_text else ["claude-sonnet-5", "gpt-5-mini", "llama-9"]
        one = ask.one or next(name for name in models if name != ask.other or self.behaviour_text)
        other = ask.other or next(name for name in models if name != one or self.behaviour_text)
        if not {one, other} <= set(models):
            raise NotFound("There is no such model in this time.")
        return api.Comparison(
            models=models,
            one=one,
            other=other,
            rows=[
                api.ModelRow(
                    metric=row.metric,
                    title=row.title,
                    unit=row.unit,
                    shape=row.shape,
                    one=row.value,
                    other=row.usual,
                    one_n=12_340,
                    other_n=880,
                    effect=row.effect,
                    p_value=row.p_value,
                    judged=row.verdict != "insufficient",
                    differs=row.verdict == "drift",
                )
                for row in self.behaviour_rows[:7]
            ],
        )

    def _answer_ListBaselines(self, _: api.ListBaselines) -> api.BaselineList:  # noqa: N802
        return api.BaselineList(
            rows=[
                api.BaselineRow(
                    version=version,
                    in_force=version == self.baseline,
                    since=NOW - (21 + 7 * version) * 24 * HOUR,
                    until=NOW - 7 * version * 24 * HOUR,
                    at=NOW - 7 * version * 24 * HOUR,
                    by=self.behaviour_text or "ann",
                    note=self.behaviour_text or "two quiet weeks",
                    digest=str(version) * 64,
                    hours=336,
                    left_out=version,
                    usable=version > 1,
                )
                for version in range(self.baseline, 0, -1)
            ]
        )

    def _answer_PinBaseline(self, ask: api.PinBaseline) -> Done:  # noqa: N802
        if not ask.note:
            raise ServiceError("A baseline is pinned with a reason; nothing was pinned.")
        self.baseline += 1
        self.behaviour_rows = [replace(row, verdict="steady") for row in self.behaviour_rows]
        return Done(message=f"Baseline {self.baseline} is pinned: 672 hours, 3 with incidents left out.")
