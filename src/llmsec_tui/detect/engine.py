"""Run rules over a batch of events and say what they hit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from llmsec_tui.detect.match.compile import leaf_expression, lowered
from llmsec_tui.detect.match.evidence import gather, holds
from llmsec_tui.detect.match.finding import Content
from llmsec_tui.detect.match.judging import Judge
from llmsec_tui.detect.match.texts import Texts
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.text.views import ROW, Views
from llmsec_tui.detect.tree import Leaf
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.identity import event_id, key64
from llmsec_tui.events.schema import ALERTS, HITS

_ORDER = "event.order"
_COPIED = (
    *("ts", "event_id", "conversation_id", "user_id", "format", "source_path", "source_offset", "source_len"),
    *("record_sha256", "role", "trust", "tool_name", "environment"),
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
    found = list(matches(ruleset, events, views))
    hit = sorted({at for one in found for at, _ in one.told})
    told = dict(zip(hit, events[hit].iter_rows(named=True), strict=True))
    alerts = [
        (at, one.rule.id, _alert(one.rule, told[at], truth, views))
        for one in found
        if one.rule.alerts
        for at, truth in one.told
    ]
    alerts.sort(key=lambda alert: alert[:2])
    names = events.select(_ORDER, "event_id")
    hits = [
        names[one.positions].with_columns(rule_id=pl.lit(one.rule.id))
        for one in found
        if one.rule.id in ruleset.counted
    ]
    return Detected(
        pl.DataFrame([alert for *_, alert in alerts], schema=ALERTS, orient="row"),
        pl.concat(hits).sort(_ORDER, "rule_id").drop(_ORDER) if hits else pl.DataFrame(schema=HITS),
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


Truth = Mapping[Leaf, bool]


@dataclass(frozen=True, slots=True)
class Matched:
    """The events that one rule hits."""

    rule: Rule
    positions: Sequence[int] | pl.Series
    told: Sequence[tuple[int, Truth]]
    """The same, each with the truth of every leaf of the condition; none for a rule that is only there to be counted
    and looks at no text."""


def matches(ruleset: RuleSet, events: pl.DataFrame, views: Views) -> Iterator[Matched]:
    """What each rule hits, if anything. ``events`` are :func:`prepared`."""
    suspects = ruleset.finder.suspects(events, views)
    suspected = [rule for rule in ruleset.rules if rule.id in suspects.positions]
    looking = [rule for rule in suspected if rule.alerts or rule.compiled.text_leaves]
    rows = events[ROW].to_list()
    places = {rule.id: suspects.positions[rule.id].to_list() for rule in looking}
    texts = Texts(views)
    texts.encoded({rows[at] for rule in looking if rule.compiled.text_leaves for at in places[rule.id]})
    judge = Judge(texts, suspects.found)
    likely = [one for rule in looking if (one := _likely(rule, places[rule.id], rows, judge)).positions]
    flags = _Flags(events, likely)
    for one in likely:
        truths = ((at, flags.at(one.rule, at) | one.of_text(rows[at])) for at in one.positions)
        if told := [(at, truth) for at, truth in truths if holds(one.rule.compiled.tree, truth)]:
            yield Matched(one.rule, [at for at, _ in told], told)
    for rule in suspected:
        if rule.id not in places:
            # What makes an event suspicious to such a rule is all that it looks at.
            yield Matched(rule, suspects.positions[rule.id], [])


@dataclass(frozen=True, slots=True)
class _Likely:
    """Events whose text allows a rule to hit them."""

    rule: Rule
    positions: list[int]
    held: Mapping[Leaf, frozenset[int]]
    """The texts on which leaves hold."""

    def of_text(self, row: int) -> dict[Leaf, bool]:
        """Which leaves hold on a text."""
        return {leaf: row in some for leaf, some in self.held.items()}


def _likely(rule: Rule, positions: Sequence[int], rows: Sequence[int], judge: Judge) -> _Likely:
    compiled = rule.compiled
    if not compiled.text_leaves:
        return _Likely(rule, list(positions), {})
    allowed = judge.allowed(compiled, frozenset(rows[at] for at in positions))
    held = {leaf: judge.holds(compiled, leaf, allowed) for leaf in compiled.text_leaves} if allowed else {}
    return _Likely(rule, [at for at in positions if rows[at] in allowed], held)


class _Flags:
    """Which leaves on events hold, asked of all that are likely to be hit in one go."""

    def __init__(self, events: pl.DataFrame, likely: Sequence[_Likely]) -> None:
        leaves = dict.fromkeys(leaf for one in likely for leaf in one.rule.compiled.event_leaves)
        asked = [leaf_expression(leaf).alias(str(number)) for number, leaf in enumerate(leaves)]
        places = sorted({at for one in likely for at in one.positions})
        looked_at = events.select({ROW}.union(*(one.meta.root_names() for one in asked)))[places]
        columns = looked_at.select(ROW, *asked).get_columns()[1:]
        self._answers = {leaf: column.to_list() for leaf, column in zip(leaves, columns, strict=True)}
        self._number = {at: number for number, at in enumerate(places)}

    def at(self, rule: Rule, position: int) -> dict[Leaf, bool]:
        """The leaves of a rule at the position of one event."""
        number = self._number[position]
        return {leaf: self._answers[leaf][number] for leaf in rule.compiled.event_leaves}


def _content(rule: Rule, row: int, views: Views) -> Content | None:
    raw = views.texts[row] if rule.compiled.text_leaves else None
    return None if raw is None else Content(raw, views.decoded.get(row, []))


def _alert(rule: Rule, event: dict[str, Any], truth: Truth, views: Views) -> dict[str, Any]:
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
