"""Structs of which one field decides what is in another, or that may have been revealed."""

from collections.abc import Callable, Mapping
from typing import Any

from llmsec_tui.detect.match.evidence import DECODED_LIMIT, EXCERPT
from llmsec_tui.incidents.timeline import Kind as Moment
from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.behaviour.api import UsageRow
from llmsec_tui.service.content.declared import OF_EVENTS
from llmsec_tui.service.content.kinds import Kind
from llmsec_tui.service.content.words import Words
from llmsec_tui.service.incidents.rows import TimelineRow
from llmsec_tui.service.retention.api import ErasurePreview, HoldRow
from llmsec_tui.service.rows import AlertDetail, DeadLetterRow, EventDetail, EventRow
from llmsec_tui.service.silences.api import Demand

Changes = dict[str, Any]
_NO_PEOPLE = ("event", "conversation", "source", "app", "incident")
"""What a hold or an erasure can be of, beside a user."""
_OF_NOBODY = ("app", "model", "tenant", "agent")
"""What usage is told by, beside users."""
_OF_LOG = {Moment.EVENT.value, Moment.ALERT.value}


def is_revealed(one: AlertRow, words: Words) -> bool:
    """Whether an alert is shown in full for a while."""
    return one.alert_id in words.view.alerts or one.event_id in words.view.events


def _alert_row(one: AlertRow, words: Words, changes: Changes) -> None:
    if is_revealed(one, words):
        return
    is_part = len(one.excerpt) >= EXCERPT
    text = words.text(one.excerpt, user=one.user_id or "", cut_start=is_part, cut_end=is_part)
    if text is not one.excerpt:
        changes["excerpt"] = text


def _alert_detail(one: AlertDetail, words: Words, changes: Changes) -> None:
    if is_revealed(one.row, words):
        changes["reason"] = one.reason
    elif one.decoded_text:
        is_part = len(one.decoded_text) >= DECODED_LIMIT
        user = one.row.user_id or ""
        changes["decoded_text"] = words.text(one.decoded_text, user=user, cut_start=is_part, cut_end=is_part)


def _event_row(one: EventRow, words: Words, changes: Changes) -> None:
    if one.event_id in words.view.events:
        return
    is_part = one.n_chars > len(one.text)
    text = words.text(one.text, user=one.user_id or "", length=one.n_chars, cut_end=is_part)
    if text is not one.text:
        changes["text"] = text


def _event_detail(one: EventDetail, words: Words, changes: Changes) -> None:
    revealed = one.row.event_id in words.view.events
    changes["fields"] = {name: _column(name, value, words, revealed) for name, value in one.fields.items()}


def _column(name: str, value: str, words: Words, revealed: bool) -> str:
    match OF_EVENTS.get(name, Kind.PLAIN):
        case Kind.USER:
            return words.person(value, name)
        case Kind.TEXT if not revealed:
            return words.text(value)
        case _:
            return value


def _dead_letter(one: DeadLetterRow, words: Words, changes: Changes) -> None:
    is_part = len(one.excerpt) < one.source_len
    changes["excerpt"] = words.text(one.excerpt, length=one.source_len if is_part else 0, cut_end=is_part)


def _timeline_row(one: TimelineRow, words: Words, changes: Changes) -> None:
    who, text = moment_shown(one.kind, one.who, one.text, words)
    revealed = one.kind in _OF_LOG and (one.ref in words.view.events or one.ref in words.view.alerts)
    changes |= {"who": who, "text": one.text if revealed else text}


def moment_shown(kind: str, who: str, text: str, words: Words) -> tuple[str, str]:
    """Who did something at a moment of a timeline, and what is quoted of it."""
    if kind in _OF_LOG:
        is_part = len(text) >= EXCERPT
        is_excerpt = kind == Moment.ALERT.value
        return words.person(who), words.text(text, user=who, cut_start=is_part and is_excerpt, cut_end=is_part)
    return who, words.shown(text, Kind.FILLED if kind == Moment.RUN.value else Kind.NOTE)


def _demand(one: Demand, words: Words, changes: Changes) -> None:
    if one.field == "user_id":
        changes["value"] = words.person(one.value)


def _named(one: HoldRow | ErasurePreview, words: Words, changes: Changes) -> None:
    if one.of not in _NO_PEOPLE:
        changes["id"] = words.person(one.id)


def _usage(one: UsageRow, words: Words, changes: Changes) -> None:
    if one.of not in _OF_NOBODY:
        changes["name"] = words.person(one.name)


SPECIAL: Mapping[type, Callable[[Any, Words, Changes], None]] = {
    AlertRow: _alert_row,
    AlertDetail: _alert_detail,
    EventRow: _event_row,
    EventDetail: _event_detail,
    DeadLetterRow: _dead_letter,
    TimelineRow: _timeline_row,
    Demand: _demand,
    HoldRow: _named,
    ErasurePreview: _named,
    UsageRow: _usage,
}
"""Each adds to the changes of a struct, or takes one back."""
