"""The incident as JSON with nothing left out: what it was, what happened to it, its alerts, timeline and rules."""

import msgspec

from llmsec_tui.incidents.export.case import Case
from llmsec_tui.incidents.export.safe import as_json

SCHEMA = "llmsec-tui/incident/1"


def whole(case: Case) -> bytes:
    """The case; :func:`read` gives it back."""
    fields = msgspec.to_builtins(case)
    return as_json({"schema": SCHEMA, **fields}, indent=1) + b"\n"


def read(content: bytes) -> Case:
    """What :func:`whole` wrote. Raises msgspec.ValidationError for what it did not."""
    return msgspec.json.decode(content, type=Case)
