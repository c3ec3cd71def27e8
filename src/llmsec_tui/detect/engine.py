"""Run rules over a batch of events and say what they hit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from llmsec_tui.detect.confidence.leveling import leveled
from llmsec_tui.detect.confidence.scoring import ASKED, Confidences, Judgement, is_scored
from llmsec_tui.detect.confidence.shipped import shipped
from llmsec_tui.detect.match.compile import leaf_expression, lowered
from llmsec_tui.detect.match.evidence import gather
from llmsec_tui.detect.match.finding import Content
from llmsec_tui.detect.match.judging import Judge
from llmsec_tui.detect.match.texts import Texts
from llmsec_tui.detect.rule import Rule, RuleSet, Watch
from llmsec_tui.detect.signals.computing import Computed, lowercase
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.detect.text.views import ROW, Views
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or
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
    """Columns of ``schema.HITS``, of the rules in ``RuleSet.counted``, in the same order; and the signals of the events
    that rules over time ask for (``RuleSet.counted_signals``)."""


def joined(parts: Sequence[Detected]) -> Detected:
    """What was found in several batches, in their order."""
    return Detected(pl.concat([part.alerts for part in parts]), pl.concat([part.hits for part in parts]))


def detect(ruleset: RuleSet, batch: EventBatch) -> Detected:
    """Run the rules that look at single events.

    Each event is judged by itself, so it doesn't matter how events are cut into batches.
    """
    if batch.events.is_empty() or not ruleset.rules:
        return Detected(pl.DataFrame(schema=ALERTS), pl.DataFrame(schema=_schema_of_hits(ruleset)))
    events = prepared(batch, ruleset)
    views = Views(pl.concat([batch.contents["text"], pl.Series([None], dtype=pl.String)]))
    signals = Computed(events, events[ROW].to_list(), views.texts.to_list(), ruleset.signals | ASKED)
    found = list(matches(ruleset, events, views, signals))
    hit = sorted({at for one in found for at, _ in one.told})
    shown = sorted({name for one in found if one.told for name in one.rule.compiled.signals})
    hit_events = events[hit].with_columns(signals.column(name, hit) for name in shown)
    told = dict(zip(hit, hit_events.iter_rows(named=True), strict=True))
    judgements = _judgements(ruleset, events, views, signals, found)
    alerts = [
        (at, one.rule.id, _alert(one.rule, told[at], truth, views, judgements.get(at)))
        for one in found
        if one.rule.alerts
        for at, truth in one.told
    ]
    alerts.sort(key=lambda alert: alert[:2])
    told_of = pl.DataFrame([alert for *_, alert in alerts], schema=ALERTS, orient="row")
    return Detected(leveled(told_of, ruleset, shipped().threshold), _hits(ruleset, events, found, signals))


def _judgements(
    ruleset: RuleSet, events: pl.DataFrame, views: Views, signals: Computed, found: Sequence["Matched"]
) -> dict[int, Judgement]:
    """What all evidence together says about each event that a scored rule hits."""
    hits: dict[int, list[Rule]] = {}
    for one in found:
        if one.rule.alerts and is_scored(one.rule):
            for at, _ in one.told:
                hits.setdefault(at, []).append(one.rule)
    places = sorted(hits)
    texts = zip(places, events[places][ROW], strict=True)
    raw = {at: text for at, row in texts if (text := views.texts[row]) is not None}
    return Confidences(ruleset, events, signals).of(hits, raw)


def _schema_of_hits(ruleset: RuleSet) -> dict[str, pl.DataType]:
    names = sorted(frozenset[str]().union(*ruleset.counted_signals.values()))
    return HITS | {name: SIGNALS[name].dtype for name in names}


def _hits(ruleset: RuleSet, events: pl.DataFrame, found: Sequence["Matched"], signals: Computed) -> pl.DataFrame:
    """Of the rules that others count; the signals of each event that any rule over time asks for of this rule's hits,
    and nothing for those that others ask for."""
    schema = _schema_of_hits(ruleset)
    columns: dict[str, list[Any]] = {name: [] for name in schema}
    places: list[int] = []
    for one in found:
        if one.rule.id in ruleset.counted:
            here = list(one.positions)
            asked = ruleset.counted_signals.get(one.rule.id, frozenset())
            places += here
            columns["rule_id"] += [one.rule.id] * len(here)
            for name in schema.keys() - HITS.keys():
                columns[name] += signals.values(name, here) if name in asked else [None] * len(here)
    columns["event_id"] = events["event_id"].gather(places).to_list()
    hits = pl.DataFrame(columns, schema=schema).with_columns(pl.Series(_ORDER, places, dtype=pl.UInt32))
    return hits.sort(_ORDER, "rule_id", maintain_order=True).drop(_ORDER)


def alert_id(rule_id: str, about: str) -> str:
    """The id of the alert of a rule about the event with this id."""
    return event_id(key64("alert", rule_id, about))


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
Truths = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Matched:
    """The events that one rule hits."""

    rule: Rule
    positions: Sequence[int] | pl.Series
    told: Sequence[tuple[int, Truth]]
    """The same, each with the truth of every leaf of the condition; none for a rule that is only there to be
    counted."""


def matches(ruleset: RuleSet, events: pl.DataFrame, views: Views, signals: Computed) -> Iterator[Matched]:
    """What each rule hits, if anything. ``events`` are :func:`prepared`."""
    suspects = ruleset.finder.suspects(events, views)
    suspected = [rule for rule in ruleset.rules if rule.id in suspects.positions]
    looking = [rule for rule in suspected if rule.alerts or rule.compiled.text_leaves or rule.compiled.signals]
    rows = events[ROW].to_list()
    places = {rule.id: suspects.positions[rule.id].to_list() for rule in looking}
    texts = Texts(views)
    texts.encoded({rows[at] for rule in looking if rule.compiled.text_leaves for at in places[rule.id]})
    judge = Judge(texts, suspects.found)
    likely = [one for rule in looking if (one := _likely(rule, places[rule.id], rows, judge)).positions]
    flags = _Flags(events, likely, signals)
    of_row = np.array(rows, dtype=np.int64)
    for one in likely:
        hit = flags.hits(one, of_row)
        if not hit:
            continue
        told = [(at, flags.at(one.rule, at) | one.of_text(rows[at])) for at in hit] if one.rule.alerts else []
        yield Matched(one.rule, hit, told)
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

    def __init__(self, events: pl.DataFrame, likely: Sequence[_Likely], signals: Computed) -> None:
        leaves = dict.fromkeys(leaf for one in likely for leaf in one.rule.compiled.event_leaves)
        asked = [leaf_expression(leaf).alias(str(number)) for number, leaf in enumerate(leaves)]
        places = sorted({at for one in likely for at in one.positions})
        names = {ROW}.union(*(one.meta.root_names() for one in asked))
        computed = _of_those_asking(likely, places, signals)
        looked_at = events.select(name for name in events.columns if name in names)[places].with_columns(computed)
        columns = looked_at.select(ROW, *asked).get_columns()[1:]
        self._columns = {leaf: column.to_numpy() for leaf, column in zip(leaves, columns, strict=True)}
        self._places = np.array(places, dtype=np.int64)

    def hits(self, likely: _Likely, rows: Places) -> list[int]:
        """The positions at which a rule's condition holds; ``rows`` has the text of each event."""
        positions = np.array(likely.positions, dtype=np.int64)
        numbers = np.searchsorted(self._places, positions)
        of_text = {leaf: np.array(sorted(some), dtype=np.int64) for leaf, some in likely.held.items()}

        def holds(node: Node) -> Truths:
            match node:
                case Leaf():
                    found = of_text.get(node)
                    return self._columns[node][numbers] if found is None else np.isin(rows[positions], found)
                case Not(part):
                    return ~holds(part)
                case And(parts) | Or(parts):
                    join = np.logical_and if isinstance(node, And) else np.logical_or
                    whole: Truths = join.reduce([holds(part) for part in parts])
                    return whole

        found: list[int] = positions[holds(likely.rule.compiled.tree)].tolist()
        return found

    def at(self, rule: Rule, position: int) -> dict[Leaf, bool]:
        """The leaves of a rule at the position of one event."""
        number = int(np.searchsorted(self._places, position))
        return {leaf: bool(self._columns[leaf][number]) for leaf in rule.compiled.event_leaves}


def _of_those_asking(likely: Sequence[_Likely], places: Sequence[int], signals: Computed) -> list[pl.Series]:
    """Signals at ``places``, as they are and in lower case; they are null where no rule that is likely there asks."""
    asking: dict[str, set[int]] = {}
    for one in likely:
        for name in one.rule.compiled.signals:
            asking.setdefault(name, set()).update(one.positions)
    columns = []
    for name, some in sorted(asking.items()):
        there = sorted(some)
        values = dict(zip(there, signals.values(name, there), strict=True))
        column = pl.Series(name, [values.get(at) for at in places], dtype=SIGNALS[name].dtype, strict=True)
        columns += [column, *lowercase(column)]
    return columns


def _content(rule: Rule, row: int, views: Views) -> Content | None:
    # What a monitor says tells more than that it says something.
    is_read = rule.compiled.text_leaves or rule.compiled.signals or isinstance(rule, Watch)
    raw = views.texts[row] if is_read else None
    return None if raw is None else Content(raw, views.decoded.get(row, []))


def _alert(
    rule: Rule, event: dict[str, Any], truth: Truth, views: Views, judgement: Judgement | None
) -> dict[str, Any]:
    evidence = gather(rule.compiled.tree, truth, event, _content(rule, event[ROW], views))
    scored = judgement if judgement is not None and is_scored(rule) else None
    return {
        **{name: event[name] for name in _COPIED},
        "alert_id": alert_id(rule.id, event["event_id"]),
        "rule_id": rule.id,
        "rule_version": rule.version,
        "title": rule.title,
        "level": rule.level,
        "confidence": rule.confidence if scored is None else scored.confidence,
        "tags": list(rule.tags),
        "app": event["service_name"],
        "model": event["response_model"] or event["request_model"],
        "field": evidence.field,
        "spans": evidence.spans,
        "excerpt": evidence.excerpt,
        "decoded_by": evidence.decoded_by,
        "decoded_text": evidence.decoded_text,
        "reason": evidence.reason if scored is None else f"{evidence.reason}{scored.words(rule)}",
        "group_key": None,
        "began": None,
        "event_ids": None,
        "n_events": None,
    }
