"""What the spans of one trace say about each other, over the records of a source.

A tool's span names the tool of a result that a chat repeats, one span names the conversation of all, and an error
climbs from the span it happened in through all that are around it.
"""

from hashlib import blake2b
from typing import Any

from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.transcript import ToolNames

_MOST = 100
"""So many traces and calls are remembered of a source."""


class Traces:
    """A view of a source's memory."""

    __slots__ = ("_asked", "_conversations", "_errors", "_responses", "names")

    def __init__(self, memory: Memory) -> None:
        said = memory.of("otel")
        self.names: ToolNames = said.setdefault("tools", {})
        """The tools by call id."""
        self._conversations: dict[str, str] = said.setdefault("conversations", {})
        self._errors: dict[str, str] = said.setdefault("errors", {})
        self._responses: dict[str, str] = said.setdefault("responses", {})
        self._asked: dict[str, list[str]] = said.setdefault("asked", {})

    def name_conversation(self, trace_id: str | None, conversation: str) -> None:
        """A span of the trace says which conversation it belongs to; the first to say so is believed."""
        if trace_id is not None:
            self._conversations.setdefault(trace_id, conversation)

    def conversation(self, trace_id: str | None) -> str | None:
        """The conversation of a trace, if any span named it so far."""
        return None if trace_id is None else self._conversations.get(trace_id)

    def name_tool(self, call_id: str, tool: str, server: str | None) -> None:
        """The tool that a call is of."""
        self.names[call_id] = tool, server

    def name_response(self, response_id: str | None, trace_id: str | None) -> None:
        """The trace of the call that got an answer."""
        if response_id is not None and trace_id is not None:
            self._responses.setdefault(response_id, trace_id)

    def told_in(self, response_id: str | None) -> str | None:
        """The trace in which a call told of this answer: where contexts get lost, its parent has another one."""
        return None if response_id is None else self._responses.get(response_id)

    def ask_for(self, trace_id: str | None, tool: str, arguments: str, call_id: str) -> None:
        """A model asked for a call of a tool."""
        if trace_id is not None:
            waiting = self._asked.setdefault(_digest(trace_id, f"{tool} {arguments}"), [])
            if call_id not in waiting and len(waiting) < _MOST:
                waiting.append(call_id)

    def asked_for(self, trace_id: str | None, tool: str, arguments: str, *, answered: bool) -> str | None:
        """The id of the first such call that no tool answered yet: spans of tools often leave it out.

        ``answered``: now it is.
        """
        if trace_id is None:
            return None
        waiting = self._asked.get(_digest(trace_id, f"{tool} {arguments}"))
        if not waiting:
            return None
        return waiting.pop(0) if answered else waiting[0]

    def is_news(self, trace_id: str | None, error: str) -> bool:
        """Whether no span of the trace told of this error before. Asking tells."""
        if trace_id is None:
            return True
        digest = _digest(trace_id, error)
        if digest in self._errors:
            return False
        self._errors[digest] = trace_id
        return True

    def bound(self) -> None:
        """Forget the oldest; call it once a record."""
        remembered: tuple[dict[str, Any], ...] = (
            self.names,
            self._conversations,
            self._errors,
            self._responses,
            self._asked,
        )
        for known in remembered:
            while len(known) > _MOST:
                del known[next(iter(known))]


def _digest(trace_id: str, text: str) -> str:
    key = trace_id.encode("utf-8", "surrogatepass")[:64]
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=key).hexdigest()
