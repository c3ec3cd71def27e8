"""Permissions that an agent asked for, as spans: GitHub Copilot's ``permission``."""

from typing import Any

from llmsec_tui.formats.otel.told import Told, What
from llmsec_tui.formats.values import as_id, compact_json

_APPROVED = ("accept", "accepted", "approve", "approved", "allow", "allowed", "auto_accept", "modify")
_DENIED = ("denied", "deny", "reject", "abort", "block", "cancel")


def read(attributes: dict[str, Any], told: Told) -> None:
    """``<vendor>.permission.kind`` and ``.result``."""
    decided = None
    for key, value in attributes.items():
        if key.endswith("permission.result"):
            decided = value
    if decided is None:
        return
    asked = next((as_id(value) for key, value in attributes.items() if key.endswith("permission.kind")), None)
    told.what = What.PERMISSION
    told.permission = {
        "operation_name": "permission",
        "permission_decision": decision(as_id(decided)),
        "attrs": None if asked is None else compact_json({"kind": asked}),
    }


def decision(word: str | None) -> str | None:
    """``approved`` or ``denied`` where the word means that, else the word."""
    if word is None:
        return None
    plain = word.lower()
    if plain.startswith(_DENIED):
        return "denied"
    return "approved" if plain.startswith(_APPROVED) else word
