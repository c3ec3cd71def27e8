"""Find what was said in a value of any shape: what went into a step of an application, or came out of it.

Frameworks hand whole states from step to step. Messages, documents and texts are in them at any depth, and the same
ones again in every step; each is an event of the call that it belongs to, and so is stored once.
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Exchange, Kind, PartType, Role, Trust
from llmsec_tui.formats.openai import add_answer
from llmsec_tui.formats.openai_items import ITEM_TYPES, add_items
from llmsec_tui.formats.parts import Fields, Speaker, document_fields, text_fields, tool_call_fields
from llmsec_tui.formats.platforms.langchain_messages import constructed, document_of, message_of
from llmsec_tui.formats.speakers import is_role
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dict, as_dicts, as_str, compact_json, decoded, first, storable

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_USER: Speaker = (Role.USER, Trust.USER)
_MODEL: Speaker = (Role.ASSISTANT, Trust.MODEL)
_SYSTEM: Speaker = (Role.SYSTEM, Trust.SYSTEM)
_DOCUMENT: Speaker = (Role.TOOL, Trust.RETRIEVED)

_PROMPTS = frozenset({"prompt", "query", "question", "user_message", "user_input", "user_prompt", "userInput"})
_ANSWERS = frozenset({"answer", "completion", "response", "reply", "generation", "assistant_message"})
_SYSTEMS = frozenset({"system", "system_prompt", "systemPrompt", "instructions"})
_DOCUMENTS = frozenset({"documents", "retrieved_documents", "docs", "context", "contexts", "passages", "chunks"})
_NATURAL = frozenset({"", "input", "inputs", "output", "outputs", "message", "messages", "text", "content", "value"})
_TOOLS = frozenset({"tools", "functions", "tool_definitions", "toolDefinitions"})
_LONGEST_WORD = 512
"""A longer string without a space is a picture, a key or a vector, and no text."""
_SENTENCE = 32
"""Texts of so many characters are worth an event; what is shorter is one with all others of its kind."""
_MOST_NOTED = 65_536


class Said:
    """Both sides of one step. What comes out of a step and went into it is not said again."""

    __slots__ = ("_known", "_own", "_transcript", "found")

    def __init__(self, transcript: Transcript, *, model: bool) -> None:
        """``model``: the step is a call of a model, whose output is its own even where it repeats the input."""
        self._transcript = transcript
        self._known: set[tuple[Role | None, str | None]] = set()
        self._own = model
        self.found = False
        """Whether there was anything."""

    def add(self, value: Any, exchange: Exchange) -> None:
        """All of one side."""
        before = len(self._transcript.events)
        notes: list[str] = []
        self._take(decoded(value), "", exchange, notes)
        self._note(notes, exchange)
        self.found = self.found or len(self._transcript.events) > before
        self._forget_repeats(before, exchange)

    def _forget_repeats(self, before: int, exchange: Exchange) -> None:
        events = self._transcript.events
        added = events[before:]
        if exchange is _OUTPUT and not self._own:
            events[before:] = [one for one in added if one.text is None or (one.role, one.text) not in self._known]
        self._known.update((one.role, one.text) for one in added)

    def _take(self, value: Any, key: str, exchange: Exchange, notes: list[str]) -> None:
        if isinstance(value, str):
            self._text(value, key, exchange, notes)
        elif isinstance(value, dict):
            self._object(value, key, exchange, notes)
        elif isinstance(value, list):
            self._list(value, key, exchange, notes)

    def _list(self, items: list[Any], key: str, exchange: Exchange, notes: list[str]) -> None:
        if len(items) == 2 and isinstance(items[1], str) and is_role(items[0]):
            self._transcript.say(items[0], items[1], exchange)
        elif key in _TOOLS and items:
            self._definitions(items)
        else:
            for item in items:
                self._take(item, key, exchange, notes)

    def _object(self, plain: dict[str, Any], key: str, exchange: Exchange, notes: list[str]) -> None:
        transcript = self._transcript
        if (message := message_of(plain)) is not None:
            transcript.message(message, exchange)
        elif (document := document_of(plain)) is not None:
            transcript.emit(_INPUT, document_fields(document))
        elif (inner := constructed(plain)) is not None:
            self._inside(inner, exchange, notes)
        elif is_role(plain.get("role")) and plain.keys() & {"content", "parts", "tool_calls"}:
            transcript.message(plain, exchange)
        elif isinstance(plain.get("choices"), list) or plain.get("object") == "response":
            add_answer(transcript, plain)
        elif isinstance(plain.get("generations"), list):
            self._generations(plain["generations"], exchange, notes)
        elif plain.get("type") in ITEM_TYPES and isinstance(plain["type"], str):
            add_items(transcript, [plain], exchange)
        elif "toolName" in plain and "toolCallId" in plain:
            asked = tool_call_fields(plain["toolName"], first(plain, "input", "args"), plain["toolCallId"])
            transcript.emit(exchange, asked)
        elif key in _DOCUMENTS and plain.keys() & {"content", "text", "document", "chunk"}:
            transcript.emit(_INPUT, document_fields(plain))
        elif key in _TOOLS and plain:
            self._definitions(plain)
        else:
            self._inside(plain, exchange, notes)

    def _inside(self, plain: dict[str, Any], exchange: Exchange, notes: list[str]) -> None:
        for name, inner in plain.items():
            self._take(inner, name, exchange, notes)

    def _generations(self, generations: list[Any], exchange: Exchange, notes: list[str]) -> None:
        """What a model of LangChain's answered: a list for every prompt, or one list."""
        for generation in generations:
            plain = as_dict(generation)
            if isinstance(generation, list):
                self._generations(generation, exchange, notes)
            elif isinstance(plain.get("message"), dict):
                self._take(plain["message"], "", exchange, notes)
            elif text := as_str(plain.get("text")):
                self._transcript.say("assistant", text, exchange)

    def _definitions(self, tools: Any) -> None:
        """Descriptions of tools reach the model: a place to hide instructions in."""
        operator = text_fields(compact_json(tools), (Role.DEVELOPER, Trust.OPERATOR))
        self._transcript.emit(_INPUT, operator | {"kind": Kind.META, "operation_name": "tool_definitions"})

    def _text(self, text: str, key: str, exchange: Exchange, notes: list[str]) -> None:
        inner = decoded(text)
        if isinstance(inner, dict | list):
            self._take(inner, key, exchange, notes)
            return
        text = as_str(inner) or ""
        by = _speaker(key, exchange)
        if by is None or not text:
            if text and (len(text) <= _LONGEST_WORD or len(text.split(None, 1)) > 1):
                notes.append(text)
            return
        self._transcript.emit(_INPUT if by is _DOCUMENT else exchange, text_fields(text, by))

    def _note(self, notes: list[str], exchange: Exchange) -> None:
        """Texts of which nothing says what they are, judged as what a user or a model may have written."""
        sentences = [text for text in notes if len(text) >= _SENTENCE]
        rest = "\n".join(text for text in notes if len(text) < _SENTENCE)
        for text in dict.fromkeys([*sentences, *([rest] if rest else [])]):
            trust = Trust.MODEL if exchange is _OUTPUT else Trust.USER
            self._transcript.emit(exchange, _noted(storable(text), trust))


def _noted(text: str, trust: Trust) -> Fields:
    cut = len(text) > _MOST_NOTED
    return {
        "kind": Kind.META,
        "trust": trust,
        "text": text[:_MOST_NOTED],
        "part_type": PartType.TEXT,
        "content_state": ContentState.TRUNCATED if cut else ContentState.PRESENT,
    }


def _speaker(key: str, exchange: Exchange) -> Speaker | None:
    if key in _NATURAL:
        return _MODEL if exchange is _OUTPUT else _USER
    if key in _PROMPTS:
        return _USER
    if key in _ANSWERS:
        return _MODEL
    if key in _SYSTEMS:
        return _SYSTEM
    return _DOCUMENT if key in _DOCUMENTS else None


def has_messages(value: Any) -> bool:
    """Whether a value is a list of messages, or an object that holds one under ``messages``."""
    plain = as_dict(value)
    held = plain["messages"] if "messages" in plain else value
    flat = [message for item in held for message in (item if isinstance(item, list) else [item])] if isinstance(
        held, list
    ) else []
    return any("role" in message or message_of(message) is not None for message in as_dicts(flat))
