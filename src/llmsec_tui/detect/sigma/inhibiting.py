"""Which rules speak for others: beside their alerts those of the other rule, which say the same, are not shown."""

from collections.abc import Iterator

from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.references import Kind, Known, Named
from llmsec_tui.events.schema import LEVELS

KEY = "inhibited_by"
_PLACE = ("llmsec", KEY)


def check(document: Document, known: Known) -> None:
    """Note in the document what is wrong with the rules that it names."""
    for number, reference in enumerate(_references(document)):
        named = known.find(reference)
        if problem := known.missing(reference) if named is None else _problem(document, named, known):
            document.complain("unknown-rule" if named is None else KEY, problem, *_PLACE, number)


def ids(document: Document, known: Known) -> tuple[str, ...]:
    """The rules that inhibit a document, each once."""
    return tuple(dict.fromkeys(named.id for named in _named(document, known)))


def _problem(document: Document, named: Named, known: Known) -> str:
    called = named.document.data.get("name", named.id)
    if named.kind is Kind.FILTER:
        return f"{called!r} is a filter; only rules inhibit"
    if not known.alerts(named.id):
        return f"{called!r} is only counted by other rules and raises no alerts that could inhibit"
    if circle := _circle(document, named, known):
        return f"the rule inhibits itself: {' → '.join(circle)}"
    if _rank(named.document) < _rank(document):
        return f"{called!r} is of a lower level; what is worse must not hide behind it"
    return ""


def _circle(document: Document, named: Named, known: Known) -> list[str]:
    """The way from a document over this rule back to it; empty when there is none."""
    start = str(document.data.get("id"))
    ways = [[start, named.id]]
    seen: set[str] = set()
    for way in ways:
        if way[-1] == start:
            return [str(known.by_id[one].document.data.get("name", one)) for one in way]
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, one.id] for one in _named(known.by_id[way[-1]].document, known)]
    return []


def _rank(document: Document) -> int:
    level = document.data.get("level")
    return LEVELS.index(level) if level in LEVELS else 0


def _named(document: Document, known: Known) -> Iterator[Named]:
    for reference in _references(document):
        if named := known.find(reference):
            yield named


def _references(document: Document) -> list[object]:
    ours = document.data.get("llmsec")
    given = ours.get(KEY) if isinstance(ours, dict) else None
    return given if isinstance(given, list) else []
