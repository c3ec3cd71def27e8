"""Read the texts of the public inputs out of git folders, always the same ones in the same order."""

import csv
import gzip
import hashlib
import io
import json
import subprocess
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

_HERE = Path(__file__).parent
_LONGEST = 6000
"""A text is cut after so many characters."""
_PASSAGE = 1200
_LARGEST_FILE = 5_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A public repository at a commit, and which texts of it are wanted."""

    name: str
    repo: str
    commit: str
    licence: str
    paths: tuple[str, ...]
    form: str
    kind: str
    """``chat`` or ``document``."""
    most: int


def declared(path: Path = _HERE / "inputs.toml") -> list[Source]:
    """The inputs, as they are declared."""
    with path.open("rb") as file:
        rows = tomllib.load(file)["input"]
    return [Source(**{**row, "paths": tuple(row["paths"])}) for row in rows]


def texts_of(source: Source, mirror: Path) -> list[str]:
    """The texts of a source, chosen by their hashes.

    Raises:
        FileNotFoundError: its repository isn't in the mirror.
    """
    git = mirror / source.repo.replace("/", "+") / "repo"
    if not git.is_dir():
        raise FileNotFoundError(f"{source.name}: there is no git folder {git}; clone {source.repo} there")
    form, _, detail = source.form.partition(":")
    texts: set[str] = set()
    for path, blob in _files(git, source):
        found = (text.strip()[:_LONGEST] for text in _FORMS[form](blob, path, detail))
        texts |= {text for text in found if len(text) > 5}
    return sorted(texts, key=lambda text: hashlib.sha256(text.encode(errors="replace")).digest())[: source.most]


def _files(git: Path, source: Source) -> Iterator[tuple[str, bytes]]:
    listing = _git(git, "ls-tree", "-r", "-l", "-z", source.commit).decode().split("\0")
    patterns = [single for pattern in source.paths for single in _braces(pattern)]
    for line in filter(None, listing):
        head, path = line.split("\t", 1)
        size = head.split()[3]
        fits = any(path.count("/") == one.count("/") and fnmatchcase(path, one) for one in patterns)
        # A partial clone lists files that it does not hold.
        if fits and size.isdigit() and int(size) <= _LARGEST_FILE:
            yield path, _git(git, "cat-file", "blob", head.split()[2])


def _git(git: Path, *words: str) -> bytes:
    return subprocess.run(["git", f"--git-dir={git}", *words], capture_output=True, check=True).stdout


def _braces(pattern: str) -> list[str]:
    before, brace, rest = pattern.partition("{")
    if not brace:
        return [pattern]
    inside, _, after = rest.partition("}")
    return [f"{before}{one}{after}" for one in inside.split(",")]


def _jsonl(blob: bytes, path: str, detail: str) -> Iterator[str]:
    for line in blob.decode().splitlines():
        if line.strip():
            yield from _fields(json.loads(line), detail)


def _json(blob: bytes, path: str, detail: str) -> Iterator[str]:
    for row in json.loads(blob):
        yield from _fields(row, detail)


def _fields(row: dict[str, Any], detail: str) -> Iterator[str]:
    if "/" in detail:
        outer, _, inner = detail.partition("/")
        yield from (one[inner] for one in row[outer])
        return
    parts = [row.get(name) for name in detail.split(",")]
    yield "\n".join(part for part in parts if isinstance(part, str) and part)


def _docx(blob: bytes, path: str, detail: str) -> Iterator[str]:
    """Messages, each of which stands under a line with its number."""
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        root = ElementTree.fromstring(archive.read("word/document.xml"))  # noqa: S314  a pinned input
    message: list[str] = []
    for paragraph in root.iter(f"{space}p"):
        line = "".join(piece.text or "" for piece in paragraph.iter(f"{space}t"))
        if line.startswith(("Document ", "Asiakirja ")):
            yield "\n".join(message)
            message = []
        else:
            message.append(line)
    yield "\n".join(message)


def _csv(blob: bytes, path: str, detail: str) -> Iterator[str]:
    yield from (row[0] for row in csv.reader(io.StringIO(blob.decode())) if row)


def _clinc(blob: bytes, path: str, detail: str) -> Iterator[str]:
    for rows in json.loads(blob).values():
        yield from (text for text, _ in rows)


def _table(blob: bytes, path: str, detail: str) -> Iterator[str]:
    yield from (line.split("|")[2] for line in blob.decode().splitlines()[2:] if line.count("|") >= 3)


def _dialogue(blob: bytes, path: str, detail: str) -> Iterator[str]:
    for line in gzip.decompress(blob).decode().splitlines():
        turns = json.loads(line)[detail].split("\n\nHuman: ")
        yield from (turn.split("\n\nAssistant: ")[0] for turn in turns[1:])


def _passages(blob: bytes, path: str, detail: str) -> Iterator[str]:
    """Pieces of a file of about the size that retrieval brings."""
    piece = ""
    for block in blob.decode(errors="replace").split("\n\n"):
        piece = f"{piece}\n\n{block}" if piece else block
        if len(piece) >= _PASSAGE:
            yield piece[: 2 * _PASSAGE]
            piece = ""
    yield piece


def _sentences(blob: bytes, path: str, detail: str) -> Iterator[str]:
    lines = [line for line in blob.decode(errors="replace").splitlines() if len(line) > 12]
    yield from lines[:: max(1, len(lines) // int(detail))]


_FORMS: dict[str, Callable[[bytes, str, str], Iterator[str]]] = {
    "jsonl": _jsonl,
    "json": _json,
    "docx": _docx,
    "csv": _csv,
    "clinc": _clinc,
    "table": _table,
    "dialogue": _dialogue,
    "passages": _passages,
    "sentences": _sentences,
}
