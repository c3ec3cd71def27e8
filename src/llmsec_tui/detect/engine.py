"""Run rules over a batch of events and say what they hit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import polars as pl

from llmsec_tui.detect.match.compile import leaf_expression, lowered
from llmsec_tui.detect.match.evidence import gather, holds
from llmsec_tui.detect.match.finding import Content
from llmsec_tui.detect.match.judging import Judge
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.text.views import ROW, Views
from llmsec_tui.detect.tree import Leaf
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.identity import event_id, key64
from llmsec_tui.events.schema import ALERTS, HITS

_ORDER = "event.order"
_COPIED = (
    *("ts", "event_id", "conversation_id", "user_id", "format", "source_path", "source_offset", "source_len"),
    *("record_sha256", "role", "trust", "tool_name"),
)


@dataclass(frozen=True, slots=True)
class Detected:
    """What rules that look at single events found in a batch."""

    alerts: pl.DataFrame
    """Columns of ``schema.ALERTS``, ordered by (event order, rule id)."""
    hits: pl.DataFrame
    """Columns of ``schema.HITS``, of the rules in ``RuleSet.counted``, in the same order."""


def joined(parts: Sequence[Detected]) -> Detected:
    """What was found in several batches, in their order."""
    return Detected(pl.concat([part.alerts for part in parts]), pl.concat([part.hits for part in parts]))


def detect(ruleset: RuleSet, batch: EventBatch) -> Detected:
    """Run the rules that look at single events.

    Each event is judged by itself, so it doesn't matter how events are cut into batches.
    """
    if batch.events.is_empty() or not ruleset.rules:
        return Detected(pl.DataFrame(schema=ALERTS), pl.DataFrame(schema=HITS))
    events = prepared(batch, ruleset)
    views = Views(pl.concat([batch.contents["text"], pl.Series([None], dtype=pl.String)]))
    alerts: list[tuple[int, dict[str, Any]]] = []
    names = events.select(_ORDER, "event_id")
    hits = [names.clear().with_columns(rule_id=pl.lit("", dtype=pl.String))]
    for rule, found in matches(ruleset, events, views):
        if rule.alerts:
            alerts += ((event[_ORDER], _alert(rule, event, truth, views)) for event, truth in found.events)
        if rule.id in ruleset.counted:
            hits.append(names[found.positions].with_columns(rule_id=pl.lit(rule.id)))
    alerts.sort(key=lambda alert: (alert[0], alert[1]["rule_id"]))
    return Detected(
        pl.DataFrame([alert for _, alert in alerts], schema=ALERTS, orient="row"),
        pl.concat(hits).sort(_ORDER, "rule_id").drop(_ORDER),
    )


def prepared(batch: EventBatch, ruleset: RuleSet) -> pl.DataFrame:
    """Events with their order, the number of their text, and the lower-case columns that rules ask for."""
    numbers = batch.contents.select("content_sha256").with_row_index(ROW)
    events = batch.events.join(numbers, on="content_sha256", how="left", maintain_order="left").with_row_index(_ORDER)
    # A text that is not there would go unseen without anybody noticing.
    assert events.filter(pl.col("content_sha256").is_not_null() & pl.col(ROW).is_null()).is_empty(), "a text is missing"
    return events.with_columns(
        pl.col(ROW).fill_null(batch.contents.height),
        *(pl.col(name).str.to_lowercase().alias(lowered(name)) for name in sorted(ruleset.lowered)),
    )


@dataclass(frozen=True, slots=True)
class Matched:
    """The events that one rule hits."""

    positions: Sequence[int] | pl.Series
    events: Sequence[tuple[dict[str, Any], dict[Leaf, bool]]]
    """Each with the truth of every leaf of the condition; none for a rule that is only there to be counted."""


def matches(ruleset: RuleSet, events: pl.DataFrame, views: Views) -> Iterator[tuple[Rule, Matched]]:
    """What each rule hits; rules that hit nothing may be left out. ``events`` are :func:`prepared`."""
    suspects = ruleset.finder.suspects(events, views)
    judge = Judge(views, suspects.found)
    for rule in ruleset.rules:
        positions = suspects.positions.get(rule.id)
        if positions is None:
            continue
        if rule.alerts or rule.compiled.text_leaves:
            found = list(_hits(rule, events, positions, judge))
            yield rule, Matched([event[_ORDER] for event, _ in found], found)
        else:
            # What makes an event suspicious to such a rule is all that it looks at.
            yield rule, Matched(positions, [])


def _hits(
    rule: Rule, events: pl.DataFrame, positions: pl.Series, judge: Judge
) -> Iterator[tuple[dict[str, Any], dict[Leaf, bool]]]:
    """Those of the suspected events that a rule hits, each with the truth of every leaf of its condition."""
    compiled = rule.compiled
    rows = events[ROW].gather(positions)
    allowed = judge.allowed(compiled, frozenset(rows))
    if not allowed:
        return
    held = {leaf: judge.holds(compiled, leaf, allowed) for leaf in compiled.text_leaves}
    likely = events[positions.filter(pl.Series([row in allowed for row in rows], dtype=pl.Boolean))]
    of_event = likely.select(leaf_expression(leaf).alias(str(at)) for at, leaf in enumerate(compiled.event_leaves))
    flags = of_event.iter_rows() if of_event.width else repeat(())
    for event, flag in zip(likely.iter_rows(named=True), flags, strict=False):
        truth = dict(zip(compiled.event_leaves, flag, strict=True))
        truth |= {leaf: event[ROW] in some for leaf, some in held.items()}
        if holds(compiled.tree, truth):
            yield event, truth


def _content(rule: Rule, row: int, views: Views) -> Content | None:
    raw = views.texts[row] if rule.compiled.text_leaves else None
    return None if raw is None else Content(raw, views.decoded.get(row, []))


def _alert(rule: Rule, event: dict[str, Any], truth: Mapping[Leaf, bool], views: Views) -> dict[str, Any]:
    evidence = gather(rule.compiled.tree, truth, event, _content(rule, event[ROW], views))
    return {
        **{name: event[name] for name in _COPIED},
        "alert_id": event_id(key64("alert", rule.id, event["event_id"])),
        "rule_id": rule.id,
        "rule_version": rule.version,
        "title": rule.title,
        "level": rule.level,
        "confidence": rule.confidence,
        "tags": list(rule.tags),
        "app": event["service_name"],
        "model": event["response_model"] or event["request_model"],
        "field": evidence.field,
        "spans": evidence.spans,
        "excerpt": evidence.excerpt,
        "decoded_by": evidence.decoded_by,
        "decoded_text": evidence.decoded_text,
        "reason": evidence.reason,
        "group_key": None,
        "began": None,
        "event_ids": None,
        "n_events": None,
    }
