"""Queries about the desk: what holds, how it is doing, and what the next shift has to know."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from llmsec_tui.access import Actor
from llmsec_tui.incidents import handover, metrics
from llmsec_tui.incidents.states import LEVELS, Disposition
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.context import Context
from llmsec_tui.service.incidents.api import GetDesk, GetHandOver, GetMetrics
from llmsec_tui.service.incidents.lines import incident_row
from llmsec_tui.service.incidents.report_rows import HandOverReport, LevelMetrics, Metrics, RuleMetrics, TeamMetrics
from llmsec_tui.service.incidents.rows import Desk, DutyRow
from llmsec_tui.service.wire import portable
from llmsec_tui.store.queries import Reader

T = TypeVar("T", bound=Struct)

_DAY_US = 86_400_000_000
_MOST_DAYS = 3_650


def get_desk(context: Context, reader: Reader, _: GetDesk, actor: Actor) -> Desk:
    """What holds for all incidents, and for whoever asks."""
    policy = context.policy.policy
    found = reader.desk_counts(actor.user, _now())
    return Desk(
        duties=[DutyRow(name=duty.name, title=duty.title, within=duty.within) for duty in policy.duties],
        dispositions=[disposition.value for disposition in Disposition],
        levels=list(LEVELS),
        most_at_once=policy.bulk.get(actor.role, 0),
        people=reader.people(),
        policy=portable(context.policy.origin),
        problem=portable(context.policy.problem),
        open=found["open"],
        mine=found["mine"],
        breached=found["breached"],
    )


def get_metrics(context: Context, reader: Reader, ask: GetMetrics) -> Metrics:
    """Figures of the incidents opened in the last days."""
    now = _now()
    since = now - min(max(ask.days, 1), _MOST_DAYS) * _DAY_US
    incidents, missed = reader.incidents_counted(since)
    fresh = [one for one in incidents if one.opened_at >= since]
    return Metrics(
        since=since,
        now=now,
        levels=[_made(one, LevelMetrics) for one in metrics.of_levels(incidents, since, now, missed)],
        rules=_rules(context, metrics.of_rules(fresh)),
        teams=[_made(one, TeamMetrics) for one in metrics.of_teams(incidents, since, context.policy.policy.teams)],
    )


def get_hand_over(context: Context, reader: Reader, ask: GetHandOver) -> HandOverReport:
    """Open incidents with what the next shift has to know of each."""
    now = _now()
    found, events, total = reader.to_hand_over(ask.user, PAGE_LIMIT, handover.NOTES)
    problems = [problem] if (problem := context.problem) else []
    policy, viewers = context.policy.policy, context.presence.viewers(now)
    ordered = handover.in_order(found, now)
    return HandOverReport(
        user=ask.user,
        now=now,
        rows=[incident_row(one, len(found) - place, policy, now, viewers) for place, one in enumerate(ordered)],
        markdown=portable(handover.report(found, events, now, user=ask.user, total=total, problems=problems)),
    )


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {
    GetMetrics: get_metrics,
    GetHandOver: get_hand_over,
}
PERSONAL: Mapping[type, Callable[[Context, Reader, Any, Actor], Struct]] = {GetDesk: get_desk}
"""Those whose answer depends on who asks."""


def _rules(context: Context, found: Mapping[str, metrics.Judged]) -> list[RuleMetrics]:
    """Those that were judged most often first."""
    ordered = sorted(found, key=lambda rule_id: (-found[rule_id].judged, -found[rule_id].closed, rule_id))
    return [_rule(context, rule_id, found[rule_id]) for rule_id in ordered]


def _rule(context: Context, rule_id: str, judged: metrics.Judged) -> RuleMetrics:
    rule = context.rules.loaded.by_id.get(rule_id)
    low, high = judged.interval or (None, None)
    return RuleMetrics(
        rule_id=rule_id,
        title="" if rule is None else rule.title,
        closed=judged.closed,
        true_positive=judged.true_positive,
        benign=judged.benign,
        false_positive=judged.false_positive,
        other=judged.other,
        precision=judged.precision,
        low=low,
        high=high,
    )


def _made(figures: object, into: type[T]) -> T:
    return msgspec.convert(figures, into, from_attributes=True)


def _now() -> int:
    return time.time_ns() // 1000
