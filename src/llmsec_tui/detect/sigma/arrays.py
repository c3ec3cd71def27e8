"""Names of fields that look into lists: ``field[any]``, ``field[all].part``, ``field[0]`` (Sigma's SEP 212)."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmsec_tui.detect.fields import FIELDS, TEXT, Field, nearest
from llmsec_tui.detect.sigma.strings import Refused

QUANTIFIERS = ("any", "all", "all_or_empty", "none")
MESSAGES = "messages"
"""The list of messages that is not there: an event is one message."""
MESSAGE_FIELDS: Mapping[str, Field] = {**FIELDS, "content": TEXT}


@dataclass(frozen=True, slots=True)
class Place:
    """What a name with brackets points at."""

    array: Field | None
    """None for the messages: the event itself."""
    which: str | int
    part: str
    """The part of an element that is meant; "" for the element, or when a block says."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """What may be named inside."""
        return MESSAGE_FIELDS if self.array is None else {field.name: field for field in self.array.parts}


def read(name: str) -> Place:
    """The parts of a name that has a bracket in it; raises Refused where it makes no sense."""
    array, _, rest = name.partition("[")
    which, bracket, part = rest.partition("]")
    if not bracket or (part and (len(part) == 1 or part[0] != ".")) or "[" in part:
        raise Refused(
            "array-field", f"{name!r} is no name of a field; a list is written as field[any] or field[0].part"
        )
    position = _position(which)
    if position is None and which not in QUANTIFIERS:
        known = nearest(which, QUANTIFIERS) or "; it must be any, all, all_or_empty, none or a position"
        raise Refused("array-field", f"[{which}] does not say which elements of {array!r}{known}")
    if array == MESSAGES:
        if which != "any":
            reason = "an event is one message, and the others of its conversation are events of their own"
            raise Refused("array-field", f"{name!r} cannot be judged: {reason}; use messages[any] or a correlation")
        return Place(None, "any", part[1:])
    if array not in FIELDS:
        raise Refused("unknown-field", f"there is no field {array!r}{nearest(array, FIELDS)}")
    field = FIELDS[array]
    if field.listing is None:
        lists = ", ".join([MESSAGES, *(one.name for one in FIELDS.values() if one.listing)])
        raise Refused("array-field", f"{array} holds no list; those that do are {lists}")
    return Place(field, which if position is None else position, part[1:])


def _position(which: str) -> int | None:
    digits = which.removeprefix("-")
    return int(which) if digits.isascii() and digits.isdecimal() and len(digits) < 5 else None


def part_of(place: Place, name: str) -> Field:
    """The field that a condition written without a block looks at; raises Refused where there isn't any."""
    fields = place.fields
    wanted = place.part or "."
    if wanted in fields:
        return fields[wanted]
    if not place.part:
        raise Refused("array-field", f"the elements of {name!r} have parts; name one: {', '.join(fields)}")
    raise Refused("unknown-field", f"{name!r}: there is no {place.part!r} in an element{nearest(place.part, fields)}")
