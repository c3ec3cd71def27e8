"""Find the items of an array one by one, without parsing it and without holding more than one of them.

Brackets outside of strings are counted. Whatever is wrong inside, the items after it are found: a string that a newline
cuts off ends its item, and so does a bracket that opens at the start of a line where no value may stand. What stands
between the items and is no object becomes an item too, so that nothing is passed over in silence.
"""

import json
from contextlib import suppress

import msgspec

from llmsec_tui.intake.cut import Cut, Frame
from llmsec_tui.intake.encoding import Encoding
from llmsec_tui.intake.held import Held, Oversize

_BLANK = b" \t\r\n\x1e"
_BETWEEN = frozenset(_BLANK + b",")
_CLOSING_OF = {ord("{"): ord("}"), ord("["): ord("]")}
_BRACKETS = frozenset(b"{}[]")
_NOT_BRACKETS = bytes(set(range(256)) - _BRACKETS)
_ENDS_SCALAR = frozenset(b",\n]")
_BETWEEN_TEXT = frozenset(map(chr, _BETWEEN))
_DECODER = json.JSONDecoder()
_SPLITTER = msgspec.json.Decoder(list[msgspec.Raw])
_LONGEST_KEY = 64
_PIECE = 16 * 1024
_GLANCE = 256
"""So many bytes outside of strings are looked at in one go."""
_PLAIN = frozenset((b"", b":", b",", b": ", b", "))
_COLON, _COMMA, _END, _NEWLINE, _OBJECT, _ARRAY = b":,]\n}["


class Items:
    """Begin it behind the array's first bracket, or behind any of its items."""

    def __init__(self, offset: int, cap: int, encoding: Encoding = Encoding.UTF_8) -> None:
        """``cap`` is the length in bytes up to which an item is held; ``encoding`` is that of the file, which matters
        for that alone."""
        self.position = offset
        """End of the bytes that were looked at."""
        self.rest: bytes | None = None
        """Bytes behind the array, which ended at ``position``; None as long as it has not ended."""
        self._cap = cap
        self._encoding = encoding
        self._offset: int | None = None
        """Of the item under way."""
        self._held: Held | None = None
        """What was fed of it before."""
        self._open = bytearray()
        """The closing brackets that it still needs, the next one last."""
        self._is_scalar = False
        self._in_string = False
        self._carry = b""
        self._last = self._before = _COMMA
        """The last byte that is not blank, and the last byte, of what was looked at."""
        self._data = self._code = b""
        """What is looked at, and the same with what is escaped made harmless."""
        self._start = 0
        """Where the item under way begins in it."""
        self._end = 0
        """Where the last item ended in it."""
        self._frames: list[Frame] = []
        self._oversize: list[Oversize] = []

    @property
    def consumed(self) -> int:
        """Offset behind the last item; reading can go on from here."""
        return self.position if self._offset is None else self._offset

    def feed(self, data: bytes) -> Cut:
        """Take the next bytes and return the items that they complete."""
        data = self._carry + data
        # A backslash and what it escapes are looked at together.
        whole = _whole(data)
        self._carry = data[len(whole) :]
        data = whole
        while self._offset is not None and data:
            # Of the bytes that follow, few belong to the item under way.
            piece = _whole(data[:_PIECE]) or data
            data = self._look_at(piece, as_far_as_item=True) + data[len(piece) :]
        if data and self._offset is None:
            data = self._take_whole_ones(data)
        if data:
            self._look_at(data)
        return self._cut()

    def finish(self) -> Cut:
        """The stream has ended: an item under way is complete as it is."""
        self._look_at(self._carry)
        self._carry = b""
        if self._offset is not None:
            self._end_item(0)
        return self._cut()

    def _cut(self) -> Cut:
        cut = Cut(self._frames, self._oversize)
        self._frames, self._oversize = [], []
        return cut

    def _take_whole_ones(self, data: bytes) -> bytes:
        """Take the items that are whole and valid JSON, fast; returns the bytes behind them.

        A decoder finds where an item ends, and finds the same end as looking at every bracket does. In Latin-1, a byte
        is a character, so places in the text are places in the bytes.
        """
        text = data.decode("latin-1")
        place = self._take_alike(data, text)
        with suppress(ValueError, RecursionError):
            while True:
                start = _skip(text, place)
                if text[start : start + 1] != "{":
                    break
                end = _DECODER.raw_decode(text, start)[1]
                self._offset, self._data, self._start = self.position + start, data, start
                self._end_item(end)
                place = end
        self._data = b""
        if place:
            self._last = self._before = data[place - 1]
            self.position += place
        return data[place:]

    def _take_alike(self, data: bytes, text: str) -> int:
        """Take the items up to the last one that begins as the second does, many times as fast; returns their end.

        That they are a valid array together shows that each of them is one item.
        """
        first = _skip(text, 0)
        try:
            end = _DECODER.raw_decode(text, first)[1]
            following = _skip(text, end)
            key = text.find('"', text.find('"', following) + 1) + 1
            if not (
                text.startswith("{", first) and text.startswith("{", following) and 0 < key - following < _LONGEST_KEY
            ):
                return 0
            gap = data[end:following]
            last = data.rfind(b"}" + gap + data[following:key]) + 1
            items = _SPLITTER.decode(b"[%b]" % data[first:last])
        except (ValueError, RecursionError):
            return 0
        place = 0
        for item in items:
            start = place + len(gap) if data.startswith(gap, place) and place else _skip(text, place)
            end = start + memoryview(item).nbytes
            if end - start > self._cap or not data.startswith(b"{", start):
                break
            self._frames.append(Frame(self.position + start, data[start:end]))
            place = end
        return place

    def _look_at(self, data: bytes, *, as_far_as_item: bool = False) -> bytes:
        """Look at every quote and bracket; returns the bytes that are left, ``as_far_as_item`` those behind one."""
        code = data
        if b"\\" in data:
            code = data.replace(b"\\\\", b"..").replace(b'\\"', b"..")
        self._data, self._code, self._start = data, code, 0
        start = 0
        for part in code.split(b'"'):
            end = start + len(part)
            if not self._in_string:
                if not self._open or part not in _PLAIN:
                    self._look_at_code(start, end, as_far_as_item=as_far_as_item)
            elif (newline := part.find(b"\n")) >= 0:
                self._break(start + newline)
                self._look_at_code(start + newline, end, as_far_as_item=as_far_as_item)
            if self.rest is not None:
                return b""
            if as_far_as_item and self._offset is None:
                return self._leave_at_item()
            if end < len(data):
                if self._offset is None:
                    self._begin_item(end, is_scalar=True)
                self._in_string = not self._in_string
            start = end + 1
        self._leave()
        return b""

    def _leave_at_item(self) -> bytes:
        """What was looked at ends behind the last item."""
        data, end = self._data, self._end
        self._data = data[:end]
        self._code = self._code[:end]
        self._leave()
        return data[end:]

    def _look_at_code(self, place: int, end: int, *, as_far_as_item: bool) -> None:
        """Bytes that stand in no string."""
        while place < end and not (as_far_as_item and self._offset is None):
            if self._offset is None:
                place = self._between(place, end)
            elif self._open:
                place = self._inside(place, end)
            else:
                place = self._scalar(place, end)

    def _between(self, place: int, end: int) -> int:
        """Look for the next item or the end of the array; returns how far that went."""
        code = self._code
        while place < end and code[place] in _BETWEEN:
            place += 1
        if place == end:
            return end
        if code[place] == _END:
            self.rest = self._data[place + 1 :] + self._carry
            self.position += place + 1
            return end
        self._begin_item(place, is_scalar=code[place] not in _CLOSING_OF)
        return place if self._is_scalar else place + 1

    def _begin_item(self, place: int, *, is_scalar: bool) -> None:
        self._offset = self.position + place
        self._start = place
        self._is_scalar = is_scalar
        if not is_scalar:
            self._open.append(_CLOSING_OF[self._code[place]])

    def _inside(self, place: int, end: int) -> int:
        """Look for the end of an item that has a bracket open; returns how far that went."""
        end = min(end, place + _GLANCE)
        part = self._code[place:end]
        if not part.translate(None, _NOT_BRACKETS):
            return end
        for at, byte in enumerate(part, place):
            if byte not in _BRACKETS:
                continue
            if byte in _CLOSING_OF:
                if self._may_not_open(at):
                    self._break(at)
                    return at
                self._open.append(_CLOSING_OF[byte])
                continue
            if self._open.pop() != byte:
                self._break(at + 1)
                return at + 1
            if not self._open:
                if not self._is_scalar:
                    self._end_item(at + 1)
                return at + 1
        return end

    def _scalar(self, place: int, end: int) -> int:
        """Look for the end of what is no object and has no bracket open."""
        for at in range(place, end):
            byte = self._code[at]
            if byte in _ENDS_SCALAR:
                self._break(at)
                return at
            if byte in _CLOSING_OF:
                self._open.append(_CLOSING_OF[byte])
                return at + 1
        return end

    def _may_not_open(self, place: int) -> bool:
        """Whether a bracket begins a line where JSON permits none: what is before it was never finished."""
        code = self._code
        if (code[place - 1] if place else self._before) != _NEWLINE:
            return False
        place -= 1
        while place >= 0 and code[place] in _BLANK:
            place -= 1
        last = code[place] if place >= 0 else self._last
        if last == _COMMA:
            return self._open[-1] == _OBJECT
        return last not in (_COLON, _ARRAY)

    def _break(self, place: int) -> None:
        """The item under way ends here, unfinished or strange."""
        self._in_string = False
        self._end_item(place)

    def _end_item(self, place: int) -> None:
        assert self._offset is not None
        piece = self._data[self._start : place]
        held = self._held
        if held is None and len(self._encoding.widen(piece)) <= self._cap:
            self._frames.append(Frame(self._offset, piece.rstrip(_BLANK)))
        else:
            held = held or Held(self._offset, self._cap, self._encoding)
            held.add(piece)
            if held.over:
                self._oversize.append(held.oversize())
            else:
                self._frames.append(Frame(self._offset, held.data().rstrip(_BLANK)))
        self._end = place
        self._offset = self._held = None
        self._open.clear()

    def _leave(self) -> None:
        """Remember what is needed of bytes that were looked at."""
        data = self._data
        if self._offset is not None:
            self._held = self._held or Held(self._offset, self._cap, self._encoding)
            self._held.add(data[self._start :])
        if data:
            self._before = self._code[-1]
            if stripped := self._code[-64:].rstrip(_BLANK) or self._code.rstrip(_BLANK):
                self._last = stripped[-1]
        self.position += len(data)
        self._data = self._code = b""
        self._start = 0


def _skip(text: str, place: int) -> int:
    """Where the next item begins."""
    while text[place : place + 1] in _BETWEEN_TEXT:
        place += 1
    return place


def _whole(data: bytes) -> bytes:
    """Without a backslash at its end that escapes what is not there."""
    return data[: len(data) - (len(data) - len(data.rstrip(b"\\"))) % 2]
