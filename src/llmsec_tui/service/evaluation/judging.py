"""Judge labelled texts as live detection judges events: built as a format builds them, in batches, by the same door."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter, process_time

from llmsec_tui.detect.confidence.scoring import without_rules
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.families import Task, is_of
from llmsec_tui.detect.ordinary import A_FEW, ordinary
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.batch import EventBatch, build
from llmsec_tui.events.history import Kept
from llmsec_tui.events.identity import content_sha256, event_id, key64
from llmsec_tui.events.model import Event, Record, Role, Trust
from llmsec_tui.formats.parts import text_fields, tool_result_fields
from llmsec_tui.service.evaluation.rows import Row
from llmsec_tui.service.judging import UNJUDGED, judged

BATCH_ROWS = 10_000
BATCH_CHARS = 16_000_000
_NOTHING = sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What detection said about one text."""

    row: Row
    score: float
    """0 to 1; the higher, the more likely is what the row's task asks about."""
    hit: bool
    """Whether an alert above ``informational`` was raised that answers the task."""
    rules: tuple[str, ...]
    """Ids of all rules that alerted, also of those that answer other tasks."""
    failed: bool
    """The detector failed on it, so nobody judged it."""


@dataclass
class Spent:
    """What judging took, without reading the file."""

    texts: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def event_of(row: Row) -> Event:
    """The row as one event, whose trust follows from its role."""
    match row.role:
        case "tool":
            return Event(**tool_result_fields(row.text, None))
        case "retrieved":
            return Event(**text_fields(row.text, (Role.TOOL, Trust.RETRIEVED)))
        case "assistant":
            return Event(**text_fields(row.text, (Role.ASSISTANT, Trust.MODEL)))
        case "system":
            return Event(**text_fields(row.text, (Role.SYSTEM, Trust.SYSTEM)))
        case "user":
            return Event(**text_fields(row.text, (Role.USER, Trust.USER)))


def verdicts(ruleset: RuleSet, rows: Iterator[Row], spent: Spent, *, batch_rows: int = BATCH_ROWS) -> Iterator[Verdict]:
    """What is said about each row, in their order; ``spent`` adds up what that took."""
    counted = {task: frozenset(rule.id for rule in ruleset.rules if is_of(rule, task)) for task in Task}
    # A text that stands alone has no past: what is only there to be counted over time would be found for nobody.
    ruleset = RuleSet(tuple(rule for rule in ruleset.rules if rule.alerts))
    # What is made when it is first needed is not what a text costs.
    detect(ruleset, ordinary(A_FEW))
    for some in _batches(rows, batch_rows):
        wall, cpu = perf_counter(), process_time()
        batch, found = _judged(ruleset, some)
        spent.seconds += perf_counter() - wall
        spent.cpu_seconds += process_time() - cpu
        spent.texts += len(some)
        otherwise = without_rules(ruleset, batch)
        for row, alerts, score in zip(some, found, otherwise, strict=False):
            yield _verdict(row, alerts, counted[row.task], score if row.task is Task.INJECTION else 0.0)


@dataclass(frozen=True, slots=True)
class _Alert:
    rule_id: str
    level: str
    confidence: float


def _batches(rows: Iterator[Row], most: int) -> Iterator[list[Row]]:
    batch: list[Row] = []
    chars = 0
    for row in rows:
        batch.append(row)
        chars += len(row.text)
        if len(batch) >= most or chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _judged(ruleset: RuleSet, rows: Sequence[Row]) -> tuple[EventBatch, list[list[_Alert] | None]]:
    """The rows as events, with others behind them where the detector failed; the alerts on each, None where it did."""
    kept = _as_kept(rows)
    batch, found = judged(lambda some: detect(ruleset, some), build(kept), kept)
    alerts: dict[int, list[_Alert]] = {}
    for at, *values in found.alerts.select("source_offset", "rule_id", "level", "confidence").iter_rows():
        alerts.setdefault(at, []).append(_Alert(*values))
    failed = batch.events.filter(batch.events["error_type"] == UNJUDGED)
    lost = set(failed["source_offset"])
    return batch, [None if number in lost else alerts.get(number, []) for number in range(len(rows))]


def as_batch(rows: Sequence[Row]) -> EventBatch:
    """The rows as events; the n-th has ``source_offset`` n."""
    return build(_as_kept(rows))


def _as_kept(rows: Sequence[Row]) -> list[Kept]:
    return [_kept(number, row) for number, row in enumerate(rows)]


def _kept(number: int, row: Row) -> Kept:
    event = event_of(row)
    record = Record("eval", "eval", number, number, 0, _NOTHING, None)
    sha = None if event.text is None else content_sha256(event.text)
    return Kept(record, "eval", 0, event_id(key64("eval", number)), sha, event, None)


def _verdict(row: Row, alerts: list[_Alert] | None, counted: frozenset[str], otherwise: float) -> Verdict:
    """``otherwise`` is the score where no rule that answers the task hits."""
    own = [alert for alert in alerts or () if alert.rule_id in counted]
    return Verdict(
        row,
        max((alert.confidence for alert in own), default=otherwise),
        any(alert.level != "informational" for alert in own),
        tuple(sorted(alert.rule_id for alert in alerts or ())),
        alerts is None,
    )
