"""What the spans of one trace say about each other, over the records of a source.

A tool's span names the tool of a result that a chat repeats, one span names the conversation of all, and an error
climbs from the span it happened in through all that are around it.
"""

from hashlib import blake2b
from typing import Any

from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.transcript import ToolNames

_MOST = 200
"""So many traces and calls are remembered of a source."""


class Traces:
    """A view of a source's memory."""

    __slots__ = ("_conversations", "_errors", "names")

    def __init__(self, memory: Memory) -> None:
        said = memory.of("otel")
        self.names: ToolNames = said.setdefault("tools", {})
        """The tools by call id."""
        self._conversations: dict[str, str] = said.setdefault("conversations", {})
        self._errors: dict[str, str] = said.setdefault("errors", {})

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

    def is_news(self, trace_id: str | None, error: str) -> bool:
        """Whether no span of the trace told of this error before. Asking tells."""
        if trace_id is None:
            return True
        digest = blake2b(error.encode("utf-8", "surrogatepass"), digest_size=8, key=trace_id.encode()[:64]).hexdigest()
        if digest in self._errors:
            return False
        self._errors[digest] = trace_id
        return True

    def bound(self) -> None:
        """Forget the oldest; call it once a record."""
        remembered: tuple[dict[str, Any], ...] = (self.names, self._conversations, self._errors)
        for known in remembered:
            while len(known) > _MOST:
                del known[next(iter(known))]
