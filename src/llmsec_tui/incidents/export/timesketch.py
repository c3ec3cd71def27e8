"""The timeline for Timesketch, as JSON lines and as CSV; https://timesketch.org/guides/user/import-from-json-csv/"""

import csv
from io import StringIO
from typing import Any

from llmsec_tui.incidents.export.case import Case
from llmsec_tui.incidents.export.safe import cell, iso, json_lines
from llmsec_tui.incidents.timeline import Kind, Moment
from llmsec_tui.text import visible

_DESCRIPTIONS = {
    Kind.EVENT: "Logged",
    Kind.ALERT: "Alert Raised",
    Kind.ACT: "Incident Act",
    Kind.RUN: "Remedy Run",
    Kind.CLOCK: "Incident Clock",
    Kind.MARK: "Marked",
    Kind.MARKER: "Outside Change",
    Kind.CONFIGURATION: "Configuration Change",
}
"""What the time of a moment is the time of."""
COLUMNS = (
    *("message", "datetime", "timestamp", "timestamp_desc", "incident", "number", "kind", "level", "who", "what"),
    *("text", "ref"),
)


def as_json_lines(case: Case) -> bytes:
    """One moment a line."""
    return json_lines([_row(case, moment) for moment in case.timeline])


def as_csv(case: Case) -> bytes:
    """One moment a line under a line of names; every cell is quoted, and none is a formula."""
    into = StringIO(newline="")
    writer = csv.writer(into, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for moment in case.timeline:
        row = _row(case, moment)
        writer.writerow([cell(str(row[name])) for name in COLUMNS])
    return into.getvalue().encode("utf-8")


def _row(case: Case, moment: Moment) -> dict[str, Any]:
    who = f"{moment.who}: " if moment.who else ""
    text = f": {moment.text}" if moment.text else ""
    return {
        "message": visible(f"[{moment.kind.value}] {who}{moment.what}{text}"),
        "datetime": iso(moment.at),
        "timestamp": moment.at,
        "timestamp_desc": _DESCRIPTIONS[moment.kind],
        "incident": case.incident.incident_id,
        "number": moment.seq,
        "kind": moment.kind.value,
        "level": moment.level,
        "who": visible(moment.who),
        "what": visible(moment.what),
        "text": visible(moment.text),
        "ref": visible(moment.ref),
    }
