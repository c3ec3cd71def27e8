"""Files that hold what is read elsewhere: when to wait for the other one, and where to go on after it.

A copy waits as long as its original is followed, because that one gets the new lines; when the original was cut or is
gone, the copy gives what was not read of it.
"""

import os
from dataclasses import replace
from functools import partial

from llmsec_tui.intake.archive import is_archive
from llmsec_tui.intake.checkpoint import HEAD_BYTES, Checkpoint
from llmsec_tui.intake.files import last_line_start
from llmsec_tui.intake.followed import Followed
from llmsec_tui.intake.identity import before, digest, head, source_id
from llmsec_tui.intake.kin import PACKED_SUFFIXES, Likeness, family, origins
from llmsec_tui.intake.records import NoticeKind, SourceState
from llmsec_tui.intake.roll import Roll
from llmsec_tui.intake.trail import shared
from llmsec_tui.intake.zipped import is_zip


class Copies(Roll):
    """Adds to the roll what is known of copies."""

    def is_late_copy(self, followed: Followed) -> bool:
        """Whether a file that was empty when it appeared was made a copy of another one since; then it enters anew."""
        if followed.descriptor is None or followed.compared or not followed.size:
            return False
        followed.compared = True
        path, descriptor = followed.path, followed.descriptor
        if is_archive(descriptor) or is_zip(descriptor):
            return self._enters_anew(followed)
        copied = self._copied_from(path, descriptor, followed.size)
        is_copy = self._has_unread_origin(path) or (copied and copied.mark.source_id != followed.source_id)
        if not is_copy and not self._is_beginning_of_another(path, descriptor, followed.size):
            return False
        return self._enters_anew(followed)

    def _enters_anew(self, followed: Followed) -> bool:
        """Have a file of which nothing was read entered as what it is by now; False if it has no path any more."""
        path = followed.path
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

    def _copied_from(self, path: str, descriptor: int, size: int) -> Likeness | None:
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
        same = shared(mark, size, partial(os.pread, descriptor))
        if original is None and same == mark.offset and not self._is_taken(mark.source_id):
            self._unshare(path)
            self.recall.drop(mark)
            self._halves.pop(mark.source_id, None)
            self._put(Followed.resume(path, mark, descriptor))
            return
        if original is None or self._has_diverged(original, descriptor):
            self._unshare(path)
            self._put(Followed.begin(path, self.recall.next_generation(path), descriptor, same))
            if mark.offset > size and 0 < same < last_line_start(descriptor, size):
                self.tell(self.at[path], NoticeKind.FOUND, _maybe_twice(path, mark, same))
            return
        told = path in self.copies
        self._share(path, descriptor, original, size)
        os.close(descriptor)
        if not told:
            message = f"{path} is a copy of {original.path}, which is followed; what they share is not read twice."
            self.tell(original, NoticeKind.FOUND, message)

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
        if followed.quiet_since is None and _is_replaced(followed):
            # The next sweep sees that, and then there is another file to compare with.
            return True
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


def _is_replaced(followed: Followed) -> bool:
    """Whether the path of a file leads to another one by now."""
    try:
        now = os.stat(followed.path)  # noqa: PTH116 - the same as for every other file
    except OSError:
        return False
    return (now.st_dev, now.st_ino) != followed.key


def _maybe_twice(path: str, mark: Checkpoint, start: int) -> str:
    return (
        f"{path} begins like {mark.path}, of which {mark.offset:,} bytes were read, and is shorter. How much more than"
        f" {start:,} bytes they share cannot be told, so it is read from there; some lines may be there twice."
    )
