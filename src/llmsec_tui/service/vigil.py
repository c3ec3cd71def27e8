"""Watch over sources: much that cannot be read, clocks that are wrong, and numbers that are missing.

What has to hold across a restart is kept in the memory of the source, which is stored with its checkpoint; a source of
which there is nothing to say has none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from llmsec_tui.events.history import Mapped
from llmsec_tui.events.model import DeadLetter, Record
from llmsec_tui.intake.records import Notice, NoticeKind
from llmsec_tui.service.source_memories import SourceMemories

WINDOW = 100
"""Records and dead letters from the first dead one on, of which the share is taken."""
MANY = 20
"""So many dead letters in a window are told."""
FEW = 5
"""No more than so many in a window, and the next spike is told again."""
AHEAD_S = 300
BEHIND_S = 3600
LEARNED = 16
"""So many numbers in a row, each one more than the last, make a count in which none may be missing."""
COUNTS = ("seq", "sequence", "sequence_number", "sequenceNumber", "seq_no", "seqno", "__SEQNUM")
_NAME = "intake"


class Vigil:
    """For one thread; gets every batch in order."""

    def __init__(self, memories: SourceMemories) -> None:
        self._memories = memories
        self._skewed: dict[str, str] = {}
        """Sources whose clock was told to be wrong, and in which direction."""

    def over(
        self, mapped: Sequence[Mapped], letters: Iterable[DeadLetter], live: Mapping[str, int]
    ) -> Iterator[Notice]:
        """What is to be told of a batch. ``live`` are the sources that are read as they are written, with when (µs)."""
        dead: defaultdict[str, list[DeadLetter]] = defaultdict(list)
        for letter in letters:
            dead[letter.source_id].append(letter)
        records: defaultdict[str, list[Record]] = defaultdict(list)
        newest: dict[str, tuple[int, Record]] = {}
        for one in mapped:
            record = one.record
            if type(record.data) is dict and not record.data.keys().isdisjoint(COUNTS):
                yield from self._counted(record, record.data)
            records[record.source_id].append(record)
            if record.source_id in live:
                for event in one.events:
                    if event.ts is not None and event.ts > newest.get(record.source_id, (event.ts - 1,))[0]:
                        newest[record.source_id] = (event.ts, record)
        for source in sorted(records.keys() | dead.keys()):
            yield from self._spike(source, records[source], dead[source])
        for source, (ts, record) in newest.items():
            yield from self._skew(record, ts - live[source])

    def forget(self, source_id: str) -> None:
        """Nothing more comes from this source."""
        self._skewed.pop(source_id, None)

    def _spike(self, source: str, records: Sequence[Record], dead: Sequence[DeadLetter]) -> Iterator[Notice]:
        said = self._memories.of(source).of(_NAME)
        if not dead and "bad" not in said and "spike" not in said:
            return
        items = [(one.offset, False, one.path) for one in records] + [(one.offset, True, one.path) for one in dead]
        for offset, bad, path in sorted(items):
            found, seen = said.get("bad", 0) + bad, said.get("seen", 0) + 1
            if not found and "spike" not in said:
                continue
            said["bad"], said["seen"] = found, seen
            if found >= MANY and "spike" not in said:
                said["spike"] = offset
                message = f"{found} of the last {seen} records of {path} cannot be read; see its dead letters."
                yield Notice(source, path, offset, NoticeKind.PARSE_ERRORS, message)
            if seen == WINDOW:
                del said["bad"], said["seen"]
                if found <= FEW:
                    said.pop("spike", None)

    def _counted(self, record: Record, data: Mapping[str, Any]) -> Iterator[Notice]:
        said = self._memories.of(record.source_id).of(_NAME)
        for name in COUNTS:
            if (number := _whole(data.get(name))) is None:
                continue
            last, streak = said.get(name, (None, 0))
            if last is None or number <= last:
                streak = 0
            elif number == last + 1:
                streak = min(streak + 1, LEARNED)
            elif streak == LEARNED:
                missing = f"{last + 1:,}" if number == last + 2 else f"{last + 1:,} to {number - 1:,}"
                message = f"{record.path} counts its records in '{name}', and {missing} is missing before this one."
                yield Notice(record.source_id, record.path, record.offset, NoticeKind.SEQUENCE_GAP, message)
                streak = 0
            else:
                streak = 0
            said[name] = (number, streak)

    def _skew(self, record: Record, difference: int) -> Iterator[Notice]:
        seconds = difference // 1_000_000
        direction = "ahead of" if seconds > AHEAD_S else "behind" if seconds < -BEHIND_S else ""
        if direction == self._skewed.get(record.source_id, ""):
            return
        if not direction:
            del self._skewed[record.source_id]
            return
        self._skewed[record.source_id] = direction
        message = f"What is written to {record.path} now has times {abs(seconds):,} seconds {direction} this clock."
        yield Notice(record.source_id, record.path, record.offset, NoticeKind.CLOCK_SKEW, message)


def _whole(value: Any) -> int | None:
    """A count as an integer; journald writes it in a string."""
    if type(value) is int:
        return value if abs(value) < 1 << 62 else None
    if isinstance(value, str) and len(value) < 19 and value.isdecimal():
        return int(value)
    return None
