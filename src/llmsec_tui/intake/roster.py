"""Which files are followed, and what happens when a path leads to another file than before."""

import os
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.descriptors import Descriptors
from llmsec_tui.intake.files import last_line_start, list_inodes, open_found, open_readonly
from llmsec_tui.intake.followed import Followed
from llmsec_tui.intake.identity import Continuity, continuity, source_id
from llmsec_tui.intake.recall import Recall
from llmsec_tui.intake.records import Notice, NoticeKind, Progress, Read, SourceState

GONE = (FileNotFoundError, NotADirectoryError)
_ENDED = 1000
"""So many files that are gone stay in the list of sources."""
_KINDS = {Continuity.TRUNCATED: NoticeKind.TRUNCATED, Continuity.REPLACED: NoticeKind.REPLACED}


class Roster:
    """Every file is either at a path, or retired: it lost its path and is read to its end."""

    def __init__(self, checkpoints: Iterable[Checkpoint], open_files: int) -> None:
        self.recall = Recall(checkpoints)
        self.at: dict[str, Followed] = {}
        self.retired: list[Followed] = []
        self.ended: OrderedDict[str, Progress] = OrderedDict()
        self.unreadable: dict[str, Progress] = {}
        self.descriptors = Descriptors(open_files)
        self.read = Read()
        """What is being put together for the next answer."""
        self._by_key: dict[tuple[int, int], Followed] = {}

    def __iter__(self) -> Iterator[Followed]:
        yield from self.retired
        yield from self.at.values()

    def tell(self, followed: Followed, kind: NoticeKind, message: str) -> None:
        """Say what happened to a file."""
        place = (followed.source_id, followed.path, followed.position)
        self.read.notices.append(Notice(*place, kind, message))

    def enter(self, path: str, *, skip: bool = False) -> Followed | None:
        """Follow the file under this path, from its last line on if ``skip``; returns it if it is an unknown one."""
        try:
            descriptor = open_readonly(path)
        except GONE:
            return None
        except OSError as error:
            self._cannot_open(path, error)
            return None
        self.unreadable.pop(path, None)
        self.ended.pop(path, None)
        if self._is_followed(path, descriptor):
            os.close(descriptor)
            return None
        now = os.fstat(descriptor)
        if seen := self.recall.recognise(path, descriptor, now.st_ino):
            self.recall.drop(seen)
            self._put(Followed.resume(path, seen, descriptor))
            return None
        last = self.recall.latest(path)
        if last is not None:
            self._break_with(last, descriptor)
        offset = last_line_start(descriptor, now.st_size) if skip and last is None else 0
        followed = Followed.begin(path, self.recall.next_generation(path), descriptor, offset)
        self._put(followed)
        return followed if last is None else None

    def look(self, path: str) -> bool:
        """Whether a path still leads to its file."""
        followed = self.at[path]
        try:
            now = os.stat(path)  # noqa: PTH116 - thousands of these a second
        except GONE:
            return False
        except OSError as error:
            self.fail(followed, error)
            return True
        if (now.st_dev, now.st_ino) != followed.key:
            return False
        followed.look(now)
        return True

    def retire(self, followed: Followed, now: float) -> None:
        """The path of this file leads to it no more."""
        if self.at.get(followed.path) is followed:
            del self.at[followed.path]
        followed.quiet_since = now
        followed.dirty = followed.descriptor is not None
        self._by_key[followed.key] = followed
        self.retired.append(followed)

    def settle(self, lost: Collection[Followed]) -> None:
        """After others were looked for under new paths: what became of these retired files?"""
        for followed in lost:
            if followed not in self.retired:
                continue
            if successor := self.at.get(followed.path):
                successor.after = followed
                self.tell(followed, NoticeKind.REPLACED, broken(followed.path, followed.position, Continuity.REPLACED))
            if followed.descriptor is None:
                self._reopen(followed)

    def renew(self, followed: Followed, how: Continuity) -> Followed:
        """The content of an open file was exchanged: begin it again as a new generation."""
        self.tell(followed, _KINDS[how], broken(followed.path, followed.position, how))
        descriptor = followed.hand_over()
        followed.finish(self.read)
        self.read.checkpoints.append(followed.checkpoint(dead=True))
        self.descriptors.forget(followed)
        renewed = Followed.begin(followed.path, self.recall.next_generation(followed.path), descriptor)
        renewed.quiet_since = followed.quiet_since
        if followed in self.retired:
            self.retired[self.retired.index(followed)] = renewed
            self._by_key[renewed.key] = renewed
            self.descriptors.use(renewed)
        else:
            self._put(renewed)
        return renewed

    def end(self, followed: Followed) -> None:
        """Nothing more comes from a retired file."""
        deleted = followed.descriptor is not None and os.fstat(followed.descriptor).st_nlink == 0
        followed.finish(self.read)
        self.retired.remove(followed)
        self.descriptors.forget(followed)
        if self._by_key.get(followed.key) is followed:
            del self._by_key[followed.key]
        checkpoint = followed.checkpoint(dead=deleted)
        self.read.checkpoints.append(checkpoint)
        self.recall.keep(checkpoint)
        if followed.path not in self.at:
            self.tell(followed, NoticeKind.GONE, f"{followed.path} is gone; it was read to its end.")
            self.ended[followed.path] = replace(followed.progress(), state=SourceState.GONE)
            while len(self.ended) > _ENDED:
                self.ended.popitem(last=False)

    def fail(self, followed: Followed, error: OSError) -> None:
        """A followed file cannot be read at the moment; said once."""
        problem = f"{followed.path} cannot be read: {error.strerror}. It is tried again several times a second."
        if followed.problem != problem:
            self.tell(followed, NoticeKind.UNREADABLE, problem)
        followed.fail(problem)

    def resume_moved(self, roots: Iterable[Path], now: float) -> None:
        """Read on in files below ``roots`` that were renamed, while nobody looked, to where no pattern finds them."""
        roots = list(roots)
        listings: dict[Path, dict[int, str]] = {}
        for seen in self.recall.all():
            path = Path(seen.path)
            if not any(one == path or one in path.parents for one in roots):
                continue
            if path.parent not in listings:
                listings[path.parent] = list_inodes(path.parent)
            descriptor = open_found(listings[path.parent], seen.inode)
            if descriptor is None:
                continue
            there = os.fstat(descriptor)
            known = (there.st_dev, there.st_ino) in self._by_key
            provable = seen.offset > 0 and continuity(descriptor, seen) is Continuity.SAME
            if known or not provable or there.st_size == seen.offset:
                os.close(descriptor)
                continue
            self.recall.drop(seen)
            moved = Followed.resume(seen.path, seen, descriptor)
            self.retire(moved, now)
            self.descriptors.use(moved)
            if successor := self.at.get(seen.path):
                successor.after = moved

    def _put(self, followed: Followed) -> None:
        self.at[followed.path] = followed
        self._by_key[followed.key] = followed
        if followed.descriptor is not None:
            self.descriptors.use(followed)

    def _is_followed(self, path: str, descriptor: int) -> bool:
        """Whether this file is followed already; one that lost its path goes on under the new one."""
        now = os.fstat(descriptor)
        known = self._by_key.get((now.st_dev, now.st_ino))
        if known is None:
            return False
        if known.quiet_since is None:
            # Another name for it, or a rename that the next sweep notices.
            return True
        # As long as a file is open its inode is not given to another one; its content may still have been exchanged,
        # which the next read notices.
        if known.descriptor is None and not known.is_still(descriptor):
            return False
        self.retired.remove(known)
        known.rename(path)
        self._put(known)
        return True

    def _cannot_open(self, path: str, error: OSError) -> None:
        problem = f"{path} cannot be read: {error.strerror}. It is tried again every second."
        name = source_id(path, self.recall.generation(path))
        if path not in self.unreadable:
            self.read.notices.append(Notice(name, path, 0, NoticeKind.UNREADABLE, problem))
        self.unreadable[path] = Progress(name, path, SourceState.UNREADABLE, problem, 0, 0, 0, None)

    def _break_with(self, last: Checkpoint, descriptor: int) -> None:
        """The file under a known path is not the one that its checkpoint was taken of."""
        how = continuity(descriptor, last)
        message = broken(last.path, last.offset, how)
        self.read.notices.append(Notice(last.source_id, last.path, last.offset, _KINDS[how], message))
        if last.inode == os.fstat(descriptor).st_ino:
            self.recall.drop(last)
            self.read.checkpoints.append(replace(last, inode=0))

    def _reopen(self, followed: Followed) -> None:
        """Find a file that was renamed while it was not open."""
        descriptor = open_found(list_inodes(Path(followed.path).parent), followed.key[1])
        if descriptor is not None and followed.is_still(descriptor):
            followed.descriptor = descriptor
            followed.dirty = True
            self.descriptors.use(followed)
            return
        if descriptor is not None:
            os.close(descriptor)
        followed.dirty = False
        followed.quiet_since = float("-inf")


def broken(path: str, offset: int, how: Continuity) -> str:
    """What a break in a file means for its data, as a sentence."""
    if how is Continuity.TRUNCATED:
        return (
            f"{path} was cut after {offset:,} of its bytes had been read. It is read again from its beginning; what was"
            f" written just before the cut may be lost."
        )
    return (
        f"{path} was replaced by another file after {offset:,} bytes of it had been read. The old one is read to its"
        f" end if it still exists, the new one from its beginning."
    )
