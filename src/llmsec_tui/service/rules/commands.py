"""Commands about rules."""

import time

from llmsec_tui.access import Actor
from llmsec_tui.errors import ServiceError
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.rules.api import DisableRule, EnableRule
from llmsec_tui.service.rules.change import Change, summary
from llmsec_tui.store.rule_writer import Off

_MOST_CHARS = 2_000


def disable(context: Context, actor: Actor, command: DisableRule) -> Outcome:
    """Turn a rule off from the next batch on, also after a restart."""
    rule = context.rules.find(command.rule_id)
    note = _reason(command.note)
    if (off := context.rules.off.get(rule.id)) is not None:
        raise ServiceError(f"{rule.title} is off already: {off.actor} turned it off, because: {off.reason}")
    off = Off(time.time_ns() // 1000, actor.user, note)
    context.store.turn_rule(rule.id, off)
    counting = " Rules that count its hits go on doing so." if rule.id in context.rules.loaded.counted else ""
    return Outcome(
        f"{rule.title} is off.{counting}",
        before={"state": "on"},
        after={"state": "off", "title": rule.title, "rule_version": rule.version},
        object=f"rule:{rule.id}",
        then=lambda: context.rules.turn(rule.id, off),
    )


def enable(context: Context, command: EnableRule) -> Outcome:
    """Turn a rule on that is off; one that is not loaded any more must be named by its whole id."""
    gone = command.rule_id in context.rules.off and command.rule_id not in context.rules.loaded.by_id
    rule_id, title = command.rule_id, f"The rule {command.rule_id}, which is not loaded now,"
    if not gone:
        rule = context.rules.find(command.rule_id)
        rule_id, title = rule.id, rule.title
    _reason(command.note)
    if (off := context.rules.off.get(rule_id)) is None:
        raise ServiceError(f"{title} is not off.")
    context.store.turn_rule(rule_id, None)
    return Outcome(
        f"{title} is on.",
        before={"state": "off", "by": off.actor, "reason": off.reason},
        after={"state": "on"},
        object=f"rule:{rule_id}",
        then=lambda: context.rules.turn(rule_id, None),
    )


def reload(context: Context, change: Change) -> Outcome:
    """Run what is on disk."""
    return Outcome(
        str(change), before=summary(change.before), after=change.facts(), then=lambda: context.rules.accept(change)
    )


def _reason(note: str) -> str:
    if not note.strip():
        raise ServiceError("A rule is turned off or on with a reason.", hint="Say why in the note.")
    if len(note) > _MOST_CHARS:
        raise ServiceError(f"The reason has {len(note)} characters; {_MOST_CHARS} are the most.")
    return note.strip()
