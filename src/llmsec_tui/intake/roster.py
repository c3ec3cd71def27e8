"""Which files are followed, and what happens when a path leads to another file than before."""

import os
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from llmsec_tui.intake.archive import Archive, is_archive
from llmsec_tui.intake.checkpoint import HEAD_BYTES, Checkpoint
from llmsec_tui.intake.descriptors import Descriptors
from llmsec_tui.intake.files import last_line_start, list_inodes, open_found, open_readonly
from llmsec_tui.intake.followed import Followed
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.identity import Continuity, before, continuity, digest, head, source_id
from llmsec_tui.intake.kin import PACKED_SUFFIXES, family, origins
from llmsec_tui.intake.recall import Recall
from llmsec_tui.intake.records import Notice, NoticeKind, Progress, Read, SourceState

GONE = (FileNotFoundError, NotADirectoryError)
_ENDED = 1000
"""So many files that are gone stay in the list of sources."""
_KINDS = {
    Continuity.TRUNCATED: NoticeKind.TRUNCATED,
    Continuity.REWRITTEN: NoticeKind.REPLACED,
    Continuity.REPLACED: NoticeKind.REPLACED,
    Continuity.COPY: NoticeKind.REPLACED,
}


class Roster:
    """Every file is either at a path, or retired: it lost its path and is read to its end."""

    def __init__(self, checkpoints: Iterable[Checkpoint], open_files: int) -> None:
        self.recall = Recall(checkpoints)
        self.at: dict[str, Followed] = {}
        self.retired: list[Followed] = []
        self.ended: OrderedDict[str, Progress] = OrderedDict()
        self.unreadable: dict[str, Progress] = {}
        self.descriptors = Descriptors(open_files)
        self.archives: dict[str, Archive] = {}
        self._shared: dict[str, Checkpoint] = {}
        self.copies: dict[str, tuple[str, int]] = {}
        """Paths of files that are copies of what is followed elsewhere, with the source that they wait for and the size
        up to which they were seen to be the same."""
        self.deferred = False
        """A file was not entered because another one has to be read first."""
        self.read = Read()
        """What is being put together for the next answer."""
        self._resumable: dict[str, Checkpoint] = {}
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
        packed = is_archive(descriptor)
        if not packed and self._is_followed(path, descriptor):
            os.close(descriptor)
            return None
        if not skip and self._has_unread_origin(path):
            # What it shares with that one cannot be told yet.
            os.close(descriptor)
            self.deferred = True
            return None
        if packed:
            self._enter_archive(path, descriptor, skip=skip)
            return None
        now = os.fstat(descriptor)
        seen = self.recall.recognise(path, descriptor, now.st_ino)
        # An inode is given to the next file; whose content goes on for longer is nearer kin.
        copied = None if skip else self._copied_from(path, descriptor, now.st_size)
        if seen and not (copied and copied.source_id != seen.source_id and copied.offset >= seen.offset):
            self.recall.drop(seen)
            self._put(Followed.resume(path, seen, descriptor))
            return None
        if copied:
            self._enter_copy(path, copied, descriptor)
            return None
        if not skip and self._is_beginning_of_another(path, descriptor, now.st_size):
            os.close(descriptor)
            return None
        _, shared = self.copies.get(path, ("", 0))
        known = self._unshare(path)
        last = self.recall.latest(path)
        if last is not None:
            self._break_with(last, descriptor)
        offset = last_line_start(descriptor, now.st_size) if skip and last is None else 0
        if known is not None and known.inode == now.st_ino and shared <= now.st_size:
            # So much was read in the file that it was a copy of; that one has ended, or they differ by now.
            offset = last_line_start(descriptor, shared)
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
        if any(name == followed.source_id for name, _ in self.copies.values()):
            # The copy has the rest of it.
            self.read.checkpoints.append(followed.checkpoint(dead=True))
            self.recall.kin.note(self.read.checkpoints[-1])
        else:
            self._tell_of_gap(followed)
            self._finish(followed, dead=True)
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
        checkpoint = self._finish(followed, dead=deleted)
        self._forget(followed)
        self.recall.keep(checkpoint)
        if followed.path not in self.at:
            self.tell(followed, NoticeKind.GONE, f"{followed.path} is gone; it was read to its end.")
            self.ended[followed.path] = replace(followed.progress(), state=SourceState.GONE)
            while len(self.ended) > _ENDED:
                self.ended.popitem(last=False)

    def has_heirs(self) -> bool:
        """Whether a copy or an archive can go on now, because the file that it was made from was read or has ended."""
        for archive in self.archives.values():
            archive.wake()
        return self.deferred or any(self._of(name) is None for name, _ in self.copies.values())

    def note(self) -> None:
        """Take down how far everything was read."""
        for followed in self:
            if followed.unsaved:
                self.read.checkpoints.append(followed.checkpoint())
                followed.unsaved = False
        for archive in self.archives.values():
            if archive.unsaved and (checkpoint := archive.checkpoint()):
                self.recall.drop(checkpoint)
                self.read.checkpoints.append(checkpoint)
                archive.unsaved = False
        for checkpoint in self.read.checkpoints:
            if checkpoint in self._shared.values():
                continue
            self.recall.kin.note(self._resumable.pop(checkpoint.source_id, checkpoint))

    def look_at_archives(self, paths: Collection[str]) -> None:
        """Whether their paths, among the ``paths`` that are there, still lead to them, and whether there is more."""
        for path, archive in list(self.archives.items()):
            try:
                now = os.stat(path)  # noqa: PTH116 - the same as for every other file
                if path in paths and (now.st_dev, now.st_ino) == archive.key:
                    archive.look(now)
                    continue
            except OSError:
                pass  # Whoever looks for new files tells what is wrong.
            del self.archives[path]
            archive.close()
            if checkpoint := archive.checkpoint():
                self.recall.keep(checkpoint)

    def unpack(self, archive: Archive, limit: int) -> int:
        """Read from an archive; how many bytes of content it were."""
        try:
            return archive.pull(limit, self.read)
        except OSError as error:
            del self.archives[archive.path]
            archive.close()
            self._cannot_open(archive.path, error)
            return 0

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
            if seen.packed:
                continue
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
        if known.descriptor is None:
            size = os.fstat(descriptor).st_size
            copied = self._copied_from(path, descriptor, size)
            nearer = copied and copied.source_id != known.source_id and copied.offset > known.offset
            if nearer or not known.is_still(descriptor):
                return False
        self.retired.remove(known)
        known.rename(path)
        self._put(known)
        return True

    def _copied_from(self, path: str, descriptor: int, size: int) -> Checkpoint | None:
        beginning = os.pread(descriptor, HEAD_BYTES, 0)
        return self.recall.kin.original(path, size, partial(os.pread, descriptor), beginning)

    def _enter_copy(self, path: str, mark: Checkpoint, descriptor: int) -> None:
        """Read on in a file whose beginning was read under another inode, or wait for that one's end."""
        size = os.fstat(descriptor).st_size
        original = self._of(mark.source_id)
        if original is not None and self._is_over(original):
            mark = self._finish(original)
            self._forget(original)
            original = None
        if original is None and mark.offset > size:
            self._unshare(path)
            start = last_line_start(descriptor, size)
            self._put(Followed.begin(path, self.recall.next_generation(path), descriptor, start))
            return
        if original is None and not self._is_taken(mark.source_id):
            self._unshare(path)
            self.recall.drop(mark)
            self._put(Followed.resume(path, mark, descriptor))
            return
        if original is None or self._has_diverged(original, descriptor):
            self._unshare(path)
            start = min(mark.offset, last_line_start(descriptor, size))
            self._put(Followed.begin(path, self.recall.next_generation(path), descriptor, start))
            return
        told = path in self.copies
        self._share(path, descriptor, original, size)
        os.close(descriptor)
        if not told:
            message = f"{path} is a copy of {original.path}, which is followed; what they share is not read twice."
            self.tell(original, NoticeKind.FOUND, message)

    def is_late_copy(self, followed: Followed) -> bool:
        """Whether a file that was empty when it appeared was made a copy of another one since; then it enters anew."""
        if followed.descriptor is None or followed.compared or not followed.size:
            return False
        followed.compared = True
        path, descriptor = followed.path, followed.descriptor
        copied = self._copied_from(path, descriptor, followed.size)
        is_copy = self._has_unread_origin(path) or (copied and copied.source_id != followed.source_id)
        if not is_copy and not self._is_beginning_of_another(path, descriptor, followed.size):
            return False
        if self.at.get(path) is not followed:
            return False
        del self.at[path]
        if self._by_key.get(followed.key) is followed:
            del self._by_key[followed.key]
        self.descriptors.forget(followed)
        followed.close()
        self.read.checkpoints.append(followed.checkpoint(dead=True))
        self.deferred = True
        return True

    def _is_beginning_of_another(self, path: str, descriptor: int, size: int) -> bool:
        """Whether so far a file holds what one that it may be made from begins with: a copy that is not complete."""
        for original in self._origins(path):
            try:
                is_open = original.open() and original.descriptor is not None
            except OSError:
                continue
            if not is_open or original.descriptor is None or not size or not original.offset:
                continue
            if not self._is_still(original) or original.size < size:
                continue
            same = head(descriptor, size) == head(original.descriptor, size)
            if same and before(descriptor, size) == before(original.descriptor, size):
                self._share(path, descriptor, original, size)
                return True
        return False

    def _share(self, path: str, descriptor: int, original: Followed, size: int) -> None:
        """Wait for the end of the original; and should nobody look when it ends, know what was read of the copy."""
        self.copies[path] = (original.source_id, size)
        offset = original.offset if original.offset <= size else last_line_start(descriptor, size)
        known = self._shared.get(path)
        there = os.fstat(descriptor)
        if known is not None and (known.inode, known.offset) == (there.st_ino, offset):
            return
        generation = known.generation if known else self.recall.next_generation(path)
        self._shared[path] = shared = Checkpoint(
            source_id=source_id(path, generation),
            path=path,
            generation=generation,
            device=there.st_dev,
            inode=there.st_ino,
            offset=offset,
            records=0,
            head=digest(head(descriptor, offset)),
            head_length=min(HEAD_BYTES, offset),
            anchor=digest(before(descriptor, offset)),
            framing=original.checkpoint().framing,
        )
        self.read.checkpoints.append(shared)

    def _unshare(self, path: str) -> Checkpoint | None:
        """A copy is read on its own account from here on; what was known of it before."""
        self.copies.pop(path, None)
        known = self._shared.pop(path, None)
        if known is not None:
            self.read.checkpoints.append(replace(known, inode=0, offset=0))
        return known

    def _origins(self, path: str) -> list[Followed]:
        names = set(origins(path))
        found = [self.at[name] for name in names if name in self.at]
        return found + [followed for followed in self.retired if followed.path in names]

    def _has_unread_origin(self, path: str) -> bool:
        """Whether a file that this one may have been made from has to be read before they can be compared."""
        found = self._origins(path)
        if path.endswith(PACKED_SUFFIXES):
            # It may have got another number since.
            found += [one for one in self if family(one.path) == family(path)]
        return any(self._has_to_be_read(one) for one in found)

    def _has_to_be_read(self, followed: Followed) -> bool:
        if followed.state is SourceState.UNREADABLE:
            return False
        if not followed.offset and (self._size_of(followed.source_id) or 0) > followed.position:
            return True
        try:
            return followed.open() and followed.descriptor is not None and not self._is_still(followed)
        except OSError:
            return False

    def _is_still(self, followed: Followed) -> bool:
        """Whether an open file has not been cut; if it has, it ends with the next read."""
        assert followed.descriptor is not None
        self.descriptors.use(followed)
        if followed.is_still(followed.descriptor):
            return True
        followed.dirty = True
        return False

    def _is_over(self, original: Followed) -> bool:
        """Whether a file was removed and read to its end, so that another can take its place at once."""
        if original.quiet_since is None or original.descriptor is None or not original.is_still(original.descriptor):
            return False
        now = os.fstat(original.descriptor)
        return now.st_nlink == 0 and original.position >= now.st_size

    def _has_diverged(self, original: Followed, descriptor: int) -> bool:
        """Whether a copy has other bytes than its original, which is still what it was."""
        try:
            if not original.open() or original.descriptor is None:
                return False
            if not self._is_still(original):
                return False
        except OSError:
            return False
        size = os.fstat(descriptor).st_size
        return before(original.descriptor, size) != before(descriptor, size)

    def _enter_archive(self, path: str, descriptor: int, *, skip: bool) -> None:
        others = (self.recall.kin, self._begin_archive, self._size_of)
        inode = os.fstat(descriptor).st_ino
        if seen := self.recall.recognise(path, descriptor, inode):
            self.recall.drop(seen)
            self.archives[path] = Archive.finished(path, descriptor, seen, *others)
        elif skip:
            self.archives[path] = Archive.finished(path, descriptor, self._begin_archive(path), *others)
        else:
            self.archives[path] = Archive(path, descriptor, *others)
        os.close(descriptor)

    def _begin_archive(self, path: str) -> Checkpoint:
        generation = self.recall.next_generation(path)
        nothing = digest(b"")
        name = source_id(path, generation)
        return Checkpoint(name, path, generation, 0, 0, 0, 0, nothing, 0, nothing, Framing.UNKNOWN)

    def _of(self, name: str) -> Followed | None:
        return next((followed for followed in self if followed.source_id == name), None)

    def _is_taken(self, name: str) -> bool:
        """Whether an archive goes on with this source."""
        return any(archive.source_id == name for archive in self.archives.values())

    def _size_of(self, name: str) -> int | None:
        followed = self._of(name)
        if followed is None:
            return 0 if self._is_taken(name) else None
        try:
            followed.look(os.stat(followed.path if followed.descriptor is None else followed.descriptor))  # noqa: PTH116
        except OSError:
            # Its path is gone, and so it will be soon.
            return followed.most
        return followed.size

    def _finish(self, followed: Followed, *, dead: bool = True) -> Checkpoint:
        """End a generation with what is held of its last line; where a copy of it goes on."""
        complete, records = followed.checkpoint(dead=dead), followed.records
        followed.finish(self.read)
        ended = followed.checkpoint(dead=dead)
        # Half a line is whole in a copy that was made later.
        mark = ended if followed.records > records else complete
        self.read.checkpoints.append(mark if dead else ended)
        self._resumable[mark.source_id] = mark
        self.recall.kin.note(mark)
        return mark

    def _forget(self, followed: Followed) -> None:
        self.retired.remove(followed)
        self.descriptors.forget(followed)
        if self._by_key.get(followed.key) is followed:
            del self._by_key[followed.key]

    def _tell_of_gap(self, followed: Followed) -> None:
        if followed.unread:
            message = (
                f"{followed.path}: {followed.unread:,} bytes behind offset {followed.position:,} had been seen and were"
                f" gone before they could be read. They are lost unless a copy of the file is followed."
            )
            self.tell(followed, NoticeKind.GAP, message)

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
        followed.most = max(followed.most, followed.size)
        self._tell_of_gap(followed)
        followed.dirty = False
        followed.quiet_since = float("-inf")


def broken(path: str, offset: int, how: Continuity) -> str:
    """What a break in a file means for its data, as a sentence."""
    if how is Continuity.TRUNCATED:
        return (
            f"{path} was cut after {offset:,} of its bytes had been read. It is read again from its beginning; what was"
            f" written just before the cut may be lost."
        )
    if how is Continuity.REWRITTEN:
        return (
            f"{path} begins with other bytes after {offset:,} of it had been read: it was overwritten, or removed and"
            f" made anew. It is read from its beginning; what was written just before that may be lost."
        )
    return (
        f"{path} was replaced by another file after {offset:,} bytes of it had been read. The old one is read to its"
        f" end if it still exists, the new one from its beginning."
    )
