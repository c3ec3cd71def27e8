"""Go along the chain, record by record, and grow the tree: what verification and opening have in common."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from llmsec_tui.audit.record import GENESIS, LINES, LINKS, UNREADABLE, Line, chain
from llmsec_tui.audit.tree import Range

OWN = "journal."
"""What the names of the journal's own acts begin with: keys, retirements, mendings."""


class Break(Exception):
    """The chain ends here: the record at this place is not as it was written."""

    def __init__(self, path: Path, offset: int, why: str) -> None:
        super().__init__(why)
        self.path = path
        self.offset = offset


class _Misfit(ValueError):
    """It is a record, and not the one that belongs here."""


@dataclass(slots=True)
class Chain:
    """What is known of a journal up to some record."""

    seq: int = 0
    start: int = 0
    """The last record that was not followed: those up to it are retired, or known by a checkpoint."""
    head: bytes = GENESIS
    log_id: str = ""
    tree: Range = field(default_factory=Range)
    before: Range = field(default_factory=Range)
    """The tree at ``start``."""
    at: int = 0
    own: list[Line] = field(default_factory=list)
    """The records of the journal's own acts."""
    backwards: list[int] = field(default_factory=list)
    """The records that are dated before the one in front of them."""
    leaves: list[bytes] | None = None
    """What the tree holds of each record that is followed, where somebody wants to prove one."""
    states: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    """Root and head at each of the sizes that were wanted."""
    _wanted: list[int] = field(default_factory=list)
    """Descending."""

    def want(self, sizes: Iterable[int]) -> None:
        """Have ``states`` filled for these sizes, as far as they are still to come."""
        self._wanted = sorted({size for size in sizes if size >= self.seq}, reverse=True)
        self._note()

    def follow(self, data: bytes, path: Path, offset: int = 0) -> int | None:
        """Add the lines of a file; the offset of an unfinished last one, or None.

        Raises Break at the first record that does not belong where it stands.
        """
        lines = data.split(b"\n")
        tail = lines.pop()
        for line in lines:
            try:
                self._add(line)
            except _Misfit as error:
                raise Break(path, offset, str(error)) from error
            except UNREADABLE as error:
                raise Break(path, offset, f"it is no journal record ({error})") from error
            offset += len(line) + 1
        return offset if tail else None

    def _add(self, line: bytes) -> None:
        link = LINKS.decode(line)
        if link.seq != self.seq + 1:
            raise _Misfit(f"its number is {link.seq} where {self.seq + 1} belongs")
        digest = chain(link.v, self.head, line)
        if link.prev != self.head.hex():
            raise _Misfit("it does not follow from the record before it")
        if link.hash != digest.hex():
            raise _Misfit("its hash does not fit its content")
        if link.log_id != self.log_id:
            if self.log_id:
                raise _Misfit(f"it belongs to another journal, {link.log_id}")
            self.log_id = link.log_id
        if link.at < self.at:
            self.backwards.append(link.seq)
        if link.action.startswith(OWN):
            self.own.append(LINES.decode(line))
        self.seq, self.head, self.at = link.seq, digest, link.at
        leaf = sha256(b"\0" + digest).digest()
        self.tree.add(leaf)
        if self.leaves is not None:
            self.leaves.append(leaf)
        if self._wanted and self._wanted[-1] == self.seq:
            self._note()

    def _note(self) -> None:
        while self._wanted and self._wanted[-1] <= self.seq:
            self.states[self._wanted.pop()] = (self.tree.root(), self.head)
