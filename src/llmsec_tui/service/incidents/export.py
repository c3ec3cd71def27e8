"""Take an incident's file out: gather what the asker may see, and make the files of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from llmsec_tui import __version__
from llmsec_tui.access import Actor, check
from llmsec_tui.detect.rule import Described
from llmsec_tui.errors import AccessRefused, ServiceError
from llmsec_tui.incidents.export.bundle import EVIDENCE, bundle, formats_of
from llmsec_tui.incidents.export.case import AlertRecord, Case, File, RuleDoc
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.service.content.exporting import masked_case
from llmsec_tui.service.content.view import view_of
from llmsec_tui.service.content.words import Words
from llmsec_tui.service.context import Context
from llmsec_tui.service.desk.evidence import records
from llmsec_tui.service.incidents.api import ExportIncident
from llmsec_tui.service.incidents.rows import Bundle, ExportedFile
from llmsec_tui.service.incidents.timeline import moments, permitted
from llmsec_tui.service.rules.change import whole
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.store.queries import Reader

MOST_ALERTS = 5_000
MOST_ADDRESSES = 100
MOST_BYTES = 48 * 1024**2
"""Of all files: they travel in one answer."""
_MOST_SOURCE = 256 * 1024
"""Bytes of a rule's file."""


def exported(context: Context, reader: Reader, ask: ExportIncident, actor: Actor) -> Bundle:
    """The files. Nothing is recorded here; see ``service/beside.py``.

    Log events are in it only for roles that may read events, pinned records only for those that see everything, and all
    else as far as the role sees it: what was revealed to somebody is no more than others see. Raises NotFound,
    ServiceError for an unknown format or too much of it, SourceError for a pinned record that is not what it was,
    AccessRefused.
    """
    formats = formats_of(ask.formats)
    incident = reader.incident(ask.incident_id)
    words = Words(view_of(actor), context.store.pseudonyms)
    raw = _records(incident, actor, words) if EVIDENCE in formats else {}
    case = masked_case(gathered(context, reader, incident, actor, time.time_ns() // 1000), words)
    files = bundle(case, formats, raw)
    size = sum(len(file.content) for file in files)
    if size > MOST_BYTES:
        raise ServiceError(
            f"The files of {incident.incident_id} would take {size:,} bytes, and {MOST_BYTES:,} are the most.",
            hint="Ask for fewer formats at once.",
        )
    return Bundle(
        incident_id=incident.incident_id,
        files=[ExportedFile(name=file.name, content=file.content) for file in files],
        message=_told(incident, files, case),
    )


PERSONAL: Mapping[type, Callable[[Context, Reader, Any, Actor], Struct]] = {ExportIncident: exported}


def gathered(context: Context, reader: Reader, incident: Incident, actor: Actor, now: int) -> Case:
    """All that an export is made from, as far as the actor may see it."""
    events = reader.incident_events(incident.incident_id)
    alerts = reader.alerts_of_incident(incident.incident_id, MOST_ALERTS)
    timeline, left_out = moments(context, reader, incident, permitted((), actor), now)
    may_see_events = "events.read" in actor.capabilities
    return Case(
        incident=incident,
        events=events,
        alerts=msgspec.convert(alerts, list[AlertRecord]),
        alerts_left_out=max(incident.n_alerts - len(alerts), 0),
        timeline=timeline,
        left_out=left_out,
        rules=_rules(context, incident, {row["rule_id"]: row["title"] for row in alerts}),
        addresses=reader.addresses_of_incident(incident.incident_id, MOST_ADDRESSES) if may_see_events else [],
        generated_at=now,
        generated_by=actor.user,
        version=__version__,
    )


def _records(incident: Incident, actor: Actor, words: Words) -> dict[int, bytes]:
    check(actor, "events.read")
    if not words.view.is_whole:
        raise AccessRefused(
            "Pinned records are given out as they are, or not at all: evidence with marks in it is none.",
            hint="Ask somebody whose role shows content in full; the pins say where the records are.",
        )
    return records(incident.pins)


def _rules(context: Context, incident: Incident, titles: Mapping[str, str]) -> list[RuleDoc]:
    """Those that raised its alerts, the ones with most first; of one that is gone only its name."""
    loaded = whole(context.rules.loaded)
    ordered = sorted(incident.rules, key=lambda rule_id: (-incident.rules[rule_id], rule_id))
    return [
        _doc(context.rules, loaded[rule_id])
        if rule_id in loaded
        else RuleDoc(rule_id=rule_id, title=titles.get(rule_id, rule_id))
        for rule_id in ordered
    ]


def _doc(rules: Rulebook, rule: Described) -> RuleDoc:
    return RuleDoc(
        rule_id=rule.id,
        title=rule.title,
        version=rule.version,
        level=rule.level,
        description=rule.description,
        tags=list(rule.tags),
        references=list(rule.references),
        false_positives=list(rule.false_positives),
        playbook=list(rule.playbook),
        source=_source(rules, rule),
    )


def _source(rules: Rulebook, rule: Described) -> str:
    """The file of a rule; empty when that is not what runs, or cannot be read."""
    if rule.id in rules.pending or any(issue.path == str(rule.path) for issue in rules.issues):
        return ""
    try:
        with rule.path.open("rb") as file:
            content = file.read(_MOST_SOURCE + 1)
    except OSError:
        # The rule runs on without its file; the export says less about it, and what it says is right.
        return ""
    return content.decode("utf-8", "replace") if len(content) <= _MOST_SOURCE else ""


def _told(incident: Incident, files: Sequence[File], case: Case) -> str:
    left_out = ((case.alerts_left_out, "alerts are"), (case.left_out, "log events between the alerts are"))
    missing = "".join(f" {count} {what} left out." for count, what in left_out if count)
    how = case.masked or "Excerpts in them are as they are in the logs."
    return f"{incident.incident_id}: {len(files)} files. {how}{missing}"
