"""Write checkpoints: what the journal is, signed, on disk, one after another."""

import os
import time
from pathlib import Path
from threading import Lock

from llmsec_tui.audit import checkpoints, note
from llmsec_tui.audit.checkpoints import Checkpoint
from llmsec_tui.audit.files import open_segment, sync_folder, write_whole
from llmsec_tui.audit.note import Signer, Verifier
from llmsec_tui.audit.record import GENESIS
from llmsec_tui.audit.tree import Range
from llmsec_tui.errors import LlmsecError


class Seals:
    """The file of checkpoints, open for appending. Any thread may seal; one at a time does."""

    def __init__(self, folder: Path, log_id: str, boot_id: str, last: checkpoints.Stored | None) -> None:
        self._path = folder / checkpoints.FILE
        new = not self._path.exists()
        self._fd = open_segment(self._path)
        if new:
            sync_folder(folder)
        self._size = os.fstat(self._fd).st_size
        self._origin = checkpoints.origin(log_id)
        self._boot_id = boot_id
        self._previous = last.digest if last else GENESIS
        self._guard = Lock()
        self.note = last.data if last else b""
        """The newest one, as it is signed; empty when there is none."""
        self.seq = last.checkpoint.size if last else 0
        """The last record that a checkpoint covers."""
        self.problem = ""
        """Why the last try to seal came to nothing; empty while all is well."""
        self.tried = time.monotonic()
        """When there was the last try."""

    def verifier(self, signer: Signer) -> Verifier:
        """The public half of a signer, under this journal's name."""
        return Verifier(self._origin, signer.public)

    def seal(self, signer: Signer, seq: int, head: bytes, tree: Range) -> bool:
        """Sign what the journal is at record ``seq``; whether that is on disk. If not, ``problem`` says why."""
        with self._guard:
            if seq < self.seq or self._fd < 0:
                return seq <= self.seq
            self.tried = time.monotonic()
            checkpoint = Checkpoint(
                origin=self._origin,
                size=seq,
                root=tree.root(),
                head=head,
                nodes=tuple(tree.nodes),
                previous=self._previous,
                boot_id=self._boot_id,
                at=time.time_ns() // 1000,
            )
            try:
                signed = note.sign(checkpoints.text_of(checkpoint), self._origin, signer)
            except LlmsecError as error:
                self.problem = f"The journal could not be signed: {error.message} {error.hint}".rstrip()
                return False
            if self._written(signed + b"\n"):
                self.seq, self.note, self.problem = seq, signed, ""
                self._previous = checkpoints.digest(signed)
            return not self.problem

    def close(self) -> None:
        """Let go of the file."""
        with self._guard:
            os.close(self._fd)
            self._fd = -1

    def _written(self, data: bytes) -> bool:
        try:
            if os.fstat(self._fd).st_size != self._size:
                self.problem = (
                    f"Somebody else changed {self._path}; nothing more is signed. Run: llmsec-tui audit verify"
                )
                return False
            write_whole(self._fd, data)
            os.fsync(self._fd)
        except OSError as error:
            self.problem = f"A checkpoint could not be written to {self._path}: {error.strerror}."
            self._take_back()
            return False
        self._size += len(data)
        return True

    def _take_back(self) -> None:
        try:
            os.ftruncate(self._fd, self._size)
        except OSError as error:
            # The next try finds another size than it left, and signs nothing.
            self.problem = f"{self.problem} Half of it could not be removed: {error.strerror}."
