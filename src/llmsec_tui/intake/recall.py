"""What is known of files from before: their checkpoints, and which names are taken."""

from collections import defaultdict
from collections.abc import Iterable

from llmsec_tui.intake.archive import fingerprint
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.identity import Continuity, continuity, source_id
from llmsec_tui.intake.kin import Kin
from llmsec_tui.intake.members import SEPARATOR


class Recall:
    """Checkpoints of files that are not being followed at the moment, found by inode or by path."""

    def __init__(self, checkpoints: Iterable[Checkpoint]) -> None:
        self._by_inode: defaultdict[int, list[Checkpoint]] = defaultdict(list)
        self._by_path: defaultdict[str, list[Checkpoint]] = defaultdict(list)
        self._kept: dict[str, Checkpoint] = {}
        self._generations: dict[str, int] = {}
        self._names: set[str] = set()
        self._members: dict[str, Checkpoint] = {}
        self._archives: set[str] = set()
        self._read: set[tuple[bytes, bytes]] = set()
        self.kin = Kin()
        for checkpoint in checkpoints:
            self.keep(checkpoint)

    def keep(self, checkpoint: Checkpoint) -> None:
        """Remember a file that is not followed any more."""
        known = self._generations.get(checkpoint.path, 0)
        self._generations[checkpoint.path] = max(known, checkpoint.generation)
        self._names.add(checkpoint.source_id)
        if checkpoint.member:
            self._members[checkpoint.path] = checkpoint
            # A name may have the separator in it, so any part before one may be the archive.
            parts = checkpoint.path.split(SEPARATOR)
            self._archives.update(SEPARATOR.join(parts[:count]) for count in range(1, len(parts)))
            if checkpoint.packed:
                self._read.add((checkpoint.packed, checkpoint.member))
            return
        self.kin.note(checkpoint)
        self.drop(checkpoint)
        if checkpoint.inode:
            self._kept[checkpoint.source_id] = checkpoint
            self._by_inode[checkpoint.inode].append(checkpoint)
            self._by_path[checkpoint.path].append(checkpoint)

    def member(self, path: str) -> Checkpoint | None:
        """How far a member of a zip archive was read that was last called so."""
        return self._members.get(path)

    def has_read(self, packed: bytes, member: bytes) -> bool:
        """Whether this member of this archive was read, whatever the archive was called."""
        return (packed, member) in self._read

    def drop(self, checkpoint: Checkpoint) -> None:
        """This source is followed again, or nothing can continue it."""
        if old := self._kept.pop(checkpoint.source_id, None):
            self._by_inode[old.inode].remove(old)
            self._by_path[old.path].remove(old)

    def all(self) -> list[Checkpoint]:
        """Every checkpoint that could be continued."""
        return [checkpoint for same in self._by_inode.values() for checkpoint in same]

    def known_paths(self) -> set[str]:
        """Every path under which a file was ever followed."""
        return self._archives | self._generations.keys()

    def recognise(self, path: str, descriptor: int, inode: int) -> Checkpoint | None:
        """The checkpoint that this open file continues, under whatever name it was taken."""
        same = sorted(self._by_inode.get(inode, ()), key=lambda one: (one.offset, one.generation), reverse=True)
        for checkpoint in same:
            # Of a file of which nothing was read there is nothing to recognise but its name.
            provable = checkpoint.offset > 0 or checkpoint.path == path
            if checkpoint.packed:
                if checkpoint.packed == fingerprint(descriptor):
                    return checkpoint
                continue
            if provable and continuity(descriptor, checkpoint) is Continuity.SAME:
                return checkpoint
        return None

    def latest(self, path: str) -> Checkpoint | None:
        """The checkpoint of the last file under this path; None if that one is followed or dead."""
        newest = self._generations.get(path)
        return next((one for one in self._by_path.get(path, ()) if one.generation == newest), None)

    def generation(self, path: str) -> int:
        """The number of the last file under this path, 1 if there was none yet."""
        return self._generations.get(path, 1)

    def next_generation(self, path: str) -> int:
        """The number of a file that is new under this path; its name was never used before."""
        generation = self._generations.get(path, 0) + 1
        while source_id(path, generation) in self._names:
            generation += 1
        self._generations[path] = generation
        self._names.add(source_id(path, generation))
        return generation
