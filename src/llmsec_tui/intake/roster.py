"""Which files are followed, and what happens when a path leads to another file than before."""

import os
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from llmsec_tui.intake.archive import Archive, is_archive
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.copies import Copies
from llmsec_tui.intake.files import last_line_start, list_inodes, open_found, open_readonly
from llmsec_tui.intake.followed import Followed
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.identity import Continuity, continuity, digest, source_id
from llmsec_tui.intake.records import Notice, NoticeKind, Progress, SourceState
from llmsec_tui.intake.zipped import Zipped, is_zip, looked_at

GONE = (FileNotFoundError, NotADirectoryError)
_ENDED = 1000
"""So many files that are gone stay in the list of sources."""
_KINDS = {
    Continuity.TRUNCATED: NoticeKind.TRUNCATED,
    Continuity.REWRITTEN: NoticeKind.REPLACED,
    Continuity.REPLACED: NoticeKind.REPLACED,
    Continuity.COPY: NoticeKind.REPLACED,
}


class Roster(Copies):
    """Enters files, and decides when a path leads to another one than before."""

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
        if is_zip(descriptor):
            self.zips[path] = Zipped(path, descriptor, self.recall, skip=skip)
            os.close(descriptor)
            return None
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
        if copied and not (seen and (copied.mark.source_id == seen.source_id or copied.shared < seen.offset)):
            self._enter_copy(path, copied.mark, descriptor)
            return None
        # An inode and a name, of a file of which nothing was read, prove little.
        is_known = seen is not None and seen.offset > 0
        if not (is_known or skip) and self._is_beginning_of_another(path, descriptor, now.st_size):
            os.close(descriptor)
            return None
        if seen:
            self.recall.drop(seen)
            self._put(Followed.resume(path, seen, descriptor))
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
            # There may be a copy that nobody has seen yet.
            self.deferred = True
        self.descriptors.forget(followed)
        renewed = Followed.begin(followed.path, self.recall.next_generation(followed.path), descriptor)
        renewed.quiet_since = followed.quiet_since
        # A copy of another file may have got the inode of one that was deleted.
        renewed.compared = False
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
        for zipped in self.zips.values():
            self.read.checkpoints.extend(zipped.checkpoints())
        for checkpoint in self.read.checkpoints:
            if checkpoint.member or checkpoint in self._shared.values():
                continue
            self.recall.kin.note(self._resumable.pop(checkpoint.source_id, checkpoint))

    def look_at_archives(self, paths: Collection[str]) -> None:
        """Whether their paths, among the ``paths`` that are there, still lead to them, and whether there is more."""
        for path, zipped in list(self.zips.items()):
            if path not in paths or not looked_at(path, zipped):
                del self.zips[path]
                zipped.close()
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

    def packed(self) -> list[Archive | Zipped]:
        """Every archive."""
        return [*self.archives.values(), *self.zips.values()]

    def unpack(self, archive: Archive | Zipped, limit: int) -> int:
        """Read from an archive; how many bytes of content it were."""
        try:
            count = archive.pull(limit, self.read)
        except OSError as error:
            self.archives.pop(archive.path, None)
            self.zips.pop(archive.path, None)
            archive.close()
            if isinstance(error, GONE):
                # Where it is now, it is found anew, and known by its content.
                return 0
            self._cannot_open(archive.path, error)
            return 0
        if isinstance(archive, Archive):
            # What was half a line is whole in it.
            self._halves.pop(archive.source_id, None)
        return count

    def fail(self, followed: Followed, error: OSError) -> None:
        """A followed file cannot be read at the moment; said once."""
        problem = f"{followed.path} cannot be read: {error.strerror}. It is tried again several times a second."
        if followed.problem != problem:
            self.tell(followed, NoticeKind.UNREADABLE, problem)
        followed.fail(problem)

    def resume_moved(self, roots: Iterable[Path], found: Collection[str], now: float) -> None:
        """Read on in files below ``roots`` that were renamed, while nobody looked, to where no pattern finds them.

        ``found`` are the paths that patterns do find; each of those is entered by itself.
        """
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
            if listings[path.parent].get(seen.inode) in found:
                continue
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
            if not known.position:
                # Nothing was read that it could be known by, so it may as well be a new one.
                self._forget(known)
                return False
            size = os.fstat(descriptor).st_size
            copied = self._copied_from(path, descriptor, size)
            nearer = copied and copied.mark.source_id != known.source_id and copied.shared > known.offset
            if nearer or not known.is_still(descriptor):
                return False
        self.retired.remove(known)
        known.rename(path)
        self._put(known)
        return True

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
