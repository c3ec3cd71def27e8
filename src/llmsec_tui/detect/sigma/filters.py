"""Sigma's global filters: a condition of their own that every rule they name must meet as well."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.references import Kind, Known
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or

_LOGSOURCE = ("category", "product", "service")


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that is in order but for its condition."""

    document: Document
    rules: frozenset[str] | None
    """Ids; None for any rule of its log source."""
    logsource: Mapping[str, str]

    def covers(self, identity: str, logsource: Mapping[str, Any]) -> bool:
        """Whether the filter is meant for this rule."""
        return (self.rules is None or identity in self.rules) and _within(logsource, self.logsource)


def read(document: Document, known: Known) -> Filter | None:
    """What the filter is for; None when there are issues, which are all noted in the document."""
    before = len(document.issues)
    block, logsource = document.data[Kind.FILTER], document.data.get("logsource")
    if not isinstance(block, dict) or not isinstance(logsource, dict):
        document.complain("filter", "'filter' must be a mapping of rules, selections and a condition", "filter")
        return None
    rules = _rules(document, block, known, logsource)
    return Filter(document, rules, logsource) if len(document.issues) == before else None


def applied(tree: Node, filters: Mapping[str, Node]) -> Node:
    """A rule's tree with those of the filters that cover it, by their titles."""
    parts = tuple(_renamed(node, title) for title, node in filters.items())
    return And((tree, *parts)) if parts else tree


def _rules(document: Document, block: dict[str, Any], known: Known, logsource: dict[str, Any]) -> frozenset[str] | None:
    written = block.get("rules")
    if written == "any":
        return None
    given = [written] if isinstance(written, str) else written
    if not isinstance(given, list) or not given:
        message = "'rules' must be 'any' or a list of ids or names of rules"
        document.complain("filter-rules", message, "filter", "rules")
        return None
    found = set()
    for number, reference in enumerate(given):
        here = ("filter", "rules", number)
        named = known.find(reference)
        if named is None:
            document.complain("unknown-rule", known.missing(reference), *here)
        elif named.kind not in (Kind.RULE, Kind.MONITOR):
            document.complain("filter-rules", f"{reference!r} looks at no events itself; filter what it counts", *here)
        elif not _within(named.document.data.get("logsource"), logsource):
            message = f"the filter's logsource leaves out {reference!r}, so it would never be applied to it"
            document.complain("filter-logsource", message, *here)
        else:
            found.add(named.id)
    return frozenset(found)


def _within(inner: object, outer: Mapping[str, Any]) -> bool:
    """Whether a log source is all of ``outer`` or a part of it."""
    return isinstance(inner, dict) and all(inner.get(key) == outer[key] for key in _LOGSOURCE if key in outer)


def _renamed(node: Node, title: str) -> Node:
    """The same with selections that tell in explanations which filter they are of."""
    match node:
        case Leaf():
            return replace(node, selection=f"{title}: {node.selection}")
        case Not(part):
            return Not(_renamed(part, title))
        case And(parts):
            return And(tuple(_renamed(part, title) for part in parts))
        case Or(parts):
            return Or(tuple(_renamed(part, title) for part in parts))
