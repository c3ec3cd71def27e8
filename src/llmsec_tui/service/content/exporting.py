"""What goes out of here in files, as far as the one who takes it out sees it."""

from collections.abc import Sequence
from dataclasses import replace as replaced
from typing import Any

import msgspec
from msgspec.structs import replace

from llmsec_tui.access import ContentLevel
from llmsec_tui.detect.match.evidence import EXCERPT
from llmsec_tui.incidents.changes import IncidentEvent
from llmsec_tui.incidents.export.case import AlertRecord, Case
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.timeline import Moment
from llmsec_tui.service.content.kinds import Kind
from llmsec_tui.service.content.special import moment_shown
from llmsec_tui.service.content.words import Words

_KINDS = {
    **dict.fromkeys(("note", "text", "title", "closing_note", "why"), Kind.NOTE),
    **dict.fromkeys(("what", "told"), Kind.FILLED),
}
"""The fields of incidents and their changes that hold words of people, and values out of logs."""
_LEVELS = {
    ContentLevel.HIDDEN: "what people and models wrote is left out",
    ContentLevel.REDACTED: "marks stand for what looks like personal data or a secret",
    ContentLevel.FULL: "what people and models wrote stands here as it is in the logs",
}


def masked_case(case: Case, words: Words) -> Case:
    """The case as its taker sees it, and a sentence in it that says how."""
    if words.view.is_whole:
        return case
    return replace(
        case,
        incident=msgspec.convert(_walked(msgspec.to_builtins(case.incident), words), Incident),
        events=msgspec.convert(_walked(msgspec.to_builtins(case.events), words), list[IncidentEvent]),
        alerts=[_alert(alert, words) for alert in case.alerts],
        timeline=_moments(case.timeline, words),
        addresses=[words.person(address, "source_ip") for address in case.addresses],
        masked=told(words),
    )


def told(words: Words) -> str:
    """How much of everything is in the files."""
    users = "users are named" if words.view.identities else "users stand by their pseudonyms"
    return f"Made for one who does not see all: {_LEVELS[words.view.level]}, and {users}."


def _alert(alert: AlertRecord, words: Words) -> AlertRecord:
    user = alert.user_id or ""
    is_part = len(alert.excerpt) >= EXCERPT
    return replace(
        alert,
        user_id=words.person(user) or None,
        excerpt=words.text(alert.excerpt, user=user, cut_start=is_part, cut_end=is_part),
        decoded_text=alert.decoded_text and words.text(alert.decoded_text, user=user, cut_start=True, cut_end=True),
        reason=words.text(alert.reason, user=user),
        group_key=alert.group_key and words.shown(alert.group_key, Kind.GROUP),
        # They say where in a text that is not in the files.
        spans=alert.spans if words.view.level is ContentLevel.FULL else [],
    )


def _moments(moments: Sequence[Moment], words: Words) -> list[Moment]:
    found = []
    for one in moments:
        who, text = moment_shown(one.kind.value, one.who, one.text, words)
        found.append(replaced(one, who=who, text=text))
    return found


def _walked(value: Any, words: Words, kind: Kind = Kind.PLAIN) -> Any:
    if isinstance(value, str):
        return words.shown(value, kind)
    if isinstance(value, list | tuple):
        return [_walked(one, words, kind) for one in value]
    if isinstance(value, dict):
        return {
            name: _keys(one, words) if name == "keys" else _walked(one, words, _KINDS.get(name, Kind.PLAIN))
            for name, one in value.items()
        }
    return value


def _keys(counts: Any, words: Words) -> dict[str, Any]:
    return {words.shown(key, Kind.KEY): count for key, count in counts.items()}
