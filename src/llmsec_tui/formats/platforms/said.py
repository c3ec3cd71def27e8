"""Find what was said in a value of any shape: what went into a step of an application, or came out of it.

Frameworks hand whole states from step to step. Messages, documents and texts are in them at any depth, and the same
ones again in every step; each is an event of the call that it belongs to, and so is stored once.
"""

from typing import Any

from msgspec.structs import replace

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
_DEFINING = ("function", "parameters", "description", "input_schema", "inputSchema")
_SIGNS = frozenset(
    {"lc", "type", "page_content", "pageContent", "role", "choices", "object", "generations", "toolName"}
)
"""An object that has none of these is none of the things that are looked for, unless its own name says so."""
_LONGEST_WORD = 512
"""A longer string without a space is a picture, a key or a vector, and no text."""
_SENTENCE = 32
"""Texts of so many characters are worth an event; what is shorter is one with all others of its kind."""


class Said:
    """Both sides of one step. What comes out of a step and went into it is not said again."""

    __slots__ = ("_known", "_notes", "_own", "_texts", "_transcript", "found")

    def __init__(self, transcript: Transcript, *, model: bool) -> None:
        """``model``: the step is a call of a model, whose output is its own even where it repeats the input."""
        self._transcript = transcript
        self._known: set[tuple[Role | None, str | None]] = set()
        self._own = model
        self._texts: list[tuple[str, Speaker]] = []
        self._notes: list[str] = []
        self.found = False
        """Whether there was anything."""

    def add(self, value: Any, exchange: Exchange) -> None:
        """All of one side."""
        events = self._transcript.events
        before = len(events)
        self._texts, self._notes = [], []
        self._take(decoded(value), "", exchange)
        added = events[before:]
        if exchange is _OUTPUT and not self._own:
            # A state that is handed on is what was said before, and the end of it.
            history = any(one.role is Role.USER for one in added)
            added = [one for one in added if one.text is None or (one.role, one.text) not in self._known]
            events[before:] = [replace(one, exchange=_INPUT) for one in added] if history else added
        self._known.update((one.role, one.text) for one in added)
        for text, by in self._texts:
            if (by[0], text) not in self._known:
                self._known.add((by[0], text))
                self._transcript.emit(_INPUT if by is _DOCUMENT else exchange, text_fields(text, by))
        self.found = self.found or len(events) > before
        if self._notes:
            self._note(exchange)

    def _take(self, value: Any, key: str, exchange: Exchange) -> None:
        if isinstance(value, str):
            self._text(value, key, exchange)
        elif isinstance(value, dict):
            self._object(value, key, exchange)
        elif isinstance(value, list):
            self._list(value, key, exchange)

    def _list(self, items: list[Any], key: str, exchange: Exchange) -> None:
        if len(items) == 2 and isinstance(items[1], str) and is_role(items[0]):
            self._transcript.say(items[0], items[1], exchange)
        elif key in _TOOLS and exchange is _INPUT and _are_definitions(items):
            self._definitions(items)
        else:
            for item in items:
                self._take(item, key, exchange)

    def _object(self, plain: dict[str, Any], key: str, exchange: Exchange) -> None:
        transcript = self._transcript
        if _SIGNS.isdisjoint(plain) and key not in _DOCUMENTS and key not in _TOOLS:
            self._inside(plain, exchange)
        elif (message := message_of(plain)) is not None:
            transcript.message(message, exchange)
        elif (document := document_of(plain)) is not None:
            transcript.emit(_INPUT, document_fields(document))
        elif (inner := constructed(plain)) is not None:
            self._inside(inner, exchange)
        elif is_role(plain.get("role")) and plain.keys() & {"content", "parts", "tool_calls"}:
            transcript.message(plain, exchange)
        elif isinstance(plain.get("choices"), list) or plain.get("object") == "response":
            add_answer(transcript, plain)
        elif isinstance(plain.get("generations"), list):
            self._generations(plain["generations"], exchange)
        elif isinstance(plain.get("type"), str) and plain["type"] in ITEM_TYPES:
            add_items(transcript, [plain], exchange)
        elif "toolName" in plain and "toolCallId" in plain:
            asked = tool_call_fields(plain["toolName"], first(plain, "input", "args"), plain["toolCallId"])
            transcript.emit(exchange, asked)
        elif key in _DOCUMENTS and plain.keys() & {"content", "text", "document", "chunk"}:
            transcript.emit(_INPUT, document_fields(plain))
        elif key in _TOOLS and exchange is _INPUT and _are_definitions(list(plain.values())):
            self._definitions(plain)
        else:
            self._inside(plain, exchange)

    def _inside(self, plain: dict[str, Any], exchange: Exchange) -> None:
        for name, inner in plain.items():
            self._take(inner, name, exchange)

    def _generations(self, generations: list[Any], exchange: Exchange) -> None:
        """What a model of LangChain's answered: a list for every prompt, or one list."""
        for generation in generations:
            plain = as_dict(generation)
            if isinstance(generation, list):
                self._generations(generation, exchange)
            elif isinstance(plain.get("message"), dict):
                self._take(plain["message"], "", exchange)
            elif text := as_str(plain.get("text")):
                self._transcript.say("assistant", text, exchange)

    def _definitions(self, tools: Any) -> None:
        """Descriptions of tools reach the model: a place to hide instructions in."""
        operator = text_fields(compact_json(tools), (Role.DEVELOPER, Trust.OPERATOR))
        self._transcript.emit(_INPUT, operator | {"kind": Kind.META, "operation_name": "tool_definitions"})

    def _text(self, text: str, key: str, exchange: Exchange) -> None:
        inner = decoded(text)
        if not isinstance(inner, str):
            self._take(inner, key, exchange)
            return
        text = as_str(inner) or ""
        by = _speaker(key, exchange)
        if by is not None and text:
            self._texts.append((text, by))
        elif text and (len(text) <= _LONGEST_WORD or len(text.split(None, 1)) > 1):
            self._notes.append(text)

    def _note(self, exchange: Exchange) -> None:
        """Texts of which nothing says what they are, judged as what comes from outside may be."""
        sentences = [text for text in self._notes if _is_sentence(text)]
        rest = "\n".join(text for text in self._notes if not _is_sentence(text))
        # Beside messages, the short ones are the settings of the model.
        if self._own and self.found:
            rest = ""
        trust = Trust.USER
        if exchange is _OUTPUT:
            trust = Trust.MODEL if self._own else Trust.TOOL
        for text in dict.fromkeys([*sentences, *([rest] if rest else [])]):
            self._transcript.emit(exchange, _noted(storable(text), trust))


def _is_sentence(text: str) -> bool:
    return len(text) >= _SENTENCE and len(text.split(None, 1)) > 1


def _noted(text: str, trust: Trust) -> Fields:
    return {
        "kind": Kind.META,
        "trust": trust,
        "text": text,
        "part_type": PartType.TEXT,
        "content_state": ContentState.PRESENT,
    }


def _speaker(key: str, exchange: Exchange) -> Speaker | None:
    if key in _NATURAL:
        return _MODEL if exchange is _OUTPUT else _USER
    if key in _PROMPTS:
        return _USER
    if key in _ANSWERS:
        return _MODEL
    if key in _SYSTEMS:
        # What a step or a model writes under such a name is no operator's.
        return _MODEL if exchange is _OUTPUT else _SYSTEM
    return _DOCUMENT if key in _DOCUMENTS else None


def _are_definitions(tools: list[Any]) -> bool:
    return bool(tools) and all(
        isinstance(tool, str) or not as_dict(tool).keys().isdisjoint(_DEFINING) for tool in tools
    )


def has_messages(value: Any) -> bool:
    """Whether a value is a list of messages, or an object that holds one under ``messages``."""
    held = as_dict(value).get("messages", value)
    for item in held if isinstance(held, list) else ():
        if any(
            "role" in one or message_of(one) is not None for one in as_dicts(item if isinstance(item, list) else [item])
        ):
            return True
    return False
