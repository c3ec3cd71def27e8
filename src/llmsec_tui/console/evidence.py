"""What is copied and written: the thing itself as JSON in ASCII. Nothing is lost, and pasting it does no harm."""

import json
import os
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import msgspec

from llmsec_tui.errors import SourceError

CLIPBOARD_LIMIT = 65_536
"""Characters; terminals drop longer OSC 52 sequences without a word."""


def as_json(things: Mapping[str, object]) -> str:
    """Indented JSON; every character outside ASCII is escaped."""
    return json.dumps(msgspec.to_builtins(dict(things)), indent=2)


def write(stem: str, text: str, folders: tuple[Path, ...]) -> Path:
    """Write to a new file of mode 0600 in the first folder that takes it; raises ``SourceError`` when none does."""
    problem = ""
    for folder in folders:
        for path in _names(folder, stem):
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(text + "\n")
            except FileExistsError:
                continue
            except OSError as error:
                problem = f"{folder}: {error.strerror}"
                break
            return path
    raise SourceError(f"The file could not be written ({problem}).", hint="Start the console in a folder of yours.")


def _names(folder: Path, stem: str) -> Iterator[Path]:
    tame = "".join(character if character.isascii() and character.isalnum() else "-" for character in stem)[:60]
    for number in count(1):
        yield folder / (f"{tame}.json" if number == 1 else f"{tame}-{number}.json")
