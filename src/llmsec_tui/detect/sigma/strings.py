"""Strings as Sigma writes them: wildcards, escapes, placeholders, interchangeable dashes, encodings."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from llmsec_tui.detect.fields import nearest
from llmsec_tui.detect.tree import Wild

MOST_VALUES = 10_000
"""That the values of one field may become."""
MOST_DASHES = 3
"""That are interchangeable in one value: three are 125 values."""
DASHES = "-/–—―"


class Refused(Exception):
    """A value that makes no sense for its field, or that we cannot evaluate exactly."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Name:
    """A placeholder."""

    name: str


Parts = tuple[str | Wild, ...]
"""Plain text and wildcards. Two pieces of text never stand side by side, nor do two ``*``."""

_WILDCARDS = {wild.value: wild for wild in Wild}


def read(text: str) -> Parts:
    r"""``*`` and ``?`` are wildcards; ``\*``, ``\?`` and ``\\`` are plain; any other backslash is itself."""
    return joined(part for part in _scan(text, expand=False) if not isinstance(part, Name))


def expanded(text: str, placeholders: Mapping[str, Sequence[str]]) -> list[Parts]:
    r"""As :func:`read`, once for each combination of the values of the ``%placeholders%``; ``\%`` is plain."""
    parts = list(_scan(text, expand=True))
    names = [part.name for part in parts if isinstance(part, Name)]
    if not names:
        hint = "; \\% is a plain percent sign, so write \\\\% for a backslash before one" if "\\%" in text else ""
        raise Refused("placeholder", f"there is no placeholder in {text!r}, such as %name%{hint}")
    choices = [[read(value) for value in _values(name, placeholders)] for name in names]
    if (many := _size(choices)) > MOST_VALUES:
        raise Refused("placeholder", f"{text!r} would become {many:,} values; at most {MOST_VALUES:,} are possible")
    return [joined(_filled(parts, iter(chosen))) for chosen in product(*choices)]


def _size(choices: list[list[Parts]]) -> int:
    size = 1
    for one in choices:
        size *= len(one)
    return size


def _values(name: str, placeholders: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if name not in placeholders:
        known = nearest(name, placeholders) or "; placeholders.yml at the top of the rules folder gives their values"
        raise Refused("placeholder", f"nothing says what %{name}% stands for{known}")
    if not placeholders[name]:
        raise Refused("placeholder", f"%{name}% has no values")
    return placeholders[name]


def _filled(parts: Iterable[str | Wild | Name], chosen: Iterator[Parts]) -> Iterator[str | Wild]:
    for part in parts:
        if isinstance(part, Name):
            yield from next(chosen)
        else:
            yield part


def _scan(text: str, *, expand: bool) -> Iterator[str | Wild | Name]:
    escapable = "*?\\%" if expand else "*?\\"
    at = 0
    while at < len(text):
        character = text[at]
        end = text.find("%", at + 1) if expand and character == "%" else -1
        if character == "\\" and text[at + 1 : at + 2] and text[at + 1] in escapable:
            yield text[at + 1]
            at += 2
        elif end > at + 1 and "\\" not in text[at:end]:
            yield Name(text[at + 1 : end])
            at = end + 1
        else:
            yield _WILDCARDS.get(character, character)
            at += 1


def joined(parts: Iterable[str | Wild]) -> Parts:
    """Pieces of text put together, and two runs of anything into one."""
    whole: list[str | Wild] = []
    for part in parts:
        last = whole[-1] if whole else None
        if isinstance(part, str) and isinstance(last, str):
            whole[-1] = last + part
        elif part and not (part is Wild.ANY and last is Wild.ANY):
            whole.append(part)
    return tuple(whole)


def anchored(parts: Parts, anchor: str) -> Parts:
    """With the wildcards that ``contains``, ``startswith`` or ``endswith`` stand for."""
    start = [Wild.ANY] if anchor in ("contains", "endswith") else []
    end = [Wild.ANY] if anchor in ("contains", "startswith") else []
    return joined([*start, *parts, *end])


def windash(parts: Parts) -> list[Parts]:
    """Once for each way to write the dashes that begin a word: any of them stands for any other."""
    pieces: list[Sequence[str | Wild]] = []
    before = ""
    for part in parts:
        if isinstance(part, Wild):
            pieces.append((part,))
            before = ""
            continue
        for position, character in enumerate(part):
            after = part[position + 1 : position + 2]
            dash = character in DASHES and not _in_word(before) and _in_word(after)
            pieces.append(DASHES if dash else (character,))
            before = character
    dashes = sum(piece is DASHES for piece in pieces)
    if dashes > MOST_DASHES:
        raise Refused("windash", f"there are {dashes} dashes in one value; 'windash' takes at most {MOST_DASHES}")
    return [joined(chosen) for chosen in product(*pieces)]


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def encoded(parts: Parts, wide: str, base64: str) -> list[Parts]:
    """The value as it looks in UTF-16 and then in base64; at an offset, in one of three ways."""
    if not base64:
        return [tuple(part if isinstance(part, Wild) else _as_text(part, wide) for part in parts)]
    if any(isinstance(part, Wild) for part in parts):
        raise Refused("wildcard", "a wildcard cannot be encoded; escape it with a backslash if it is meant plainly")
    data = _widened("".join(part for part in parts if isinstance(part, str)), wide)
    if base64 == "base64":
        return [(b64encode(data).decode(),)]
    shifted = [_shifted(data, offset) for offset in range(3)]
    if not all(shifted):
        raise Refused("too-short", "the value is too short to be told from others in base64; it needs two bytes")
    return [(one,) for one in shifted]


def _widened(text: str, wide: str) -> bytes:
    match wide:
        case "utf16":
            return b"\xff\xfe" + text.encode("utf-16-le")
        case "utf16be":
            return text.encode("utf-16-be")
    return text.encode("utf-16-le" if wide else "utf-8")


def _as_text(part: str, wide: str) -> str:
    if wide == "utf16":
        raise Refused("encoding", "the byte order mark of 'utf16' is no text; write 'utf16le', or add 'base64offset'")
    try:
        return _widened(part, wide).decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{part!r} in UTF-16 is bytes that no text can hold; add 'base64offset'"
        raise Refused("encoding", message) from error


def _shifted(data: bytes, offset: int) -> str:
    """What is certain of the base64 of ``offset`` unknown bytes, the data, and unknown bytes after it."""
    bits = 8 * offset
    text = b64encode(bytes(offset) + data).decode().rstrip("=")
    return text[-(-bits // 6) : (bits + 8 * len(data)) // 6]
