"""Judge new events so that no single one of them can stop the others from being judged.

A log is hostile: were a text ever to trip the detector, then whoever found that text could switch it off. The events
that trip it are found by halving, stored unjudged, and told about by an event of their own that has its own rule.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from llmsec_tui.detect import answers
from llmsec_tui.detect.engine import Detected, joined
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.batch import EventBatch, build
from llmsec_tui.events.history import Kept
from llmsec_tui.events.identity import content_sha256, event_id, key64
from llmsec_tui.events.model import ContentState, Event, Kind, PartType, Role, Trust

log = logging.getLogger(__name__)

DEFECTS = (Exception, pl.exceptions.PanicException)
"""What may come out of code of ours, or of Polars, that a text tripped. A panic of Polars is no ``Exception``."""

UNJUDGED = "detection_failed"

Detect = Callable[[EventBatch], Detected]
"""Runs rules over a batch."""


def judged(
    detect: Detect, batch: EventBatch, kept: Sequence[Kept], outdated: Sequence[Kept] = ()
) -> tuple[EventBatch, Detected]:
    """The batch of the events ``kept``, and what rules found; with further events for those that could not be judged.

    ``batch`` is how they were built. ``outdated`` are versions of theirs that they replaced: what rules find in them is
    told first, under the ids that they share, and rules over time do not count it.
    """
    try:
        found = detect(batch)
        return batch, _with(detect(build(outdated)), found) if outdated else found
    except DEFECTS as error:
        log.error("the detector failed on a batch (%s); looking for the event", type(error).__name__)
    tripped: list[Kept] = []
    before = _apart(detect, outdated, tripped)
    parts = _apart(detect, kept, tripped)
    told = [_told(one) for one in {one.event_id: one for one in tripped}.values()]
    found = joined([*parts, detect(build(told))])
    return build([*kept, *told]), _with(joined(before), found) if before else found


def _with(before: Detected, found: Detected) -> Detected:
    return Detected(pl.concat([before.alerts, found.alerts]), found.hits)


def not_evaluable(ruleset: RuleSet, events: pl.DataFrame) -> Mapping[str, int]:
    """How many events each rule could not judge, by its id; what trips the counting is told and counts for nothing."""
    try:
        return answers.not_evaluable(ruleset, events)
    except DEFECTS as error:
        log.error("what could not be judged in a batch was not counted (%s)", type(error).__name__)
        return {}


def _apart(detect: Detect, kept: Sequence[Kept], tripped: list[Kept]) -> list[Detected]:
    """What rules find in all events but those that trip the detector, which are added to ``tripped``."""
    if not kept:
        return []
    try:
        return [detect(build(kept))]
    except DEFECTS as error:
        if len(kept) == 1:
            where = kept[0].record
            log.error("%s at offset %d was not judged: %s", where.path, where.offset, type(error).__name__)
            tripped.append(kept[0])
            return []
    half = len(kept) // 2
    return _apart(detect, kept[:half], tripped) + _apart(detect, kept[half:], tripped)


def _told(one: Kept) -> Kept:
    message = f"The detector failed on event {one.event_id}. It is stored, and nobody has judged it."
    event = Event(kind=Kind.INTAKE, user_id=one.event.user_id, **told_fields(UNJUDGED, message))
    name = event_id(key64(UNJUDGED, one.event_id))
    return Kept(one.record, "intake", one.sub_idx, name, content_sha256(message), event, one.conversation_id)


def told_fields(kind: str, message: str) -> dict[str, Any]:
    """What an event about the log itself says, and that it is ours and nobody else's."""
    return {
        "error_type": kind,
        "error_message": message,
        "role": Role.HARNESS,
        "trust": Trust.HARNESS,
        "text": message,
        "part_type": PartType.TEXT,
        "content_state": ContentState.PRESENT,
    }
