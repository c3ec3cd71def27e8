"""Run rules over a batch of events and say what they hit."""

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any

import polars as pl

from llmsec_tui.detect.match.compile import leaf_expression, lowered
from llmsec_tui.detect.match.evidence import Evidence, gather, holds
from llmsec_tui.detect.match.finding import Content
from llmsec_tui.detect.match.judging import Judge
from llmsec_tui.detect.match.suspects import pieces, suspects
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.text.views import ROW, Views
from llmsec_tui.detect.tree import Leaf
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.identity import event_id, key64
from llmsec_tui.events.schema import ALERTS

_ORDER = "event.order"
_COPIED = (
    *("ts", "event_id", "conversation_id", "user_id", "format", "source_path", "source_offset", "source_len"),
    *("record_sha256", "role", "trust", "tool_name"),
)


def detect(ruleset: RuleSet, batch: EventBatch) -> pl.DataFrame:
    """Alerts of ``schema.ALERTS``, ordered by (event order, rule id).

    Each event is judged by itself, so it doesn't matter how events are cut into batches.
    """
    if batch.events.is_empty() or not ruleset.rules:
        return pl.DataFrame(schema=ALERTS)
    events = _prepared(batch, ruleset)
    views = Views(pl.concat([batch.contents["text"], pl.Series([None], dtype=pl.String)]))
    found = pieces(ruleset, views)
    judge = Judge(views, found)
    rows = events[ROW].to_list()
    alerts = [
        (
            event[_ORDER],
            _alert(rule, event, gather(rule.compiled.tree, truth, event, _content(rule, event[ROW], views))),
        )
        for rule, positions in suspects(ruleset, events, found)
        for event, truth in _hits(rule, events, {at: rows[at] for at in positions}, judge)
    ]
    alerts.sort(key=lambda alert: (alert[0], alert[1]["rule_id"]))
    return pl.DataFrame([alert for _, alert in alerts], schema=ALERTS, orient="row")


def _prepared(batch: EventBatch, ruleset: RuleSet) -> pl.DataFrame:
    """Events with their order, the number of their text, and the lower-case columns that rules ask for."""
    numbers = batch.contents.select("content_sha256").with_row_index(ROW)
    events = batch.events.join(numbers, on="content_sha256", how="left", maintain_order="left").with_row_index(_ORDER)
    # A text that is not there would go unseen without anybody noticing.
    assert events.filter(pl.col("content_sha256").is_not_null() & pl.col(ROW).is_null()).is_empty(), "a text is missing"
    return events.with_columns(
        pl.col(ROW).fill_null(batch.contents.height),
        *(pl.col(name).str.to_lowercase().alias(lowered(name)) for name in sorted(ruleset.lowered)),
    )


def _hits(
    rule: Rule, events: pl.DataFrame, suspected: Mapping[int, int], judge: Judge
) -> Iterator[tuple[dict[str, Any], dict[Leaf, bool]]]:
    """Those of the suspected events that a rule hits, each with the truth of every leaf of its condition.

    ``suspected`` gives their positions, each with the number of its text.
    """
    compiled = rule.compiled
    allowed = judge.allowed(compiled.plan, frozenset(suspected.values()), compiled.text_leaves)
    if not allowed:
        return
    held = {leaf: judge.holds(leaf, allowed, need) for leaf, need in compiled.text_leaves.items()}
    likely = events[[at for at, row in suspected.items() if row in allowed]]
    of_event = likely.select(leaf_expression(leaf).alias(str(at)) for at, leaf in enumerate(compiled.event_leaves))
    flags = of_event.iter_rows() if of_event.width else repeat(())
    for event, flag in zip(likely.iter_rows(named=True), flags, strict=False):
        truth = dict(zip(compiled.event_leaves, flag, strict=True))
        truth |= {leaf: event[ROW] in rows for leaf, rows in held.items()}
        if holds(compiled.tree, truth):
            yield event, truth


def _content(rule: Rule, row: int, views: Views) -> Content | None:
    raw = views.texts[row] if rule.compiled.text_leaves else None
    return None if raw is None else Content(raw, views.decoded.get(row, []))


def _alert(rule: Rule, event: dict[str, Any], evidence: Evidence) -> dict[str, Any]:
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
    }
