"""Keep what takes long to make out of rules, for the next process: what patterns need, and databases for Hyperscan.

It lies in the user's cache directory, for this user alone to read, and is plain data: whatever is missing, damaged, or
made by another version of this program or of the engines is made anew. Only how long a start takes depends on it.
"""

import logging
import os
import sys
from collections.abc import Callable
from functools import cache, wraps
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

import msgspec
import platformdirs

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_DATABASES = 40
"""Files that are kept; the one longest unused goes first."""
MOST_ANSWERS = 50_000
_ENGINES = ("polars", "google-re2", "hyperscan")
_DIGEST = 32
_OTHERS = 0o077


@cache
def _made_by() -> bytes:
    """Changes with everything that what is kept depends on: our code, the engines, the machine."""
    code = sorted(Path(__file__).parent.rglob("*.py"))
    parts = [sha256(path.read_bytes()).digest() for path in code]
    parts += [f"{name} {_version(name)}".encode() for name in _ENGINES]
    parts.append(f"{sys.version_info[:2]} {os.uname().machine}".encode())
    return sha256(b"".join(parts)).digest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _folder() -> Path | None:
    """Where it is kept; None where that cannot be, or where others could have put something."""
    folder = platformdirs.user_cache_path("llmsec-tui") / "rules"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    return folder if found.st_uid == os.geteuid() and not found.st_mode & _OTHERS else None


def _read(name: str) -> bytes | None:
    folder = _folder()
    if folder is None:
        return None
    try:
        data = (folder / name).read_bytes()
        os.utime(folder / name)
    except OSError:
        return None
    return data[_DIGEST:] if sha256(data[_DIGEST:]).digest() == data[:_DIGEST] else None


def _write(name: str, data: bytes) -> None:
    folder = _folder()
    if folder is None:
        return
    try:
        with NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(sha256(data).digest() + data)
        Path(file.name).replace(folder / name)
        old = sorted(folder.glob("*.database"), key=lambda one: -one.stat().st_mtime)[MOST_DATABASES:]
        for one in old:
            one.unlink(missing_ok=True)
    except OSError as error:
        # A disk that is full, a folder that is gone: the next start takes longer, and that is all.
        log.debug("what was made of rules is not kept: %s", error)


def database(key: bytes, make: Callable[[], bytes]) -> bytes:
    """What ``make`` makes of whatever ``key`` is the hash of."""
    name = f"{sha256(_made_by() + key).hexdigest()[:32]}.database"
    data = _read(name)
    if data is None:
        data = make()
        _write(name, data)
    return data


class _Answers:
    """What questions about patterns were answered with."""

    def __init__(self) -> None:
        self._known: dict[str, Any] | None = None
        self._used: set[str] = set()
        self._fresh = False

    def ask(self, name: str, question: str, answer: Callable[[], Any]) -> Any:
        if self._known is None:
            self._known = self._stored()
        key = f"{name}:{question}"
        self._used.add(key)
        if key not in self._known:
            self._known[key] = answer()
            self._fresh = True
        return self._known[key]

    def save(self) -> None:
        """Write down what was not there before."""
        if not self._fresh or self._known is None:
            return
        # What others found in the meantime is theirs to keep: it is only lost time.
        known = self._known if len(self._known) <= MOST_ANSWERS else {key: self._known[key] for key in self._used}
        _write(_NAME, msgspec.msgpack.encode([_made_by(), known]))
        self._fresh = False

    def _stored(self) -> dict[str, Any]:
        data = _read(_NAME)
        if data is None:
            return {}
        try:
            made_by, known = msgspec.msgpack.decode(data, type=tuple[bytes, dict[str, Any]])
        except msgspec.MsgspecError:
            return {}
        return known if made_by == _made_by() else {}


_NAME = "patterns"
_answers = _Answers()
save = _answers.save


def kept(
    name: str, encode: Callable[[T], Any], decode: Callable[[Any], T]
) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """For a function of a pattern: what it said once it says again, also in other processes.

    ``encode`` makes plain data of its answer and ``decode`` the answer of those.
    """

    def keeping(function: Callable[[str], T]) -> Callable[[str], T]:
        @wraps(function)
        def asked(pattern: str) -> T:
            return decode(_answers.ask(name, pattern, lambda: encode(function(pattern))))

        return asked

    return keeping
