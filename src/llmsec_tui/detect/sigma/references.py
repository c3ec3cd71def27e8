"""Who is who: the documents of all files by their ids and names, and which of them others count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from llmsec_tui.detect.fields import nearest
from llmsec_tui.detect.sigma import expression
from llmsec_tui.detect.sigma.document import Document


class Kind(StrEnum):
    """What a document is; for all but a plain rule, the key that makes it so."""

    RULE = "detection"
    CORRELATION = "correlation"
    MONITOR = "detector"
    FILTER = "filter"
    WATCH = "monitor"


@dataclass(frozen=True, slots=True)
class Named:
    """A document and what others call it."""

    document: Document
    kind: Kind
    id: str


@dataclass(slots=True)
class Known:
    """All documents that have an id."""

    by_id: dict[str, Named] = field(default_factory=dict)
    by_name: dict[str, Named] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    """Ids of those that correlations count."""
    loud: set[str] = field(default_factory=set)
    """Ids of those that alert although they are counted, because a correlation says ``generate: true``."""

    def find(self, reference: object) -> Named | None:
        """The document with this id or name."""
        if not isinstance(reference, str):
            return None
        return self.by_id.get(reference) or self.by_name.get(reference)

    def alerts(self, identity: str) -> bool:
        """Whether a document raises alerts of its own."""
        return identity not in self.counted or identity in self.loud

    def missing(self, reference: object) -> str:
        """A sentence about a reference that leads nowhere."""
        return f"there is no rule {reference!r}{nearest(str(reference), [*self.by_name, *self.by_id])}"


def kind_of(document: Document) -> Kind:
    """What the document is."""
    return next((kind for kind in Kind if kind is not Kind.RULE and kind in document.data), Kind.RULE)


def know(documents: Sequence[Document]) -> Known:
    """Who is who. Where an id or a name is taken twice, the first keeps it."""
    known = Known()
    for document in documents:
        identity, name = document.data.get("id"), document.data.get("name")
        if isinstance(identity, str):
            named = known.by_id.setdefault(identity, Named(document, kind_of(document), identity))
            if isinstance(name, str):
                known.by_name.setdefault(name, named)
    for named in known.by_id.values():
        if named.kind is Kind.CORRELATION:
            _count(known, named.document)
    return known


def complain_of_twins(documents: Sequence[Document]) -> None:
    """Note in the second of two documents what both are called."""
    taken: dict[tuple[str, str], Document] = {}
    for document in documents:
        for key in ("id", "name", "title"):
            called = document.data.get(key)
            if not isinstance(called, str):
                continue
            first = taken.setdefault((key, called.strip().lower()), document)
            if first is not document:
                where = f"{first.path}:{first.line(key)}"
                document.complain(f"duplicate-{key}", f"the {key} {called!r} is taken by {where}", key)
                break


def references(block: Mapping[str, object]) -> Iterator[object]:
    """What a ``correlation:`` block refers to: its ``rules`` or, without them, the names in its condition."""
    match block.get("rules"), block.get("condition"):
        case str(one), _:
            yield one
        case list(several), _:
            yield from several
        case None, str(text):
            try:
                yield from expression.parse(text)[1]
            except expression.Unreadable:
                return


def generates(document: Document) -> bool:
    """Whether the rules that a correlation counts alert by themselves too."""
    block = document.data.get(Kind.CORRELATION)
    inner = block.get("generate") if isinstance(block, dict) else None
    return True in (inner, document.data.get("generate"))


def _count(known: Known, document: Document) -> None:
    block = document.data[Kind.CORRELATION]
    if not isinstance(block, dict):
        return
    found = {named.id for reference in references(block) if (named := known.find(reference))}
    known.counted |= found
    if generates(document):
        known.loud |= found
