"""Find the end of a record that spans lines, without parsing it.

JSON strings hold no raw newlines, so lines are safe to cut at, and a document is judged line by line:

- *Indented*: the opening bracket stands alone on its line and the next line is indented. The document ends at the first
  line that starts with its closing bracket; any other line that is not indented shows that it is broken.
- *Loose*: any other layout. Brackets outside strings are counted. Only the first record of a file may begin this way,
  because a single line cut short looks the same and would hide the lines that follow it.
"""

from enum import Enum

import msgspec

from llmsec_tui.intake.encoding import Encoding
from llmsec_tui.intake.held import Held

_CLOSING = {b"{": b"}", b"[": b"]"}
_INDENT = (b" ", b"\t", b"\r", b"")
BLANK = b" \t\r\x1e"
"""White space within a line, and the separator of RFC 7464, which stands before a record."""


class Belongs(Enum):
    """How a line relates to the document before it."""

    YES = "yes"
    LAST = "last"
    FIRST_BYTE = "first byte"
    """Its first byte ends the document; the rest of the line is something else."""
    NO = "no"


class _Layout(Enum):
    UNDECIDED = "undecided"
    INDENTED = "indented"
    LOOSE = "loose"


def may_open(line: bytes, *, loose: bool) -> bool:
    """Whether this stripped line may begin a document that goes on in the next line."""
    if line in _CLOSING:
        return True
    return loose and line[:1] in _CLOSING and line[-1:] in (b"{", b"[", b",", b":") and (rise(line) or 0) > 0


class Document:
    """A document of which at least the first line was seen."""

    def __init__(
        self, offset: int, first: bytes, cap: int, *, loose: bool, encoding: Encoding = Encoding.UTF_8
    ) -> None:
        """``first`` is the first line without its newline; ``loose`` permits layouts other than indented."""
        self.held = Held(offset, cap, encoding)
        self.held.add(first)
        opening = first.strip(BLANK)
        self._alone = opening in _CLOSING
        self._opener = opening[:1]
        self._loose = loose
        self._layout = _Layout.UNDECIDED
        self._depth = rise(first)

    @property
    def certain(self) -> bool:
        """False as long as only its first line was seen."""
        return self._layout is not _Layout.UNDECIDED

    def ends_with(self, byte: bytes) -> bool:
        """Whether this first byte of its next line ends it, whatever follows."""
        return self._layout is _Layout.INDENTED and byte == _CLOSING[self._opener]

    def goes_on(self, line: bytes, newline: bytes = b"\n") -> bool:
        """Take a line that shows at once that it belongs to the document, as nearly all do."""
        if self._layout is not _Layout.INDENTED or line[:1] not in _INDENT:
            return False
        self.held.add(newline + line)
        return True

    def add(self, line: bytes, newline: bytes = b"\n") -> Belongs:
        """Judge the next line, and take what belongs to the document; ``newline`` is what ended the line before."""
        if self.goes_on(line, newline):
            return Belongs.YES
        if not self.certain and line.strip(BLANK):
            self._layout = self._recognise(line)
        belongs = self._judge(line)
        if belongs in (Belongs.YES, Belongs.LAST):
            self.held.add(newline)
            self.held.add(line.rstrip(BLANK) if belongs is Belongs.LAST else line)
        elif belongs is Belongs.FIRST_BYTE:
            self.held.add(newline)
            self.held.add(line[:1])
        return belongs

    def _recognise(self, second: bytes) -> _Layout:
        if self._alone and (second[:1] in _INDENT or second[:1] == _CLOSING[self._opener]):
            return _Layout.INDENTED
        fits = self._opener == b"[" or second[:1] == b'"' if self._alone else not is_whole(second)
        return _Layout.LOOSE if self._loose and fits else _Layout.UNDECIDED

    def _judge(self, line: bytes) -> Belongs:
        if self._layout is _Layout.LOOSE:
            return self._count(line)
        if self._layout is _Layout.UNDECIDED:
            return Belongs.NO if line.strip(BLANK) else Belongs.YES
        if line[:1] in _INDENT:
            return Belongs.YES
        if line[:1] != _CLOSING[self._opener]:
            return Belongs.NO
        return Belongs.FIRST_BYTE if line[1:].strip(BLANK) else Belongs.LAST

    def _count(self, line: bytes) -> Belongs:
        if self.held.over and line[:1] in _CLOSING:
            return Belongs.NO
        risen = rise(line)
        if risen is None or self._depth is None:
            return Belongs.LAST
        self._depth += risen
        return Belongs.LAST if self._depth <= 0 else Belongs.YES


def rise(line: bytes) -> int | None:
    """Brackets that the line opens less those it closes; None when a string does not end in it."""
    parts = line.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
    if len(parts) % 2 == 0:
        return None
    code = b"".join(parts[::2])
    return code.count(b"{") + code.count(b"[") - code.count(b"}") - code.count(b"]")


def is_whole(line: bytes) -> bool:
    """Whether this is an object or an array by itself."""
    try:
        return isinstance(msgspec.json.decode(line), dict | list)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
