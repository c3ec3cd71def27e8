"""Ask the monitors of behaviour, money and rules what they make of what was measured, and pass on what they say."""

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import NamedTuple

from llmsec_tui.detect.rule import RuleSet, Watch
from llmsec_tui.drift.baseline import HOUR
from llmsec_tui.drift.monitors.behaviour import Hour, judged
from llmsec_tui.drift.monitors.kinds import Budget, OfHours, Period, SilentRule, Threshold, Velocity
from llmsec_tui.drift.monitors.money import begin, over_budget, too_fast
from llmsec_tui.drift.monitors.silence import DAY, silent
from llmsec_tui.drift.monitors.standing import Firing, State
from llmsec_tui.errors import LlmsecError
from llmsec_tui.intake.records import OURS, Notice, NoticeKind, Said
from llmsec_tui.service.behaviour.price_file import Prices
from llmsec_tui.service.behaviour.reading import ahead
from llmsec_tui.service.behaviour.selecting import Selections
from llmsec_tui.service.behaviour.spending import spent
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.rules.change import whole
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.store import Store
from llmsec_tui.text import clip

log = logging.getLogger(__name__)

_REMEMBERED = 7 * DAY
"""What a monitor said before a longer pause is forgotten."""
_KEPT = 2 * DAY
"""Hours are judged again only so far back; states of before that are not needed."""
_MOST_DAYS = 31
"""Of a backlog, budgets of the last days are looked at."""
_PAST = 62 * DAY
"""What was spent in hours is remembered for so long."""
_EVERY_S = 30.0
"""So often, at most, money is added up."""

_MOST_CHARS = 200
_OF_HOURS = OfHours.__args__
_PERSONAL = ("user", "key")


class InForce(NamedTuple):
    """What holds now."""

    ruleset: Callable[[], RuleSet]
    prices: Callable[[], Prices]


class Watching:
    """Used by the thread that measures, and by no other."""

    def __init__(self, store: Store, in_force: InForce, tell: Callable[[Notice], None]) -> None:
        self._store = store
        self._in_force = in_force
        self._tell = tell
        self._selections = Selections()
        self._failed: dict[str, str] = {}
        """The titles of monitors that failed, by their ids; replaced and never changed, as others read it."""
        self._budgets: dict[tuple[str, int], State] = {}
        self._days: set[int] = set()
        """Days (µs) on which something came since money was last added up."""
        self._added_up: float | None = None
        self._today = 0

    @property
    def problem(self) -> str:
        """A sentence while a monitor cannot be asked, else empty."""
        titles = ", ".join(f"“{title}”" for title in self._failed.values())
        return f"Monitors fail and say nothing: {titles}; see the collector's log." if titles else ""

    def hour(self, reader: Reader, hour: Hour) -> None:
        """Ask about an hour that is over; ``hour.cells`` are of the whole board."""
        states: dict[str, bytes] = {}
        known = self._in_force.ruleset().by_id
        self._failed = {rule: title for rule, title in self._failed.items() if rule in known}
        for watch in self._of(_OF_HOURS):
            kind = watch.kind
            assert isinstance(kind, OfHours)
            is_known = hour.baseline is not None and hour.at >= hour.baseline.pinned.until
            if not is_known and not isinstance(kind, Threshold):
                continue
            with self._apart(watch):
                before = self._before(reader, watch, "", hour.at)
                after, firings = judged(kind, self._selections.of_hour(watch, hour), before)
                states[_key(watch, "")] = after.packed()
                self._say(watch, firings, hour.at)
        self._store.keep_states(hour.at, states, hour.at - _KEPT)

    def money(self, reader: Reader, hours: Sequence[int]) -> None:
        """Ask about the money of hours (µs) that are over, and remember it for those to come."""
        fast = self._of((Velocity,))
        wanted = [by for watch in fast for by in _by(watch)]
        wanted += [by for watch in self._of((Budget,)) if _is_of_month(watch) for by in _by(watch)]
        for at in hours:
            for by in dict.fromkeys(wanted):
                now = spent(reader, self._in_force.prices(), by, at, at + HOUR)
                self._store.keep_spent(at, by, {self._mark(by, name): cost for name, cost in now.items()}, at - _PAST)
                for watch in fast:
                    if by in _by(watch):
                        with self._apart(watch):
                            self._velocity(reader, watch, by, now, at)

    def _velocity(self, reader: Reader, watch: Watch, by: str, now: Mapping[str, float], at: int) -> None:
        kind = watch.kind
        assert isinstance(kind, Velocity)
        past = reader.spent_hours(by, at - kind.days * DAY, at)
        mine = {name: now[name] for name in self._selections.of_names(watch, by, now)}
        usual = {name: past.get(self._mark(by, name), []) for name in mine}
        after, firings = too_fast(kind, by, usual, mine, at, self._before(reader, watch, by, at))
        self._store.keep_states(at, {_key(watch, by): after.packed()}, at - _KEPT)
        self._say(watch, firings, at)

    def came(self, minutes: Collection[int]) -> None:
        """Something was measured in these minutes (µs)."""
        self._days |= {at // DAY * DAY for at in minutes if at < ahead()}

    def add_up(self, reader: Reader, clock: int) -> None:
        """Ask about budgets of the days on which something came, and once a day about rules. ``clock`` is in µs."""
        now = time.monotonic()
        if self._days and (self._added_up is None or now - self._added_up >= _EVERY_S):
            self._added_up = now
            for watch in self._of((Budget,)):
                with self._apart(watch):
                    self._budget(reader, watch, clock)
            self._days.clear()
            self._budgets = {place: one for place, one in self._budgets.items() if place[1] > clock - _PAST}
        if clock // DAY != self._today:
            self._today = clock // DAY
            for watch in self._of((SilentRule,)):
                with self._apart(watch):
                    self._silence(reader, watch, clock)

    def _budget(self, reader: Reader, watch: Watch, clock: int) -> None:
        kind, prices = watch.kind, self._in_force.prices()
        assert isinstance(kind, Budget)
        recent = sorted(at for at in self._days if at > clock - _MOST_DAYS * DAY)
        for day in recent:
            period = begin(day, kind.period)
            for by in kind.by:
                if kind.limit is None and not prices.budgets.get(by):
                    continue
                today = spent(reader, prices, by, day, day + DAY)
                sooner = reader.spent_hours(by, period, day) if period < day else {}
                mine = self._selections.of_names(watch, by, today)
                sums = {name: today[name] + sum(sooner.get(self._mark(by, name), ())) for name in mine}
                place = (_key(watch, by), period)
                before = self._budgets.get(place, State())
                self._budgets[place], firings = over_budget(kind, by, sums, prices.budget, period, before)
                self._say(watch, firings, max(day, min(clock, day + DAY - 1)))

    def _silence(self, reader: Reader, watch: Watch, clock: int) -> None:
        kind, today = watch.kind, clock // DAY
        assert isinstance(kind, SilentRule)
        since = (today - kind.days) * DAY
        days = reader.alert_days(since)
        rules = whole(self._in_force.ruleset())
        alerts = {
            rule.title: days[rule.id]
            for rule in rules.values()
            if rule.alerts and not isinstance(rule, Watch) and rule.id in days
        }
        before = self._before(reader, watch, "", today * DAY)
        after, firings = silent(kind, alerts, reader.traffic_days(since), today, before)
        self._store.keep_states(today * DAY, {_key(watch, ""): after.packed()}, today * DAY - _KEPT)
        self._say(watch, firings, clock)

    @contextmanager
    def _apart(self, watch: Watch) -> Iterator[None]:
        """A monitor that trips keeps no other from being asked, and nothing from being measured."""
        try:
            yield
        except LlmsecError:
            # Such as a store that cannot be written now: all is tried again.
            raise
        except DEFECTS as error:
            log.error("the monitor “%s” failed: %s", watch.title, told(error))
            self._failed = {**self._failed, watch.id: watch.title}
        else:
            if watch.id in self._failed:
                self._failed = {rule: title for rule, title in self._failed.items() if rule != watch.id}

    def _mark(self, by: str, name: str) -> str:
        """By what it is remembered what somebody spent: this outlives what is erased, so nobody else may guess it."""
        told = f"{by}={name}".encode("utf-8", "surrogatepass")
        return blake2b(told, key=self._store.secret, digest_size=12).hexdigest()

    def _of(self, kinds: tuple[type, ...]) -> list[Watch]:
        rules = self._in_force.ruleset().rules
        return [rule for rule in rules if isinstance(rule, Watch) and isinstance(rule.kind, kinds)]

    def _before(self, reader: Reader, watch: Watch, by: str, at: int) -> State:
        packed = reader.monitor_state(_key(watch, by), at - _REMEMBERED, at)
        return State() if packed is None else State.of(packed)

    def _say(self, watch: Watch, firings: Sequence[Firing], when: int) -> None:
        """What a monitor says goes the way of whatever else happens: it is an event, which its own rule takes up.

        Said again, after a restart or when an hour is judged again, it is the same event.
        """
        for one in firings:
            is_personal = any(name in one.names for name in _PERSONAL)
            place = one.about.partition("=")[0] if is_personal else clip(one.about, _MOST_CHARS)
            source = f"{OURS}{watch.id}:{one.mark}"
            said = Said(watch.id, when, one.names)
            self._tell(Notice(source, place, one.at, NoticeKind.MONITOR, one.sentence, said))


def _by(watch: Watch) -> tuple[str, ...]:
    assert isinstance(watch.kind, Budget | Velocity)
    return watch.kind.by


def _is_of_month(watch: Watch) -> bool:
    return isinstance(watch.kind, Budget) and watch.kind.period is Period.MONTH


def _key(watch: Watch, by: str) -> str:
    """A monitor that changes begins anew."""
    return ":".join(filter(None, (watch.id, watch.version, by)))
