"""From documents to rules: what each kind is made of, and what it needs of the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from llmsec_tui.detect.correlate.folds import refusal
from llmsec_tui.detect.fields import FIELDS
from llmsec_tui.detect.rule import (
    Correlation,
    Examples,
    Monitor,
    MonitorType,
    Rule,
    RuleSet,
    Sequences,
    Watch,
    compile_tree,
)
from llmsec_tui.detect.sigma import (
    correlation,
    detector,
    filters,
    header,
    inhibiting,
    placeholders,
    selections,
    watching,
)
from llmsec_tui.detect.sigma import parse as conditions
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.examples import read_examples
from llmsec_tui.detect.sigma.filters import Filter
from llmsec_tui.detect.sigma.ordering import ordered
from llmsec_tui.detect.sigma.references import Kind, Known, complain_of_twins, kind_of, know
from llmsec_tui.detect.sigma.sequences import read_sequences
from llmsec_tui.detect.sigma.series import read_series
from llmsec_tui.detect.tree import And, Leaf, Node, Text
from llmsec_tui.drift.monitors.series import Examples as SeriesExamples

SAID = "monitor"
"""The ``error_type`` of events in which a monitor speaks up."""
SELECTION, NUMERATOR = "/selection", "/numerator"
SOURCE, SINK, KNOWN = "/source", "/sink", "/known text"
"""What the ids of the hidden rules of a monitor end in."""


def make(documents: Sequence[Document], lists: Mapping[str, Sequence[str]]) -> RuleSet:
    """The rules of all documents that are in order; what is wrong with the others is noted in them.

    ``lists`` are the values of placeholders.
    """
    readable = [document for document in documents if document.data]
    known = know(readable)
    maker = _Maker(known, list(_filters(readable, known, lists)), lists)
    rules: dict[str, Rule] = {}
    grouped: dict[str, Correlation | Monitor] = {}
    written: dict[str, Document] = {}
    for document in readable:
        for rule in maker.made(document):
            # Of two documents with one id the first that is in order counts.
            if rule.id in rules or rule.id in grouped:
                break
            if isinstance(rule, Rule):
                rules[rule.id] = rule
            else:
                grouped[rule.id], written[rule.id] = rule, document
    in_order = ordered(rules, grouped, written, known)
    ruleset = RuleSet(tuple(rules[key] for key in sorted(rules)), tuple(in_order))
    complain_of_twins(readable)
    return ruleset


def _filters(
    documents: Sequence[Document], known: Known, lists: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Filter, Node]]:
    for document in documents:
        if kind_of(document) is not Kind.FILTER:
            continue
        header.check(document, Kind.FILTER, alerts=False)
        if Kind.FILTER in document.data and (read := filters.read(document, known)):
            node = conditions.parse(document, lists, section=Kind.FILTER, others=("rules",))
            if node is not None and not document.issues:
                yield read, node


class _Maker:
    """Makes rules of single documents; a document with issues makes none."""

    def __init__(self, known: Known, filters: list[tuple[Filter, Node]], lists: Mapping[str, Sequence[str]]) -> None:
        self.known = known
        self.filters = filters
        self.lists = lists

    def alerts(self, document: Document) -> bool:
        identity = document.data.get("id")
        return not isinstance(identity, str) or self.known.alerts(identity)

    def made(self, document: Document) -> list[Rule | Correlation | Monitor]:
        """The rules of a document: none when there are issues, several of a monitor, which comes first."""
        kind = kind_of(document)
        if kind is Kind.FILTER:
            return []
        header.check(document, kind, alerts=self.alerts(document))
        inhibiting.check(document, self.known)
        if kind is Kind.MONITOR:
            return self.monitor(document)
        if kind is Kind.WATCH:
            return self.watch(document)
        rule = self.rule(document) if kind is Kind.RULE else self.correlation(document)
        return [rule] if rule else []

    def rule(self, document: Document) -> Rule | None:
        """A rule on single events."""
        tree = conditions.parse(document, self.lists) if "detection" in document.data else None
        examples = self._examples(document)
        if document.issues or tree is None:
            return None
        covering = self._covering(document)
        return Rule(
            **_described(document, self.known, self._parts(document, covering)),
            examples=examples,
            compiled=compile_tree(_filtered(tree, covering)),
            alerts=self.alerts(document),
        )

    def correlation(self, document: Document) -> Correlation | None:
        """A Sigma correlation; whether its sources are in order is not looked at here."""
        block = correlation.read(document, self.known)
        examples = self._sequences(document)
        if document.issues or block is None:
            return None
        made = Correlation(
            **_described(document, self.known),
            sources=block.sources,
            group_by=block.group_by,
            aliases=block.aliases,
            timespan=block.timespan,
            examples=examples,
            alerts=self.alerts(document),
            type=block.type,
            limits=block.limits,
            expression=block.expression,
            fields=block.fields,
            percentile=block.percentile,
        )
        if why := refusal(made):
            document.complain("correlation-condition", why, Kind.CORRELATION, "condition")
            return None
        return made

    def monitor(self, document: Document) -> list[Rule | Correlation | Monitor]:
        """A monitor, and the hidden rules of its selection and its numerator."""
        block = detector.read(document)
        trees = selections.read(document, self.lists) if "detection" in document.data else ()
        examples = self._sequences(document)
        if document.issues or block is None or not trees:
            return []
        covering = self._covering(document)
        described = _described(document, self.known, self._parts(document, covering))
        hidden = tuple(
            _hidden(described, suffix, _filtered(tree, covering))
            for suffix, tree in zip(_suffixes(block.type), trees, strict=False)
        )
        monitor = Monitor(
            **described,
            sources=tuple(rule.id for rule in hidden),
            group_by=block.group_by,
            aliases={},
            timespan=block.timespan,
            examples=examples,
            alerts=self.alerts(document),
            type=block.type,
            field=block.field,
            threshold=block.threshold,
            min_n=block.min_n,
            history=block.history,
            direction=block.direction,
            sharing=block.sharing,
        )
        return [monitor, *hidden]

    def watch(self, document: Document) -> list[Rule | Correlation | Monitor]:
        """A monitor of behaviour, money or rules."""
        block = watching.read(document)
        tree = watching.selection(document, self.lists, block) if "detection" in document.data else None
        given = _ours(document)
        series = (
            read_series(document, given["examples"], block, "llmsec", "examples")
            if "examples" in given
            else SeriesExamples((), ())
        )
        if document.issues or block is None:
            return []
        made = Watch(
            **_described(document, self.known, self._parts(document, ())),
            examples=Examples((), ()),
            compiled=compile_tree(watched(document.data["id"])),
            alerts=self.alerts(document),
            kind=block,
            selection=tree,
            series=series,
        )
        return [made]

    def _covering(self, document: Document) -> list[tuple[Filter, Node]]:
        identity, logsource = document.data["id"], document.data["logsource"]
        return [(one, node) for one, node in self.filters if one.covers(identity, logsource)]

    def _parts(self, document: Document, covering: Sequence[tuple[Filter, Node]]) -> Iterator[bytes]:
        """What a rule depends on beside its own document."""
        for written in (document, *(one.document for one, _ in covering)):
            if written is not document:
                yield written.raw
            for name in placeholders.used(written.raw, self.lists):
                yield "\0".join([name, *self.lists[name]]).encode()

    def _examples(self, document: Document) -> Examples:
        given = _ours(document)
        return (
            read_examples(document, given["examples"], "llmsec", "examples")
            if "examples" in given
            else Examples((), ())
        )

    def _sequences(self, document: Document) -> Sequences:
        given = _ours(document)
        if "examples" not in given:
            return Sequences((), ())
        return read_sequences(document, given["examples"], "llmsec", "examples")


def watched(identity: str) -> Node:
    """The condition that holds on the events in which a monitor speaks up."""
    said = {"kind": "intake", "error_type": SAID, "operation_name": identity}
    return And(tuple(Leaf("monitor", FIELDS[name], Text((value,), cased=True)) for name, value in said.items()))


def _ours(document: Document) -> Mapping[str, Any]:
    ours = document.data.get("llmsec")
    return ours if isinstance(ours, dict) else {}


def _filtered(tree: Node, covering: Sequence[tuple[Filter, Node]]) -> Node:
    return filters.applied(tree, {one.document.data["title"]: node for one, node in covering})


def _suffixes(kind: MonitorType) -> tuple[str, ...]:
    return (SOURCE, SINK, KNOWN) if kind is MonitorType.SHARED_TEXT else (SELECTION, NUMERATOR)


def _hidden(described: dict[str, Any], suffix: str, tree: Node) -> Rule:
    own = {"id": described["id"] + suffix, "name": "", "title": f"{described['title']} ({suffix[1:]})"}
    return Rule(**{**described, **own}, examples=Examples((), ()), compiled=compile_tree(tree), alerts=False)


def _described(document: Document, known: Known, more: Iterable[bytes] = ()) -> dict[str, Any]:
    """What every rule says about itself. ``more`` is what else it depends on."""
    data, ours = document.data, _ours(document)
    return {
        "id": data["id"],
        "version": sha256(b"\0".join([document.raw, *more])).hexdigest()[:12],
        "name": data.get("name", ""),
        "title": data["title"].strip(),
        "description": data.get("description", "").strip(),
        "level": data.get("level", "informational"),
        "confidence": float(ours.get("confidence", 1.0)),
        "tags": tuple(data.get("tags", ())),
        "false_positives": tuple(data.get("falsepositives", ())),
        "references": tuple(data.get("references", ())),
        "playbook": tuple(ours.get("playbook", ())),
        "path": document.path,
        "inhibited_by": inhibiting.ids(document, known),
        "category": data.get("logsource", {}).get("category", ""),
    }
