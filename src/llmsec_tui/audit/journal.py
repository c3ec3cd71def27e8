"""The journal of every act: one writer, one file after another, on disk before an act is acknowledged.

Checkpoints are signed apart from the acts: an act waits for its own record and for nothing else.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Any

from llmsec_tui.audit import keys
from llmsec_tui.audit.appending import JournalFiles
from llmsec_tui.audit.checkpoints import EVERY, HEARTBEAT_S, MOST_UNSEALED
from llmsec_tui.audit.files import broken, failed, lock
from llmsec_tui.audit.following import Break, Chain
from llmsec_tui.audit.heart import Heart
from llmsec_tui.audit.note import Signer
from llmsec_tui.audit.opening import Found, find
from llmsec_tui.audit.record import (
    LINES,
    UNREADABLE,
    Act,
    Actor,
    Keeper,
    Line,
    Recorded,
    Result,
    describe,
    row_of,
    seal,
)
from llmsec_tui.audit.retirement import beginning, retirement_facts
from llmsec_tui.audit.sealing import Seals
from llmsec_tui.audit.segment import Segment
from llmsec_tui.audit.tree import leaf_hash
from llmsec_tui.errors import ServiceError, StoreError

RECORD_BYTES = 64 * 1024
"""The longest record; acts refer to things and do not contain them."""
NOBODY_SIGNS = "Nothing signs the journal."

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Head:
    """What a journal is now. Hashes are hexadecimal."""

    seq: int
    """Of the newest record, and so how many there ever were."""
    head: str
    root: str
    note: str
    """The newest checkpoint as it is signed; empty where nobody ever signed."""
    sealed_seq: int
    """The last record that it covers."""
    vkey: str
    """The key that signs; empty while nobody does."""
    log_id: str


class Journal:
    """The open journal. Appending and paging may be called from any thread; make it with :meth:`open`."""

    def __init__(self, folder: Path, lock_fd: int, found: Found, unsigned: str) -> None:
        self.folder = folder
        self._lock_fd = lock_fd
        self._files = JournalFiles(folder, found.segments)
        self.log_id = found.state.log_id or token_hex(16)
        """Made with the journal; its keys and checkpoints bear it."""
        self._head = found.state.head
        self._tree = found.state.tree
        self._boot_id = _BOOT_ID.read_text().strip()
        self._own = found.own
        self._guard = Lock()
        self._signer: Signer | None = None
        self._unsigned = unsigned
        self._seals = Seals(folder, self.log_id, self._boot_id, found.last) if found.last else None
        self._heart: Heart | None = None
        self._closed = False

    @classmethod
    def open(
        cls,
        folder: Path,
        signer: Signer | None = None,
        *,
        following: Signer | None = None,
        unsigned: str = NOBODY_SIGNS,
    ) -> "Journal":
        """Open or make the journal in ``folder`` as its only writer.

        Without a signer nothing is sealed, and ``unsigned`` says why to whoever asks. ``following`` signs in its place
        where the journal says that it already does: a crash may have come amid a rotation.
        What a crash leaves of a last line or checkpoint is moved to a ``torn-*`` file beside, and that is recorded.
        Raises StoreLocked while another process writes, StoreError when files cannot be used or are not as they were
        written.
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
            journal = cls(folder, lock_fd, found := find(folder), unsigned)
        except OSError as error:
            os.close(lock_fd)
            raise failed(folder, "cannot be opened", error) from error
        except BaseException:
            os.close(lock_fd)
            raise
        try:
            rotated = following is not None and following.public == journal.declared
            journal._begin(found, following if rotated else signer)
        except BaseException:
            journal.close()
            raise
        return journal

    @property
    def last_seq(self) -> int:
        """Number of the newest record; 0 for an empty journal."""
        return self._files.last_seq

    @property
    def first_seq(self) -> int:
        """Number of the oldest record that is not retired."""
        return self._files.first_seq

    @property
    def sealed_seq(self) -> int:
        """The last record that a checkpoint covers; 0 for none."""
        return self._seals.seq if self._seals else 0

    @property
    def signing(self) -> str:
        """Why records are not sealed; empty while they are."""
        if self._signer is None:
            return self._unsigned
        return self._seals.problem if self._seals else ""

    @property
    def declared(self) -> bytes:
        """The public key that the journal itself names last; empty where it names none."""
        known = keys.eras(self._own)
        return known[-1].key.public if known else b""

    @property
    def vkey(self) -> str:
        """The verifier key of what is sealed now; empty while nobody signs."""
        signer, seals = self._signer, self._seals
        return seals.verifier(signer).vkey if signer and seals else ""

    @property
    def head(self) -> Head:
        """What the journal is now."""
        with self._guard:
            seals = self._seals
            return Head(
                seq=self.last_seq,
                head=self._head.hex(),
                root=self._tree.root().hex(),
                note=seals.note.decode() if seals else "",
                sealed_seq=self.sealed_seq,
                vkey=self.vkey,
                log_id=self.log_id,
            )

    def append(self, act: Act) -> Recorded:
        """Record an act; it is on disk when this returns. Raises StoreError when it is not; then nothing is added."""
        with self._guard:
            self._keep_sealed()
            recorded = self._put(act)
            due = self.last_seq - self.sealed_seq >= EVERY
        if due and self._heart is not None:
            self._heart.ask()
        return recorded

    def seal(self) -> bool:
        """Sign what the journal is now, also when it is as before; whether that is on disk. If not, see ``signing``."""
        with self._guard:
            if self._closed or self._signer is None or self._seals is None:
                return False
            state = (self._signer, self.last_seq, self._head, self._tree.copy())
            seals = self._seals
        return seals.seal(*state)

    def use(self, signer: Signer) -> None:
        """Have records sealed with this key from now on. One that does not follow from the one before is on record."""
        with self._guard:
            if self._seals is None:
                self._seals = Seals(self.folder, self.log_id, self._boot_id, None)
            key = self._seals.verifier(signer)
            known = keys.eras(self._own)
            self._signer = signer
            if not known or known[-1].key != key:
                self._put(Act(Keeper(), keys.KEY, "journal", Result.DONE, after=keys.key_facts(key)))
            if self._heart is None:
                self._heart = Heart(self._beat, HEARTBEAT_S, "seal-journal")
        self.seal()

    def rotate(self, signer: Signer, actor: Actor, reason: str) -> Recorded:
        """Give the key in force up for the next one; the record bears the signatures of both.

        Raises StoreError when no key is in force, or when the record is not on disk; then the old one stays.
        """
        with self._guard:
            old, seals = self._signer, self._seals
            if old is None or seals is None or not self._sealed_now():
                raise StoreError(
                    f"The key was not changed: {self.signing}", hint="First the old key has to sign again."
                )
            before, after = keys.rotation_facts(self.log_id, self.last_seq + 1, self._head, old, signer)
            recorded = self._put(Act(actor, keys.ROTATE, "journal", Result.DONE, before, after, reason))
            self._signer = signer
            self._sealed_now()
            return recorded

    def retire(self, before: int, actor: Actor, reason: str) -> int:
        """Remove the oldest files, as far as they hold nothing from record ``before`` on; how many records went.

        What they were is on record, signed, before they go. Raises ServiceError when no whole file is that old, and
        StoreError when nobody signs or what is to go is not as it was written.
        """
        with self._guard:
            if not (old := self._files.before(before)):
                raise ServiceError(
                    f"No file of the journal holds only records before {before}; nothing was retired.",
                    hint="Files are retired whole, and never the one that is written to.",
                )
            state = self._followed(old)
            known = keys.eras(self._own)
            era = keys.era_at(known, state.seq)
            facts = retirement_facts(state, len(old), known[era].key.vkey if era >= 0 else "")
            # Before, so that nothing is recorded where nobody signs; after, because the record itself has to be sealed.
            self._seal_or_refuse()
            self._put(Act(actor, keys.RETIRE, "journal", Result.DONE, after=facts, reason=reason))
            self._seal_or_refuse()
            self._files.remove(old)
            return sum(segment.records for segment in old)

    def page(
        self, before: int | None = None, after: int | None = None, limit: int = 100
    ) -> tuple[list[dict[str, Any]], int]:
        """Rows, newest first, with the fields of ``service.api.AuditRow``, and how many there are on all pages.

        ``before`` and ``after`` are exclusive bounds on ``seq``; with ``after``, the rows next to it are given.
        """
        first, last = self.first_seq, self.last_seq
        high = last if before is None else min(before - 1, last)
        low = max(first, high - limit + 1) if after is None else max(first, after + 1)
        if after is not None:
            high = min(high, low + limit - 1)
        return [row_of(_read(path, line)) for path, line in reversed(self._lines(low, high))], last - first + 1

    def lines(self, low: int, high: int) -> list[bytes]:
        """The lines of the records ``low`` to ``high``, both inclusive, as they are in the files."""
        return [line for _, line in self._lines(low, high)]

    def close(self) -> None:
        """Seal what there is and let another process write; further appends are refused."""
        if self._heart is not None:
            self._heart.stop()
        with self._guard:
            if self._closed:
                return
            if self._signer is not None and self.last_seq > self.sealed_seq:
                self._sealed_now()
            self._closed = True
            self._files.close()
            if self._seals is not None:
                self._seals.close()
            os.close(self._lock_fd)

    def _begin(self, found: Found, signer: Signer | None) -> None:
        for name, facts in found.mended.items():
            self.append(Act(Keeper(), "journal.mend", f"file:{name}", Result.DONE, after=facts))
        if signer is not None:
            self.use(signer)
            return
        with self._guard:
            if any(line.action in (keys.KEY, keys.ROTATE) for line in self._own):
                self._declare_unsigned()

    def _beat(self) -> None:
        """Seal what is new; nothing new only when the last seal is old."""
        seals = self._seals
        if seals and (self.last_seq > seals.seq or time.monotonic() - seals.tried >= HEARTBEAT_S):
            self.seal()

    def _keep_sealed(self) -> None:
        """Not so many records wait for a seal that nobody could tell a slow disk from a removed checkpoint."""
        if self._signer is not None and self.last_seq - self.sealed_seq >= MOST_UNSEALED and not self._sealed_now():
            self._declare_unsigned()

    def _sealed_now(self) -> bool:
        if self._signer is None or self._seals is None:
            return False
        return self._seals.seal(self._signer, self.last_seq, self._head, self._tree)

    def _seal_or_refuse(self) -> None:
        if not self._sealed_now():
            raise StoreError(f"Nothing was retired: {self.signing}", hint="A retirement has to be signed.")

    def _declare_unsigned(self) -> None:
        if any(line.action == keys.UNSIGNED and line.seq > self.sealed_seq for line in self._own):
            return
        self._put(Act(Keeper(), keys.UNSIGNED, "journal", Result.DONE, reason=self.signing))

    def _put(self, act: Act) -> Recorded:
        seq = self.last_seq + 1
        at, mono = time.time_ns() // 1000, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
        record = describe(act, log_id=self.log_id, seq=seq, at=at, mono=mono, boot_id=self._boot_id, prev=self._head)
        try:
            digest, line = seal(record)
        except ValueError as error:
            raise StoreError(f"The act {act.action} cannot be recorded: {error}; it was not carried out.") from error
        if len(line) > RECORD_BYTES:
            raise StoreError(
                f"The record of {act.action} would take {len(line)} bytes, and {RECORD_BYTES} is the most; "
                "it was not carried out.",
                hint="Shorten the reason, or act on fewer things at once.",
            )
        self._files.add(line)
        self._head = digest
        self._tree.add(leaf_hash(digest))
        if act.action.startswith("journal."):
            self._own.append(LINES.decode(line))
        return Recorded(seq, at, digest.hex())

    def _followed(self, old: Sequence[Segment]) -> Chain:
        """The chain at the end of the oldest files, all of it checked."""
        try:
            state, _ = beginning(self._files.paths)
            for segment in old:
                state.follow(segment.path.read_bytes(), segment.path)
        except Break as end:
            raise broken(end.path, end.offset, str(end)) from end
        except OSError as error:
            raise failed(self.folder, "cannot be read", error) from error
        return state

    def _lines(self, low: int, high: int) -> list[tuple[Path, bytes]]:
        with self._guard:
            segments = self._files.frozen()
        try:
            return [(segment.path, line) for segment in segments for line in segment.lines(low, high)]
        except OSError as error:
            raise failed(self.folder, "cannot be read", error) from error


def _read(path: Path, line: bytes) -> Line:
    try:
        return LINES.decode(line)
    except UNREADABLE as error:
        raise broken(path, 0, f"a record in it cannot be read ({error})") from error
