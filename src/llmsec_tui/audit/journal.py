"""The journal of every act: one writer, one file after another, on disk before an act is acknowledged."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Any

import msgspec

from llmsec_tui.audit.files import broken, failed, lock, open_segment, set_tail_aside, sync_folder, write_whole
from llmsec_tui.audit.record import GENESIS, LINES, Act, Facts, Line, Recorded, Result, describe, read, seal
from llmsec_tui.audit.segment import Segment, number_of, offsets_of, segment_path, segment_paths
from llmsec_tui.errors import StoreError

SEGMENT_BYTES = 16 * 2**20
"""A segment that would grow past this is followed by a new one."""
RECORD_BYTES = 64 * 1024
"""The longest record; acts refer to things and do not contain them."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class _Keeper:
    """The journal itself, where it acts on its own files."""

    uid: int
    pid: int
    loginuid: int | None = None
    user: str = "journal"
    role: str = "system"
    tty: str = ""


class Journal:
    """The open journal. Appending and paging may be called from any thread; make it with :meth:`open`."""

    def __init__(self, folder: Path, lock_fd: int, segments: list[Segment], log_id: str, head: bytes) -> None:
        self._folder = folder
        self._lock_fd = lock_fd
        self._segments = segments
        self._log_id = log_id
        self._head = head
        self._boot_id = _BOOT_ID.read_text().strip()
        self._guard = Lock()
        self._fd = open_segment(segments[-1].path)
        self._unusable = ""
        """Why nothing more can be recorded; empty while all is well."""
        self._closed = False

    @classmethod
    def open(cls, folder: Path) -> "Journal":
        """Open or make the journal in ``folder`` as its only writer.

        An incomplete last line, which a crash leaves, is moved to a ``torn-*`` file beside, and that is recorded.
        Raises StoreLocked while another process writes, StoreError when files cannot be used or the last record is
        not as it was written.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o022:
                raise StoreError(
                    f"The audit journal {folder} can be written by other users; nothing was changed.",
                    hint=f"Run: chmod go-w {folder}",
                )
            lock_fd = lock(folder)
        except OSError as error:
            raise failed(folder, "cannot be opened", error) from error
        try:
            return cls._open_locked(folder, lock_fd)
        except OSError as error:
            os.close(lock_fd)
            raise failed(folder, "cannot be opened", error) from error
        except BaseException:
            os.close(lock_fd)
            raise

    @classmethod
    def _open_locked(cls, folder: Path, lock_fd: int) -> "Journal":
        paths = segment_paths(folder) or [segment_path(folder, 1)]
        os.close(open_segment(paths[-1]))
        sync_folder(folder)
        torn = set_tail_aside(folder, paths[-1])
        segments = [_load(path) for path in paths]
        last = _last_record(segments)
        if segments[-1].records == 0:
            segments[-1].first_seq = last["seq"] + 1 if last else 1
        log_id = last["log_id"] if last else token_hex(16)
        journal = cls(folder, lock_fd, segments, log_id, bytes.fromhex(last["hash"]) if last else GENESIS)
        if torn is not None:
            path, size, digest = torn
            keeper = _Keeper(uid=os.geteuid(), pid=os.getpid())
            facts: Facts = {"bytes": size, "sha256": digest}
            journal.append(Act(keeper, "journal.mend", f"file:{path.name}", Result.DONE, after=facts))
        return journal

    @property
    def last_seq(self) -> int:
        """Number of the newest record; 0 for an empty journal."""
        active = self._segments[-1]
        return active.first_seq + active.records - 1

    def append(self, act: Act) -> Recorded:
        """Record an act; it is on disk when this returns. Raises StoreError when it is not; then nothing is added."""
        with self._guard:
            if self._unusable:
                raise StoreError(self._unusable, hint="Restart the collector; mend the disk first if it is at fault.")
            seq = self.last_seq + 1
            at = time.time_ns() // 1000
            record = describe(act, log_id=self._log_id, seq=seq, at=at, boot_id=self._boot_id, prev=self._head)
            try:
                digest, line = seal(record)
            except ValueError as error:
                raise StoreError(
                    f"The act {act.action} cannot be recorded: {error}; it was not carried out."
                ) from error
            if len(line) > RECORD_BYTES:
                raise StoreError(
                    f"The record of {act.action} would take {len(line)} bytes, and {RECORD_BYTES} is the most; "
                    "it was not carried out.",
                    hint="Shorten the reason, or act on fewer things at once.",
                )
            self._write(line)
            self._head = digest
            return Recorded(seq, at, digest.hex())

    def page(
        self, before: int | None = None, after: int | None = None, limit: int = 100
    ) -> tuple[list[dict[str, Any]], int]:
        """Rows, newest first, with the fields of ``service.api.AuditRow``, and how many there are on all pages.

        ``before`` and ``after`` are exclusive bounds on ``seq``; with ``after``, the rows next to it are given.
        """
        with self._guard:
            segments = [*self._segments[:-1], _frozen(self._segments[-1])]
            last = self.last_seq
        high = last if before is None else min(before - 1, last)
        low = max(1, high - limit + 1) if after is None else max(1, after + 1)
        if after is not None:
            high = min(high, low + limit - 1)
        return [_row(line) for line in _newest_first(segments, low, high)], last

    def close(self) -> None:
        """Let another process write; further appends are refused."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            self._unusable = self._unusable or f"The journal in {self._folder} is closed; nothing was recorded."
            os.close(self._fd)
            os.close(self._lock_fd)

    def _write(self, line: bytes) -> None:
        active = self._segments[-1]
        try:
            if active.records and active.size + len(line) > SEGMENT_BYTES:
                active = self._next_segment()
            write_whole(self._fd, line)
            os.fsync(self._fd)
        except OSError as error:
            self._take_back(active)
            raise failed(self._folder, "could not record the act, so it was not carried out", error) from error
        active.offsets.append(active.size + len(line))

    def _next_segment(self) -> Segment:
        path = segment_path(self._folder, number_of(self._segments[-1].path) + 1)
        fd = open_segment(path)
        try:
            sync_folder(self._folder)
        except OSError:
            os.close(fd)
            raise
        os.close(self._fd)
        self._fd = fd
        self._segments.append(Segment(path, self.last_seq + 1, offsets_of(b"")))
        return self._segments[-1]

    def _take_back(self, active: Segment) -> None:
        """Leave no half record behind; when even that fails, the journal takes no more."""
        try:
            os.ftruncate(self._fd, active.size)
            os.fsync(self._fd)
        except OSError as error:
            self._unusable = (
                f"The journal file {active.path} may end in half a record that could not be removed: {error.strerror}. "
                "Nothing more is recorded or carried out."
            )


def _load(path: Path) -> Segment:
    data = path.read_bytes()
    offsets = offsets_of(data)
    return Segment(path, _first_seq(path, data[: offsets[1]]) if len(offsets) > 1 else 0, offsets)


def _first_seq(path: Path, line: bytes) -> int:
    try:
        return LINES.decode(line).seq
    except msgspec.MsgspecError as error:
        raise broken(path, 0, f"it is no journal record ({error})") from error


def _last_record(segments: Sequence[Segment]) -> dict[str, Any] | None:
    """The newest record, checked; None in an empty journal."""
    filled = next((segment for segment in reversed(segments) if segment.records), None)
    if filled is None:
        return None
    number = filled.first_seq + filled.records - 1
    try:
        record = read(filled.lines(number, number)[0])
    except ValueError as error:
        raise broken(filled.path, filled.offsets[-2], str(error)) from error
    if record["seq"] != number:
        raise broken(filled.path, filled.offsets[-2], f"it has number {record['seq']} where {number} belongs")
    return record


def _frozen(segment: Segment) -> Segment:
    """A view of the growing segment as it is now; offsets only ever grow, so cutting the copy is enough."""
    return Segment(segment.path, segment.first_seq, segment.offsets[:])


def _newest_first(segments: Sequence[Segment], low: int, high: int) -> Iterator[Line]:
    for segment in reversed(segments):
        try:
            yield from [LINES.decode(line) for line in reversed(segment.lines(low, high))]
        except msgspec.MsgspecError as error:
            raise broken(segment.path, 0, f"a record in it cannot be read ({error})") from error
        except OSError as error:
            raise failed(segment.path.parent, "cannot be read", error) from error


def _row(line: Line) -> dict[str, Any]:
    return {
        "seq": line.seq,
        "at": line.at,
        "actor": line.actor.user,
        "uid": line.actor.uid,
        "role": line.actor.role,
        "action": line.action,
        "object": line.object,
        "result": line.result,
        "reason": line.reason,
        "hash": line.hash,
    }
