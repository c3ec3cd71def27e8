"""Say why a rule hit an event: which conditions held, where in the text, in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llmsec_tui.detect.match.compile import on_text, signals
from llmsec_tui.detect.match.finding import Content, Found, find
from llmsec_tui.detect.match.times import words
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.detect.tree import (
    And,
    Elements,
    Flag,
    Leaf,
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

EXCERPT = 200
DECODED_LIMIT = 2000
_QUOTED = 80
_MAX_FACTS = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """The part of an alert that says what was seen."""

    field: str
    spans: list[list[int]]
    """``[start, end)`` in characters of the raw text, in order, not overlapping."""
    excerpt: str
    decoded_by: str | None
    decoded_text: str | None
    reason: str


def supporting(node: Node, truth: Mapping[Leaf, bool]) -> list[Leaf]:
    """The leaves that make the condition true, in the order in which they are written."""
    match node:
        case Leaf():
            return [node] if truth[node] else []
        case Not():
            return []
        case And(parts):
            return [leaf for part in parts for leaf in supporting(part, truth)]
        case Or(parts):
            return [leaf for part in parts if holds(part, truth) for leaf in supporting(part, truth)]


def holds(node: Node, truth: Mapping[Leaf, bool]) -> bool:
    """Whether the condition is true."""
    match node:
        case Leaf():
            return truth[node]
        case Not(part):
            return not holds(part, truth)
        case And(parts):
            return all(holds(part, truth) for part in parts)
        case Or(parts):
            return any(holds(part, truth) for part in parts)


def gather(tree: Node, truth: Mapping[Leaf, bool], event: Mapping[str, Any], content: Content | None) -> Evidence:
    """The evidence for one hit."""
    leaves = list(dict.fromkeys(supporting(tree, truth)))
    places = {leaf: _places(leaf, content, event) for leaf in leaves if content is not None}
    places = _telling({leaf: group for leaf, group in places.items() if group})
    found = [place for group in places.values() for place in group]
    shown = list(places) or [leaf for leaf in leaves if signals(leaf)] or leaves
    spans = _merged(found)
    hidden = found[0] if found and all(place.decoded for place in found) else None
    return Evidence(
        field=shown[0].field.name if shown else "",
        spans=spans,
        excerpt=_excerpt(content.raw, spans) if content is not None else _field_excerpt(shown, event),
        decoded_by=hidden.decoded.by if hidden and hidden.decoded else None,
        decoded_text=_decoded_excerpt(hidden) if hidden else None,
        reason=_reason(shown, places, event),
    )


def _places(leaf: Leaf, content: Content, event: Mapping[str, Any]) -> list[Found]:
    """Where in the text a leaf found what it looks for, or what made the signals is that it looks at."""
    if on_text(leaf):
        return find(leaf, content)
    raw = content.raw
    trust = event["trust"] or ""
    spans = [span for name in sorted(signals(leaf)) for span in content.places(SIGNALS[name], trust)]
    return [Found(start, end, raw[start:end]) for start, end in spans]


def _telling(places: dict[Leaf, list[Found]]) -> dict[Leaf, list[Found]]:
    """Without the selections that only found a piece of what another one found: they add nothing."""
    lesser = {
        leaf.selection
        for leaf, group in places.items()
        for other, wider in places.items()
        if other.selection != leaf.selection and any(_inside(one, two) for one in group for two in wider)
    }
    return {leaf: group for leaf, group in places.items() if leaf.selection not in lesser}


def _inside(one: Found, other: Found) -> bool:
    if one.decoded is not other.decoded:
        return False
    if one.decoded is None:
        return other.start <= one.start and one.end <= other.end and one.end - one.start < other.end - other.start
    return len(one.words) < len(other.words) and one.words.lower() in other.words.lower()


def _merged(found: list[Found]) -> list[list[int]]:
    spans: list[list[int]] = []
    for start, end in sorted({(place.start, place.end) for place in found}):
        if spans and start < spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    return spans


def _excerpt(raw: str, spans: list[list[int]]) -> str:
    start, end = spans[0] if spans else (0, 0)
    if end - start >= EXCERPT:
        return raw[start : start + EXCERPT]
    begin = max(min(start - (EXCERPT - (end - start)) // 2, len(raw) - EXCERPT), 0)
    return raw[begin : begin + EXCERPT]


def _field_excerpt(shown: list[Leaf], event: Mapping[str, Any]) -> str:
    values = [f"{leaf.field.name}: {event[leaf.field.name]}" for leaf in shown if not on_text(leaf)]
    return ", ".join(dict.fromkeys(values))[:EXCERPT]


def _decoded_excerpt(place: Found) -> str:
    assert place.decoded is not None
    text = place.decoded.text
    at = max(text.lower().find(place.words.lower()), 0)
    start = max(min(at - DECODED_LIMIT // 2, len(text) - DECODED_LIMIT), 0)
    return text[start : start + DECODED_LIMIT]


def _reason(shown: list[Leaf], places: Mapping[Leaf, list[Found]], event: Mapping[str, Any]) -> str:
    first: dict[str, Leaf] = {}
    for leaf in shown:
        first.setdefault(leaf.selection, leaf)
    facts: list[str] = []
    for name, leaf in list(first.items())[:_MAX_FACTS]:
        subject = _subject(leaf, event)
        said = facts and subject == _subject(shown[0], event)
        fact = _fact(leaf, places.get(leaf, []), event)
        facts.append(f"{fact} (selection {name})" if said else f"{subject} {fact} (selection {name})")
    # A rule of nothing but 'not' hits because of what is missing.
    return " and ".join(facts) or "nothing is there that the rule excludes"


def _subject(leaf: Leaf, event: Mapping[str, Any]) -> str:
    return f"{event['trust'] or event['role'] or event['kind']} text" if on_text(leaf) else leaf.field.name


def _fact(leaf: Leaf, found: list[Found], event: Mapping[str, Any]) -> str:
    if found and not on_text(leaf):
        return f"{_comparison(leaf, event[leaf.field.name])} for {_quoted(found[0].words)}"
    if not found:
        return _comparison(leaf, None if on_text(leaf) else event[leaf.field.name])
    verb = "matches" if isinstance(leaf.match, Regex) else "contains"
    decoded = found[0].decoded
    return f"{verb} {_quoted(found[0].words)}" + (f" once decoded ({decoded.by})" if decoded else "")


def _comparison(leaf: Leaf, value: object) -> str:
    match leaf.match:
        case Text() | Regex() | Network() | Elements() if value is not None:
            return f"is {_quoted(str(value))}"
        case Elements():
            return "holds nothing"
        case Moment() as moment:
            return f"is {value}, {words(moment)}"
        case Text(parts):
            return f"is like {_quoted(''.join(part.value if isinstance(part, Wild) else part for part in parts))}"
        case Number(op, limit):
            return f"is {value}" if op == "=" else f"is {value}, {_WORDS[op]} {limit}"
        case Flag(wanted):
            return f"is {str(wanted).lower()}"
        case Present(wanted):
            return "is there" if wanted else "is not there"
        case SameAs(other):
            return f"agrees with {other.name}"
    return "matches"


_WORDS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}


def _quoted(words: str) -> str:
    line = " ".join(words.split())
    return f'"{line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"}"'
