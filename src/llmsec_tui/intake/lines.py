"""Cut bytes at line ends, and put the lines of a document together again. How bytes are dealt out changes nothing.

A record is one line, or a document that spans lines (see ``document.py``), or what stands behind ``data:`` in a capture
of server-sent events (see ``server_sent.py``). A line whose newline has not come is held back, for as long as it takes.
"""

from llmsec_tui.intake import server_sent
from llmsec_tui.intake.cut import Cut, Frame
from llmsec_tui.intake.document import BLANK, Belongs, Document, may_open
from llmsec_tui.intake.encoding import Encoding
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.held import Held, Oversize

_SHORTEST = 8
"""Lines shorter than this may be blank or a lone bracket and are looked at closely."""
_STARTS = bytes(byte if byte in b"\n" else 32 if byte in b" \t\r" else 120 for byte in range(256))
"""Says of bytes no more than whether a line that begins with them is indented."""
_NOT_INDENTED = b"\nx"


class Lines:
    """Feed it bytes, get frames. Start it at the end of a record with the framing that was found before."""

    def __init__(
        self,
        offset: int,
        framing: Framing,
        *,
        line_cap: int,
        document_cap: int,
        encoding: Encoding = Encoding.UTF_8,
    ) -> None:
        """Caps are in bytes."""
        self.framing = framing
        self._encoding = encoding
        self._line_cap = line_cap
        self._document_cap = document_cap
        self._rest = Held(offset, line_cap)
        self._document: Document | None = None
        self._event: server_sent.Event | None = None
        self._frames: list[Frame] = []
        self._oversize: list[Oversize] = []
        self._newline = b"\n"
        """What ended the line before."""
        self._is_ending_known = framing is not Framing.UNKNOWN or encoding.is_wide
        self._maybe_ending = b""
        """A carriage return, as long as it is not known what a line of this file ends with."""
        self._half = b""
        """The first byte of a character of two."""

    @property
    def consumed(self) -> int:
        """Offset behind the last complete record; reading can go on from here."""
        if self._event is not None:
            return self._event.line_offset
        return self._document.held.offset if self._document else self._rest.offset

    def feed(self, data: bytes) -> Cut:
        """Take the next bytes and return the records that they complete."""
        if not self._is_ending_known:
            data = self._find_ending(data)
        if self._encoding.is_wide:
            self._feed_wide(data)
        elif self.framing is Framing.RETURNS:
            self._feed_either(data)
        else:
            self._feed(data)
        return self._cut()

    def finish(self) -> Cut:
        """The stream has ended: what is held is complete as it is."""
        self._rest.add(self._maybe_ending + self._half)
        self._maybe_ending = self._half = b""
        end = self._rest.offset + self._rest.length
        if self._rest.length:
            self._end_of_rest(0)
        if self._document is not None:
            self._end_document()
        self._end_event()
        self._begin_rest(end)
        return self._cut()

    def _feed(self, data: bytes) -> None:
        end = data.rfind(b"\n")
        if end < 0:
            self._rest.add(data)
        else:
            start = 0
            if self._rest.length:
                start = data.find(b"\n") + 1
                self._rest.add(data[: start - 1])
                self._end_of_rest(1)
            offset = self._rest.offset
            if start <= end:
                offset = self._lines(data[start:end], offset)
            self._begin_rest(offset)
            self._rest.add(data[end + 1 :])
        if self._document is not None:
            self._end_early(self._document)

    def _feed_either(self, data: bytes) -> None:
        """Lines end with a carriage return or a newline."""
        marks = data.replace(b"\r", b"\n")
        start = 0
        while (end := marks.find(b"\n", start)) >= 0:
            self._rest.add(data[start:end])
            self._end_of_rest(1)
            self._newline = data[end : end + 1]
            start = end + 1
        self._rest.add(data[start:])
        if self._document is not None:
            self._end_early(self._document)

    def _feed_wide(self, data: bytes) -> None:
        """Lines end with a newline of two bytes, which begins at an even distance from the last one."""
        data = self._half + data
        even = len(data) & ~1
        self._half = data[even:]
        newline = self._encoding.newline
        start = 0
        while (end := _find_even(data, newline, start)) >= 0:
            self._rest.add(data[start:end])
            self._end_of_rest(len(newline))
            start = end + len(newline)
        self._rest.add(data[start:even])

    def _find_ending(self, data: bytes) -> bytes:
        """What can be fed now, while it is not known yet what ends a line: the first that is found decides."""
        data = self._maybe_ending + data
        self._maybe_ending = b""
        newline, place = data.find(b"\n"), data.find(b"\r")
        if place >= 0 and (newline < 0 or place < newline - 1):
            if place == len(data) - 1:
                self._maybe_ending = b"\r"
                return data[:-1]
            self.framing = Framing.RETURNS
        self._is_ending_known = newline >= 0 or place >= 0
        return data

    def _cut(self) -> Cut:
        cut = Cut(self._frames, self._oversize)
        self._frames, self._oversize = [], []
        return cut

    def _begin_rest(self, offset: int) -> None:
        self._rest = Held(offset, self._document_cap if self._document else self._line_cap)

    def _end_of_rest(self, newline: int) -> None:
        """Deal with the line that is held and complete now, and that a newline of so many bytes follows."""
        rest = self._rest
        if not rest.over:
            self._line(self._encoding.narrow(rest.data()), rest.offset)
        else:
            self._too_long(rest)
        self._begin_rest(rest.offset + rest.length + newline)

    def _lines(self, data: bytes, offset: int) -> int:
        """Deal with whole lines, the last one without its newline; returns the offset behind that."""
        starts, place, size = b"", 0, len(data)
        while place <= size and not self._is_plain():
            end = data.find(b"\n", place)
            end = size if end < 0 else end
            line, document = data[place:end], self._document
            if document is None or len(line) > self._document_cap or not document.goes_on(line):
                self._line(line, offset + place)
            else:
                # Documents have many short lines; those that surely belong to this one are taken together.
                starts = starts or data.translate(_STARTS)
                stop = starts.find(_NOT_INDENTED, end)
                stop = size if stop < 0 else stop
                if stop - end <= self._document_cap:
                    document.held.add(data[end:stop])
                    end = stop
            place = end + 1
        if place <= size:
            self._plain_lines(data[place:] if place else data, offset + place)
        return offset + size + 1

    def _plain_lines(self, data: bytes, offset: int) -> None:
        """Deal with whole lines of which nearly all are records."""
        append, cap = self._frames.append, self._line_cap
        plain = True
        for line in data.split(b"\n"):
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
            elif (document := self._document) is None or size > self._document_cap or not document.goes_on(line):
                self._line(line, offset)
                plain = self._is_plain()
            offset += size + 1

    def _is_plain(self) -> bool:
        return self._document is None and self.framing is Framing.LINES

    def _line(self, line: bytes, offset: int) -> None:
        """Deal with one line of any kind."""
        size = len(self._encoding.widen(line))
        if self._document is not None and size <= self._document_cap:
            self._line_of_document(self._document, line, offset)
        elif size > self._line_cap:
            held = Held(offset, self._line_cap, self._encoding)
            held.add(line)
            self._too_long(held)
        else:
            self._line_alone(line, offset)

    def _line_alone(self, line: bytes, offset: int) -> None:
        stripped = line.strip(BLANK)
        if not stripped:
            self._end_event()
            return
        if self.framing is Framing.EVENTS or self.framing is Framing.UNKNOWN:
            place = server_sent.record_in(stripped)
            if place is not None:
                self.framing = Framing.EVENTS
                self._line_of_event(line, stripped, place, offset)
                return
            self._end_event()
        loose = self.framing is Framing.UNKNOWN or self.framing is Framing.DOCUMENTS
        if may_open(stripped, loose=loose):
            self._document = Document(offset, line, self._document_cap, loose=loose, encoding=self._encoding)
        else:
            self._frame(line, stripped, offset)
            if self.framing is Framing.UNKNOWN:
                self.framing = Framing.LINES

    def _line_of_event(self, line: bytes, stripped: bytes, place: int, offset: int) -> None:
        payload = stripped[place:]
        if self._event is not None and (not payload or self._event.takes(payload)):
            self._event.add(self._newline, line, offset, line.find(stripped) + place)
            if self._event.is_complete or len(self._event) > self._line_cap:
                self._end_event()
            return
        self._end_event()
        if server_sent.Event.may_begin(payload):
            before = line[: line.find(stripped) + place]
            start = offset + len(self._encoding.widen(before))
            self._event = server_sent.Event(offset, start, line[len(before) :], self._encoding)
        elif payload:
            self._frame(line, payload, offset)

    def _end_event(self) -> None:
        if self._event is not None:
            self._frames += self._event.frames()
            self._event = None

    def _frame(self, line: bytes, part: bytes, offset: int) -> None:
        """A record that is the last part of a line, but for white space."""
        before = line[: len(line.rstrip(BLANK)) - len(part)]
        self._frames.append(Frame(offset + len(self._encoding.widen(before)), part))

    def _line_of_document(self, document: Document, line: bytes, offset: int) -> None:
        belongs = document.add(line, self._newline)
        if belongs is Belongs.YES:
            return
        self._end_document()
        if belongs is Belongs.NO:
            self._line(line, offset)
        elif belongs is Belongs.FIRST_BYTE:
            self._line(line[1:], offset + len(self._encoding.widen(line[:1])))

    def _end_early(self, document: Document) -> None:
        """End a document whose last bracket is there, though the newline behind it is not: files often end so."""
        rest = self._rest
        if rest.over or not document.ends_with(rest.first):
            return
        document.add(rest.first, self._newline)
        self._end_document()
        data = rest.data()
        self._begin_rest(rest.offset + 1)
        self._rest.add(data[1:])

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
            before = data[: data.find(stripped[:1])]
            self._frames.append(Frame(held.offset + len(self._encoding.widen(before)), stripped))

    def _too_long(self, line: Held) -> None:
        if self._document is not None:
            self._end_document()
        self._end_event()
        self._oversize.append(line.oversize())
        if self.framing is Framing.UNKNOWN:
            self.framing = Framing.LINES


def _find_even(data: bytes, newline: bytes, start: int) -> int:
    """Where a newline begins at an even distance from ``start``, or -1."""
    place = data.find(newline, start)
    while place >= 0 and (place - start) % 2:
        place = data.find(newline, place + 1)
    return place
