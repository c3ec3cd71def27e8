"""What conditions demand of the event around the text, each asked once for a batch."""

from collections.abc import Iterable

import polars as pl

from llmsec_tui.detect.match.compile import condition
from llmsec_tui.detect.match.signs import Gate
from llmsec_tui.detect.text.views import ROW
from llmsec_tui.detect.tree import Node

Name = str | bool
"""Stands for a gate; True where everything passes, False where nothing does."""


class Gates:
    """Gates by name. Equal ones have equal names."""

    def __init__(self) -> None:
        self._names: dict[Node, str] = {}
        self._expressions: dict[Name, pl.Expr] = {}

    def name(self, gate: Gate) -> Name:
        """The name of a gate, which is known from now on."""
        if isinstance(gate, bool):
            return gate
        name = self._names.setdefault(gate, f"gate{len(self._names)}")
        self._expressions.setdefault(name, condition(gate).alias(name))
        return name

    def answers(self, names: Iterable[Name], events: pl.DataFrame) -> pl.DataFrame:
        """ROW, and for each name a column that says which events pass."""
        return events.select(ROW, *(self._expressions[name] for name in set(names) - {True, False}))

    def columns(self, names: Iterable[Name]) -> set[str]:
        """What :meth:`answers` has to be given."""
        asked = [self._expressions[name] for name in set(names) - {True, False}]
        return {ROW}.union(*(one.meta.root_names() for one in asked))
