"""Captures of server-sent events: the records stand behind ``data:``, the other fields carry no content.

An event may have its record on several lines, each behind a ``data:`` of its own. It ends with a blank line, which many
captures lack; so only lines that leave a bracket open are kept together.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from llmsec_tui.intake.cut import Frame
from llmsec_tui.intake.document import BLANK, is_whole, rise
from llmsec_tui.intake.encoding import Encoding

_DATA = b"data:"
_OTHERS = (b"event:", b"id:", b"retry:", b":")
_END = b"[DONE]"
_GOES_ON = (b"{", b"[", b",", b":")
"""What comes before a value."""


def record_in(line: bytes) -> int | None:
    """Where in this stripped line its record begins, the line's length if it has none, None if it is no such line."""
    if line.startswith(_DATA):
        payload = line[len(_DATA) :].lstrip(b" \t")
        return len(line) if payload == _END else len(line) - len(payload)
    return len(line) if line.startswith(_OTHERS) else None


def joined(data: bytes) -> bytes | None:
    """The record of an event that has it on several lines; None for what is no such event."""
    first, *others = data.replace(b"\r", b"\n").split(b"\n")
    more = [line[len(_DATA) :] for line in others if line.startswith(_DATA)]
    return b"\n".join([first, *more]) if more else None


class Event:
    """An event of which more than one data line may be still to come."""

    def __init__(self, line_offset: int, offset: int, payload: bytes, encoding: Encoding) -> None:
        """``payload`` is the rest of its first data line behind ``data:``, at ``offset``."""
        self.line_offset = line_offset
        self.offset = offset
        self._encoding = encoding
        self._lines = [(offset, payload.rstrip(BLANK))]
        self._data = bytearray(payload)
        self._depth = rise(payload) or 0

    @staticmethod
    def may_begin(payload: bytes) -> bool:
        """Whether this is JSON that goes on."""
        return payload[:1] in (b"{", b"[") and (rise(payload) or 0) > 0

    def takes(self, payload: bytes) -> bool:
        """Whether its next data line may have this."""
        begins = payload[:1] in (b"{", b"[")
        return rise(payload) is not None and (not begins or self._lines[-1][1].endswith(_GOES_ON[1:]))

    def add(self, newline: bytes, line: bytes, offset: int, place: int) -> None:
        """Take a whole line at an offset. What it has behind ``place`` belongs to the record."""
        self._data += newline + line
        if payload := line[place:].rstrip(BLANK):
            self._lines.append((offset + len(self._encoding.widen(line[:place])), payload))
            self._depth += rise(payload) or 0

    @property
    def is_complete(self) -> bool:
        """Whether every bracket is closed."""
        return self._depth <= 0

    def __len__(self) -> int:
        return len(self._data)

    def frames(self) -> list[Frame]:
        """Its record in one piece if it is one, else a frame for each line."""
        record = joined(bytes(self._data))
        if record is not None and is_whole(record):
            end = self._data.rfind(self._lines[-1][1]) + len(self._lines[-1][1])
            return [Frame(self.offset, bytes(self._data[:end]))]
        return [Frame(offset, payload) for offset, payload in self._lines]
