"""What the events of all evaluations share."""

from typing import Any

from llmsec_tui.events.model import Event, Kind, TsSource

EVALUATION = "evaluation"
"""The environment of everything that was said to try a model out."""


def opening(moment: int | None = None, **fields: Any) -> Event:
    """What all events of one attempt share; fields that are None are left out."""
    given = {name: value for name, value in fields.items() if value is not None}
    source = TsSource.NONE if moment is None else TsSource.NATIVE
    return Event(kind=Kind.MESSAGE, environment=EVALUATION, ts=moment, ts_source=source, **given)
