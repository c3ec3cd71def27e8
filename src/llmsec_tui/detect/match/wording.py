"""Put a comparison, and what came of it, into words."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from llmsec_tui.detect.fields import FieldType
from llmsec_tui.detect.match.finding import Content, Found
from llmsec_tui.detect.match.times import words
from llmsec_tui.detect.tree import (
    And,
    Elements,
    Flag,
    Leaf,
    Match,
    Moment,
    Network,
    Node,
    Not,
    Number,
    Or,
    Present,
    Regex,
    SameAs,
    Text,
    Wild,
)

_QUOTED = 80


def named(leaf: Leaf) -> str:
    """The comparison as a rule's author knows it: ``order: text contains "send the password"``."""
    return f"{leaf.selection}: {leaf.field.name} {_wanted(leaf.match)}"


def found_in(leaf: Leaf, places: Sequence[Found], value: object) -> str:
    """Where a comparison that holds found what it looks for."""
    if not places:
        return "it is not there" if value is None else f"it is {quoted(str(value))}"
    first = places[0]
    decoded = f", once decoded ({first.decoded.by})" if first.decoded else ""
    more = f", and {len(places) - 1} more" if len(places) > 1 else ""
    return f"{quoted(first.words)} at {first.start}–{first.end}{decoded}{more}"


def why_not(leaf: Leaf, value: object, content: Content | None, holds: Callable[[Leaf], bool]) -> str:
    """The cause that a comparison does not hold; ``holds`` tries another comparison on the same event."""
    if leaf.field.type is FieldType.TEXT:
        return "the event has no text" if content is None else _why_not_in_text(leaf, holds)
    if value is None:
        return "the field is absent"
    near = _nearest(leaf, holds)
    return f"it is {quoted(str(value))}{f'; {near}' if near else ''}"


def quoted(words: str) -> str:
    """In quotation marks, on one line, cut where it is long."""
    line = " ".join(words.split())
    return f'"{line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"}"'


def _why_not_in_text(leaf: Leaf, holds: Callable[[Leaf], bool]) -> str:
    if isinstance(leaf.match, Present):
        return "there is a text" if not leaf.match.value else "nothing of this kind is in the text"
    return _nearest(leaf, holds) or "it is not in the text"


def _nearest(leaf: Leaf, holds: Callable[[Leaf], bool]) -> str:
    """What the author would have to loosen for the comparison to hold, if it is that near."""
    for other, cause in _looser(leaf.match):
        if holds(replace(leaf, match=other)):
            return cause
    return ""


def _looser(match: Match) -> list[tuple[Match, str]]:
    match match:
        case Text(parts, cased):
            anywhere = (Wild.ANY, *(part for part in parts if part is not Wild.ANY), Wild.ANY)
            tries: list[tuple[Match, str]] = [(Text(parts, False), "only the case differs")] if cased else []
            if parts != anywhere:
                tries.append((Text(anywhere, cased), "it is there, but in another place of the value"))
            return tries
        case Regex(pattern, ignore_case) if not ignore_case:
            return [(Regex(f"(?i){pattern}", True), "only the case differs")]
    return []


def _wanted(match: Match) -> str:
    match match:
        case Text():
            return _wanted_text(match)
        case Regex(pattern):
            return f"matches /{pattern}/"
        case Number(op, value):
            return f"{op} {value}"
        case Flag(value):
            return f"is {str(value).lower()}"
        case Present(value):
            return "is there" if value else "is not there"
        case Network(cidr):
            return f"is in {cidr}"
        case Moment() as moment:
            return f"is {words(moment)}"
        case Elements(which, condition):
            return f"[{which}] {_inside(condition)}"
        case SameAs(other, starts, ends, cased):
            verb = {(True, True): "contains", (True, False): "starts with", (False, True): "ends with"}
            return f"{verb.get((starts, ends), 'is the same as')} {other.name}{', in its case' if cased else ''}"


def _inside(node: Node) -> str:
    """A condition on one element of a list."""
    match node:
        case Leaf():
            return f"{'' if node.field.name == '.' else node.field.name + ' '}{_wanted(node.match)}"
        case Not(part):
            return f"not ({_inside(part)})"
        case And(parts) | Or(parts):
            return (" and " if isinstance(node, And) else " or ").join(f"({_inside(part)})" for part in parts)


def _wanted_text(text: Text) -> str:
    shown = "".join(part.value if isinstance(part, Wild) else part for part in text.parts)
    case = ", in this case" if text.cased else ""
    literal = text.literal
    if not literal:
        return f"is like {quoted(shown)}{case}"
    verb = {(True, True): "contains", (False, True): "starts with", (True, False): "ends with"}
    return f"{verb.get((text.open_start, text.open_end), 'is')} {quoted(literal)}{case}"
