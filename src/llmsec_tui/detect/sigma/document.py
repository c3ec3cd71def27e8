"""Read a rule file as YAML, strictly, and remember on which line everything stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from llmsec_tui.errors import RuleIssue

Place = tuple[str | int, ...]
"""The way from the top of a document to a value: keys and list positions."""

_SCALARS = (str, int, float, bool, type(None), date)


@dataclass(slots=True)
class Document:
    """A rule file's data, the line of every value in it, and what is wrong with it so far."""

    path: Path
    raw: bytes
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)
    issues: list[RuleIssue] = field(default_factory=list)

    def line(self, *place: str | int) -> int:
        """1-based line of the value, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def complain(self, code: str, message: str, *place: str | int) -> None:
        """Note an issue at a place."""
        self.issues.append(RuleIssue(str(self.path), self.line(*place), code, message))


def read(path: Path) -> Document:
    """Read one file; whatever is wrong with its YAML stands in ``issues``, nothing is raised."""
    try:
        document = Document(path, path.read_bytes())
    except OSError as error:
        broken = Document(path, b"")
        broken.complain("unreadable", f"the file cannot be read: {error.strerror}")
        return broken
    try:
        _compose(document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"this is not YAML: {error.problem or error.context}"
        document.issues.append(RuleIssue(str(path), mark.line + 1 if mark else 0, "yaml", message))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        document.complain("yaml", f"this is not YAML: {str(error).splitlines()[0]}")
    except RecursionError:
        document.complain("yaml", "the file is nested too deeply")
    return document


def _compose(document: Document) -> None:
    loader = yaml.CSafeLoader(document.raw)
    try:
        root = loader.get_single_node()
        if root is None:
            document.complain("yaml", "the file is empty")
            return
        value = _Builder(loader, document).build(root, ())
    finally:
        loader.dispose()
    if isinstance(value, dict):
        document.data = value
    else:
        document.complain("yaml", "a rule file is a mapping of keys to values")


class _Builder:
    """Turns YAML nodes into plain values; notes lines, duplicate keys and aliases."""

    def __init__(self, loader: yaml.CSafeLoader, document: Document) -> None:
        self.loader = loader
        self.document = document
        self.seen: set[int] = set()

    def build(self, node: yaml.Node, place: Place) -> Any:
        self.document.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.document.complain("yaml-alias", "YAML aliases are not allowed here; write the value out", *place)
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*place, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> Mapping[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in values:
                first = self.document.line(*place, key)
                message = f"the key {key!r} is here twice; the first is on line {first}"
                self.document.issues.append(RuleIssue(str(self.document.path), line, "duplicate-key", message))
                continue
            self.document.lines[(*place, key)] = line
            values[key] = self.build(value_node, (*place, key))
        return values

    def _scalar(self, node: yaml.Node, place: Place) -> Any:
        try:
            value = self.loader.construct_object(node)
        except (ValueError, yaml.YAMLError):
            value = self
        if isinstance(value, _SCALARS):
            return value
        self.document.complain("yaml-value", f"the value {node.value!r} is of a kind that rules cannot hold", *place)
        return None
