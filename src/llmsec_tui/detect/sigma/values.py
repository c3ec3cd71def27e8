"""From one value of a rule to the comparisons that we evaluate, or a refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from math import isfinite

from llmsec_tui.detect.fields import FOLDED, RAW, Field, FieldType, nearest
from llmsec_tui.detect.match import patterns
from llmsec_tui.detect.sigma import strings
from llmsec_tui.detect.sigma.modifiers import Modifiers
from llmsec_tui.detect.sigma.strings import Parts, Refused
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.tree import Flag, Match, Moment, Network, Number, Present, Regex, SameAs, Text, Wild

Placeholders = Mapping[str, Sequence[str]]

MOST_EXACT = 2**53
"""Whole numbers beyond this cannot be told from their neighbours once they are floating point."""
_RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "week": (1, 53), "month": (1, 12), "year": (1, 9999)}
_HOLDS = {
    FieldType.NUMBER: "a number",
    FieldType.FLAG: "true or false",
    FieldType.TIME: "a time; ask for a part of it, such as 'ts|hour'",
}


@dataclass(frozen=True, slots=True)
class Value:
    """A value as YAML reads it, and as it is written."""

    plain: object
    written: str


def to_matches(
    field: Field, modifiers: Modifiers, value: Value, placeholders: Placeholders, others: Mapping[str, Field]
) -> list[list[Match]]:
    """The values that it stands for, each as comparisons of which one must hold. ``others`` may be referred to."""
    plain = value.plain
    if not isinstance(plain, str | int | float | bool | None):
        raise Refused("value", f"{plain!r} is not a plain value; quote it")
    if modifiers.kind == "exists":
        if not isinstance(plain, bool):
            raise Refused("value", f"'exists' is true or false, not {plain!r}")
        return [[Present(plain)]]
    if plain is None:
        return [[_null(modifiers)]]
    match modifiers.kind:
        case "re":
            return [[_regex(field, modifiers, plain)]]
        case "fieldref":
            return [[_same_as(field, modifiers, plain, others)]]
    return [_one(field, modifiers, plain, parts) for parts in _meant(field, modifiers, value, placeholders)]


def _null(modifiers: Modifiers) -> Match:
    if modifiers not in (Modifiers(), Modifiers(negated=True), Modifiers(every=True)):
        raise Refused("value", "null goes with no modifier but 'neq'")
    return Present(False)


def _meant(field: Field, modifiers: Modifiers, value: Value, placeholders: Placeholders) -> list[Parts]:
    """The value with its wildcards and placeholders read."""
    if not isinstance(value.plain, str):
        if modifiers.expand:
            raise Refused("placeholder", f"there is no placeholder in {value.plain!r}, such as %name%")
        return [(value.written,)]
    if modifiers.expand:
        return strings.expanded(value.plain, placeholders)
    if _is_placeholder(value.plain, placeholders, whole=not modifiers.anchor):
        raise Refused("placeholder", f"{value.plain!r} looks like a placeholder; add the modifier 'expand'")
    return [strings.read(value.plain)]


def _is_placeholder(value: str, placeholders: Placeholders, *, whole: bool) -> bool:
    """Percent signs are plain without 'expand'; but who writes the name of a list means the list."""
    name = value[1:-1]
    if len(value) < 3 or value[0] != "%" or value[-1] != "%" or not name.replace("_", "").replace("-", "").isalnum():
        return False
    return whole or name in placeholders


def _one(field: Field, modifiers: Modifiers, plain: object, parts: Parts) -> list[Match]:
    if modifiers.kind == "cidr":
        return [_network(field, parts)]
    if modifiers.part:
        return [_moment(field, modifiers, plain, parts)]
    if modifiers.comparison or field.type is FieldType.NUMBER:
        return [_number(field, modifiers, plain, parts)]
    if field.type is FieldType.FLAG:
        _unmodified(field, modifiers)
        if not isinstance(plain, bool):
            raise _unsuitable(field, plain)
        return [Flag(plain)]
    if isinstance(plain, bool) or field.type is FieldType.TIME:
        raise _unsuitable(field, plain)
    return _texts(field, modifiers, parts)


def _unsuitable(field: Field, plain: object) -> Refused:
    return Refused("value-type", f"{field.name} holds {_HOLDS.get(field.type, 'text; quote it')}, not {plain!r}")


def _unmodified(field: Field, modifiers: Modifiers) -> None:
    if modifiers.anchor or modifiers.cased or modifiers.windash or modifiers.encoded:
        raise Refused("value-type", f"{field.name} holds {_HOLDS[field.type]}; that modifier is for text")


def _number(field: Field, modifiers: Modifiers, plain: object, parts: Parts) -> Number:
    if field.type is not FieldType.NUMBER:
        raise Refused("value-type", f"{field.name} is not a number, so it cannot be below or above one")
    _unmodified(field, modifiers)
    return Number(modifiers.comparison or "=", _exact(field, plain, parts))


def _moment(field: Field, modifiers: Modifiers, plain: object, parts: Parts) -> Moment:
    if field.type is not FieldType.TIME:
        raise Refused("value-type", f"{field.name} is not a time, so it has no {modifiers.part}")
    number = _exact(field, plain, parts)
    least, most = _RANGES[modifiers.part]
    if number != int(number) or not least <= number <= most:
        raise Refused("value", f"{modifiers.part} is a whole number from {least} to {most}, never {number}")
    return Moment(modifiers.part, modifiers.comparison or "=", int(number))


def _exact(field: Field, plain: object, parts: Parts) -> int | float:
    number = _read_number(parts) if isinstance(plain, str) else plain
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
        raise Refused("value-type", f"{field.name} is compared with numbers, and {plain!r} is none")
    if abs(number) > MOST_EXACT:
        raise Refused("value", f"numbers beyond {MOST_EXACT:,} cannot be compared exactly")
    return number


def _read_number(parts: Parts) -> int | float | None:
    """A number in quotes, as JSON would write it; wildcards are not digits."""
    text = parts[0] if len(parts) == 1 and isinstance(parts[0], str) else ""
    if not text or not set(text) <= set("0123456789+-.eE"):
        return None
    try:
        return float(text) if set(text) & set(".eE") else int(text)
    except ValueError:
        return None


def _network(field: Field, parts: Parts) -> Network:
    if field.type is not FieldType.STRING:
        raise _unsuitable(field, "a network")
    text = "".join(part if isinstance(part, str) else part.value for part in parts)
    try:
        return Network(str(ip_network(text)))
    except ValueError as error:
        raise Refused("value", str(error)) from error


def _texts(field: Field, modifiers: Modifiers, parts: Parts) -> list[Match]:
    if modifiers.anchor and not parts:
        raise Refused("empty-literal", "an empty value is in every text")
    if modifiers.base64 == "base64" and not modifiers.anchor and field.type is FieldType.TEXT:
        raise Refused("unsupported-modifier", "an encoded value is never the whole text; add 'contains'")
    written = strings.windash(parts) if modifiers.windash else [parts]
    if modifiers.encoded:
        written = [one for each in written for one in strings.encoded(each, modifiers.wide, modifiers.base64)]
    cased = modifiers.cased or modifiers.encoded
    found: list[Match] = []
    for one in written:
        text = Text(strings.anchored(one, modifiers.anchor), cased)
        _check_text(field, text)
        found.append(text)
    return list({_folded(field, text): text for text in reversed(found)}.values())[::-1]


def _folded(field: Field, text: Match) -> object:
    """What is the same for values that find the same."""
    if not isinstance(text, Text) or text.cased or field.type is not FieldType.TEXT or field is RAW:
        return text
    return tuple(fold(part) if isinstance(part, str) else part for part in text.parts)


def _check_text(field: Field, text: Text) -> None:
    plain = [part for part in text.parts if isinstance(part, str)]
    if field is FOLDED and text.cased:
        raise Refused("cased-folded", "the folded text has no case; use text.raw for 'cased'")
    if field.type is FieldType.TEXT:
        if not text.parts:
            raise Refused("empty-literal", "an empty value says nothing about a text; use 'exists'")
        if not text.cased and field is not RAW and any(not fold(part) for part in plain):
            raise Refused("empty-literal", "nothing is left of this value when it is folded; use text.raw with 're'")
    if field.values and not any(isinstance(part, Wild) for part in text.parts):
        known = "".join(plain) if text.cased else "".join(plain).lower()
        if known not in field.values:
            raise Refused("value-unknown", f"{field.name} is never {''.join(plain)!r}{nearest(known, field.values)}")


def _regex(field: Field, modifiers: Modifiers, plain: object) -> Regex:
    if not isinstance(plain, str):
        raise Refused("value", f"the pattern {plain!r} must be quoted")
    if field.type not in (FieldType.TEXT, FieldType.STRING):
        raise _unsuitable(field, "a pattern")
    if not plain:
        raise Refused("empty-literal", "an empty pattern matches everything")
    flags = "".join(sorted(modifiers.flags))
    pattern = (f"(?{flags})" if flags else "") + plain
    if reason := patterns.problem(pattern):
        raise Refused("pattern", reason)
    return Regex(pattern, "i" in modifiers.flags)


def _same_as(field: Field, modifiers: Modifiers, plain: object, others: Mapping[str, Field]) -> SameAs:
    other = others.get(plain) if isinstance(plain, str) else None
    if other is None:
        raise Refused("unknown-field", f"there is no field {plain!r}{nearest(str(plain), others)}")
    if field.type not in (FieldType.STRING, FieldType.NUMBER, FieldType.FLAG) or field.type is not other.type:
        raise Refused("value-type", f"{field.name} and {other.name} cannot be compared")
    if (modifiers.anchor or modifiers.cased) and field.type is not FieldType.STRING:
        raise Refused("value-type", f"{field.name} is not text")
    starts, ends = modifiers.anchor in ("startswith", "contains"), modifiers.anchor in ("endswith", "contains")
    return SameAs(other, starts, ends, modifiers.cased)
