"""Ten ways to change a journal behind its back, each with the verdict that it has to get."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from llmsec_tui.audit import checkpoints, note, record
from llmsec_tui.audit.checkpoints import FILE, Stored
from llmsec_tui.audit.segment import segment_paths
from llmsec_tui.audit.verdicts import Code

_REWRITTEN = 4
"""Number of the record whose reason is rewritten, with all hashes behind it made to fit."""


@dataclass(frozen=True, slots=True)
class Spoiling:
    """One way to change a journal."""

    what: str
    change: Callable[[Path], None]
    """Is given the folder of a copy: one file of eight records or more, sealed more than twice."""
    verdict: Code
    anchored: bool = False
    """Whether only an anchor can tell."""


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def changed(folder: Path) -> None:
        [path] = segment_paths(folder)
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    return changed


def _seals(change: Callable[[list[Stored]], list[bytes]]) -> Callable[[Path], None]:
    def changed(folder: Path) -> None:
        stored = [one for one in checkpoints.read(folder) if isinstance(one, Stored)]
        (folder / FILE).write_bytes(b"".join(data + b"\n" for data in change(stored)))

    return changed


def _flip(folder: Path) -> None:
    [path] = segment_paths(folder)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _rewrite(lines: list[bytes]) -> list[bytes]:
    """As if it had always been so: the chain holds, and only the seals remember."""
    made, prev = [], record.GENESIS
    for number, line in enumerate(lines, 1):
        told: dict[str, Any] = msgspec.json.decode(record.unsealed(line)) | {"prev": prev.hex()}
        if number == _REWRITTEN:
            told["reason"] = "nothing to see here"
        prev, written = record.seal(told)
        made.append(written)
    return made


def _by_a_thief(stored: list[Stored]) -> list[bytes]:
    """The last seal again, by somebody who does not have the key."""
    last = stored[-1]
    forged = note.sign(last.note.text, last.checkpoint.origin, _Thief())
    return [*(one.data for one in stored[:-1]), forged]


class _Thief:
    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(sha256(b"a key of somebody else").digest())

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def _cut_with_seals(folder: Path) -> None:
    """Back to the first seal, so that the files agree with each other."""
    sealed = next(one for one in checkpoints.read(folder) if isinstance(one, Stored) and one.checkpoint.size)
    _lines(lambda lines: lines[: sealed.checkpoint.size])(folder)
    _seals(lambda stored: [one.data for one in stored if one.checkpoint.size <= sealed.checkpoint.size])(folder)


SPOILINGS = (
    Spoiling("one bit of a record is flipped", _flip, Code.BROKEN),
    Spoiling("a record is taken out", _lines(lambda lines: lines[:3] + lines[4:]), Code.BROKEN),
    Spoiling("a record is put in", _lines(lambda lines: lines[:3] + lines[2:]), Code.BROKEN),
    Spoiling("history is rewritten, with every hash made to fit", _lines(_rewrite), Code.FORK),
    Spoiling("the last records are cut off", _lines(lambda lines: lines[:-3]), Code.TRUNCATED),
    Spoiling("half of the last record is cut off", _lines(lambda lines: [*lines[:-1], lines[-1][:50]]), Code.TORN_TAIL),
    Spoiling("the last seal is taken away", _seals(lambda all_: [one.data for one in all_[:-1]]), Code.LEFT_UNSEALED),
    Spoiling(
        "a seal in the middle is taken away",
        _seals(lambda stored: [one.data for one in stored[:1] + stored[2:]]),
        Code.NO_SEAL_WHERE_EXPECTED,
    ),
    Spoiling("somebody else seals it", _seals(_by_a_thief), Code.WRONG_KEY),
    Spoiling("records and seals are cut off together", _cut_with_seals, Code.TRUNCATED, anchored=True),
)
"""The last seal of a collector that ended covers its last record, so a cut through either is missed by the other."""
