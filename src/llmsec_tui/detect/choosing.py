"""Which things a monitor of behaviour looks at: a condition over what they are called, instead of over events."""

from collections.abc import Mapping, Sequence

import polars as pl

from llmsec_tui.detect.fields import Field, FieldType
from llmsec_tui.detect.match.compile import condition, lower
from llmsec_tui.detect.tree import Node
from llmsec_tui.drift.monitors.behaviour import Choice

NAMES = ("app", "model", "tenant", "agent", "language", "prompt", "user", "key")
NAMED: Mapping[str, Field] = {name: Field(name, FieldType.STRING, "") for name in NAMES}
"""What a condition of a monitor may ask for."""


def choice(tree: Node | None) -> Choice | None:
    """What picks those on which the condition holds; None where there is no condition, so that all are."""
    if tree is None:
        return None
    wanted = condition(tree)

    def chosen(things: Sequence[Mapping[str, str]]) -> Sequence[bool]:
        # What the log does not say is absent, as in an event.
        rows = [[one.get(name) or None for name in NAMES] for one in things]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String), orient="row")
        laid_out = frame.with_columns(lower(pl.col(name)) for name in NAMES)
        return laid_out.select(wanted.alias("chosen"))["chosen"].to_list()

    return chosen
