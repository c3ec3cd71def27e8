"""Say of one rule and one event what every part of the condition came to, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from llmsec_tui.detect.answers import UNSEEN, Answer, truth_of
from llmsec_tui.detect.fields import FIELDS, FieldType
from llmsec_tui.detect.match.compile import leaf_expression, lowered, on_content, on_text
from llmsec_tui.detect.match.finding import Content, find
from llmsec_tui.detect.match.wording import found_in, named, why_not
from llmsec_tui.detect.rule import Rule
from llmsec_tui.detect.signals.computing import with_signals
from llmsec_tui.detect.text.views import ROW, Views
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import ContentState


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a condition, and what it came to."""

    depth: int
    """0 for the whole condition, 1 for its parts, and so on."""
    what: str
    """``and``, ``or``, ``not``, or a comparison with the selection it stands in."""
    truth: bool | None
    """None when it hangs on a content that cannot be seen."""
    why: str
    """Of a comparison: the value it met, or the cause that it does not hold."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule says of an event, node by node."""

    rule_id: str
    event_id: str
    answer: Answer
    steps: tuple[Step, ...]
    """In the order in which the condition is written, parents first."""


def explain(rule: Rule, batch: EventBatch) -> Explanation:
    """Explain a rule's answer on the one event of ``batch``."""
    views = Views(pl.concat([batch.contents["text"], pl.Series([None], dtype=pl.String)]))
    frame = _laid_out(batch, views, rule.compiled.signals)
    event = frame.row(0, named=True)
    raw = batch.contents["text"][0] if batch.contents.height else None
    content = None if raw is None else Content(raw, views.decoded.get(0, []))
    truths = {leaf: _truth(leaf, frame, event) for leaf in _leaves(rule)}
    steps = tuple(_steps(rule.compiled.tree, 0, truths, frame, event, content))
    return Explanation(rule.id, event["event_id"], Answer.of(truth_of(rule.compiled.tree, truths)), steps)


def _leaves(rule: Rule) -> tuple[Leaf, ...]:
    return (*rule.compiled.text_leaves, *rule.compiled.event_leaves)


def _laid_out(batch: EventBatch, views: Views, signals: frozenset[str]) -> pl.DataFrame:
    """The event with every view of its text, these signals, and its string columns in lower case."""
    strings = [name for name, field in FIELDS.items() if field.type is FieldType.STRING and not field.derived]
    lower = [pl.col(name).str.to_lowercase().alias(lowered(name)) for name in strings]
    row = pl.lit(0 if batch.contents.height else len(views.texts) - 1, dtype=pl.UInt32).alias(ROW)
    return with_signals(batch, signals).with_columns(row, *lower).join(views.frame, on=ROW, how="left")


def _truth(leaf: Leaf, frame: pl.DataFrame, event: Mapping[str, Any]) -> bool | None:
    holds = _holds(leaf, frame)
    state = event["content_state"]
    if on_content(leaf) and (state in UNSEEN or (state == ContentState.TRUNCATED and not holds)):
        return None
    return holds


def _holds(leaf: Leaf, frame: pl.DataFrame) -> bool:
    return bool(frame.select(leaf_expression(leaf).alias("holds"))["holds"][0])


def _steps(
    node: Node,
    depth: int,
    truths: Mapping[Leaf, bool | None],
    frame: pl.DataFrame,
    event: Mapping[str, Any],
    content: Content | None,
) -> Iterator[Step]:
    truth = truth_of(node, truths)
    match node:
        case Leaf():
            yield Step(depth, named(node), truth, _why(node, truth, frame, event, content))
            return
        case Not(part):
            yield Step(depth, "not", truth, "")
            parts: tuple[Node, ...] = (part,)
        case And(parts):
            yield Step(depth, "and", truth, "")
        case Or(parts):
            yield Step(depth, "or", truth, "")
    for part in parts:
        yield from _steps(part, depth + 1, truths, frame, event, content)


def _why(leaf: Leaf, truth: bool | None, frame: pl.DataFrame, event: Mapping[str, Any], content: Content | None) -> str:
    if truth is None:
        return f"the content cannot be seen: {event['content_state']}"
    value = event.get(leaf.field.name)
    if truth:
        places = find(leaf, content) if content is not None and on_text(leaf) else []
        return found_in(leaf, places, value)
    return why_not(leaf, value, content, lambda other: _holds(other, frame))
