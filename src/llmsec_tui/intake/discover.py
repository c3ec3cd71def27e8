"""From what people type to the files that are meant: files, directories and globs."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from llmsec_tui.text import visible

_PLAIN = (".jsonl", ".json", ".ndjson", ".log", ".traj")
_ARCHIVES = (".eval", ".zip")
SUFFIXES = (*_PLAIN, *_ARCHIVES, *(plain + packed for plain in _PLAIN for packed in (".gz", ".zst")))
"""What is taken from a directory. A file that is named, or matches a glob, is taken whatever it is called."""
_MAGIC = "*?["
_KINDS = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


@dataclass(frozen=True, slots=True)
class Found:
    """The files that some patterns mean at this moment."""

    files: list[Path]
    """Absolute, sorted; a file that goes by several names is listed once, under the first."""
    problems: list[str]
    """One sentence for each pattern or path that means nothing or cannot be read."""


@dataclass(slots=True)
class _Search:
    """Files by where they really are, and what went wrong on the way."""

    files: dict[str, Path] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(self, real: str, path: Path) -> None:
        try:
            str(path).encode()
        except UnicodeEncodeError:
            # Such a name can be neither stored nor shown, so nobody could be led back to the file.
            return self.trouble(path, "has a name that is not UTF-8. Rename it to have it read.")
        known = self.files.get(real)
        if known is None or path < known:
            self.files[real] = path
        return None

    def trouble(self, path: Path | str, what: str) -> None:
        self.problems.append(f"{visible(str(path))} {what}")


def expand(patterns: Sequence[str]) -> Found:
    """Resolve patterns to regular files; hidden files are skipped unless they are named. Never raises.

    A directory gives its log files at any depth (see ``SUFFIXES``), without following links to other directories.
    """
    search = _Search()
    for pattern in patterns:
        path = absolute(pattern)
        if mode_of(path) or not any(sign in pattern for sign in _MAGIC):
            _named(path, search)
        else:
            _glob(path, search)
    return Found(sorted(search.files.values()), sorted(set(search.problems)))


def absolute(pattern: str) -> Path:
    """The pattern with ``~`` and ``..`` resolved, links left alone."""
    try:
        path = Path(pattern).expanduser()
    except RuntimeError:
        # There is no such user, so it is a name that begins with a tilde.
        path = Path(pattern)
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links


def mode_of(path: Path) -> int:
    """Type and permissions of what is there; 0 if nothing is, or nothing that this user may look at."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def root(pattern: str) -> Path:
    """The path that everything a pattern can ever mean is, or lies below."""
    path = absolute(pattern)
    plain = takewhile(lambda part: not any(sign in part for sign in _MAGIC), path.parts)
    return path if mode_of(path) else Path(*plain)


def _named(path: Path, search: _Search) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return search.trouble(path, _why(error))
    except ValueError:
        return search.trouble(path, "is not a path.")
    if stat.S_ISDIR(mode):
        problems = len(search.problems)
        logs = list(_walk(path, search))
        for real, file in logs:
            search.take(real, file)
        if not logs and problems == len(search.problems):
            search.trouble(path, f"holds no log files ({', '.join('*' + suffix for suffix in (*_PLAIN, *_ARCHIVES))}).")
    elif stat.S_ISREG(mode):
        search.take(os.path.realpath(path), path)
    else:
        search.trouble(path, _what_it_is(mode))
    return None


def _walk(directory: Path, search: _Search) -> Iterator[tuple[str, Path]]:
    """Log files at any depth. This runs every second, so it asks the system for as little as it can."""
    todo = [(os.path.realpath(directory), directory)]
    while todo:
        real, shown = todo.pop()
        try:
            with os.scandir(real) as entries:
                listed = list(entries)
        except OSError as error:
            search.trouble(shown, _why(error))
            continue
        for entry in listed:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                todo.append((f"{real}/{entry.name}", shown / entry.name))
            elif entry.name.endswith(SUFFIXES) and _is_file(entry, shown, search):
                yield os.path.realpath(entry.path) if entry.is_symlink() else entry.path, shown / entry.name


def _is_file(entry: os.DirEntry[str], directory: Path, search: _Search) -> bool:
    try:
        mode = stat.S_IFREG if entry.is_file(follow_symlinks=False) else entry.stat().st_mode
    except OSError as error:
        search.trouble(directory / entry.name, _why(error))
        return False
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        search.trouble(directory / entry.name, _what_it_is(mode))
    return stat.S_ISREG(mode)


def _glob(pattern: Path, search: _Search) -> None:
    """Regular files that match; ``**`` is any number of directories, and at the end every file below."""
    parts = pattern.parts
    first = next(place for place, part in enumerate(parts) if any(sign in part for sign in _MAGIC))
    root, wild = Path(*parts[:first]), list(parts[first:])
    if wild[-1] == "**":
        wild.append("*")
    wants_hidden = any(part.startswith(".") for part in wild)
    matches = False
    try:
        for path in root.glob("/".join(wild)):
            hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
            if (wants_hidden or not hidden) and stat.S_ISREG(mode_of(path)):
                matches = True
                search.take(os.path.realpath(path), path)
    except (OSError, ValueError) as error:
        return search.trouble(pattern, _why(error) if isinstance(error, OSError) else f"is not a pattern: {error}.")
    if not matches:
        search.trouble(pattern, "matches no file.")
    return None


def _why(error: OSError) -> str:
    return "does not exist." if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}."


def _what_it_is(mode: int) -> str:
    return f"is {_KINDS.get(stat.S_IFMT(mode), 'no regular file')}; only regular files are read."
