"""Recognise the format of a record by its content, and map it.

Recognition is by record and not by file: one file can mix families, and a live one has no end to vote over.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from llmsec_tui.errors import FormatError
from llmsec_tui.events.model import Event, Record
from llmsec_tui.formats import (
    anthropic,
    azure,
    bedrock,
    claude_code,
    claude_stream,
    codex,
    ecs,
    gateways,
    gemini_cli,
    generic,
    litellm,
    mcp,
    nemo_guardrails,
    ocsf,
    openai,
    openai_stream_events,
    openpipe,
    pi_agent,
    vertex,
)
from llmsec_tui.formats.candidates import Candidates
from llmsec_tui.formats.evaluations import agent_runs, garak, inspect, promptfoo
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.line_time import timed_beside
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.otel import otlp, sdk
from llmsec_tui.formats.platforms import langfuse, langsmith
from llmsec_tui.formats.values import storable
from llmsec_tui.formats.wrapped import timed, unwrapped

UNRECOGNISED = "unrecognised"
_LONGEST_NAME = 120


class Outcome(Struct, frozen=True, gc=False):
    """What became of one record."""

    format: str
    events: list[Event]
    unknown: str | None
    """The name of a record type or shape that no mapping knows, ``format/type``; it is counted by this name."""


FORMATS: tuple[Format, ...] = (
    claude_code.FORMAT,
    gemini_cli.FORMAT,
    codex.FORMAT,
    claude_stream.FORMAT,
    pi_agent.FORMAT,
    otlp.FORMAT,
    sdk.PYTHON,
    sdk.PHOENIX,
    sdk.JAVASCRIPT,
    nemo_guardrails.FORMAT,
    bedrock.FORMAT,
    azure.FORMAT,
    vertex.FORMAT,
    mcp.FORMAT,
    garak.FORMAT,
    promptfoo.FORMAT,
    inspect.FORMAT,
    agent_runs.SWE_AGENT,
    agent_runs.AGENTDOJO,
    agent_runs.ATIF,
    langfuse.FORMAT,
    langsmith.FORMAT,
    litellm.FORMAT,
    gateways.HELICONE,
    gateways.KONG,
    gateways.CLOUDFLARE,
    gateways.PORTKEY,
    ecs.FORMAT,
    ocsf.FORMAT,
    anthropic.FORMAT,
    openai_stream_events.FORMAT,
    openpipe.FORMAT,
    openai.FORMAT,
    generic.FORMAT,
)
"""Most specific first."""
_MOST_WRAPPED = 4
"""So many envelopes around a record are opened."""


class Registry:
    """The formats that records are looked at for: a user's own first, then those that are shipped."""

    def __init__(self, own: Iterable[Format] = ()) -> None:
        self.formats = (*own, *FORMATS)
        # It looks for all that it maps to recognise a record, so its mapping recognises too, not preceded by that.
        self._last = FORMATS[-1]
        self._specific = self.formats[:-1]
        self._candidates = Candidates(self._specific)

    def map(self, record: Record, memory: Memory) -> Outcome:
        """The events of a record of any format. ``memory`` is of its source, whose records come in their order.

        Raises FormatError, and nothing else, for what cannot be mapped at all.
        """
        data = record.data
        try:
            outcome = self._one(data, memory) if isinstance(data, dict) else self._many(self._items(data), memory)
        except RecursionError as error:
            raise _unmappable(record, "It is nested too deep.") from error
        except FormatError as error:
            raise _unmappable(record, error.message) from error
        if record.beside:
            return Outcome(outcome.format, timed_beside(outcome.events, record.beside), outcome.unknown)
        return outcome

    def identify(self, record: Record) -> str:
        """The name of the record's format, or ``unrecognised``."""
        known = self._format_of(self._items(record.data)[0])
        return UNRECOGNISED if known is None else known.name

    def describe(self) -> list[tuple[str, str, str]]:
        """(name, what it is, the keys that it is recognised by) of every format."""
        return [(known.name, known.what, known.evidence) for known in self.formats]

    def _many(self, items: list[Any], memory: Memory) -> Outcome:
        mapped = [self._one(item, memory) for item in items]
        unknown = next((one.unknown for one in mapped if one.unknown is not None), None)
        return Outcome(mapped[0].format, [event for one in mapped for event in one.events], unknown)

    def _one(self, data: Any, memory: Memory, depth: int = 0) -> Outcome:
        if isinstance(data, dict):
            for known in self._candidates.of(data):
                if known.recognise(data) and (found := known.to_events(data, memory)) is not None:
                    return _outcome(known, found, memory)
            if (inner := self._wrapped(data, memory, depth)) is not None:
                return inner
            if (found := self._last.to_events(data, memory)) is not None:
                return _outcome(self._last, found, memory)
            for known in self._specific:
                if known.name != memory.last or not known.continues(data, memory):
                    continue
                if (found := known.to_events(data, memory)) is not None:
                    return _outcome(known, found, memory)
        return Outcome(UNRECOGNISED, generic.anything(data).events, f"{UNRECOGNISED}/{_shape(data)}")

    def _wrapped(self, data: dict[str, Any], memory: Memory, depth: int) -> Outcome | None:
        """The records that a shipper put into its own, where one of them is of a known format."""
        if depth == _MOST_WRAPPED:
            return None
        opened = [inner for inner in unwrapped(data) if self._is_known(inner)]
        if not opened:
            return None
        outcomes = [self._one(inner, memory, depth + 1) for inner in opened]
        unknown = next((one.unknown for one in outcomes if one.unknown is not None), None)
        return Outcome(outcomes[0].format, timed((event for one in outcomes for event in one.events), data), unknown)

    def _is_known(self, data: dict[str, Any]) -> bool:
        """Whether it is worth opening: it, or what it wraps, is of a format of its own."""
        recognised = self._candidates.recognised
        return recognised(data) is not None or any(recognised(inner) is not None for inner in unwrapped(data))

    def _items(self, data: Any) -> list[Any]:
        """What is to be mapped: an array is a conversation when its items are messages, or else many records in one."""
        if not isinstance(data, list):
            return [data]
        if generic.recognise({"messages": data}):
            return [{"messages": data}]
        return data if data and all(isinstance(item, dict) and self._format_of(item) for item in data) else [data]

    def _format_of(self, data: Any) -> Format | None:
        if not isinstance(data, dict):
            return None
        return self._candidates.recognised(data) or (self._last if self._last.recognise(data) else None)


def _unmappable(record: Record, why: str) -> FormatError:
    return FormatError(
        f"The record at byte {record.offset} of {record.path} cannot be mapped: {why}",
        hint="It is kept as a dead letter and is not judged; look at its bytes in the file.",
    )


def _outcome(known: Format, found: Found, memory: Memory) -> Outcome:
    memory.last = known.name
    unknown = found.unknown
    if unknown is not None:
        unknown = storable(f"{known.name}/{unknown}"[:_LONGEST_NAME])
    return Outcome(known.name, found.events, unknown)


def _shape(data: Any) -> str:
    if not isinstance(data, dict):
        return type(data).__name__
    return storable(",".join(sorted(data)[:4])[:_LONGEST_NAME])
