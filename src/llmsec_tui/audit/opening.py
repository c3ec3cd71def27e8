"""Find a journal as it was left: mend what a crash tore, and refuse to build upon what somebody changed."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from llmsec_tui.audit import checkpoints, keys
from llmsec_tui.audit.checkpoints import Misread, Stored
from llmsec_tui.audit.files import broken, open_segment, set_tail_aside, sync_folder
from llmsec_tui.audit.following import OWN, Break, Chain
from llmsec_tui.audit.record import LINES, LINKS, UNREADABLE, Facts, Line, chain
from llmsec_tui.audit.retirement import beginning
from llmsec_tui.audit.segment import Segment, offsets_of, segment_path, segment_paths, whole_lines

_BEGINNING = b'{"action":"' + OWN.encode()


@dataclass(frozen=True, slots=True)
class Found:
    """A journal as it was left."""

    segments: list[Segment]
    """Never empty; the last one is for appending."""
    state: Chain
    """At the newest record."""
    last: Stored | None
    """The newest checkpoint."""
    own: list[Line]
    """The records of the journal's own acts."""
    mended: dict[str, Facts]
    """The files that torn bytes were moved to, and what these are."""


def find(folder: Path) -> Found:
    """Read the journal in ``folder``, which must be locked; a new one gets its first file.

    Every record behind the newest checkpoint is checked. Raises StoreError when one of them, or that checkpoint, is not
    as it was written, and OSError.
    """
    paths = segment_paths(folder) or [segment_path(folder, 1)]
    os.close(open_segment(paths[-1]))
    sync_folder(folder)
    mended = dict(_mended(folder, paths[-1]))
    try:
        state, index = beginning(paths)
        for leftover in paths[:index]:
            leftover.unlink()
        loaded = [_load(path) for path in paths[index:]]
        segments, own = [segment for segment, _ in loaded], [line for _, lines in loaded for line in lines]
        last = _last_checkpoint(folder)
        if last is not None:
            state = _resumed(state, segments, own, last)
            state.want([last.checkpoint.size])
        _follow(state, segments)
        keys.eras(own)
    except Break as end:
        raise broken(end.path, end.offset, str(end)) from end
    except ValueError as error:
        raise broken(folder, 0, f"it names a key that is none ({error})") from error
    if last is not None:
        _compare(state, last, folder / checkpoints.FILE)
    if segments[-1].records == 0:
        segments[-1].first_seq = state.seq + 1
    return Found(segments, state, last, own, mended)


def _mended(folder: Path, newest: Path) -> Iterator[tuple[str, Facts]]:
    for path, whole in ((newest, whole_lines), (folder / checkpoints.FILE, checkpoints.whole_notes)):
        if path.exists() and (torn := set_tail_aside(folder, path, whole)) is not None:
            aside, size, digest = torn
            yield aside.name, {"file": path.name, "bytes": size, "sha256": digest}


def _load(path: Path) -> tuple[Segment, list[Line]]:
    """A file of the journal, and the journal's own acts in it."""
    data = path.read_bytes()
    offsets = offsets_of(data)
    try:
        first = LINKS.decode(data[: offsets[1]]).seq if len(offsets) > 1 else 0
        own = [LINES.decode(line) for line in data.split(b"\n") if line.startswith(_BEGINNING)]
    except UNREADABLE as error:
        raise Break(path, 0, f"a record in it is none ({error})") from error
    return Segment(path, first, offsets), own


def _last_checkpoint(folder: Path) -> Stored | None:
    stored = checkpoints.read(folder)
    if not stored:
        return None
    if isinstance(last := stored[-1], Misread):
        raise Break(folder / checkpoints.FILE, last.offset, f"the last checkpoint is broken: {last.why}")
    return last


def _resumed(start: Chain, segments: Sequence[Segment], own: Sequence[Line], last: Stored) -> Chain:
    """The chain at the last checkpoint where the journal's own key vouches for it; else at the beginning.

    That way a start reads only what is not sealed yet, however long the journal is.
    """
    sealed = last.checkpoint
    try:
        known = keys.eras(own)
    except ValueError:
        return start
    home = next((one for one in segments if one.first_seq <= sealed.size < one.first_seq + one.records), None)
    if not known or home is None or not known[-1].key.signed(last.note):
        return start
    line = home.lines(sealed.size, sealed.size)[0]
    try:
        link = LINKS.decode(line)
        if chain(link.v, bytes.fromhex(link.prev), line) != sealed.head:
            return start
    except UNREADABLE:
        return start
    return Chain(
        seq=sealed.size, start=sealed.size, head=sealed.head, log_id=link.log_id, tree=sealed.range, at=link.at
    )


def _follow(state: Chain, segments: Sequence[Segment]) -> None:
    for segment in segments:
        skipped = max(state.seq + 1 - segment.first_seq, 0)
        if skipped >= segment.records:
            continue
        start = segment.offsets[skipped]
        with segment.path.open("rb") as file:
            file.seek(start)
            data = file.read(segment.size - start)
        state.follow(data, segment.path, start)


def _compare(state: Chain, last: Stored, path: Path) -> None:
    """Nothing is built upon a journal that is not the one that was sealed."""
    sealed = last.checkpoint
    if sealed.size > state.seq:
        missing = f"records {state.seq + 1} to {sealed.size} are gone, which a checkpoint has seen"
        raise broken(path, last.offset, missing)
    if state.states[sealed.size] != (sealed.root, sealed.head):
        raise broken(path, last.offset, f"the records up to {sealed.size} are not those that were sealed")
