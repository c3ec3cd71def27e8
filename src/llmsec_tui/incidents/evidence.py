"""Pins: raw records as evidence, by file, place and hash; and the other names that a rotated file may have."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from llmsec_tui.incidents.changes import Pinned
from llmsec_tui.incidents.incident import Pin

_JOINTS = (".", "-", "_")


class Result(StrEnum):
    """What became of a pinned record."""

    INTACT = "intact"
    CHANGED = "changed"
    """Other bytes are where it was."""
    CUT = "cut"
    """The file ends before the record does."""
    GONE = "gone"
    """There is no such file, under no name that a rotation gives."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record stands: the bytes from ``offset`` on (of the unpacked file where it is packed)."""

    path: str
    offset: int
    length: int
    """Bytes."""
    sha256: str
    """Of exactly these bytes, in hexadecimal digits."""

    @property
    def end(self) -> int:
        """Offset behind it."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Checked:
    """What reading a pinned record again found."""

    pin: int
    result: Result
    path: str
    """The file that it was found in or missed in; another than the pin's when the log was rotated."""
    told: str
    """In a sentence."""


def place(pin: Pin | Pinned) -> Place:
    """Where the record of a pin stands."""
    return Place(path=pin.source_path, offset=pin.source_offset, length=pin.source_len, sha256=pin.sha256)


def judge(length: int, sha256: str, sought: Place) -> Result:
    """What so many bytes with that hash in the record's place say; fewer than it has mean that the file ends there."""
    if length < sought.length:
        return Result.CUT
    return Result.INTACT if sha256 == sought.sha256 else Result.CHANGED


def other_names(name: str, names: Iterable[str], most: int) -> list[str]:
    """Which names in the same folder a rotation may have given to the file: ``a.jsonl.1``, ``a-20261123.jsonl.gz``.

    Numbered ones come first, the newest first, then all others, the last in the alphabet first: dates sort that way.
    """
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (name, "")
    fitting = {other for other in names if other != name and _is_rotated(other, name, stem, ending)}
    numbered = sorted((number, other) for other in fitting if (number := _number(other, name)) is not None)
    rest = sorted(fitting - {other for _, other in numbered}, reverse=True)
    return [*(other for _, other in numbered), *rest][:most]


def _is_rotated(other: str, name: str, stem: str, ending: str) -> bool:
    if other == f"{name}.gz" or any(other.startswith(name + joint) for joint in _JOINTS):
        return True
    plain = other.removesuffix(".gz")
    return any(other.startswith(stem + joint) for joint in _JOINTS) and plain.endswith(ending)


def _number(other: str, name: str) -> int | None:
    digits = other.removeprefix(f"{name}.").removesuffix(".gz")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None
