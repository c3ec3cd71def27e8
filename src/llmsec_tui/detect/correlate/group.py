"""One group of one rule: what is settled of it, what may still change, and what follows from both.

``head`` has folded everything. ``tail`` has the newest entries, those that may still be joined by a late one among
them, and ``base`` is the fold from before the tail. Further marks along the tail keep it cheap to fold again: a late
entry costs what came after it and no more.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from llmsec_tui.detect.correlate.fold import Entry, Firing, Fold, Value, order
from llmsec_tui.detect.correlate.monitors.state import MonitorFold

Key = tuple[Value, ...]
"""The values of the fields that a rule groups by."""

_NEVER = -(2**62)
_SPACING = 16
"""Entries between two marks at least."""


class Raised(NamedTuple):
    """A firing, and where in the tail it came about."""

    position: int
    """So many entries of the tail were folded by then."""
    entry: Entry
    firing: Firing

    @property
    def name(self) -> tuple[int, str]:
        """What makes it this firing of the group and no other."""
        return self.firing.at, self.firing.event_id


_NO_MARKS: list[tuple[int, Fold]] = []
_NONE_RAISED: list[Raised] = []
_NONE_TOLD: Mapping[tuple[int, str], Raised] = {}


class Group:
    """See the module."""

    # Most groups are small and there are many: what most of them never need is made when it is needed, and the empty
    # lists that all have in common are never added to.
    floor: Entry | None = None
    """The last entry before the tail."""
    marks: list[tuple[int, Fold]] = _NO_MARKS
    """Places in the tail, each with the fold from before that entry, which is younger than the one before it."""
    marked: int = 0
    """The last of these places."""
    dirty: int | None = None
    """From this place of the tail on, the head is no longer right."""
    raised: list[Raised] = _NONE_RAISED
    """All firings since the base."""
    told: Mapping[tuple[int, str], Raised] = _NONE_TOLD
    """Those of them that were reported."""
    alarm: int | None = None
    """When to look at it though nothing comes."""
    seen: int = 0
    """The last turn in which something came."""
    touched: int = 0
    """The last turn in which it had to be looked at."""
    forgotten: int = 0
    """How many values its fold had given up by then."""

    def __init__(self, key: Key, base: Fold) -> None:
        self.key = key
        self.base = base
        self.head = base.copy()
        self.tail: list[Entry] = []

    def add(self, entry: Entry, settled: int) -> bool:
        """Take an entry, which is new and not from before ``settled``; False when what comes after is fixed already."""
        tail = self.tail
        last = tail[-1] if tail else self.floor
        if last is None or entry.at > last.at or order(entry) > order(last):
            tail.append(entry)
            if self.dirty is None:
                self._fold(len(tail) - 1, settled)
            return True
        if self.floor is not None and order(entry) < order(self.floor):
            return False
        place = bisect_left(tail, order(entry), key=order)
        tail.insert(place, entry)
        self._touch(place)
        return True

    def remove(self, entry: Entry) -> bool:
        """Take an entry back; False when it is not in the tail."""
        place = bisect_left(self.tail, order(entry), key=order)
        if place == len(self.tail) or order(self.tail[place]) != order(entry):
            return False
        del self.tail[place]
        self._touch(place)
        return True

    def _touch(self, place: int) -> None:
        self.dirty = place if self.dirty is None else min(self.dirty, place)

    def mend(self) -> None:
        """Fold again what a late entry, or one that was taken back, has changed."""
        if self.dirty is None:
            return
        place, self.dirty = self.dirty, None
        self.marks = [mark for mark in self.marks if self._stands(mark[0], place)]
        self.marked, fold = self.marks[-1] if self.marks else (0, self.base)
        self.head = fold.copy()
        self.raised = [raised for raised in self.raised if raised.position <= self.marked]
        for at in range(self.marked, len(self.tail)):
            self._fold(at, _NEVER)

    def _stands(self, mark: int, changed: int) -> bool:
        """Whether a mark is older than what changed; where times are equal it might not stay between the same two."""
        if mark > changed:
            return False
        return mark < changed or changed == len(self.tail) or self.tail[mark - 1].at < self.tail[changed].at

    def _fold(self, place: int, settled: int) -> None:
        entry = self.tail[place]
        if place - self.marked >= _SPACING and place - self.marked >= self._worth_a_copy():
            place = self._mark(place, settled)
        fired = self.head.pass_time(entry.at)
        if fired:
            self._raise_by_time(place, place + 1, fired)
        firing = self.head.enter(entry)
        if firing is not None:
            self._raise(place + 1, entry, firing)

    def _worth_a_copy(self) -> int:
        """After how many entries a mark is worth it: copying the fold must stay cheaper than folding."""
        return self.head.stride if isinstance(self.head, MonitorFold) else self.head.size // 4

    def _raise_by_time(self, place: int, position: int, fired: Sequence[Firing]) -> None:
        """Time fired between the entry before this place and the one at it."""
        last = self.tail[place - 1] if place else self.floor
        for firing in fired:
            entry = firing.entry or last
            assert entry is not None
            self._raise(position, entry, firing)

    def _raise(self, position: int, entry: Entry, firing: Firing) -> None:
        if not self.raised:
            self.raised = []
        self.raised.append(Raised(position, entry, firing))

    def pass_time(self, to: int) -> None:
        """Nothing older than ``to`` will come any more."""
        fired = self.head.pass_time(to)
        if fired:
            self._raise_by_time(len(self.tail), len(self.tail), fired)

    def _mark(self, place: int, settled: int) -> int:
        """Remember the fold from before this place; give up what is settled by then. Where the place is now."""
        if self.tail[place].at == self.tail[place - 1].at:
            return place
        if not self.marks:
            self.marks = []
        self.marks.append((place, self.head.copy()))
        self.marked = place
        done = 0
        while done < len(self.marks) and self.tail[self.marks[done][0] - 1].at < settled:
            done += 1
        if not done:
            return place
        cut, self.base = self.marks[done - 1]
        del self.marks[:done]
        self._cut(cut)
        return place - cut

    def _cut(self, places: int) -> None:
        self.floor = self.tail[places - 1]
        del self.tail[:places]
        self.marked -= places
        self.marks = [(place - places, fold) for place, fold in self.marks]
        self.raised = [
            raised._replace(position=raised.position - places) for raised in self.raised if raised.position > places
        ]
        if self.told:
            left = {raised.name for raised in self.raised}
            self.told = {name: raised for name, raised in self.told.items() if name in left}

    def fix(self, most: int) -> int:
        """Forget all but the newest ``most`` values, and that anything could still change; how many were forgotten."""
        forgotten = self.head.shrink(most)
        self.base = self.head.copy()
        self.marks = _NO_MARKS
        self.marked = len(self.tail)
        if self.tail:
            self._cut(len(self.tail))
        self.raised, self.told = _NONE_RAISED, _NONE_TOLD
        return forgotten

    def given_up(self) -> int:
        """How many values the fold itself gave up since this was last asked."""
        if not isinstance(self.head, MonitorFold):
            return 0
        before, self.forgotten = self.forgotten, max(self.forgotten, self.head.forgotten)
        return self.forgotten - before

    def due(self) -> int | None:
        """When something is to be reported though nothing comes; None when nothing ever will."""
        due = self.head.due
        for raised in self.raised:
            if raised.firing.by_time and raised.name not in self.told:
                due = raised.firing.at if due is None else min(due, raised.firing.at)
        return due

    def idle(self, settled: int) -> bool:
        """Whether a group of which nothing is known would do the same from here on."""
        return not self.head.size and (not self.tail or self.tail[-1].at < settled)

    def news(self, settled: int) -> tuple[list[Raised], list[Raised]]:
        """What is to be reported, and what was reported and is no longer true.

        What another version of the same event fires in its place is in both.
        """
        now: dict[tuple[int, str], Raised] = {}
        for raised in self.raised:
            if not raised.firing.by_time or raised.firing.at <= settled:
                now.setdefault(raised.name, raised)
        told = self.told
        fresh = [raised for name, raised in now.items() if name not in told or told[name].entry != raised.entry]
        gone = [raised for name, raised in told.items() if name not in now or now[name].entry != raised.entry]
        self.told = now
        return fresh, gone

    @property
    def size(self) -> int:
        return self.head.size + len(self.tail)
