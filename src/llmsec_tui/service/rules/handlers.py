"""Queries about rules: what is loaded, with what was counted of each."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from llmsec_tui.detect.rule import Correlation, Described, Monitor, Rule, Watch, proofs
from llmsec_tui.drift.monitors.kinds import kind_name
from llmsec_tui.errors import RuleIssue
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.context import Context
from llmsec_tui.service.rules.api import GetRule, ListRules, RuleDetail, RuleNamed, RuleOff, RulePage, RuleRow
from llmsec_tui.service.rules.change import whole
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.service.rules.words import over_time, watched
from llmsec_tui.store.filters import parse
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.rows import Row
from llmsec_tui.store.views import RULES

_DAY_US = 86_400_000_000
_LEFT_OUT = ("late", "untimed", "ungrouped", "evicted")
_COUNTS = ("alerts", "alerts_24h", "not_evaluable", "withdrawn", *_LEFT_OUT, "future")
_NOTHING: Row = {"last_alert_at": None, "precision": None, "judged": 0, **dict.fromkeys(_COUNTS, 0)}


def list_rules(context: Context, reader: Reader, ask: ListRules) -> RulePage:
    """Rules and broken files; a page of those that match the filter."""
    now = time.time_ns() // 1000
    sought = parse(ask.filter, RULES, now)
    matching = [row for row in rule_rows(context.rules, _stats(reader, now)) if sought.matches(_as_row(row))]
    inside = [row for row in matching if (ask.before is None or row.seq < ask.before) and row.seq > (ask.after or 0)]
    limit = min(max(ask.limit, 1), PAGE_LIMIT)
    newer = ask.before is None and ask.after is not None
    return RulePage(rows=inside[-limit:] if newer else inside[:limit], total=len(matching))


def show_rule(context: Context, reader: Reader, ask: GetRule) -> RuleDetail:
    """One rule. Raises NotFound."""
    rules = context.rules
    rule = rules.find(ask.rule_id)
    stats = _stats(reader, time.time_ns() // 1000)
    off = rules.off.get(rule.id)
    counted_by = [other.id for other in rules.loaded.grouped if rule.id in other.sources]
    assert isinstance(rule, Rule | Correlation | Monitor), "every rule is one of these"
    grouped = None if isinstance(rule, Rule) else rule
    return RuleDetail(
        row=next(row for row in rule_rows(rules, stats) if row.rule_id == rule.id),
        name=rule.name,
        description=rule.description,
        confidence=rule.confidence,
        version=rule.version,
        references=list(rule.references),
        false_positives=list(rule.false_positives),
        playbook=list(rule.playbook),
        examples=proofs(rule)[0],
        counter_examples=proofs(rule)[1],
        over_time=watched(rule) if isinstance(rule, Watch) else over_time(grouped, rules.loaded) if grouped else "",
        counts=[] if grouped is None else [_named(rules, other) for other in grouped.sources if "/" not in other],
        counted_by=[_named(rules, other) for other in counted_by],
        numbers=_numbers(stats.get(rule.id, _NOTHING), over_time=grouped is not None),
        off=None if off is None else RuleOff(at=off.at, actor=off.actor, reason=off.reason),
    )


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {ListRules: list_rules, GetRule: show_rule}


def rule_rows(rules: Rulebook, stats: Mapping[str, Row]) -> list[RuleRow]:
    """All lines, the highest level first, then by title; files without a rule that could be run come last."""
    loaded = sorted(
        whole(rules.loaded).values(), key=lambda rule: (-LEVELS.index(rule.level), rule.title.casefold(), rule.id)
    )
    broken = {issue.path: issue for issue in reversed(rules.issues)}
    rows = [_row(rules, rule, stats.get(rule.id, _NOTHING), broken) for rule in loaded]
    paths = {row.path for row in rows}
    rows += [_broken_file(issue) for path, issue in sorted(broken.items()) if path not in paths]
    return [replace(row, seq=len(rows) - place) for place, row in enumerate(rows)]


def _row(rules: Rulebook, rule: Described, stats: Row, broken: Mapping[str, RuleIssue]) -> RuleRow:
    state, why = _state(rules, rule, broken)
    return RuleRow(
        seq=0,
        rule_id=rule.id,
        title=rule.title,
        level=rule.level,
        kind=_kind(rule),
        state=state,
        why=why,
        alerts_24h=stats["alerts_24h"],
        alerts=stats["alerts"],
        last_alert_at=stats["last_alert_at"],
        left_out=sum(stats[name] for name in _LEFT_OUT),
        not_evaluable=stats["not_evaluable"],
        tags=list(rule.tags),
        path=str(rule.path),
        precision=stats["precision"],
        judged=stats["judged"],
    )


def _kind(rule: Described) -> str:
    if isinstance(rule, Correlation | Monitor):
        return str(rule.type)
    return str(kind_name(rule.kind)) if isinstance(rule, Watch) else "event"


def _state(rules: Rulebook, rule: Described, broken: Mapping[str, RuleIssue]) -> tuple[str, str]:
    if (off := rules.off.get(rule.id)) is not None:
        return "off", f"{off.actor} turned it off: {off.reason}"
    if (issue := broken.get(str(rule.path))) is not None:
        return "broken", f"The file is broken, so the rule runs as it was before: {issue}"
    if rule.id in rules.pending:
        return "changed", "The file changed; other files are broken, so the rule runs as it was before."
    return "on", ""


def _broken_file(issue: RuleIssue) -> RuleRow:
    return RuleRow(
        seq=0,
        rule_id="",
        title=Path(issue.path).name,
        level="",
        kind="",
        state="broken",
        why=str(issue),
        alerts_24h=0,
        alerts=0,
        last_alert_at=None,
        left_out=0,
        not_evaluable=0,
        tags=[],
        path=issue.path,
    )


def _numbers(stats: Row, *, over_time: bool) -> dict[str, int]:
    names = _COUNTS if over_time else ("alerts", "alerts_24h", "not_evaluable")
    return {name: stats[name] for name in names}


def _stats(reader: Reader, now: int) -> Mapping[str, Row]:
    return reader.rule_stats(now - _DAY_US)


def _named(rules: Rulebook, rule_id: str) -> RuleNamed:
    rule = rules.loaded.by_id.get(rule_id)
    return RuleNamed(rule_id=rule_id, title="" if rule is None else rule.title)


def _as_row(row: RuleRow) -> Row:
    fields: Row = to_builtins(row)
    return fields
