"""Read rule files as YAML: strictly, within bounds, and with the place of everything."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from llmsec_tui.detect.sigma.document import Document, Mark, Place, Spot
from llmsec_tui.errors import RuleIssue

MOST_BYTES = 1 << 20
MOST_DEEP = 32
MOST_VALUES = 10_000

_SCALARS = (str, int, float, bool, type(None), date)


class _Stop(Exception):
    """The rest of the file cannot be read; why is noted already."""


def read(path: Path) -> list[Document]:
    """The documents of one file. Whatever is wrong with its YAML stands in their ``issues``, nothing is raised."""
    whole = Document(path, b"")
    content = _text(whole)
    return [whole] if content is None else parse(path, content)


def parse(path: Path, content: str) -> list[Document]:
    """As :func:`read`, of a file with this text."""
    whole = Document(path, b"")
    found: list[Document] = []
    try:
        for document in _documents(path, content):
            found.append(document)
    except yaml.YAMLError as error:
        (found[-1] if found else whole).issues.append(_issue(path, error, content))
    except _Stop:
        pass
    if not found and not whole.issues:
        whole.complain("yaml", "the file is empty")
    return found or [whole]


def text(path: Path) -> str | None:
    """The text of a file, or None where it cannot be read, which :func:`read` says why."""
    return _text(Document(path, b""))


def _text(whole: Document) -> str | None:
    path = whole.path
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        whole.complain("unreadable", f"the file cannot be read: {error.strerror}")
        return None
    if len(raw) > MOST_BYTES:
        whole.complain("too-big", f"the file is bigger than {MOST_BYTES >> 20} MiB; no rule needs that")
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start} is not UTF-8 ({raw[error.start]:#04x}); save the file as UTF-8"
        whole.issues.append(RuleIssue(str(path), line, "encoding", message))
        return None


def _issue(path: Path, error: yaml.YAMLError, content: str) -> RuleIssue:
    line = column = 0
    problem = str(error).splitlines()[0]
    if isinstance(error, yaml.MarkedYAMLError):
        problem = str(error.problem or error.context)
        if mark := error.problem_mark or error.context_mark:
            line, column = mark.line + 1, mark.column + 1
            if content[mark.index : mark.index + 1] == "\t":
                problem = "there is a tab; YAML is indented with spaces"
    elif isinstance(error, yaml.reader.ReaderError):
        line = content.encode()[: error.position].count(b"\n") + 1
        problem = f"there is a character U+{int(error.character):04X}; write it as an escape in double quotes"
    return RuleIssue(str(path), line, "yaml", f"this is not YAML: {problem}", column)


def _documents(path: Path, content: str) -> Iterator[Document]:
    loader = yaml.CSafeLoader(content)
    try:
        starts = 0
        document: Document | None = None
        while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            if document is not None:
                document.raw = content[starts : _mark(event).index].encode()
                starts = _mark(event).index
            document = Document(path, content[starts:].encode())
            yield document
            _Builder(loader, document).whole()
    finally:
        loader.dispose()


def _mark(event: yaml.Event) -> Mark:
    assert event.start_mark is not None
    return event.start_mark


class _Builder:
    """Makes plain values of the parser's events, so that nesting and size are bounded before anything is built."""

    def __init__(self, loader: yaml.CSafeLoader, document: Document) -> None:
        self.loader = loader
        self.document = document
        self.values = 0

    def whole(self) -> None:
        """Build the next document."""
        first = self._next()
        value = self._value(first, (), None)
        if isinstance(value, dict):
            self.document.data = value
        elif isinstance(first, yaml.ScalarEvent) and not first.value:
            self.document.complain("yaml", "there is nothing in this document; take its --- out")
        else:
            self.document.complain("yaml", "a rule is a mapping of keys to values")

    def _next(self) -> yaml.Event:
        event = self.loader.get_event()
        assert event is not None
        return event

    def _value(self, event: yaml.Event, place: Place, key: Mark | None) -> Any:
        assert isinstance(event, yaml.NodeEvent)
        spot = Spot(key or _mark(event), event)
        self.document.spots[place] = spot
        self.values += 1
        if self.values > MOST_VALUES:
            self._stop(spot, "too-many-values", f"a rule may hold at most {MOST_VALUES:,} values; split it")
        if len(place) > MOST_DEEP:
            self._stop(spot, "too-deep", f"the file is nested deeper than {MOST_DEEP} levels")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, spot)
        self.document.complain_at(spot, "yaml-alias", "YAML aliases are not allowed here; write the value out")
        return None

    def _stop(self, spot: Spot, code: str, message: str) -> None:
        self.document.complain_at(spot, code, message)
        raise _Stop

    def _mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._value(event, (*place, "?"), None)
                message = "a key must be a plain word; this one is a list, a mapping or an alias"
                self.document.complain_at(self.document.spots.pop((*place, "?")), "yaml-key", message)
                self._value(self._next(), (*place, "?"), None)
                continue
            key, mark = event.value, _mark(event)
            if key in values:
                first = self.document.line(*place, key)
                message = f"the key {key!r} is here twice; the first is on line {first}"
                self.document.complain_at(Spot(mark, event), "duplicate-key", message)
                # Under a name of its own, so that the first one keeps its place.
                key = f"{key} (line {mark.line + 1})"
                self._value(self._next(), (*place, key), mark)
                continue
            values[key] = None
            values[key] = self._value(self._next(), (*place, key), mark)
        return values

    def _sequence(self, place: Place) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            values.append(self._value(event, (*place, len(values)), None))
        return values

    def _scalar(self, event: yaml.ScalarEvent, spot: Spot) -> Any:
        tag = event.tag or self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        if tag == "tag:yaml.org,2002:str":
            return event.value
        try:
            value = self.loader.construct_object(yaml.ScalarNode(tag, event.value))
        except ValueError as error:
            self.document.complain_at(spot, "yaml-value", f"the value {event.value[:60]!r} cannot be read: {error}")
            return None
        except yaml.YAMLError:
            value = self
        if isinstance(value, _SCALARS):
            return value
        message = f"the value {event.value[:60]!r} is of a kind that rules cannot hold"
        self.document.complain_at(spot, "yaml-value", message)
        return None
