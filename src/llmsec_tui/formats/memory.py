"""What a source said earlier that its later records need: whose session it is, in which folder, how much of a stream.

Most records speak for themselves. A rollout names its session once, in its first line, and a stream comes in pieces.
"""

from typing import Any

import msgspec
from msgspec import Struct

from llmsec_tui.errors import FormatError

MOST_BYTES = 65_536
"""Of all that is remembered of one source, encoded; what was said first is forgotten first."""


class _Stored(Struct, frozen=True):
    last: str
    said: dict[str, dict[str, Any]]


class Memory:
    """Of one source. Formats read and write it in the order of the records."""

    __slots__ = ("_said", "forgotten", "last")

    def __init__(self) -> None:
        self.last = ""
        """The format of the record before; the only sign there is of what some records are."""
        self.forgotten = 0
        """How many things did not fit."""
        self._said: dict[str, dict[str, Any]] = {}

    def of(self, format_name: str) -> dict[str, Any]:
        """What one format remembers: JSON values by names of its own. Changes to it are kept."""
        return self._said.setdefault(format_name, {})

    def encoded(self) -> bytes:
        """As it is stored with the checkpoint; nothing when there is nothing to remember."""
        said = {name: things for name, things in self._said.items() if things}
        if not said:
            return b""
        data = msgspec.msgpack.encode(_Stored(self.last, said))
        while len(data) > MOST_BYTES and said:
            largest = max(said.values(), key=lambda things: len(msgspec.msgpack.encode(things)))
            del largest[next(iter(largest))]
            self.forgotten += 1
            said = {name: things for name, things in said.items() if things}
            data = msgspec.msgpack.encode(_Stored(self.last, said))
        return data if said else b""

    @classmethod
    def decoded(cls, data: bytes) -> "Memory":
        """The memory that was stored. Raises FormatError for bytes that are none."""
        memory = cls()
        if data:
            try:
                stored = msgspec.msgpack.decode(data, type=_Stored)
            except msgspec.MsgspecError as error:
                raise FormatError(f"What was remembered of a source cannot be read: {error}.") from error
            memory.last, memory._said = stored.last, stored.said
        return memory
