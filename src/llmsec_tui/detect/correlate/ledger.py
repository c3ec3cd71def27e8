"""All groups of one rule over time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush, nsmallest

from llmsec_tui.detect.correlate.fold import Entry
from llmsec_tui.detect.correlate.folds import fires_by_time, fold_of
from llmsec_tui.detect.correlate.group import Group, Key, Raised
from llmsec_tui.detect.rule import Grouped

MOST_GROUPS = 100_000
MOST_VALUES = 1_000_000
_FEW_GROUPS = 1_000
_GIVEN_UP = 10
"""When there are too many groups, one in so many goes at once: looking for the oldest is not cheap."""

Placed = tuple[Key, Entry]
"""An entry, and the group that it belongs to."""


@dataclass(slots=True)
class Turn:
    """What a batch meant for one rule."""

    fresh: list[tuple[Key, Raised]] = field(default_factory=list)
    gone: list[tuple[Key, Raised]] = field(default_factory=list)
    """Reported in an earlier turn, and no longer true."""
    late: int = 0
    evicted: int = 0


class Ledger:
    """See the module."""

    def __init__(self, rule: Grouped) -> None:
        self.blank = fold_of(rule)
        """Copied for every new group, never changed."""
        self.groups: dict[Key, Group] = {}
        self.turns = 0
        self.settled = -(2**62)
        """Nothing older will come any more."""
        self._alarms: list[tuple[int, int, Group]] = []
        self._alarms_set = 0
        self._values = 0
        """At least as many as are held."""
        self._by_time = fires_by_time(self.blank)
        self._swept = 0
        """How many groups there were when those with nothing to remember were last looked for."""

    def turn(self, keys: Sequence[Key], entries: Sequence[Entry], removed: Iterable[Placed], settled: int) -> Turn:
        """Take new entries, oldest first, and take former ones back; then nothing older than ``settled`` will come."""
        turn = Turn()
        self.turns += 1
        touched = self._take_back(removed)
        self._take(keys, entries, touched, turn)
        for group in touched:
            group.mend()
            turn.evicted += group.given_up()
            if self._by_time:
                self._set_alarm(group)
        self.settled = max(self.settled, settled)
        self._report([*touched, *self._rung()], turn)
        if len(self.groups) > 2 * self._swept + _FEW_GROUPS:
            self._sweep()
        if self._values > MOST_VALUES:
            turn.evicted += self._weigh()
        return turn

    def adopt(self, group: Group) -> None:
        """Take a group that was written down; what it fired by then is known."""
        group.dirty = 0
        group.mend()
        group.pass_time(self.settled)
        group.news(self.settled)
        group.given_up()
        self.groups[group.key] = group
        self._values += group.size
        if self._by_time:
            self._set_alarm(group)

    def _take_back(self, removed: Iterable[Placed]) -> list[Group]:
        touched = []
        for key, entry in removed:
            group = self.groups.get(key)
            if group is not None and group.remove(entry) and group.touched != self.turns:
                group.touched = self.turns
                touched.append(group)
        return touched

    def _take(self, keys: Sequence[Key], entries: Sequence[Entry], touched: list[Group], turn: Turn) -> None:
        groups, turns, settled, watch = self.groups, self.turns, self.settled, self._by_time
        for key, entry in zip(keys, entries, strict=True):
            group = groups.get(key)
            if group is None:
                if len(groups) >= MOST_GROUPS:
                    turn.evicted += self._make_room()
                group = groups[key] = Group(key, self.blank)
            group.seen = turns
            if not group.add(entry, settled):
                turn.late += 1
            # An entry may bring forward what time is to do: the one that makes a silence worth telling of, say.
            if group.touched != turns and (watch or group.raised or group.dirty is not None):
                group.touched = turns
                touched.append(group)
        self._values += len(entries)

    def _set_alarm(self, group: Group) -> None:
        due = group.due()
        if due is not None and (group.alarm is None or due < group.alarm):
            group.alarm = due
            self._alarms_set += 1
            heappush(self._alarms, (due, self._alarms_set, group))

    def _rung(self) -> list[Group]:
        """The groups for which something was due by now."""
        rung, alarms = [], self._alarms
        while alarms and alarms[0][0] <= self.settled:
            at, _, group = heappop(alarms)
            if group.alarm != at or self.groups.get(group.key) is not group:
                continue
            group.alarm = None
            due = group.due()
            if due is not None and due > self.settled:
                self._set_alarm(group)
                continue
            group.pass_time(self.settled)
            rung.append(group)
        return rung

    def _report(self, touched: Iterable[Group], turn: Turn) -> None:
        for group in touched:
            if group.raised or group.told:
                fresh, gone = group.news(self.settled)
                turn.fresh += [(group.key, raised) for raised in fresh]
                turn.gone += [(group.key, raised) for raised in gone]
            if self._by_time and group.alarm is None:
                self._set_alarm(group)

    def _sweep(self) -> None:
        """Forget the groups that have nothing to remember."""
        for group in list(self.groups.values()):
            if group.dirty is None:
                group.pass_time(self.settled)
                if group.idle(self.settled):
                    del self.groups[group.key]
        self._swept = len(self.groups)

    def _make_room(self) -> int:
        """Forget the groups of which nothing came for the longest time."""
        self._sweep()
        count = len(self.groups) - MOST_GROUPS + max(MOST_GROUPS // _GIVEN_UP, 1)
        if count <= 0:
            return 0
        victims = nsmallest(count, self.groups.values(), key=lambda group: group.seen)
        for group in victims:
            del self.groups[group.key]
        return len(victims)

    def _weigh(self) -> int:
        """Count what is held; where it is too much, forget the groups of which nothing came for the longest time."""
        aim = MOST_VALUES - MOST_VALUES // 10
        evicted = 0
        self._values = sum(group.size for group in self.groups.values())
        if self._values <= MOST_VALUES:
            return 0
        for group in sorted(self.groups.values(), key=lambda group: group.seen):
            if self._values <= aim:
                break
            self._values -= group.size
            if len(self.groups) > 1:
                del self.groups[group.key]
                evicted += 1
            else:
                evicted += group.fix(aim)
                self._values += group.size
        return evicted
