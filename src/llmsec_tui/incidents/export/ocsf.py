"""Detection Findings of the Open Cybersecurity Schema Framework: one of the incident, then one of each alert.

Attributes and numbers are those of OCSF 1.8.0, class 2004; https://schema.ocsf.io/1.8.0/classes/detection_finding
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from llmsec_tui.incidents.changes import Noted
from llmsec_tui.incidents.export.case import PRODUCT, AlertRecord, Case, first_and_last, tags_of, uid
from llmsec_tui.incidents.export.catalogue import Reference, What, references
from llmsec_tui.incidents.export.safe import json_lines
from llmsec_tui.incidents.incident import Pin
from llmsec_tui.incidents.states import Disposition, State

VERSION = "1.8.0"
CLASS = 2004

_CREATE, _UPDATE, _CLOSE = 1, 2, 3
_ACTIVITIES = {_CREATE: "Create", _UPDATE: "Update", _CLOSE: "Close"}
_SEVERITIES = {
    "informational": (1, "Informational"),
    "low": (2, "Low"),
    "medium": (3, "Medium"),
    "high": (4, "High"),
    "critical": (5, "Critical"),
}
_PRIORITIES = {"low": (1, "Low"), "medium": (2, "Medium"), "high": (3, "High"), "critical": (4, "Critical")}
_NEW, _WORKED_ON, _SUPPRESSED, _RESOLVED = (1, "New"), (2, "In Progress"), (3, "Suppressed"), (4, "Resolved")
_OTHER = (99, "Other")
_STATES = {
    State.NEW: _NEW,
    State.ACKNOWLEDGED: _WORKED_ON,
    State.INVESTIGATING: _WORKED_ON,
    State.CONTAINED: _WORKED_ON,
    State.PENDING: _WORKED_ON,
    State.RESOLVED: _RESOLVED,
    State.CLOSED: _RESOLVED,
    State.MERGED: (5, "Archived"),
}
_ALERT_STATES = {
    "new": _NEW,
    "acknowledged": _WORKED_ON,
    "dismissed": _SUPPRESSED,
    "closed": _RESOLVED,
    "withdrawn": (6, "Deleted"),
}
_VERDICTS = {
    Disposition.TRUE_POSITIVE: (2, "True Positive"),
    Disposition.BENIGN_TRUE_POSITIVE: (5, "Benign"),
    Disposition.FALSE_POSITIVE: (1, "False Positive"),
    Disposition.DUPLICATE: (10, "Duplicate"),
    Disposition.TEST: (6, "Test"),
    Disposition.NOT_EVALUABLE: (7, "Insufficient Data"),
}
_USER_ID, _ADDRESS, _HASH, _PATH = 31, 2, 8, 45
"""Kinds of observables: user.uid, ip, file hash, file path."""
_RULE, _REGULAR_FILE, _SHA256 = 1, 1, 3
_MOST_RELATED = 1_000
_MOST_OBSERVABLES = 200


def ocsf(case: Case) -> bytes:
    """One finding a line."""
    return json_lines([_of_incident(case), *(_of_alert(case, alert) for alert in case.alerts)])


def _of_incident(case: Case) -> dict[str, Any]:
    incident = case.incident
    activity = _CLOSE if incident.state is State.CLOSED else _CREATE if incident.version <= 1 else _UPDATE
    first, last = first_and_last(case.alerts) if case.alerts else (incident.opened_at, incident.opened_at)
    priority = _PRIORITIES.get(incident.level)
    verdict = _VERDICTS[incident.disposition] if incident.disposition is not None else None
    notes = [event.change.note for event in case.events if isinstance(event.change, Noted)]
    comment = "\n\n".join([*notes, *([incident.closing_note] if incident.closing_note else [])])
    return {
        **_classified(activity, incident.level, _STATES[incident.state]),
        "message": f"{incident.incident_id}: {incident.title}",
        "time": _ms(incident.opened_at),
        "start_time": _ms(first),
        "end_time": _ms(last),
        "metadata": _metadata(case, incident.incident_id, "incident", profiles=["incident"]),
        "finding_info": {
            **_info(case, incident.incident_id, incident.title, tags_of(case)),
            "created_time": _ms(incident.opened_at),
            "modified_time": _ms(incident.last_at),
            "first_seen_time": _ms(first),
            "last_seen_time": _ms(last),
            "related_analytics": [_analytic(rule.rule_id, rule.title, rule.version) for rule in case.rules],
            "related_events": [_related(case, alert) for alert in case.alerts[:_MOST_RELATED]],
            "related_events_count": len(case.alerts),
        },
        "is_alert": incident.state is not State.CLOSED,
        **({"assignee": {"name": incident.owner}} if incident.owner else {}),
        **({"priority_id": priority[0], "priority": priority[1]} if priority else {}),
        **({"verdict_id": verdict[0], "verdict": verdict[1]} if verdict else {}),
        **({"comment": comment} if comment else {}),
        **_listed("evidences", [_pinned(pin) for pin in incident.pins]),
        **_listed("observables", _observables(case)),
        **_remedied(case),
    }


def _of_alert(case: Case, alert: AlertRecord) -> dict[str, Any]:
    status = _SUPPRESSED if alert.suppressed_by else _ALERT_STATES.get(alert.state, _OTHER)
    began = alert.at if alert.began is None else min(alert.began, alert.at)
    return {
        **_classified(_CREATE, alert.level, status),
        "message": alert.reason or alert.title,
        "time": _ms(alert.raised_at),
        "start_time": _ms(began),
        "end_time": _ms(alert.at),
        "confidence_score": round(alert.confidence * 100),
        "metadata": {
            **_metadata(case, alert.alert_id, "alert"),
            "original_event_uid": alert.event_id,
            "log_source": alert.source_path,
            "log_format": alert.format,
        },
        "finding_info": {
            **_info(case, alert.alert_id, alert.title, alert.tags),
            "created_time": _ms(alert.raised_at),
            "first_seen_time": _ms(began),
            "last_seen_time": _ms(alert.at),
            "analytic": _analytic(alert.rule_id, alert.title, alert.rule_version),
        },
        "evidences": [_evidence(alert)],
        "observables": _observables_of(alert),
        "is_alert": not alert.suppressed_by,
        **_listed("resources", [{"name": alert.app, "type": "LLM application"}] if alert.app else []),
    }


def _classified(activity: int, level: str, status: tuple[int, str]) -> dict[str, Any]:
    severity_id, severity = _SEVERITIES.get(level, (0, "Unknown"))
    return {
        "activity_id": activity,
        "activity_name": _ACTIVITIES[activity],
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "type_uid": CLASS * 100 + activity,
        "type_name": f"Detection Finding: {_ACTIVITIES[activity]}",
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status[0],
        "status": status[1],
    }


def _metadata(case: Case, name: str, kind: str, profiles: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "version": VERSION,
        "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": case.version},
        "uid": str(uid(case, "ocsf", kind, name)),
        "correlation_uid": case.incident.incident_id,
        **_listed("profiles", list(profiles)),
    }


def _info(case: Case, name: str, title: str, tags: Sequence[str]) -> dict[str, Any]:
    found = references(tags)
    return {
        "uid": name,
        "title": title,
        "types": ["LLM application security"],
        **_listed("attacks", [_attack(one) for one in found if one.what is not What.RISK]),
        **_listed("tags", [{"name": one.source, "value": one.external_id} for one in found if one.what is What.RISK]),
    }


def _attack(reference: Reference) -> dict[str, Any]:
    number = reference.external_id.removeprefix("AML.")
    kind = "tactic" if reference.what is What.TACTIC else "sub_technique" if "." in number else "technique"
    entry = {"uid": reference.external_id, "src_url": reference.url}
    whole = reference.external_id.rpartition(".")[0]
    return {
        kind: entry,
        **({"technique": {"uid": whole}} if kind == "sub_technique" else {}),
        **({"version": reference.version} if reference.version else {}),
    }


def _analytic(rule_id: str, title: str, version: str) -> dict[str, Any]:
    return {
        "uid": rule_id,
        "name": title,
        "type_id": _RULE,
        "type": "Rule",
        **({"version": version} if version else {}),
    }


def _related(case: Case, alert: AlertRecord) -> dict[str, Any]:
    severity_id, severity = _SEVERITIES.get(alert.level, (0, "Unknown"))
    return {
        "uid": str(uid(case, "ocsf", "alert", alert.alert_id)),
        "type_uid": CLASS * 100 + _CREATE,
        "type_name": "Detection Finding: Create",
        "title": alert.title,
        "severity_id": severity_id,
        "severity": severity,
    }


def _evidence(alert: AlertRecord) -> dict[str, Any]:
    data = {
        "excerpt": alert.excerpt,
        "decoded_by": alert.decoded_by,
        "decoded_text": alert.decoded_text,
        "field": alert.field,
        "spans": alert.spans,
        "role": alert.role,
        "trust": alert.trust,
        "tool_name": alert.tool_name,
        "model": alert.model,
        "conversation_id": alert.conversation_id,
        **_place(alert.source_offset, alert.source_len, alert.record_sha256),
    }
    return {
        "uid": alert.event_id,
        "data": {name: value for name, value in data.items() if value is not None},
        "file": _file(alert.source_path),
        **({"user": {"uid": alert.user_id}} if alert.user_id else {}),
    }


def _pinned(pin: Pin) -> dict[str, Any]:
    checked = {"checked": pin.result} if pin.result else {}
    return {
        "uid": pin.event_id,
        "name": f"pin {pin.pin}",
        "data": {"note": pin.note, **_place(pin.source_offset, pin.source_len, pin.sha256), **checked},
        "file": _file(pin.source_path),
    }


def _place(offset: int, length: int, sha256: str) -> dict[str, Any]:
    return {"record_offset": offset, "record_length": length, "record_sha256": sha256}


def _file(path: str) -> dict[str, Any]:
    return {"name": PurePath(path).name or path, "path": path, "type_id": _REGULAR_FILE, "type": "Regular File"}


def _observables(case: Case) -> list[dict[str, Any]]:
    pins = case.incident.pins
    users = sorted({alert.user_id for alert in case.alerts if alert.user_id})
    seen = [
        *({"name": "user.uid", "type_id": _USER_ID, "value": user} for user in users),
        *({"name": "src_endpoint.ip", "type_id": _ADDRESS, "value": address} for address in case.addresses),
        *({"name": "evidences[].file.path", "type_id": _PATH, "value": path} for path in _paths(pins)),
        *({"name": "evidences[].data.record_sha256", "type_id": _HASH, "value": pin.sha256} for pin in pins),
    ]
    return seen[:_MOST_OBSERVABLES]


def _observables_of(alert: AlertRecord) -> list[dict[str, Any]]:
    user = {"name": "evidences[0].user.uid", "type_id": _USER_ID, "value": alert.user_id}
    return [
        *([user] if alert.user_id else []),
        {"name": "evidences[0].file.path", "type_id": _PATH, "value": alert.source_path},
        {"name": "evidences[0].data.record_sha256", "type_id": _HASH, "value": alert.record_sha256},
    ]


def _paths(pins: Iterable[Pin]) -> list[str]:
    return sorted({pin.source_path for pin in pins})


def _remedied(case: Case) -> Mapping[str, Any]:
    """What was to be done, as the tasks have it."""
    tasks = [f"[{task.state.value}] {task.text}" for task in case.incident.tasks]
    return {"remediation": {"desc": "\n".join(tasks)}} if tasks else {}


def _listed(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Nothing at all for an empty list."""
    return {name: list(values)} if values else {}


def _ms(at: int) -> int:
    return at // 1000
