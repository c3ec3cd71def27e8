"""Put right in a rule file what is mechanical, and prove that nothing else has changed before it is written."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmsec_tui.detect.sigma import edits, fixes, layout, reading
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.edits import Edit
from llmsec_tui.errors import RuleIssue

_ROUNDS = 4
"""One change may make another possible, such as two tags that differ in case only."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was changed in a file."""

    changes: tuple[RuleIssue, ...]
    """Each says what stands there now."""
    refusal: str = ""
    """Why the file was left as it is, though there was something to change."""


def fix(path: Path) -> Fixed:
    """Change the file in place. A file that is no YAML, or where a change would not do just what it should, is left."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return Fixed(())
    changed, changes, refusal = fixed(path, text)
    if refusal or not changes:
        return Fixed((), refusal)
    try:
        _write(path, raw, changed)
    except OSError as error:
        return Fixed((), f"it cannot be written: {error.strerror}")
    return Fixed(tuple(changes))


def fixed(path: Path, text: str) -> tuple[str, list[RuleIssue], str]:
    """The text as it should be, what changed, and why nothing may change."""
    documents = reading.parse(path, text)
    if any(document.issues for document in documents):
        return text, [], ""
    changes: list[RuleIssue] = []
    for step in (layout.unix, lambda given: layout.trimmed(given, reading.parse(path, given))):
        changed = step(text)
        if _data(reading.parse(path, changed)) != _data(documents):
            return text, [], "its layout cannot be changed without changing a value"
        changes += _relaid(path, text, changed)
        text = changed
    for _ in range(_ROUNDS):
        documents = reading.parse(path, text)
        proposed = [_apart(list(fixes.propose(document, text))) for document in documents]
        every = [edit for edits_ in proposed for edit in edits_]
        if not every:
            break
        changed = edits.applied(text, every)
        wanted = [edits.expected(one.data, its) for one, its in zip(documents, proposed, strict=True)]
        if _data(reading.parse(path, changed)) != wanted:
            return text, [], f"changing line {every[0].line} ({every[0].says}) would change something else too"
        changes += [RuleIssue(str(path), edit.line, edit.code, edit.says) for edit in every]
        text = changed
    return text, changes, ""


def _data(documents: Sequence[Document]) -> list[Any] | None:
    """None, which is equal to no list, where something cannot be read."""
    return None if any(document.issues for document in documents) else [document.data for document in documents]


def _apart(found: list[Edit]) -> list[Edit]:
    """Those that touch no text that one before them touches; the others have their turn in the next round."""
    kept: list[Edit] = []
    for edit in found:
        if all(edit.end <= other.start or other.end <= edit.start for other in kept):
            kept.append(edit)
    return kept


def _relaid(path: Path, before: str, after: str) -> Iterator[RuleIssue]:
    if before.startswith("\ufeff") and not after.startswith("\ufeff"):
        yield RuleIssue(str(path), 1, "bom", "the byte order mark is out")
    if (lines := before.count("\r\n") - after.count("\r\n")) > 0:
        yield RuleIssue(str(path), 1, "crlf", f"{lines:,} lines end in LF now")
        return
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    for number, (old, new) in enumerate(pairs, 1):
        if old != new and not before.startswith("\ufeff"):
            yield RuleIssue(str(path), number, "trailing-space", "the spaces at the end of the line are out")
    if not before.endswith("\n") and after.endswith("\n"):
        yield RuleIssue(str(path), before.count("\n") + 1, "final-newline", "the last line ends now")


def _write(path: Path, before: bytes, text: str) -> None:
    """Put the text in the file's place in one step. Raises OSError, also when the file is not as it was."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        temporary.chmod(target.stat().st_mode & 0o7777)
        if target.read_bytes() != before:
            raise OSError(0, "somebody else is changing it")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
