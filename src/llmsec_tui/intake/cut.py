"""What a stream of bytes is cut into."""

from typing import NamedTuple

from msgspec import Struct

from llmsec_tui.intake.held import Oversize

LINE_CAP = 16 * 1024 * 1024
DOCUMENT_CAP = 64 * 1024 * 1024


class Frame(Struct, frozen=True, gc=False):
    """The text of one record in UTF-8, without white space around it, and where it begins in its source."""

    offset: int
    data: bytes


class Cut(NamedTuple):
    """What became complete."""

    frames: list[Frame]
    oversize: list[Oversize]

    def and_then(self, more: "Cut") -> "Cut":
        """Both, in this order."""
        return Cut(self.frames + more.frames, self.oversize + more.oversize)
