"""Collect the events of one logged call: what went into the model, what came out, and what it cost."""

from typing import Any

from msgspec.structs import replace

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, PartType, Role, Trust
from llmsec_tui.formats.parts import (
    Fields,
    Speaker,
    document_fields,
    part_fields,
    part_name,
    reasoning_fields,
    text_fields,
    tool_call_fields,
    tool_result_fields,
    unmapped_fields,
)
from llmsec_tui.formats.speakers import SPEAKERS, speaker
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_str, first, storable

# Looking up a member of an enum costs more than a dict access, and these are needed for every message.
_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_TOOL, _TRUST_TOOL = Role.TOOL, Trust.TOOL
_MESSAGE, _TEXT, _PRESENT = Kind.MESSAGE, PartType.TEXT, ContentState.PRESENT
_NO_CONTENT = ContentState.NONE
_REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
_PLAIN_KEYS = 2
"""A message of a role and a content, as most are, has nothing else to look for."""
_TEXT_OR_LIST = (str, list)

ToolNames = dict[str, tuple[str, str | None]]
"""(tool, server) by call id."""


def opening_of(common: Fields) -> Event:
    """What all events of a call share, as an event."""
    return Event(kind=_MESSAGE, **common)


class Transcript:
    """Messages in the order of the conversation, as events with the fields that all events of the call share.

    ``opening`` is an event of kind ``message`` with these fields; ``output`` are other values of them on the output
    side. ``outcome`` (usage, duration, finish reasons …) belongs to the call and is written on the first event of its
    output. ``history`` says whether a call re-sends what was said before; without it the events are known by
    ``native_id`` and their number. ``names`` of tools by call id can be shared by the calls of a record: results often
    leave them out.
    """

    __slots__ = ("_history", "_input", "_names", "_native_id", "_outcome", "_output", "events", "unknown")

    def __init__(
        self,
        opening: Event,
        *,
        output: Fields | None = None,
        outcome: Fields | None = None,
        native_id: str | None = None,
        history: bool = True,
        names: ToolNames | None = None,
    ) -> None:
        self.events: list[Event] = []
        self.unknown: str | None = None
        # Copying an event and changing some of its fields takes half the time of making it from all of them.
        self._input = opening
        self._output = replace(opening, **output) if output else opening
        self._history = history
        self._native_id = native_id
        self._outcome = outcome or {}
        self._names: ToolNames = {} if names is None else names

    def outcome(self, outcome: Fields) -> None:
        """What is written on the next event of the output side."""
        self._outcome = outcome

    def messages(self, messages: Any, exchange: Exchange) -> None:
        """A list of messages, or one message, or a bare text of the side's natural speaker."""
        if isinstance(messages, list):
            for message in messages:
                if isinstance(message, dict):
                    self.message(message, exchange)
                elif isinstance(message, _TEXT_OR_LIST):
                    self.messages(message, exchange)
        elif isinstance(messages, dict):
            self.message(messages, exchange)
        elif isinstance(messages, str):
            self.say("assistant" if exchange is _OUTPUT else "user", messages, exchange)

    def say(self, role: str, content: Any, exchange: Exchange) -> None:
        """One message of a role and a content."""
        self.message({"role": role, "content": content}, exchange)

    def message(self, message: dict[str, Any], exchange: Exchange) -> None:
        """One message of OpenAI's, Anthropic's or OpenTelemetry's form."""
        role, content = message.get("role"), message.get("content")
        by: Speaker | None = SPEAKERS.get(role) if isinstance(role, str) else None
        if by is None:
            by = speaker(role, exchange)
        if len(message) == _PLAIN_KEYS and isinstance(content, str) and by[0] is not _TOOL:
            if content and self._history:
                self._plain(content if content.isascii() else storable(content), by, exchange)
            else:
                self.emit(exchange, text_fields(as_str(content), by))
            return
        before = len(self.events)
        if by[1] is _TRUST_TOOL and "parts" not in message:
            self._tool_message(message, exchange)
        else:
            self._reasoning(message, exchange)
            self._content(first(message, "content", "parts"), by, exchange)
            self._extras(message, by, exchange)
        if len(self.events) == before:
            self.emit(exchange, text_fields(None, by))

    def part(self, part: Any, by: Speaker, exchange: Exchange) -> None:
        """One part of a message's content."""
        fields = part_fields(part, by)
        if fields is None:
            fields = unmapped_fields(part, by)
            self.unknown = self.unknown or f"part:{part_name(part)}"
        self.emit(exchange, fields)

    def documents(self, documents: Any) -> None:
        """Retrieved documents: a list of texts or objects, or one text. They are no messages and are never history."""
        for document in documents if isinstance(documents, list) else [documents]:
            if document:
                self.single(**document_fields(document))

    def single(self, **fields: Any) -> None:
        """An event of the call that is no message: an error, a guardrail's verdict."""
        self.events.append(replace(self._input, **fields))

    def finish(self, *, content_state: ContentState = _NO_CONTENT, always: bool = False) -> list[Event]:
        """All events; a call without output gets one of its own for its outcome, with ``always`` even without that."""
        if self._outcome or always or not self.events:
            call = replace(self._output, kind=Kind.LLM_CALL, content_state=content_state)
            self.events.append(replace(call, **self._outcome))
            self._outcome = {}
        return self.events

    def emit(self, exchange: Exchange, fields: Fields) -> None:
        """One event of a side of the call."""
        if (call_id := fields.get("tool_call_id")) is not None:
            self._name_tool(call_id, fields)
        if self._history:
            fields["exchange"] = exchange
        elif self._native_id is not None:
            fields["native_id"] = f"{self._native_id}#{len(self.events)}" if self.events else self._native_id
        if exchange is _INPUT:
            self.events.append(replace(self._input, **fields))
            return
        if self._outcome:
            fields = {**self._outcome, **fields}
            self._outcome = {}
        self.events.append(replace(self._output, **fields))

    def _plain(self, text: str, by: Speaker, exchange: Exchange) -> None:
        """What nearly every message is, without detours."""
        side, (role, trust) = self._input, by
        if exchange is _OUTPUT:
            side = self._output
            if self._outcome:
                side, self._outcome = replace(side, **self._outcome), {}
        self.events.append(
            replace(
                side,
                exchange=exchange,
                role=role,
                trust=trust,
                text=text,
                part_type=_TEXT,
                content_state=_PRESENT,
            )
        )

    def _name_tool(self, call_id: str, fields: Fields) -> None:
        if fields.get("tool_name") is not None:
            self._names[call_id] = fields["tool_name"], fields.get("tool_server")
        elif call_id in self._names:
            fields["tool_name"], fields["tool_server"] = self._names[call_id]

    def _content(self, content: Any, by: Speaker, exchange: Exchange) -> None:
        if isinstance(content, str):
            if content:
                self.emit(exchange, text_fields(as_str(content), by))
            return
        for part in content if isinstance(content, list) else () if content is None else (content,):
            self.part(part, by, exchange)

    def _tool_message(self, message: dict[str, Any], exchange: Exchange) -> None:
        call_id = first(message, "tool_call_id", "tool_use_id", "call_id", "id")
        name = message.get("name") or message.get("tool_name")
        is_error = True if message.get("status") == "error" else message.get("is_error")
        content = first(message, "content", "output", "result")
        self.emit(exchange, tool_result_fields(content, call_id, name=name, is_error=is_error))

    def _reasoning(self, message: dict[str, Any], exchange: Exchange) -> None:
        if text := as_str(first(message, *_REASONING_KEYS)):
            self.emit(exchange, reasoning_fields(text))

    def _extras(self, message: dict[str, Any], by: Speaker, exchange: Exchange) -> None:
        if refusal := as_str(message.get("refusal")):
            self.emit(exchange, text_fields(refusal, by, PartType.TEXT) | {"refusal": True})
        if spoken := as_str(as_dict(message.get("audio")).get("transcript")):
            self.emit(exchange, text_fields(spoken, by) | {"media_type": "audio"})
        for call in as_dicts(message.get("tool_calls")):
            self.emit(exchange, _requested(call))
        if legacy := as_dict(message.get("function_call")):
            self.emit(exchange, tool_call_fields(legacy.get("name"), legacy.get("arguments"), None))


def _requested(call: dict[str, Any]) -> Fields:
    """A tool call beside the content: OpenAI's nested form or the flat forms of frameworks."""
    inner = as_dict(call.get("function") or call.get("custom"))
    name = inner.get("name") or call.get("name") or as_str(call.get("function"))
    arguments = first(inner, "arguments", "input")
    if arguments is None:
        arguments = first(call, "arguments", "args", "input")
    fields = tool_call_fields(name, arguments, call.get("id"))
    return fields | {"tool_type": as_id(call.get("type"))}
