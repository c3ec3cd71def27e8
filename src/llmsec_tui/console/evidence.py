"""What is copied and written: the thing itself as JSON in ASCII. Nothing is lost, and pasting it does no harm."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path

import msgspec

from llmsec_tui.errors import SourceError
from llmsec_tui.paths import Home

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


def folders(home: Home) -> tuple[Path, ...]:
    """Where things may be written: where the console was started, else the state directory."""
    return Path.cwd(), home.root


def write_all(stem: str, files: Iterable[tuple[str, bytes]], into: tuple[Path, ...]) -> Path:
    """Write files of mode 0600 side by side into a new folder of mode 0700 and give that back.

    Raises ``SourceError`` when none of ``into`` takes it.
    """
    problem = ""
    for parent in into:
        for folder in _names(parent, stem, ""):
            try:
                folder.mkdir(mode=0o700)
                for name, data in files:
                    handle = os.open(folder / _tame_name(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                    with os.fdopen(handle, "wb") as file:
                        file.write(data)
            except FileExistsError:
                continue
            except OSError as error:
                problem = f"{parent}: {error.strerror}"
                break
            return folder
    raise SourceError(f"The files could not be written ({problem}).", hint="Start the console in a folder of yours.")


def _tame_name(name: str) -> str:
    tame = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in name)
    return tame.lstrip(".")[:100] or "file"


def _names(folder: Path, stem: str, ending: str = ".json") -> Iterator[Path]:
    tame = "".join(character if character.isascii() and character.isalnum() else "-" for character in stem)[:60]
    for number in count(1):
        yield folder / (f"{tame}{ending}" if number == 1 else f"{tame}-{number}{ending}")
