"""What can be asked of a collector about a rule's answer on an event."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Query


class ExplainedStep(Struct, frozen=True, kw_only=True):
    """One node of the explanation, parents before their parts."""

    depth: int
    """0 for the whole, 1 for its parts, and so on."""
    what: str
    holds: bool | None
    """None where it cannot be known."""
    why: str
    """The value that was met, or the cause; may be empty."""


class Explained(Struct, frozen=True, kw_only=True):
    """What a rule says of an event, and why."""

    rule_id: str
    title: str
    kind: str
    """``event``, or the type of a rule over time."""
    event_id: str
    ts: int | None
    answer: str
    """hit | clean | not evaluable"""
    steps: list[ExplainedStep]
    notes: list[str]
    """Sentences on what the answer rests on: that the rule is off, that events are missing, what was raised then."""


class Explain(Query[Explained], frozen=True, kw_only=True, tag="explain"):
    """The rule of today on the event as it is stored; what was raised then is in the notes."""

    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = Explained
    deadline_ms: ClassVar[int] = 30_000
    event_id: str
    """Of an event; or of an alert, which may be given by the beginning of its id, and stands for its event."""
    rule: str = ""
    """Its id, its name, or the beginning of its id; may be empty where an alert is named."""
