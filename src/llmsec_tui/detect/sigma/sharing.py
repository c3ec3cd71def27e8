"""Read what a detector of shared text has beside the others: which texts are compared, and what does not count."""

from typing import Any

from llmsec_tui.detect.fields import FIELDS, FieldType, nearest
from llmsec_tui.detect.rule import Sharing
from llmsec_tui.detect.sigma.correlation import column_problem
from llmsec_tui.detect.sigma.document import Document, Place

KEYS = ("known", "of", "same", "apart", "common")
"""All optional; ``into`` is not."""
_OF = ("smaller", "source", "sink")
_COMMON = ("field", "gte")
_MOST = 1_000


def read(document: Document, block: dict[str, Any]) -> Sharing:
    """What the block says; what is wrong with it is noted in the document."""
    of = block.get("of", _OF[0])
    if of not in _OF:
        document.complain("shared-text", f"'of' must be one of {', '.join(_OF)}{nearest(str(of), _OF)}", *_at("of"))
    for key in ("same", "apart"):
        if key in block and (wrong := column_problem(block[key])):
            document.complain(wrong[0], wrong[1], *_at(key))
    if "same" in block and block.get("same") == block.get("apart"):
        document.complain("shared-text", "no two values are the same and apart", *_at("apart"))
    column, least = _common(document, block["common"]) if "common" in block else ("", 0)
    return Sharing(str(of), str(block.get("same", "")), str(block.get("apart", "")), column, least)


def field_problem(name: object) -> tuple[str, str] | None:
    """Code and message when a field has no fingerprints."""
    if isinstance(name, str) and name in FIELDS and FIELDS[name].type is not FieldType.HASHES:
        return "value-type", f"{name} has no fingerprints; only 'fingerprints' has"
    return column_problem(name) if name not in FIELDS else None


def _common(document: Document, common: object) -> tuple[str, int]:
    if not isinstance(common, dict) or set(common) != set(_COMMON):
        message = "'common' must be a mapping such as {field: service_name, gte: 3}"
        document.complain("shared-text", message, *_at("common"))
        return "", 0
    if wrong := column_problem(common["field"]):
        document.complain(wrong[0], wrong[1], *_at("common", "field"))
    least = common["gte"]
    if isinstance(least, bool) or not isinstance(least, int) or not 2 <= least <= _MOST:
        message = f"'gte' must be a whole number from 2 to {_MOST:,}: what one has is not common"
        document.complain("shared-text", message, *_at("common", "gte"))
        return "", 0
    return str(common["field"]), least


def _at(*place: str) -> Place:
    return ("detector", *place)
