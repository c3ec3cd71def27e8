"""What is asked before alerts are changed or grouped into incidents."""

from collections.abc import Sequence
from uuid import uuid4

from llmsec_tui.console.forms import Field, Form, Given, Option
from llmsec_tui.console.incident_forms import count_field, others
from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct, Item, OpenIncident
from llmsec_tui.service.incidents.rows import IncidentRow


def many(act: str, rows: Sequence[AlertRow]) -> Form:
    """The window in which the same is done to all marked alerts."""
    why = Field("note", "note", "Why?", True, "A note is required: say why.")
    note = why if act == "dismiss" else Field("note", "note", "Note (may be empty)")
    fields = [note, count_field(len(rows))]
    return Form(f"{act.capitalize()} {len(rows)} alerts", " · ".join(row.title for row in rows), fields, does="saves")


def bulk(act: str, rows: Sequence[AlertRow], given: Given) -> BulkAct:
    """The command to that effect."""
    return BulkAct(
        command_id=uuid4().hex,
        of="alerts",
        act=act,
        items=[Item(id=row.alert_id, version=row.version) for row in rows],
        count=int(given["count"]),
        note=given["note"],
    )


def takers(rows: Sequence[IncidentRow]) -> list[Option]:
    """Incidents that an alert can be put into."""
    return others((row for row in rows if "add_alerts" in row.acts), ())


def opening(alert: AlertRow) -> Form:
    """The window in which an alert that is in no incident gets into one; the open ones are looked up meanwhile."""
    into = [Option("", "a new incident")]
    return Form(
        "Open an incident, or put the alert into one",
        alert.title,
        [
            Field("incident", "into", "a new incident; type to find an open one", options=into, free=True),
            Field("title", "title", "of a new one; empty for the alert's"),
            Field("note", "note", "Note (may be empty)"),
        ],
        does="does it",
    )


def opened(alert: AlertRow, given: Given) -> OpenIncident | ActOnIncident:
    """The command to that effect."""
    name = given.get("incident", "")
    if not name:
        return OpenIncident(
            command_id=uuid4().hex, alert_ids=[alert.alert_id], title=given["title"], note=given["note"]
        )
    return ActOnIncident(
        command_id=uuid4().hex,
        incident_id=name,
        act="add_alerts",
        note=given["note"],
        alert_ids=[alert.alert_id],
    )
