"""Prove single records to people who see nothing else of the journal, and that it goes on from what it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llmsec_tui.audit import checkpoints, keys
from llmsec_tui.audit.checkpoints import Stored
from llmsec_tui.audit.files import broken, failed
from llmsec_tui.audit.following import Break, Chain
from llmsec_tui.audit.record import LINKS, unsealed
from llmsec_tui.audit.retirement import beginning
from llmsec_tui.audit.segment import segment_paths
from llmsec_tui.audit.tree import Tree
from llmsec_tui.errors import NotFound, StoreError


@dataclass(frozen=True, slots=True)
class Proven:
    """One record, and the path from it to the root that is signed. Hashes are hexadecimal."""

    seq: int
    record: str
    """Canonical, all but its hash."""
    hash: str
    path: list[str]


@dataclass(frozen=True, slots=True)
class Proofs:
    """Records that are proven by one checkpoint."""

    size: int
    note: str
    vkey: str
    records: list[Proven]


class SealedTree:
    """A journal's tree at its newest checkpoint, derived from the records; the records that were asked for with it."""

    def __init__(self, folder: Path, seqs: Sequence[int] = ()) -> None:
        """Raises StoreError when nothing is sealed, or when the journal is not what was sealed."""
        last = _last(folder)
        self.size = last.checkpoint.size
        self.note = last.data.decode()
        try:
            state, self._lines = _followed(folder, self.size, frozenset(seqs))
        except Break as end:
            raise broken(end.path, end.offset, str(end)) from end
        except OSError as error:
            raise failed(folder, "cannot be read", error) from error
        if state.states.get(self.size) != (last.checkpoint.root, last.checkpoint.head):
            raise broken(folder / checkpoints.FILE, last.offset, "the records are not those that were sealed")
        self._tree = state_tree(state)
        era = keys.era_at(known := keys.eras(state.own), self.size)
        self.vkey = known[era].key.vkey if era >= 0 else ""
        self._first = state.start + 1

    def proofs(self) -> Proofs:
        """Those of the records that were asked for; raises NotFound for one that is retired or not sealed yet."""
        return Proofs(self.size, self.note, self.vkey, [self._proven(seq, line) for seq, line in self._lines.items()])

    def consistency(self, since: int) -> list[str]:
        """The path that proves that the tree goes on from what it was at ``since`` records; raises NotFound."""
        try:
            return [node.hex() for node in self._tree.consistency(since, self.size)]
        except ValueError as error:
            raise NotFound(f"That cannot be proven: {error}.", hint=f"Give a number from 1 to {self.size}.") from error

    def _proven(self, seq: int, line: bytes) -> Proven:
        path = [node.hex() for node in self._tree.inclusion(seq - 1, self.size)]
        return Proven(seq, unsealed(line).decode(), LINKS.decode(line).hash, path)


def state_tree(state: Chain) -> Tree:
    """The tree of all records that were followed."""
    return Tree(state.before, state.leaves or [])


def _last(folder: Path) -> Stored:
    stored = [one for one in checkpoints.read(folder) if isinstance(one, Stored)]
    if not stored:
        raise StoreError(
            "No checkpoint of the journal is signed, so nothing of it can be proven.",
            hint="Have it signed: llmsec-tui audit key init",
        )
    return stored[-1]


def _followed(folder: Path, size: int, seqs: frozenset[int]) -> tuple[Chain, dict[int, bytes]]:
    paths = segment_paths(folder)
    state, index = beginning(paths)
    state.leaves = []
    state.want([size])
    if strange := [seq for seq in sorted(seqs) if not state.start < seq <= size]:
        raise NotFound(
            f"Record {strange[0]} cannot be proven: sealed are records {state.start + 1} to {size}.",
            hint="What is newer is sealed soon; what is older was retired.",
        )
    found: dict[int, bytes] = {}
    for path in paths[index:]:
        data, first = path.read_bytes(), state.seq + 1
        state.follow(data, path)
        here = sorted(seq for seq in seqs if first <= seq <= state.seq)
        if here:
            lines = data.split(b"\n")
            found.update((seq, lines[seq - first]) for seq in here)
    return state, found
