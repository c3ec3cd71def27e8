"""From one pySigma value to the comparison that we evaluate, or a refusal."""

from ipaddress import ip_network

from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaType,
    SpecialChars,
)

from llmsec_tui.detect.fields import FIELDS, FOLDED, Field, FieldType, nearest
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.tree import Flag, Match, Network, Number, Present, Regex, SameAs, Text, Wild

_OPERATORS = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
}
_FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
_WILDCARDS = {SpecialChars.WILDCARD_MULTI: Wild.ANY, SpecialChars.WILDCARD_SINGLE: Wild.ONE}


class Refused(Exception):
    """A value that makes no sense for its field, or that we cannot evaluate exactly."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def to_match(field: Field, value: SigmaType, *, exact: bool) -> list[Match]:
    """The comparisons of which one must hold. ``exact`` keeps the case of encoded strings, which are data."""
    match value:
        case SigmaExpansion():
            return [match for part in value.values for match in to_match(field, part, exact=exact)]
        case SigmaNull():
            return [Present(False)]
        case SigmaExists():
            return [Present(value.exists)]
        case SigmaString():
            return [_text(field, value, cased=exact or isinstance(value, SigmaCasedString))]
        case SigmaRegularExpression():
            return [_regex(field, value)]
        case SigmaBool():
            _expect(field, FieldType.FLAG)
            return [Flag(value.boolean)]
        case SigmaCompareExpression() if value.op in _OPERATORS:
            _expect(field, FieldType.NUMBER)
            return [Number(_OPERATORS[value.op], value.number.number)]
        case SigmaNumber():
            _expect(field, FieldType.NUMBER)
            return [Number("=", value.number)]
        case SigmaCIDRExpression():
            _expect(field, FieldType.STRING)
            return [Network(str(ip_network(value.cidr)))]
        case SigmaFieldReference():
            return [_same_as(field, value)]
    raise Refused("unsupported-value", f"values of the kind {type(value).__name__} are not supported")


def _expect(field: Field, *types: FieldType) -> None:
    if field.type not in types:
        wanted = {FieldType.NUMBER: "a number", FieldType.FLAG: "true or false"}.get(field.type, "text; quote it")
        raise Refused("value-type", f"{field.name} holds {wanted}")


def _text(field: Field, value: SigmaString, *, cased: bool) -> Text:
    _expect(field, FieldType.TEXT, FieldType.STRING)
    parts: list[str | Wild] = []
    for part in value.s:
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, SpecialChars):
            # Two runs of anything are one.
            if not (part is SpecialChars.WILDCARD_MULTI and parts and parts[-1] is Wild.ANY):
                parts.append(_WILDCARDS[part])
        else:
            raise Refused("placeholder", f"the placeholder %{part.name}% cannot be resolved")
    text = Text(tuple(parts), cased)
    _check_text(field, text)
    return text


def _check_text(field: Field, text: Text) -> None:
    plain = [part for part in text.parts if isinstance(part, str)]
    if field is FOLDED and text.cased:
        raise Refused("cased-folded", "the folded text has no case; use text.raw for 'cased'")
    if field.type is FieldType.TEXT and not text.cased and any(not fold(part) for part in plain):
        raise Refused("empty-literal", "nothing is left of this value when it is folded; use text.raw with 're'")
    if field.type is FieldType.TEXT and not text.parts:
        raise Refused("empty-literal", "an empty value says nothing about a text; use 'exists'")
    if field.values and text.literal == "".join(plain) and not (text.open_start or text.open_end):
        known = text.literal if text.cased else text.literal.lower()
        if known not in field.values:
            raise Refused("value-unknown", f"{field.name} is never {text.literal!r}{nearest(known, field.values)}")


def _regex(field: Field, value: SigmaRegularExpression) -> Regex:
    _expect(field, FieldType.TEXT, FieldType.STRING)
    flags = "".join(sorted(_FLAGS[flag] for flag in value.flags))
    pattern = (f"(?{flags})" if flags else "") + str(value.regexp)
    if not str(value.regexp):
        raise Refused("empty-literal", "an empty pattern matches everything")
    return Regex(pattern, SigmaRegularExpressionFlag.IGNORECASE in value.flags)


def _same_as(field: Field, value: SigmaFieldReference) -> SameAs:
    other = FIELDS.get(value.field)
    if other is None:
        raise Refused("unknown-field", f"there is no field {value.field!r}{nearest(value.field, FIELDS)}")
    if FieldType.TEXT in (field.type, other.type) or field.type is not other.type:
        raise Refused("value-type", f"{field.name} and {other.name} cannot be compared")
    if (value.starts_with or value.ends_with) and field.type is not FieldType.STRING:
        raise Refused("value-type", f"{field.name} is not text")
    return SameAs(other, value.starts_with, value.ends_with)
