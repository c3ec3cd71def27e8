"""Cut a growing stream of bytes into records, each with its exact place. No I/O happens here.

A record is one line, or a document that spans lines (see ``document.py``). How bytes are dealt out over calls changes
nothing. A line whose newline has not come is held back, for as long as it takes.
"""

from typing import NamedTuple

from msgspec import Struct

from llmsec_tui.intake.document import BLANK, Belongs, Document, may_open
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.held import Held, Oversize

LINE_CAP = 16 * 1024 * 1024
DOCUMENT_CAP = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_SHORTEST = 8
"""Lines shorter than this may be blank or a lone bracket and are looked at closely."""


class Frame(Struct, frozen=True, gc=False):
    """The bytes of one record, without white space around them."""

    offset: int
    data: bytes


class Cut(NamedTuple):
    """What became complete."""

    frames: list[Frame]
    oversize: list[Oversize]


class Framer:
    """Feed it bytes, get frames. Start it at the end of a record with the framing that was found before."""

    def __init__(
        self,
        offset: int = 0,
        framing: Framing = Framing.UNKNOWN,
        *,
        line_cap: int = LINE_CAP,
        document_cap: int = DOCUMENT_CAP,
    ) -> None:
        """Caps are in bytes."""
        self.framing = framing
        self._line_cap = line_cap
        self._document_cap = document_cap
        self._rest = Held(offset, line_cap)
        self._document: Document | None = None
        self._frames: list[Frame] = []
        self._oversize: list[Oversize] = []

    @property
    def consumed(self) -> int:
        """Offset behind the last complete record; reading can go on from here."""
        return self._document.held.offset if self._document else self._rest.offset

    def feed(self, data: bytes) -> Cut:
        """Take the next bytes and return the records that they complete."""
        end = data.rfind(b"\n")
        if end < 0:
            self._rest.add(data)
            return self._cut()
        start = 0
        if self._rest.length:
            start = data.find(b"\n") + 1
            self._rest.add(data[: start - 1])
            self._end_of_rest()
        offset = self._rest.offset
        if start <= end:
            offset = self._lines(data[start:end].split(b"\n"), offset)
        self._begin_rest(offset)
        self._rest.add(data[end + 1 :])
        return self._cut()

    def finish(self) -> Cut:
        """The stream has ended: what is held is complete as it is."""
        end = self._rest.offset + self._rest.length
        if self._rest.length:
            self._end_of_rest()
        if self._document is not None:
            self._end_document()
        self._begin_rest(end)
        return self._cut()

    def _cut(self) -> Cut:
        cut = Cut(self._frames, self._oversize)
        self._frames, self._oversize = [], []
        return cut

    def _begin_rest(self, offset: int) -> None:
        self._rest = Held(offset, self._document_cap if self._document else self._line_cap)

    def _end_of_rest(self) -> None:
        """Deal with the line that began in earlier calls and is complete now."""
        rest = self._rest
        if not rest.over:
            self._line(rest.data(), rest.offset)
        else:
            self._too_long(rest)
        self._begin_rest(rest.offset + rest.length + 1)

    def _lines(self, lines: list[bytes], offset: int) -> int:
        """Deal with whole lines; returns the offset behind their last newline."""
        append, cap = self._frames.append, self._line_cap
        plain = self._is_plain()
        for line in lines:
            size = len(line)
            if plain and not size:
                offset += 1
                continue
            if plain and _SHORTEST <= size <= cap:
                stripped = line.strip(BLANK)
                if len(stripped) == size:
                    append(Frame(offset, line))
                elif stripped:
                    append(Frame(offset + line.find(stripped[:1]), stripped))
            else:
                self._line(line, offset)
                plain = self._is_plain()
            offset += size + 1
        return offset

    def _is_plain(self) -> bool:
        return self._document is None and self.framing is Framing.LINES

    def _line(self, line: bytes, offset: int) -> None:
        """Deal with one line of any kind."""
        if self._document is not None and len(line) <= self._document_cap:
            self._line_of_document(self._document, line, offset)
        elif len(line) > self._line_cap:
            held = Held(offset, self._line_cap)
            held.add(line)
            self._too_long(held)
        else:
            self._line_alone(line, offset)

    def _line_alone(self, line: bytes, offset: int) -> None:
        if offset == 0 and line.startswith(_BOM):
            line, offset = line[len(_BOM) :], len(_BOM)
        stripped = line.strip(BLANK)
        if not stripped:
            return
        loose = self.framing is not Framing.LINES
        if may_open(stripped, loose=loose):
            self._document = Document(offset, line, self._document_cap, loose=loose)
        else:
            self._frames.append(Frame(offset + line.find(stripped[:1]), stripped))
            if self.framing is Framing.UNKNOWN:
                self.framing = Framing.LINES

    def _line_of_document(self, document: Document, line: bytes, offset: int) -> None:
        belongs = document.add(line)
        if belongs is Belongs.YES:
            return
        self._end_document()
        if belongs is Belongs.NO:
            self._line(line, offset)
        elif belongs is Belongs.FIRST_BYTE:
            self._line(line[1:], offset + 1)

    def _end_document(self) -> None:
        assert self._document is not None
        document, self._document = self._document, None
        held = document.held
        if self.framing is Framing.UNKNOWN:
            self.framing = Framing.DOCUMENTS if document.certain else Framing.LINES
        if held.over:
            self._oversize.append(held.oversize())
        else:
            data = held.data()
            stripped = data.strip(BLANK + b"\n")
            self._frames.append(Frame(held.offset + data.find(stripped[:1]), stripped))

    def _too_long(self, line: Held) -> None:
        if self._document is not None:
            self._end_document()
        self._oversize.append(line.oversize())
        if self.framing is Framing.UNKNOWN:
            self.framing = Framing.LINES
