"""Which events of a batch each rule has to look at: those with its signs that pass its gate."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import polars as pl

from llmsec_tui.detect.match import needs
from llmsec_tui.detect.match.compile import DECODED_FOLDED_VIEW
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.text.views import ROW, Views

Found = Mapping[str, frozenset[int]]


def pieces(ruleset: RuleSet, views: Views) -> Found:
    """The numbers of the texts that have each piece that any rule looks for."""
    found = {piece: frozenset(rows) for piece, rows in ruleset.scanner.find(views.folded).items()}
    if views.decoded:
        rows = views.decoded_text[ROW]
        for piece, places in ruleset.scanner.find(views.decoded_text[DECODED_FOLDED_VIEW]).items():
            found[piece] = found.get(piece, frozenset()).union(rows.gather(places))
    return found | {needs.ODD: views.odd}


def suspects(ruleset: RuleSet, events: pl.DataFrame, found: Found) -> Iterator[tuple[Rule, list[int]]]:
    """Rules with the positions of the events they have to look at, in order; rules without any are left out."""
    gates = ruleset.gates
    showing = {rule.id: rows for rule in ruleset.rules if (rows := _having(rule, found))}
    names = {gate.silent for gate in gates.values()} | {gates[key].whole for key in showing}
    passing = _passing(ruleset, names, events)
    positions = _positions(events) if showing else {}
    for rule in ruleset.rules:
        gate = gates[rule.id]
        of_rule = {at for at, passes in enumerate(passing[gate.silent]) if passes}
        if rule.id in showing:
            whole = passing[gate.whole]
            of_rule.update(at for row in showing[rule.id] for at in positions.get(row, ()) if whole[at])
        if of_rule:
            yield rule, sorted(of_rule)


def _having(rule: Rule, found: Found) -> frozenset[int]:
    """The texts that have any of the rule's pieces."""
    return frozenset[int]().union(*(found[piece] for piece in rule.compiled.signs.pieces if piece in found))


def _passing(ruleset: RuleSet, names: set[str | bool], events: pl.DataFrame) -> dict[str | bool, list[bool]]:
    """By the name of a gate, whether each event passes it. All gates are asked in one go."""
    asked = sorted(name for name in names if isinstance(name, str))
    answers = events.select(ruleset.gate_expressions[name].alias(name) for name in asked)
    return {name: answers[name].to_list() for name in asked} | {True: [True] * events.height, False: []}


def _positions(events: pl.DataFrame) -> dict[int, list[int]]:
    """The events that have each text."""
    positions: dict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(events[ROW]):
        positions[row].append(at)
    return positions
