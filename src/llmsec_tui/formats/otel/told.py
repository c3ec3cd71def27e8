"""What a span tells, in terms that all dialects share.

Every dialect fills in what it knows; the first to speak wins.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any

from msgspec import Struct, field

from llmsec_tui.formats.parts import Fields


class What(Enum):
    """What a span is about."""

    CALL = "a call of a model"
    AGGREGATE = "a step around others, whose usage and texts it repeats"
    TOOL = "a tool that ran"
    RETRIEVAL = "a search for documents"
    EMBEDDING = "texts made into vectors"
    GUARDRAIL = "a guardrail"
    EVALUATION = "an evaluation"
    PERMISSION = "a permission"


class Told(Struct, gc=False):
    """Filled in by dialects, then made into events."""

    what: What | None = None
    """None while no dialect knows the span."""
    fields: Fields = field(default_factory=dict)
    """Who, what model, which agent: of all events of the span."""
    outcome: Fields = field(default_factory=dict)
    """Usage, cost, finish reasons: of the call."""
    system: Any = None
    asked: Any = None
    """Messages in one of the usual shapes."""
    answered: Any = None
    put_in: Any = None
    """Anything, where nothing says what it is."""
    got_out: Any = None
    tools: Any = None
    """Definitions of the tools that the model was offered."""
    query: str | None = None
    documents: list[Any] = field(default_factory=list)
    embedded: list[str] = field(default_factory=list)
    tool_name: Any = None
    tool_id: Any = None
    tool_type: Any = None
    arguments: Any = None
    result: Any = None
    guardrail: Fields | None = None
    evaluations: list[dict[str, Any]] = field(default_factory=list)
    permission: Fields | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    """What has no field of its own and may be looked for."""

    def note(self, fields: Fields) -> None:
        """Fields of all events, those that nobody gave before."""
        for name, value in fields.items():
            if value is not None and name not in self.fields:
                self.fields[name] = value

    def count(self, fields: Fields) -> None:
        """Fields of the outcome, those that nobody gave before."""
        for name, value in fields.items():
            if value is not None and name not in self.outcome:
                self.outcome[name] = value

    def remark(self, notes: dict[str, Any], prefix: str = "") -> None:
        """Plain values of the application's own, those whose keys start with ``prefix``."""
        for key, value in notes.items():
            if len(self.notes) < _MOST_NOTES and key.startswith(prefix) and _is_plain(value):
                self.notes.setdefault(key[len(prefix) :], value)

    def finished(self, reasons: Iterable[str | None]) -> None:
        """Why the model stopped."""
        named = [reason for reason in reasons if reason]
        if named and "finish_reasons" not in self.outcome:
            self.outcome["finish_reasons"] = ",".join(named)
            if not _REFUSALS.isdisjoint(named):
                self.outcome["refusal"] = True


_MOST_NOTES = 24
_LONGEST_NOTE = 200
_NUMBERS = (bool, int, float)


def _is_plain(value: Any) -> bool:
    return 0 < len(value) <= _LONGEST_NOTE if isinstance(value, str) else isinstance(value, _NUMBERS)


_REFUSALS = frozenset(("content_filter", "content-filter", "refusal", "guardrail_intervened", "SAFETY"))
