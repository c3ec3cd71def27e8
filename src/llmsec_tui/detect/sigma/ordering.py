"""Put rules over time in an order in which each comes after what it counts; what cannot be ordered is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import product

from llmsec_tui.detect.rule import Comparison, Correlation, Monitor, Rule
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.expression import holds
from llmsec_tui.detect.sigma.references import Kind, Known, references

Timed = Correlation | Monitor


def ordered(
    rules: Mapping[str, Rule], grouped: Mapping[str, Timed], written: Mapping[str, Document], known: Known
) -> Iterator[Timed]:
    """Those whose sources are all in order; their versions change with those of their sources.

    Rules that count themselves in the end, or count a broken rule, are refused in their documents, ``written``.
    """
    versions = {identity: rule.version for identity, rule in rules.items()}
    waiting = dict(grouped)
    while ready := [rule for rule in waiting.values() if all(source in versions for source in rule.sources)]:
        for rule in sorted(ready, key=lambda rule: rule.id):
            del waiting[rule.id]
            parts = [rule.version, *(versions[source] for source in rule.sources)]
            versions[rule.id] = sha256(" ".join(parts).encode()).hexdigest()[:12]
            if not _boasts(rule, written[rule.id], known):
                yield replace(rule, version=versions[rule.id])
    for rule in waiting.values():
        _refuse(rule, waiting, written[rule.id], known)


def _boasts(rule: Timed, document: Document, known: Known) -> bool:
    """Whether a rule claims more confidence than a part without which it never fires, which is noted."""
    for source in _required(rule):
        ours = known.by_id[source].document.data.get("llmsec") if source in known.by_id else None
        most = ours.get("confidence", 1.0) if isinstance(ours, dict) else 1.0
        if rule.confidence > most:
            what = f"its part {_called(known, source)!r}, without which it never fires, has only {most:g}"
            document.complain("confidence", f"the confidence is {rule.confidence:g}; {what}", "llmsec", "confidence")
            return True
    return False


def _required(rule: Timed) -> Iterator[str]:
    """The sources of a temporal correlation that must all be hit."""
    if not isinstance(rule, Correlation) or not rule.type.startswith("temporal"):
        return
    for at, source in enumerate(rule.sources):
        if rule.expression is None:
            required = Comparison(">=", len(rule.sources)) in rule.limits
        else:
            expression = rule.expression
            required = not any(holds(expression, hit) for hit in _without(at, len(rule.sources)))
        if required:
            yield source


def _without(source: int, sources: int) -> Iterator[list[bool]]:
    """All ways in which the others may be hit, as far as they can be told in time."""
    if sources <= 10:
        for hit in product((False, True), repeat=sources):
            if not hit[source]:
                yield list(hit)
    else:
        yield [True] * source + [False] + [True] * (sources - source - 1)
        yield [False] * sources


def _refuse(rule: Timed, waiting: Mapping[str, Timed], document: Document, known: Known) -> None:
    if circle := _circle(rule.id, waiting):
        names = " → ".join(_called(known, identity) for identity in circle)
        document.complain("cycle", f"the rule counts itself: {names}", *_place(document, circle[1], known))
        return
    for source in rule.sources:
        if source not in known.by_id or source in waiting or known.by_id[source].document.issues:
            message = f"the rule {_called(known, source)!r} is broken, and this one cannot do without it"
            document.complain("broken-rule", message, *_place(document, source, known))


def _circle(start: str, waiting: Mapping[str, Timed]) -> list[str]:
    """The shortest way over sources back to the start, with both ends; empty when there is none."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for source in waiting[way[-1]].sources if way[-1] in waiting else ():
            if source == start:
                return [*way, source]
            if source not in seen:
                seen.add(source)
                ways.append([*way, source])
    return []


def _called(known: Known, identity: str) -> str:
    named = known.by_id.get(identity)
    return str(named.document.data.get("name", identity)) if named else identity


def _place(document: Document, source: str, known: Known) -> tuple[str | int, ...]:
    block = document.data[Kind.CORRELATION]
    for number, reference in enumerate(references(block)):
        if (named := known.find(reference)) and named.id == source:
            return ("correlation", "rules", number) if "rules" in block else ("correlation", "condition")
    return ("correlation",)
