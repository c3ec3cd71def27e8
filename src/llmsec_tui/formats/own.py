"""Formats that users describe themselves, in ``formats.d/*.toml``: where in a record texts, roles, times and ids are.

```toml
name = "helpdesk"
what = "Chats of the help desk"

[recognise]                     # all of it must hold
keys = ["ticket.id", "turns"]   # these are there
equals = { kind = "chat" }      # and these have these values

[fields]                        # where the record says what all its events share
ts = "opened"
conversation_id = "ticket.id"
user_id = "ticket.customer"
model = "engine"

[[texts]]                       # in the order in which things were said
each = "turns"                  # once for each item of this list; without it, once for the record
text = "said"
role = { from = "who", names = { customer = "user", bot = "assistant" } }
ts = "at"

[[texts]]
text = "attachment.text"
role = "document"               # user, assistant, system, developer, tool, document
```

A path is names with dots between them; a number takes an item of a list, and a dot alone is the item itself. A string
of JSON on the way is looked into.
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from llmsec_tui.errors import ConfigError
from llmsec_tui.events.model import Event, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields, content_fields, text_fields, tool_call_fields, tool_result_fields
from llmsec_tui.formats.speakers import SPEAKERS, speaker
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_float, as_id, as_int, decoded

FIELDS = {
    "ts": "ts",
    "conversation_id": "conversation_id",
    "user_id": "user_id",
    "app": "service_name",
    "tenant_id": "tenant_id",
    "environment": "environment",
    "model": "request_model",
    "provider": "provider_name",
    "source_ip": "source_ip",
    "agent_name": "agent_name",
    "trace_id": "trace_id",
    "id": "call_id",
    "error": "error_message",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cost_usd": "cost_usd",
    "duration_ms": "duration_ms",
}
"""What a record can say of all its events, by the names in these files."""
_COUNTS = ("input_tokens", "output_tokens")
_AMOUNTS = ("cost_usd", "duration_ms")
_OUTCOME = frozenset((*_COUNTS, *_AMOUNTS))
_TEXT_KEYS = ("each", "text", "role", "ts", "tool", "call_id")
_TOP_KEYS = ("name", "what", "recognise", "fields", "texts")


@dataclass(frozen=True, slots=True)
class _Said:
    """Where one kind of text is."""

    each: tuple[str, ...] | None
    text: tuple[str, ...]
    role: str
    role_from: tuple[str, ...] | None
    names: dict[str, str]
    ts: tuple[str, ...] | None
    tool: tuple[str, ...] | None
    call_id: tuple[str, ...] | None


def load(folder: Path) -> list[Format]:
    """The formats of all files of a folder, by the names of the files; none when there is no folder.

    Raises ConfigError that says all that is wrong, each with its file.
    """
    formats: list[Format] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        reader = _File(path)
        found = reader.format()
        if found is not None and any(found.name == other.name for other in formats):
            reader.wrong(f"another file describes a format {found.name} already")
        elif found is not None:
            formats.append(found)
        problems += reader.problems
    if problems:
        raise ConfigError(
            "Formats of your own cannot be read:\n" + "\n".join(problems), hint="Mend these files, or take them away."
        )
    return formats


class _File:
    """One description, and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.problems: list[str] = []
        self._path = path

    def wrong(self, what: str) -> None:
        self.problems.append(f"{self._path}: {what}")

    def format(self) -> Format | None:
        try:
            data = tomllib.loads(self._path.read_text("utf-8"))
        except OSError as error:
            self.wrong(f"it cannot be read: {error.strerror}")
            return None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            # tomllib says line and column.
            self.wrong(f"it is no TOML: {error}")
            return None
        self._known(data, _TOP_KEYS, "")
        name = self._text(data, "name", "")
        keys, equals = self._evidence(data.get("recognise"))
        fields = self._fields(data.get("fields", {}))
        texts = [self._said(said, number) for number, said in enumerate(self._texts(data), 1)]
        if self.problems:
            return None
        what = data.get("what")
        evidence = ", ".join([*(".".join(key) for key in keys), *(f"{'.'.join(k)} = {v}" for k, v in equals)])
        return Format(
            name,
            what if isinstance(what, str) else f"Of your own: {self._path.name}",
            evidence,
            _recogniser(keys, equals),
            _mapper(fields, texts),
        )

    def _known(self, table: dict[str, Any], names: Sequence[str], where: str) -> None:
        for key in table:
            if key not in names:
                near = get_close_matches(key, names, 1)
                self.wrong(f"{where}{key} is not known" + (f"; {near[0]} is" if near else ""))

    def _text(self, table: dict[str, Any], key: str, where: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            self.wrong(f"{where}{key} must be a text")
            return ""
        return value

    def _path_in(self, table: dict[str, Any], key: str, where: str) -> tuple[str, ...] | None:
        return _steps(self._text(table, key, where)) if key in table else None

    def _evidence(self, table: Any) -> tuple[list[tuple[str, ...]], list[tuple[tuple[str, ...], Any]]]:
        if not isinstance(table, dict) or not (table.get("keys") or table.get("equals")):
            self.wrong("recognise must say by which keys or equals its records are known")
            return [], []
        self._known(table, ("keys", "equals"), "recognise.")
        keys, equals = table.get("keys", []), table.get("equals", {})
        if not isinstance(keys, list) or not all(isinstance(key, str) and key for key in keys):
            self.wrong("recognise.keys must be a list of paths")
            keys = []
        if not isinstance(equals, dict):
            self.wrong("recognise.equals must be a table of paths and values")
            equals = {}
        return [_steps(key) for key in keys], [(_steps(key), value) for key, value in _flat(equals)]

    def _fields(self, table: Any) -> dict[str, tuple[str, ...]]:
        if not isinstance(table, dict):
            self.wrong("fields must be a table")
            return {}
        self._known(table, tuple(FIELDS), "fields.")
        return {FIELDS[key]: _steps(self._text(table, key, "fields.")) for key in table if key in FIELDS}

    def _texts(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        texts = data.get("texts")
        if not isinstance(texts, list) or not texts or not all(isinstance(said, dict) for said in texts):
            self.wrong("[[texts]] must say where at least one text is")
            return []
        return texts

    def _said(self, table: dict[str, Any], number: int) -> _Said:
        where = f"texts {number}: "
        self._known(table, _TEXT_KEYS, where)
        role, role_from, names = table.get("role", "user"), None, {}
        if isinstance(role, dict):
            self._known(role, ("from", "names"), f"{where}role.")
            role_from, names, role = self._path_in(role, "from", f"{where}role."), role.get("names", {}), "user"
        for one in [role, *(names.values() if isinstance(names, dict) else ())]:
            if not isinstance(one, str) or one not in SPEAKERS:
                self.wrong(f"{where}{one!r} is no role; say user, assistant, system, developer, tool or document")
        return _Said(
            each=self._path_in(table, "each", where),
            text=_steps(self._text(table, "text", where)),
            role=role if isinstance(role, str) else "user",
            role_from=role_from,
            names=names if isinstance(names, dict) else {},
            ts=self._path_in(table, "ts", where),
            tool=self._path_in(table, "tool", where),
            call_id=self._path_in(table, "call_id", where),
        )


def _flat(table: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in table.items():
        found += _flat(value, f"{before}{key}.") if isinstance(value, dict) else [(before + key, value)]
    return found


def _steps(path: str) -> tuple[str, ...]:
    return () if path == "." else tuple(path.split("."))


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        data = decoded(data)
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.isdecimal() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data


def _recogniser(
    keys: list[tuple[str, ...]], equals: list[tuple[tuple[str, ...], Any]]
) -> Callable[[dict[str, Any]], bool]:
    def recognise(data: dict[str, Any]) -> bool:
        return all(_at(data, key) is not None for key in keys) and all(_at(data, key) == value for key, value in equals)

    return recognise


def _mapper(fields: dict[str, tuple[str, ...]], texts: list[_Said]) -> Callable[[dict[str, Any], Memory], Found]:
    def to_events(data: dict[str, Any], _: Memory) -> Found:
        shared, outcome = _shared(data, fields)
        transcript = Transcript(Event(kind=Kind.MESSAGE, **shared), outcome=outcome, history=False)
        for said in texts:
            items = [data] if said.each is None else decoded(_at(data, said.each))
            for item in items if isinstance(items, list) else [items]:
                if item is not None:
                    _say(transcript, item, said)
        if shared.get("error_message"):
            transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_type="error")
        return Found(transcript.finish())

    return to_events


def _shared(data: dict[str, Any], fields: dict[str, tuple[str, ...]]) -> tuple[Fields, Fields]:
    shared: Fields = {}
    outcome: Fields = {}
    for field, path in fields.items():
        value = _at(data, path)
        if field == "ts":
            moment = to_micros(value)
            if moment is not None:
                shared |= {"ts": moment, "ts_source": TsSource.NATIVE}
        elif field in _OUTCOME:
            number = as_int(value) if field in _COUNTS else as_float(value)
            if number is not None:
                outcome[field] = number
        elif (name := as_id(value)) is not None:
            shared[field] = name
    if any(name in outcome for name in _COUNTS) and "call_id" in shared:
        outcome["usage_key"] = shared["call_id"]
    return shared, outcome


def _say(transcript: Transcript, item: Any, said: _Said) -> None:
    content = _at(item, said.text)
    role = said.role
    if said.role_from is not None:
        named = as_id(_at(item, said.role_from)) or ""
        role = said.names.get(named, named)
    by = speaker(role, Exchange.INPUT)
    exchange = Exchange.OUTPUT if by[0] is Role.ASSISTANT else Exchange.INPUT
    tool, call_id = (None if path is None else _at(item, path) for path in (said.tool, said.call_id))
    if by[1] is Trust.TOOL:
        fields = tool_result_fields(content, call_id, name=tool)
    elif tool is not None:
        fields = tool_call_fields(tool, content, call_id)
    else:
        fields = text_fields(content_fields(content).get("text"), by)
    moment = None if said.ts is None else to_micros(_at(item, said.ts))
    if moment is not None:
        fields |= {"ts": moment, "ts_source": TsSource.NATIVE}
    transcript.emit(exchange, fields)
