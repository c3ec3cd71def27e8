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
from llmsec_tui.detect.match.outline import Joined, OfText, Opposite, Part, Settled
from llmsec_tui.detect.match.texts import Texts
from llmsec_tui.detect.rule import Rule, RuleSet, Watch
from llmsec_tui.detect.signals.computing import Computed, lowercase
from llmsec_tui.detect.signals.registry import SIGNALS
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
    asked = ruleset.signals | ASKED
    signals = Computed(events, events[ROW].to_list(), views.texts.to_list(), asked, views.decoded_plainly)
    found = list(matches(ruleset, events, views, signals))
    hit = sorted({at for one in found for at, _ in one.told})
    shown = sorted({name for one in found if one.told for name in one.rule.compiled.signals})
    hit_events = events[hit].with_columns(signals.column(name, hit) for name in shown)
    told = dict(zip(hit, hit_events.iter_rows(named=True), strict=True))
    contents = _Contents(views)
    judgements = _judgements(ruleset, events, contents, signals, found)
    alerts = [
        (at, one.rule.id, _alert(one.rule, told[at], truth, contents, judgements.get(at)))
        for one in found
        if one.rule.alerts
        for at, truth in one.told
    ]
    alerts.sort(key=lambda alert: alert[:2])
    told_of = pl.DataFrame([alert for *_, alert in alerts], schema=ALERTS, orient="row")
    return Detected(leveled(told_of, ruleset, shipped().threshold), _hits(ruleset, events, found, signals))


def _judgements(
    ruleset: RuleSet, events: pl.DataFrame, contents: "_Contents", signals: Computed, found: Sequence["Matched"]
) -> dict[int, Judgement]:
    """What all evidence together says about each event that a scored rule hits."""
    hits: dict[int, list[Rule]] = {}
    for one in found:
        if one.rule.alerts and is_scored(one.rule):
            for at, _ in one.told:
                hits.setdefault(at, []).append(one.rule)
    places = sorted(hits)
    rows = zip(places, events[ROW].gather(places), strict=True)
    texts = {at: content for at, row in rows if (content := contents.of(row)) is not None}
    return Confidences(ruleset, events, signals).of(hits, texts)


def _schema_of_hits(ruleset: RuleSet) -> dict[str, pl.DataType]:
    names = sorted(frozenset[str]().union(*ruleset.counted_signals.values()))
    return HITS | {name: SIGNALS[name].dtype for name in names}


def _hits(ruleset: RuleSet, events: pl.DataFrame, found: Sequence["Matched"], signals: Computed) -> pl.DataFrame:
    """Of the rules that others count; the signals of each event that any rule over time asks for of this rule's hits,
    and nothing for those that others ask for."""
    schema = _schema_of_hits(ruleset)
    columns: dict[str, list[Any]] = {name: [] for name in schema}
    places: list[int] = []
    counted = [(one.rule.id, list(one.positions)) for one in found if one.rule.id in ruleset.counted]
    asked = {name: ruleset.counted_signals.get(name, frozenset()) for name, _ in counted}
    for name in schema.keys() - HITS.keys():
        # All at once, as what is computed of few texts costs nearly as much as of many.
        signals.values(name, sorted({at for rule_id, here in counted if name in asked[rule_id] for at in here}))
        for rule_id, here in counted:
            columns[name] += signals.values(name, here) if name in asked[rule_id] else [None] * len(here)
    for rule_id, here in counted:
        places += here
        columns["rule_id"] += [rule_id] * len(here)
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
        yield Matched(one.rule, hit, _told(one.rule, hit, rows, judge, flags) if one.rule.alerts else [])
    for rule in suspected:
        if rule.id not in places:
            # What makes an event suspicious to such a rule is all that it looks at.
            yield Matched(rule, suspects.positions[rule.id], [])


@dataclass(frozen=True, slots=True)
class _Likely:
    """Events whose text allows a rule to hit them."""

    rule: Rule
    positions: list[int]
    having: Sequence[frozenset[int]]
    """For each part on the text alone that has to be asked: the texts on which it holds."""


def _likely(rule: Rule, positions: Sequence[int], rows: Sequence[int], judge: Judge) -> _Likely:
    compiled = rule.compiled
    if not compiled.text_leaves:
        return _Likely(rule, list(positions), ())
    allowed = judge.allowed(compiled, frozenset(rows[at] for at in positions))
    having = [judge.having(compiled, part, allowed) for part in compiled.outline.of_text]
    return _Likely(rule, [at for at in positions if rows[at] in allowed], having)


def _told(
    rule: Rule, hit: Sequence[int], rows: Sequence[int], judge: Judge, flags: "_Flags"
) -> Sequence[tuple[int, Truth]]:
    """The events that a rule hits, each with the truth of every leaf."""
    texts = frozenset(rows[at] for at in hit)
    held = {leaf: judge.holds(rule.compiled, leaf, texts) for leaf in rule.compiled.text_leaves}
    return [(at, flags.at(rule, at) | {leaf: rows[at] in some for leaf, some in held.items()}) for at in hit]


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
        texts = rows[positions]

        def holds(part: Part) -> Truths:
            match part:
                case Leaf():
                    return self._columns[part][numbers]
                case Settled():
                    return np.ones(len(positions), np.bool_)
                case OfText(number):
                    return np.isin(texts, np.array(sorted(likely.having[number]), dtype=np.int64))
                case Opposite(inner):
                    return ~holds(inner)
                case Joined(parts, every):
                    join = np.logical_and if every else np.logical_or
                    whole: Truths = join.reduce([holds(one) for one in parts])
                    return whole

        found: list[int] = positions[holds(likely.rule.compiled.outline.whole)].tolist()
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


class _Contents:
    """The texts of a batch, each with what is found out about it while the first alert on it is put into words."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._known: dict[int, Content] = {}

    def of(self, row: int) -> Content | None:
        raw = self._views.texts[row]
        if raw is not None and row not in self._known:
            self._known[row] = Content(raw, self._views.decoded.get(row, []))
        return self._known.get(row)

    def looked_at(self, rule: Rule, row: int) -> Content | None:
        """The text, if the rule looks at any, or if it is what a monitor says."""
        is_read = rule.compiled.text_leaves or rule.compiled.signals or isinstance(rule, Watch)
        return self.of(row) if is_read else None


def _alert(
    rule: Rule, event: dict[str, Any], truth: Truth, contents: _Contents, judgement: Judgement | None
) -> dict[str, Any]:
    evidence = gather(rule.compiled.tree, truth, event, contents.looked_at(rule, event[ROW]))
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
