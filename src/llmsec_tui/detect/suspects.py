"""Which events of a batch each rule has to look at: those with its signs that pass its gate."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import polars as pl

from llmsec_tui.detect import needs
from llmsec_tui.detect.compile import DECODED_FOLDED_VIEW
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.views import ROW, Views

Found = Mapping[str, frozenset[int]]


def pieces(ruleset: RuleSet, views: Views) -> Found:
    """The numbers of the texts that have each piece that any rule looks for."""
    found = {piece: frozenset(rows) for piece, rows in ruleset.scanner.find(views.folded).items()}
    decoded = views.decoded_text
    for piece, places in ruleset.scanner.find(decoded[DECODED_FOLDED_VIEW]).items():
        found[piece] = found.get(piece, frozenset()) | frozenset(decoded[ROW].gather(places))
    return found | {needs.ODD: views.odd}


def suspects(ruleset: RuleSet, events: pl.DataFrame, found: Found) -> Iterator[tuple[Rule, list[int]]]:
    """Rules with the positions of the events they have to look at, in order; rules without any are left out."""
    showing = {rule.id: rows for rule in ruleset.rules if (rows := _having(rule, found))}
    silent = {rule.id: name for rule in ruleset.rules if (name := ruleset.gates[rule.id].silent)}
    names = {*silent.values(), *(ruleset.gates[key].whole for key in showing)}
    passing = _passing(ruleset, names, events)
    positions = _positions(events) if showing else {}
    for rule in ruleset.rules:
        of_rule = set[int]()
        if name := silent.get(rule.id):
            of_rule.update(at for at, passes in enumerate(passing[name]) if passes)
        if rows := showing.get(rule.id):
            passes = passing[ruleset.gates[rule.id].whole]
            of_rule.update(at for row in rows for at in positions.get(row, ()) if passes[at])
        if of_rule:
            yield rule, sorted(of_rule)


def _having(rule: Rule, found: Found) -> frozenset[int]:
    """The texts that have any of the rule's pieces."""
    return frozenset[int]().union(*(found[piece] for piece in rule.compiled.signs.pieces if piece in found))


def _passing(ruleset: RuleSet, names: set[str | bool], events: pl.DataFrame) -> dict[str | bool, list[bool]]:
    """By the name of a gate, whether each event passes it. All gates are asked in one go."""
    asked = sorted(name for name in names if isinstance(name, str))
    answers = events.select(ruleset.gate_expressions[name].alias(name) for name in asked)
    return {name: answers[name].to_list() for name in asked} | {True: [True] * events.height}


def _positions(events: pl.DataFrame) -> dict[int, list[int]]:
    """The events that have each text."""
    positions: dict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(events[ROW]):
        positions[row].append(at)
    return positions
