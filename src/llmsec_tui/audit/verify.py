"""Re-derive the whole chain from the files, changing nothing."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from llmsec_tui.audit.record import GENESIS, read
from llmsec_tui.audit.segment import line_ends, number_of, segment_paths
from llmsec_tui.errors import StoreError


class Finding(StrEnum):
    """What verification found, best first."""

    VERIFIED = "verified"
    """Every record is as it was written. Whether later ones were cut off, the files alone cannot tell."""
    EMPTY = "empty"
    TORN = "torn"
    """All whole records verify, and behind them stand bytes of an unfinished one."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is proven, up to where, and where it ends."""

    finding: Finding
    last_seq: int
    """The last record that is proven to be as written, with all before it."""
    head: str
    """Its hash: keep it elsewhere, and a later cut or rewrite before it can be shown."""
    log_id: str
    problem: str = ""
    """A sentence for people; empty when all is well."""
    path: Path | None = None
    offset: int = 0
    """Byte in ``path`` where the problem begins."""

    @property
    def ok(self) -> bool:
        return self.finding in (Finding.VERIFIED, Finding.EMPTY)


class _Break(Exception):
    """Internal: the chain ends here."""

    def __init__(self, path: Path, offset: int, why: str) -> None:
        super().__init__(why)
        self.path = path
        self.offset = offset


@dataclass(slots=True)
class _Chain:
    last_seq: int = 0
    head: bytes = GENESIS
    log_id: str = ""

    def follow(self, line: bytes, path: Path, offset: int) -> None:
        """Add one line, or raise _Break saying why it does not belong here."""
        try:
            record = read(line)
        except ValueError as error:
            raise _Break(path, offset, str(error)) from error
        if record["seq"] != self.last_seq + 1:
            raise _Break(path, offset, f"its number is {record['seq']}")
        if record["prev"] != self.head.hex():
            raise _Break(path, offset, "it does not follow from the record before it")
        if self.log_id not in ("", record["log_id"]):
            raise _Break(path, offset, f"it belongs to another journal, {record['log_id']}")
        self.last_seq, self.head, self.log_id = record["seq"], bytes.fromhex(record["hash"]), record["log_id"]

    def verdict(self, finding: Finding, problem: str = "", path: Path | None = None, offset: int = 0) -> Verdict:
        head = self.head.hex() if self.last_seq else ""
        return Verdict(finding, self.last_seq, head, self.log_id, problem, path, offset)


def verify(folder: Path) -> Verdict:
    """Check every byte of the journal in ``folder``; it may be in use, then what is in it now is checked.

    Raises StoreError when the folder or a file cannot be read.
    """
    chain = _Chain()
    try:
        folder.stat()
        paths = segment_paths(folder)
        for position, path in enumerate(paths):
            if number_of(path) != position + 1:
                raise _Break(path, 0, f"file {position + 1} of the journal is missing")
            if (torn := _follow_file(chain, path)) is None:
                continue
            if position + 1 < len(paths):
                raise _Break(path, torn, "the file ends in half a record and more files follow")
            problem = f"Behind record {chain.last_seq}, {path.name} ends in half a record; a crash leaves such a tail."
            return chain.verdict(Finding.TORN, problem, path, torn)
    except _Break as end:
        problem = f"Record {chain.last_seq + 1} is broken ({end.path.name}, byte {end.offset}): {end}."
        return chain.verdict(Finding.BROKEN, problem, end.path, end.offset)
    except OSError as error:
        raise StoreError(
            f"The audit journal {folder} cannot be read: {error.strerror}; nothing was verified.",
            hint="Name the folder that holds 000001.jsonl, and run as a user who may read it.",
        ) from error
    return chain.verdict(Finding.VERIFIED if chain.last_seq else Finding.EMPTY)


def _follow_file(chain: _Chain, path: Path) -> int | None:
    """Follow one file's lines; the offset of an unfinished last line, or None."""
    data = path.read_bytes()
    start = 0
    for end in line_ends(data):
        chain.follow(data[start:end], path, start)
        start = end
    return start if start < len(data) else None
