"""The items of an array in UTF-16, found in its UTF-8 and placed in the file's own bytes."""

from msgspec.structs import replace

from llmsec_tui.intake.cut import Cut
from llmsec_tui.intake.encoding import Encoding
from llmsec_tui.intake.items import Items

_HIGH_SURROGATES = range(0xD8, 0xDC)
"""First halves of a character of four bytes, by their higher byte."""


class WideItems:
    """As :class:`Items`, which it asks, with all bytes and places those of the file."""

    def __init__(self, offset: int, cap: int, encoding: Encoding) -> None:
        self.position = offset
        self.rest: bytes | None = None
        self._items = Items(0, cap, encoding)
        self._encoding = encoding
        self._text = b""
        """What the other one was given and has not looked at, or is looking at."""
        self._text_offset = 0
        """Where that begins for the other one; in the file, that is ``position``."""
        self._item = (-1, offset)
        """Where the item under way begins: for the other one, and in the file."""
        self._half = b""
        """The beginning of a character."""

    @property
    def consumed(self) -> int:
        """Offset behind the last item; reading can go on from here."""
        return self._place(self._items.consumed)

    def feed(self, data: bytes) -> Cut:
        """Take the next bytes and return the items that they complete."""
        data = self._half + data
        whole = self._whole(data)
        self._half = data[whole:]
        return self._feed(self._encoding.narrow(data[:whole]))

    def finish(self) -> Cut:
        """The stream has ended: an item under way is complete as it is."""
        half, self._half = self._half, b""
        cut = self._feed(self._encoding.narrow(half))
        return cut.and_then(self._placed(self._items.finish()))

    def _whole(self, data: bytes) -> int:
        even = len(data) & ~1
        last = even - 1 if self._encoding is Encoding.UTF_16_LE else even - 2
        return even - 2 if even and data[last] in _HIGH_SURROGATES else even

    def _feed(self, text: bytes) -> Cut:
        self._text += text
        return self._placed(self._items.feed(text))

    def _placed(self, cut: Cut) -> Cut:
        frames = [replace(one, offset=self._place(one.offset)) for one in cut.frames]
        oversize = [replace(one, offset=self._place(one.offset)) for one in cut.oversize]
        self._item = (self._items.consumed, self._place(self._items.consumed))
        looked = self._items.position - self._text_offset
        self.position += len(self._encoding.widen(self._text[:looked]))
        self._text, self._text_offset = self._text[looked:], self._items.position
        if self._items.rest is not None:
            self.rest = self._encoding.widen(self._items.rest) + self._half
        return Cut(frames, oversize)

    def _place(self, offset: int) -> int:
        """Where in the file something is that is here for the other one."""
        known, place = self._item
        if offset == known:
            return place
        return self.position + len(self._encoding.widen(self._text[: offset - self._text_offset]))
