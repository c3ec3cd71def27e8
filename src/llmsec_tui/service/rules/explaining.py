"""Explain what a rule says of a stored event. Runs where queries run, on a thread with a reader of its own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from llmsec_tui.detect.answers import Answer
from llmsec_tui.detect.correlate.correlator import LATENESS
from llmsec_tui.detect.explain import Explanation, explain
from llmsec_tui.detect.explain_over_time import explain_over_time
from llmsec_tui.detect.needed import reach
from llmsec_tui.detect.rule import Correlation, Monitor, Rule
from llmsec_tui.detect.signals.computing import with_signals
from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.service.context import Context
from llmsec_tui.service.rules.explain_api import Explain, Explained, ExplainedStep
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.rows import Row

MOST_EVENTS = 50_000
"""That are looked at to explain a rule over time."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is to be explained."""

    event: EventBatch
    rule: Rule | Correlation | Monitor
    raised: tuple[Row, ...]
    """The alerts that the rule raised on the event, the newest first."""


def explained(context: Context, reader: Reader, ask: Explain) -> Explained:
    """Every node of a rule's condition on one event. Raises NotFound for an event or a rule that is not there."""
    subject = _subject(context.rules, reader, ask)
    rule = subject.rule
    found, is_cut = _explanation(context, reader, subject)
    time = subject.event.events["ts"].dt.epoch("us")[0]
    return Explained(
        rule_id=rule.id,
        title=rule.title,
        kind="event" if isinstance(rule, Rule) else str(rule.type),
        event_id=found.event_id,
        ts=time,
        answer=found.answer,
        steps=[ExplainedStep(depth=s.depth, what=s.what, holds=s.truth, why=s.why) for s in found.steps],
        notes=list(_notes(context.rules, subject, found, is_cut=is_cut)),
    )


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {Explain: explained}


def _subject(rules: Rulebook, reader: Reader, ask: Explain) -> _Subject:
    """The event, and the rule that is asked about, or else that of the alert."""
    rule = rules.find(ask.rule) if ask.rule else None
    alert: Row | None = None
    try:
        event = reader.judged_event(ask.event_id)
    except NotFound as no_event:
        alert = _alert(reader, ask.event_id, no_event)
        event = reader.judged_event(alert["event_id"])
    if rule is None:
        if alert is None:
            raise ServiceError("An event alone cannot be explained.", hint="Name a rule too, or an alert instead.")
        rule = rules.find(alert["rule_id"])
    assert isinstance(rule, Rule | Correlation | Monitor), "every rule is one of these"
    found = reader.event(event.events["event_id"][0], 1)["alerts"]
    return _Subject(event, rule, tuple(row for row in found if row["rule_id"] == rule.id))


def _alert(reader: Reader, name: str, no_event: NotFound) -> Row:
    try:
        row: Row = reader.alert(name)["row"]
    except NotFound as no_alert:
        hint = no_alert.hint or "See: llmsec-tui events list, llmsec-tui alerts list"
        raise NotFound(f"{no_event.message} {no_alert.message}", hint=hint) from no_alert
    return row


def _explanation(context: Context, reader: Reader, subject: _Subject) -> tuple[Explanation, bool]:
    """The explanation, and whether events are missing that it should rest on."""
    rule, event = subject.rule, subject.event
    if isinstance(rule, Rule):
        return explain(rule, event), False
    loaded = context.rules.loaded
    wanted = reach(loaded, rule, with_signals(event, loaded.signals))
    if wanted is None:
        return explain_over_time(loaded, rule, event, [(event, ())], None), False
    events = reader.around(wanted.since, wanted.until, wanted.same, lateness=LATENESS, most=MOST_EVENTS)
    with events as found:
        return explain_over_time(loaded, rule, event, found.batches, found.clock), found.cut


def _notes(rules: Rulebook, subject: _Subject, found: Explanation, *, is_cut: bool) -> Iterator[str]:
    if (off := rules.off.get(subject.rule.id)) is not None:
        yield f"The rule is off: {off.actor} turned it off ({off.reason})."
    if is_cut:
        yield f"Only the newest {MOST_EVENTS:,} events that may matter were looked at; older ones may say otherwise."
    for row in subject.raised:
        yield f"It raised alert {row['alert_id']} on this event, which is {row['state']} now."
    if subject.raised and found.answer is not Answer.HIT:
        yield "So it was otherwise then: the rule has changed, or it knew of events that were not looked at."
