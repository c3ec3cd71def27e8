"""Which events of a batch each rule has to look at: those with its signs that pass its gate."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import polars as pl

from llmsec_tui.detect import needs
from llmsec_tui.detect.compile import DECODED_FOLDED_VIEW, condition
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.signs import Gate
from llmsec_tui.detect.tree import Node
from llmsec_tui.detect.views import ROW, Views

Found = Mapping[str, frozenset[int]]

Passing = Mapping[Gate, list[bool]]
"""For each gate, whether each event passes it."""


def pieces(ruleset: RuleSet, views: Views) -> Found:
    """The numbers of the texts that have each piece that any rule looks for."""
    found = {piece: frozenset(rows) for piece, rows in ruleset.scanner.find(views.folded).items()}
    decoded = views.decoded_text
    for piece, places in ruleset.scanner.find(decoded[DECODED_FOLDED_VIEW]).items():
        found[piece] = found.get(piece, frozenset()) | frozenset(decoded[ROW].gather(places))
    return found | {needs.ODD: views.odd}


def suspects(ruleset: RuleSet, events: pl.DataFrame, found: Found) -> Iterator[tuple[Rule, list[int]]]:
    """Rules with the positions of the events they have to look at, in order; rules without any are left out."""
    showing = {rule.id: _having(rule, found) for rule in ruleset.rules}
    gates = {rule.compiled.signs.silent for rule in ruleset.rules}
    gates |= {rule.compiled.gate for rule in ruleset.rules if showing[rule.id]}
    passing = _passing(gates, events)
    positions = _positions(events)
    for rule in ruleset.rules:
        of_rule = {at for at, passes in enumerate(passing[rule.compiled.signs.silent]) if passes}
        if rows := showing[rule.id]:
            passes = passing[rule.compiled.gate]
            of_rule.update(at for row in rows for at in positions.get(row, ()) if passes[at])
        if of_rule:
            yield rule, sorted(of_rule)


def _having(rule: Rule, found: Found) -> frozenset[int]:
    """The texts that have any of the rule's pieces."""
    return frozenset[int]().union(*(found[piece] for piece in rule.compiled.signs.pieces if piece in found))


def _passing(gates: set[Gate], events: pl.DataFrame) -> Passing:
    """Every gate is asked once, and all of them in one go."""
    nodes: list[Node] = [gate for gate in gates if not isinstance(gate, bool)]
    answers = events.select(condition(node).alias(str(at)) for at, node in enumerate(nodes))
    known: dict[Gate, list[bool]] = {True: [True] * events.height, False: []}
    return known | {node: answers[str(at)].to_list() for at, node in enumerate(nodes)}


def _positions(events: pl.DataFrame) -> dict[int, list[int]]:
    """The events that have each text."""
    positions: dict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(events[ROW]):
        positions[row].append(at)
    return positions
