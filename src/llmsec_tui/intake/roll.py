"""The files that are followed at the moment, and what is common to whatever happens to one of them."""

import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from llmsec_tui.events.model import DeadLetter
from llmsec_tui.intake.archive import Archive
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.descriptors import Descriptors
from llmsec_tui.intake.followed import Followed
from llmsec_tui.intake.recall import Recall
from llmsec_tui.intake.records import Notice, NoticeKind, Progress, Read
from llmsec_tui.intake.zipped import Zipped


class Roll:
    """Every file is either at a path, or retired: it lost its path and is read to its end."""

    def __init__(self, checkpoints: Iterable[Checkpoint], open_files: int) -> None:
        self.recall = Recall(checkpoints)
        self.at: dict[str, Followed] = {}
        self.retired: list[Followed] = []
        self.ended: OrderedDict[str, Progress] = OrderedDict()
        self.unreadable: dict[str, Progress] = {}
        self.descriptors = Descriptors(open_files)
        self.archives: dict[str, Archive] = {}
        self.zips: dict[str, Zipped] = {}
        self._shared: dict[str, Checkpoint] = {}
        self.copies: dict[str, tuple[str, int]] = {}
        """Paths of files that are copies of what is followed elsewhere, with the source that they wait for and the size
        up to which they were seen to be the same."""
        self.deferred = False
        """A file was not entered because another one has to be read first."""
        self.read = Read()
        """What is being put together for the next answer."""
        self._halves: dict[str, list[DeadLetter]] = {}
        """By source: half a line that ended there, as long as it is not known whether a copy has all of it."""
        self._resumable: dict[str, Checkpoint] = {}
        self._by_key: dict[tuple[int, int], Followed] = {}

    def __iter__(self) -> Iterator[Followed]:
        yield from self.retired
        yield from self.at.values()

    def tell(self, followed: Followed, kind: NoticeKind, message: str) -> None:
        """Say what happened to a file."""
        place = (followed.source_id, followed.path, followed.position)
        self.read.notices.append(Notice(*place, kind, message))

    def _put(self, followed: Followed) -> None:
        self.at[followed.path] = followed
        self._by_key[followed.key] = followed
        if followed.descriptor is not None:
            self.descriptors.use(followed)

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
        complete, records, last = followed.checkpoint(dead=dead), followed.records, Read()
        followed.finish(last)
        ended = followed.checkpoint(dead=dead)
        self.read.records.extend(last.records)
        self.read.notices.extend(last.notices)
        if followed.records > records:
            mark = ended
            self.read.dead_letters.extend(last.dead_letters)
        else:
            # Half a line is whole in a copy that was made later.
            mark = complete
            self._halves[mark.source_id] = last.dead_letters
        self.read.checkpoints.append(mark if dead else ended)
        self._resumable[mark.source_id] = mark
        self.recall.kin.note(mark)
        return mark

    def give_halves(self) -> None:
        """Half lines that no copy has whole are dead letters. To be called when nothing is to be entered any more."""
        if not self.deferred and not any(archive.is_unknown for archive in self.archives.values()):
            for letters in self._halves.values():
                self.read.dead_letters.extend(letters)
            self._halves.clear()

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
