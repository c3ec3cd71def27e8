"""One file that is being followed: read what was added, and make sure that it is still the same file."""

import os
import time

from llmsec_tui.intake.backlog import Backlog
from llmsec_tui.intake.checkpoint import ANCHOR_BYTES, HEAD_BYTES, Checkpoint
from llmsec_tui.intake.files import encoding_before, open_readonly
from llmsec_tui.intake.identity import DECISIONS, Continuity, Signs, before, digest, head, source_id
from llmsec_tui.intake.records import Progress, Read, SourceState
from llmsec_tui.intake.rhythm import Rhythm
from llmsec_tui.intake.stream import RecordStream
from llmsec_tui.intake.trail import Trail

LIVE_S = 5.0
"""What is read so soon after it was seen to be there was just written."""
_RACY_NS = 50_000_000
"""A file written so shortly before it was looked at may change again within one tick of its clock."""


class Followed:
    """One generation of one file. ``key`` is its device and inode."""

    def __init__(self, path: str, generation: int, key: tuple[int, int], stream: RecordStream) -> None:
        self.path = path
        self.generation = generation
        self.key = key
        self.descriptor: int | None = None
        self.size = 0
        self.most = 0
        """The largest size that it had while it was surely still the same file."""
        self.state = SourceState.WAITING
        self.problem = ""
        self.dirty = True
        """There may be something to read, or to find out."""
        self.unsaved = True
        """The last checkpoint given out is not the state any more."""
        self.after: Followed | None = None
        """Its predecessor under the same path, as long as that one still has to be read first."""
        self.quiet_since: float | None = None
        """Since when a file that lost its path has had nothing new; None while it has its path."""
        self.compared = False
        """Whether its first bytes were compared with those of other files."""
        self.backlog = Backlog()
        self.rhythm = Rhythm()
        self._caught_up = False
        """Whether everything in it was read once, so that what comes now is new."""
        self._stream = stream
        self._head = b""
        self._tail = b""
        self._anchor = b""
        self._trail = Trail()
        self._seen = (0, 0)
        self._racy = True

    @classmethod
    def begin(cls, path: str, generation: int, descriptor: int, offset: int = 0) -> "Followed":
        """Follow an open file from an offset, the beginning of a line."""
        now = os.fstat(descriptor)
        stream = RecordStream(source_id(path, generation), path, offset, encoding=encoding_before(descriptor, offset))
        return cls(path, generation, (now.st_dev, now.st_ino), stream)._placed(descriptor)

    @classmethod
    def resume(cls, path: str, seen: Checkpoint, descriptor: int) -> "Followed":
        """Go on where a checkpoint says, in an open file that was recognised."""
        now = os.fstat(descriptor)
        encoding = encoding_before(descriptor, seen.offset)
        stream = RecordStream(seen.source_id, path, seen.offset, seen.records, seen.framing, encoding=encoding)
        followed = cls(path, seen.generation, (now.st_dev, now.st_ino), stream)._placed(descriptor)
        followed.unsaved = path != seen.path
        followed._trail = Trail(seen.trail)
        return followed

    def _placed(self, descriptor: int) -> "Followed":
        self.descriptor = descriptor
        self.compared = self.position > 0 or os.fstat(descriptor).st_size > 0
        self._head = head(descriptor, self.position)
        self._tail = self._anchor = before(descriptor, self.position)
        self.look(os.fstat(descriptor))
        return self

    @property
    def source_id(self) -> str:
        return self._stream.source_id

    @property
    def position(self) -> int:
        """End of what was read, a line under way included."""
        return self._stream.position

    @property
    def offset(self) -> int:
        """End of the last complete record."""
        return self._stream.consumed

    def rename(self, path: str) -> None:
        """The file was found under another path."""
        self.path = path
        self._stream.rename(path)
        self.unsaved = True
        self.quiet_since = None

    def look(self, now: os.stat_result) -> None:
        """Take in what the system says about the file."""
        seen = (now.st_size, now.st_mtime_ns)
        failed = self.state is SourceState.UNREADABLE
        self.dirty = self.dirty or self._racy or failed or seen != self._seen
        self._seen = seen
        self._racy = time.time_ns() - now.st_mtime_ns < _RACY_NS
        self._grown(now.st_size)

    def open(self) -> bool:
        """Have a descriptor; False when the path leads to another file by now. Raises OSError."""
        if self.descriptor is not None:
            return True
        descriptor = open_readonly(self.path)
        now = os.fstat(descriptor)
        if (now.st_dev, now.st_ino) != self.key:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        return True

    def close(self) -> None:
        """Give the descriptor back; the file can be opened again."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def hand_over(self) -> int:
        """Give the open descriptor to a successor."""
        assert self.descriptor is not None
        descriptor, self.descriptor = self.descriptor, None
        return descriptor

    def pull(self, limit: int, into: Read) -> tuple[Continuity, int]:
        """Read at most ``limit`` bytes of the open file; nothing is taken unless it is still the same file.

        Returns how the file goes on and how many bytes were read. Raises OSError.
        """
        assert self.descriptor is not None
        position = self.position
        data = os.pread(self.descriptor, limit, position)
        # Only now, so that a file which was cut and grew again while it was read is noticed as well.
        goes_on = self._verify(self.descriptor)
        if goes_on is not Continuity.SAME:
            return goes_on, 0
        self.most = max(self.most, self.size)
        if data:
            if self._is_live():
                into.live.add(self.source_id)
            self._take(data, position, into)
        self.backlog.read(self.position)
        self.dirty = self.position < self.size
        self._caught_up = self._caught_up or not self.dirty
        self.problem = self._stream.problem
        self.state = SourceState.FOLLOWING if self.size else SourceState.WAITING
        if self.problem:
            self.state = SourceState.UNREADABLE
        return goes_on, len(data)

    def is_still(self, descriptor: int) -> bool:
        """Whether an open file with the same inode is this one."""
        return self._verify(descriptor) is Continuity.SAME

    def fail(self, problem: str) -> None:
        """It cannot be read at the moment."""
        self.problem = problem
        self.state = SourceState.UNREADABLE
        self.dirty = False

    def finish(self, into: Read) -> None:
        """Nothing more will be added: what is held of a last line is all there is of it."""
        self._stream.feed(b"", into, last=True)
        self._anchor = self._tail
        self.unsaved = True
        self.dirty = False
        self.close()

    @property
    def unread(self) -> int:
        """Bytes that it had and that nobody read."""
        return max(self.most - self.position, 0)

    @property
    def records(self) -> int:
        """How many were found so far."""
        return self._stream.records

    def checkpoint(self, *, dead: bool = False) -> Checkpoint:
        """The state behind the last complete record; a dead one is never continued."""
        offset = self._stream.consumed
        known = self._head[:offset]
        device, inode = self.key
        return Checkpoint(
            source_id=self.source_id,
            path=self.path,
            generation=self.generation,
            device=device,
            inode=0 if dead else inode,
            offset=offset,
            records=self._stream.records,
            head=digest(known),
            head_length=len(known),
            anchor=digest(self._anchor),
            framing=self._stream.framing,
            trail=self._trail.points,
        )

    def progress(self) -> Progress:
        """How it is doing."""
        place = (self.size, self._stream.consumed, self._stream.records)
        return Progress(self.source_id, self.path, self.state, self.problem, *place, self.backlog.since)

    def _verify(self, descriptor: int) -> Continuity:
        size = os.fstat(descriptor).st_size
        if size >= self.position:
            self._grown(size)
        same_head = os.pread(descriptor, len(self._head), 0) == self._head
        same_anchor = before(descriptor, self.position) == self._tail
        return DECISIONS[Signs(True, size >= self.position, same_head, same_anchor)]

    def _is_live(self) -> bool:
        since = self.backlog.since
        return self._caught_up and since is not None and time.monotonic() - since < LIVE_S

    def _take(self, data: bytes, position: int, into: Read) -> None:
        consumed = self._stream.consumed
        self._stream.feed(data, into)
        if len(self._head) < HEAD_BYTES:
            self._head = (self._head + data[:HEAD_BYTES])[:HEAD_BYTES]
        if self._stream.consumed != consumed:
            self.unsaved = True
            self._anchor = self._before(self._stream.consumed, position, data)
            self._trail.add(self._tail, data, position, (self._stream.consumed, digest(self._anchor)))
        self._tail = (self._tail + data[-ANCHOR_BYTES:])[-ANCHOR_BYTES:]

    def _before(self, offset: int, position: int, data: bytes) -> bytes:
        assert self.descriptor is not None
        within = offset - position
        if within < 0:
            return before(self.descriptor, offset)
        return (self._tail + data[max(within - ANCHOR_BYTES, 0) : within])[-ANCHOR_BYTES:]

    def _grown(self, size: int) -> None:
        self.size = size
        if size > self.position:
            self.backlog.grown(size, time.monotonic())
