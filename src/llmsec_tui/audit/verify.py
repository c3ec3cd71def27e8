"""Re-derive the whole journal from its files, changing nothing, and say what is proven up to where."""

import fcntl
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llmsec_tui.audit import checkpoints
from llmsec_tui.audit.anchor_check import check_anchors
from llmsec_tui.audit.anchors import Anchored
from llmsec_tui.audit.checkpoints import Misread, Stored
from llmsec_tui.audit.following import Break, Chain
from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.retirement import beginning
from llmsec_tui.audit.seal_check import Expected, check_seals
from llmsec_tui.audit.segment import number_of, segment_paths
from llmsec_tui.audit.verdicts import Code, VerdictRow, Verification, verdict, worst_first
from llmsec_tui.errors import StoreError

_SETTLE_S = 0.02
_SETTLE_TIMES = 10


def verify(folder: Path, *, key: Verifier | None = None, anchors: Sequence[Anchored] = ()) -> Verification:
    """Check every byte of the journal in ``folder``; it may be in use, then what is in it now is checked.

    ``key`` is the one that is trusted to seal, by default the first that the journal itself names. ``anchors`` are what
    others have seen of it. Raises StoreError when the folder or a file cannot be read.
    """
    began = time.perf_counter()
    try:
        seen = _look(folder)
        state, rows = _followed(seen, [anchor.size for anchor in anchors])
    except OSError as error:
        raise StoreError(
            f"The audit journal {folder} cannot be read: {error.strerror}; nothing was verified.",
            hint="Name the folder that holds the journal's files, and run as a user who may read it.",
        ) from error
    broken = any(row.code == Code.BROKEN for row in rows)
    seals = check_seals(seen.stored, state, Expected(key, seen.live, broken))
    anchored = check_anchors(anchors, state, broken=broken)
    rows += [*seals.rows, *anchored.rows, *_remarks(state)]
    if not state.seq and not rows:
        rows.append(verdict(Code.EMPTY, "There is no record; whether there ever was one, the files alone cannot tell."))
    if seals.seq and all(row.ok for row in rows):
        outside = f", and up to {anchored.seq} by an anchor" if anchored.seq else ""
        words = f"Records up to {seals.seq} are as they were written, by seals of the key {seals.key_id}{outside}."
        rows.append(verdict(Code.VERIFIED, words))
    return Verification(
        verdicts=worst_first(rows),
        integrity=_integrity(rows, state, seals.seq),
        completeness=_completeness(rows, anchored.seq),
        verified_seq=state.seq,
        sealed_seq=seals.seq,
        anchored_seq=anchored.seq,
        anchored_at=anchored.at,
        head=state.head.hex() if state.seq else "",
        root=state.tree.root().hex() if state.seq else "",
        log_id=state.log_id,
        key_id=seals.key_id,
        records=state.seq - state.start,
        seconds=time.perf_counter() - began,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """The files as they were at one moment, which is all that is verified."""

    stored: list[Stored | Misread]
    files: list[tuple[Path, int]]
    """With their sizes, oldest first."""
    live: bool
    """Whether somebody writes."""


def _look(folder: Path) -> _Seen:
    folder.stat()
    live = _in_use(folder)
    # Checkpoints first: those that are made from here on are about records that are not read.
    stored = _settled(folder) if live else checkpoints.read(folder)
    return _Seen(stored, [(path, path.stat().st_size) for path in segment_paths(folder)], live)


def _settled(folder: Path) -> list[Stored | Misread]:
    """The checkpoints of a journal that is written to: half of one becomes a whole one in a moment."""
    for _ in range(_SETTLE_TIMES):
        stored = checkpoints.read(folder)
        if not (stored and isinstance(stored[-1], Misread) and stored[-1].torn):
            break
        time.sleep(_SETTLE_S)
    return stored


def _in_use(folder: Path) -> bool:
    try:
        fd = os.open(folder / "lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _followed(seen: _Seen, sizes: Sequence[int]) -> tuple[Chain, list[VerdictRow]]:
    """The chain as far as it holds, and what is wrong where it does not."""
    paths = [path for path, _ in seen.files]
    state = Chain()
    try:
        state, index = beginning(paths)
        sealed = [one.checkpoint.size for one in seen.stored if isinstance(one, Stored)]
        state.want([*sealed, *sizes])
        for position, (path, size) in enumerate(seen.files[index:]):
            if (number := number_of(paths[index]) + position) != number_of(path):
                raise Break(path, 0, f"file {number} of the journal is missing")
            torn = state.follow(_read(path, size), path)
            if torn is None:
                continue
            if path != paths[-1]:
                raise Break(path, torn, "the file ends in half a record and more files follow")
            if not (seen.live and _settles(path, torn)):
                words = f"Behind record {state.seq}, {path.name} ends in half a record; a crash leaves such a tail."
                return state, [verdict(Code.TORN_TAIL, f"{words} The next start of the collector sets it aside.")]
    except Break as end:
        words = f"Record {state.seq + 1} is broken ({end.path.name}, byte {end.offset}): {end}. What is in front holds."
        return state, [verdict(Code.BROKEN, words)]
    return state, []


def _read(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _settles(path: Path, offset: int) -> bool:
    """Whether what is at the end of a file that is written to becomes a whole line."""
    for _ in range(_SETTLE_TIMES):
        with path.open("rb") as file:
            file.seek(offset)
            if b"\n" in file.read():
                return True
        time.sleep(_SETTLE_S)
    return False


def _remarks(state: Chain) -> list[VerdictRow]:
    rows = []
    if state.backwards:
        words = f"Record {state.backwards[0]} is dated before the one in front of it"
        more = f", and so are {len(state.backwards) - 1} more" if len(state.backwards) > 1 else ""
        rows.append(verdict(Code.CLOCK_WENT_BACK, f"{words}{more}. Order is by number; the host's clock was set back."))
    if state.start:
        words = f"Records 1 to {state.start} were retired, on record, and are not in the files any more."
        rows.append(verdict(Code.RETIRED, words))
    return rows


def _integrity(rows: Sequence[VerdictRow], state: Chain, sealed_seq: int) -> str:
    codes = {row.code for row in rows}
    if codes & {Code.BROKEN, Code.FORK}:
        return "broken"
    if codes & {Code.WRONG_KEY, Code.NO_SEAL_WHERE_EXPECTED} or sealed_seq < state.seq:
        return "unsealed"
    return "whole" if state.seq else "empty"


def _completeness(rows: Sequence[VerdictRow], anchored_seq: int) -> str:
    if any(row.code == Code.TRUNCATED for row in rows):
        return "truncated"
    return "anchored" if anchored_seq else "unanchored"
