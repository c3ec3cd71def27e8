"""How a rule file is laid out, whatever it says: line ends, trailing spaces, its name."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.errors import RuleIssue

_NAME = "abcdefghijklmnopqrstuvwxyz0123456789_"
_BOM = "\ufeff"


def look(path: Path, text: str, documents: Sequence[Document]) -> Iterator[RuleIssue]:
    """What could be better."""
    if path.suffix != ".yml" or not path.stem or any(letter not in _NAME for letter in path.stem):
        message = "name the file with lower-case letters, digits and _, ending in .yml"
        yield RuleIssue(str(path), 1, "file-name", message)
    if text.startswith(_BOM):
        yield RuleIssue(str(path), 1, "bom", "the file begins with a byte order mark")
    if "\r\n" in text:
        line = text[: text.index("\r\n")].count("\n") + 1
        yield RuleIssue(
            str(path), line, "crlf", f"{text.count(chr(13) + chr(10)):,} lines end in CR LF, from this one on"
        )
    for line in trailing(text, documents):
        yield RuleIssue(str(path), line, "trailing-space", "there are spaces at the end of the line")
    if text and not text.endswith("\n"):
        yield RuleIssue(str(path), text.count("\n") + 1, "final-newline", "the last line does not end")


def trailing(text: str, documents: Sequence[Document]) -> list[int]:
    """1-based lines with spaces at their end that are no part of a value."""
    inside = {line for document in documents for line in _in_values(document)}
    lines = text.replace("\r\n", "\n").split("\n")
    return [number for number, line in enumerate(lines, 1) if line != line.rstrip(" \t") and number not in inside]


def unix(text: str) -> str:
    """The same without byte order mark and with LF at the ends of lines."""
    return text.removeprefix(_BOM).replace("\r\n", "\n")


def trimmed(text: str, documents: Sequence[Document]) -> str:
    """The same without trailing spaces, and with an end to its last line."""
    lines = text.split("\n")
    for number in trailing(text, documents):
        lines[number - 1] = lines[number - 1].rstrip(" \t")
    return "\n".join(lines).rstrip("\n") + "\n" if text.strip() else text


def _in_values(document: Document) -> Iterator[int]:
    """The lines of values that are written on several."""
    for spot in document.spots.values():
        start, end = spot.value.start_mark, spot.value.end_mark
        if start is not None and end is not None and end.line > start.line:
            yield from range(start.line + 1, end.line + 2)
