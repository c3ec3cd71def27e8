"""Cut a growing stream of bytes into records, each with its exact place. No I/O happens here.

The first bytes of a file tell its encoding. Then a record is a line or spans lines (see ``lines.py``), or an array of
objects begins, whose items are the records (see ``items.py``). An array of messages is one conversation and stays one
record as long as it is not longer than a line may be. How bytes are dealt out over calls changes nothing.
"""

from typing import Any

import msgspec

from llmsec_tui.intake.cut import DOCUMENT_CAP, LINE_CAP, Cut, Frame
from llmsec_tui.intake.encoding import SNIFFED, Encoding, encoding_of
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.items import Items
from llmsec_tui.intake.lines import Lines
from llmsec_tui.intake.wide_items import WideItems

__all__ = ["DOCUMENT_CAP", "LINE_CAP", "Cut", "Frame", "Framer"]

_BLANK = b" \t\r\n\x1e"
_NOTHING = Cut([], [])


class Framer:
    """Feed it bytes, get frames. Start it at the end of a record with the framing that was found before."""

    def __init__(
        self,
        offset: int = 0,
        framing: Framing = Framing.UNKNOWN,
        *,
        encoding: Encoding | None = None,
        line_cap: int = LINE_CAP,
        document_cap: int = DOCUMENT_CAP,
    ) -> None:
        """Caps are in bytes. Without an ``encoding``, the first bytes at offset 0 tell it."""
        if encoding is None and offset:
            encoding = Encoding.UTF_8
        self._encoding = encoding
        self._line_cap = line_cap
        self._document_cap = document_cap
        self._offset = offset
        """Of the bytes that are held because they do not tell yet what they are."""
        self._held = b""
        self._lines: Lines | None = None
        self._items: Items | WideItems | None = None
        self._trial: bytearray | None = None
        """The array so far, while it may turn out to be a conversation; ``_tried`` are its items."""
        self._tried = _NOTHING
        if framing is Framing.ITEMS:
            self._items = self._begin_items(offset)
        elif framing is not Framing.UNKNOWN:
            self._begin_lines(offset, framing)

    @property
    def encoding(self) -> Encoding:
        """How the text is written, as far as it is known."""
        return self._encoding or Encoding.UTF_8

    @property
    def framing(self) -> Framing:
        """What was found so far."""
        if self._lines is not None:
            return self._lines.framing
        return Framing.ITEMS if self._items is not None and self._trial is None else Framing.UNKNOWN

    @property
    def consumed(self) -> int:
        """Offset behind the last complete record; reading can go on from here."""
        if self._lines is not None:
            return self._lines.consumed
        return self._offset if self._items is None or self._trial is not None else self._items.consumed

    def feed(self, data: bytes) -> Cut:
        """Take the next bytes and return the records that they complete."""
        return self._lines.feed(data) if self._lines is not None else self._feed(data, last=False)

    def finish(self) -> Cut:
        """The stream has ended: what is held is complete as it is."""
        cut = self._feed(b"", last=True)
        if self._lines is not None:
            return cut.and_then(self._lines.finish())
        if self._items is not None:
            return cut.and_then(self._items.finish())
        return cut

    def _feed(self, data: bytes, *, last: bool) -> Cut:
        cut = _NOTHING
        rest: bytes | None = data
        while rest is not None:
            if self._lines is not None:
                return cut.and_then(self._lines.feed(rest))
            if self._items is not None:
                found, rest = self._feed_items(self._items, rest, last)
                cut = cut.and_then(found)
            else:
                rest = self._settle(rest, last)
        return cut

    def _settle(self, data: bytes, last: bool) -> bytes | None:
        """Find out what begins here; returns the bytes that are to be fed to it, None while they don't tell."""
        data = self._held + data
        self._held = b""
        if self._encoding is None:
            if len(data) < SNIFFED and not last:
                self._held = data
                return None
            self._encoding, mark = encoding_of(data)
            data = data[mark:]
            self._offset += mark
        unit = len(self._encoding.newline)
        # Where reading begins behind the first byte of a newline, as the last line of a file was looked for.
        odd = self._offset % unit
        data = data[odd:]
        self._offset += odd
        text = self._encoding.narrow(data[: len(data) - len(data) % unit])
        stripped = text.lstrip(_BLANK)
        blank = (len(text) - len(stripped)) * unit
        data = data[blank:]
        self._offset += blank
        second = stripped[1:].lstrip(_BLANK)[:1] if stripped[:1] == b"[" else b"-"
        if (not stripped or not second) and len(data) <= self._line_cap and not last:
            self._held = data
            return None
        if second != b"{":
            self._begin_lines(self._offset, Framing.UNKNOWN)
            return data
        self._items = self._begin_items(self._offset + unit)
        self._trial = bytearray(data[:unit])
        return data[unit:]

    def _begin_items(self, offset: int) -> Items | WideItems:
        if self.encoding.is_wide:
            return WideItems(offset, self._line_cap, self.encoding)
        return Items(offset, self._line_cap)

    def _begin_lines(self, offset: int, framing: Framing) -> None:
        self._lines = Lines(
            offset, framing, line_cap=self._line_cap, document_cap=self._document_cap, encoding=self.encoding
        )

    def _feed_items(self, items: Items | WideItems, data: bytes, last: bool) -> tuple[Cut, bytes | None]:
        """The items that these bytes complete, and the bytes behind the array once it has ended."""
        cut = items.feed(data)
        if self._trial is not None:
            self._trial += data
            self._tried = self._tried.and_then(cut)
            if not self._is_decided(items, self._tried, last):
                return _NOTHING, None
            tried, trial = self._tried, self._trial
            self._tried, self._trial = _NOTHING, None
            if items.rest is not None and _is_message(tried) and self._is_short(items):
                self._items = None
                self._begin_lines(self._offset, Framing.UNKNOWN)
                return _NOTHING, bytes(trial)
            cut = tried
        if items.rest is not None:
            self._items = None
            self._offset = items.position
        return cut, items.rest

    def _is_decided(self, items: Items | WideItems, tried: Cut, last: bool) -> bool:
        ended = last or items.rest is not None or not self._is_short(items)
        return ended or (any(tried) and not _is_message(tried))

    def _is_short(self, items: Items | WideItems) -> bool:
        return items.position - self._offset <= self._line_cap


def _is_message(cut: Cut) -> bool:
    """Whether the first item of an array is what somebody said."""
    if not cut.frames or (cut.oversize and cut.oversize[0].offset < cut.frames[0].offset):
        return False
    try:
        value: Any = msgspec.json.decode(cut.frames[0].data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("role"), str)
