"""Which incident an alert belongs to, or that it opens one: decided alert by alert, so that it does not matter how the
alerts are cut into batches."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from llmsec_tui.incidents import risk
from llmsec_tui.incidents.changes import Share
from llmsec_tui.incidents.keys import AlertFacts, Holder, entity, keys
from llmsec_tui.incidents.policy import Opening, Policy
from llmsec_tui.incidents.risk import Risk
from llmsec_tui.incidents.states import OPEN, State

Loose = Callable[[str, int], Sequence[AlertFacts]]
"""The shown alerts of an entity, raised since a time, that are in no incident; in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Joins:
    """An alert goes into an incident that is there."""

    incident_id: str
    alert: AlertFacts
    links: tuple[str, ...] = ()
    """Other open incidents that it shows to have to do with this one."""


@dataclass(frozen=True, slots=True)
class Opens:
    """An alert opens an incident."""

    incident_id: str
    number: int
    how: str
    """level | risk | correlation"""
    alerts: tuple[AlertFacts, ...]
    """Itself, and behind it those before it that made its entity suspicious."""
    follows: str = ""
    """The incident that takes no more, and would have had it."""


@dataclass(slots=True)
class _Seat:
    """An incident as it stands after the alerts placed so far."""

    incident_id: str
    number: int
    state: State
    n_alerts: int
    last_alert_at: int | None


class Grouping:
    """Places alerts in the order in which they came."""

    def __init__(
        self, policy: Policy, holders: Iterable[Holder], risks: Mapping[str, Risk], loose: Loose, next_number: int
    ) -> None:
        """``holders`` and ``risks`` are of all keys and entities of the alerts to be placed."""
        self.risks: dict[str, Risk] = dict(risks)
        """By entity, after the alerts placed so far."""
        self._policy = policy
        self._loose = loose
        self._next = next_number
        self._seats: dict[str, _Seat] = {}
        self._held: dict[str, dict[str, None]] = {}
        self._placed: set[str] = set()
        for holder in holders:
            self._seat(holder)

    def place(self, alert: AlertFacts, waiting: Collection[str] = ()) -> Joins | Opens | None:
        """Where the alert goes; None when it stays in the queue of alerts, as those of environments in which attacks
        are expected always do.

        ``waiting`` are the ids of alerts that are stored and will be placed after it.
        """
        if self._is_expected(alert):
            return None
        level = self._add_risk(alert)
        found = self._seats_by_kind(alert)
        ready = [seat for seats in found for seat in seats if self._takes(seat, alert.raised_at)]
        if ready:
            return self._join(ready, alert)
        how = opens_by(alert, level, self._policy.opening)
        if how is None:
            return None
        follows = next((seat.incident_id for seats in found for seat in seats), "")
        return self._open(how, alert, follows, waiting)

    def _add_risk(self, alert: AlertFacts) -> float:
        """The risk of its entity when the last thing happened that it is made of."""
        name = entity(alert)
        if not name:
            return 0.0
        opening = self._policy.opening
        after = risk.plus(self.risks.get(name), risk.of_alert(alert, opening), opening.half_life)
        self.risks[name] = after
        return after.amount

    def _seats_by_kind(self, alert: AlertFacts) -> list[list[_Seat]]:
        """The incidents that its keys lead to: those of the strongest kind first, and of each the newest first."""
        own = keys(alert)
        found = []
        for kind in self._policy.grouping.by:
            seats = [self._seats[name] for name in self._held.get(own.get(kind, ""), ())]
            if sum(seat.state in OPEN for seat in seats) <= self._policy.grouping.common:
                found.append(sorted(seats, key=lambda seat: seat.number, reverse=True))
        return found

    def _takes(self, seat: _Seat, at: int) -> bool:
        grouping = self._policy.grouping
        is_quiet = seat.last_alert_at is not None and at - seat.last_alert_at > grouping.quiet
        return seat.state in OPEN and seat.n_alerts < grouping.most_alerts and not is_quiet

    def _join(self, ready: Sequence[_Seat], alert: AlertFacts) -> Joins:
        seat, *others = ready
        links = dict.fromkeys(other.incident_id for other in others if other is not seat)
        self._count(seat, alert)
        return Joins(seat.incident_id, alert, tuple(links))

    def _open(self, how: str, alert: AlertFacts, follows: str, waiting: Collection[str]) -> Opens:
        number = self._next
        self._next += 1
        seat = _Seat(f"INC-{number}", number, State.NEW, 0, None)
        self._seats[seat.incident_id] = seat
        alerts = [alert, *(self._made_it(alert, waiting) if how == "risk" else ())]
        for one in alerts:
            self._count(seat, one)
        return Opens(seat.incident_id, number, how, tuple(alerts), follows)

    def _made_it(self, alert: AlertFacts, waiting: Collection[str]) -> list[AlertFacts]:
        """The alerts before it that the risk of its entity comes from, as many as there is room for."""
        begin = alert.at - self._policy.opening.half_life
        away = {alert.alert_id, *waiting, *self._placed}
        found = self._loose(entity(alert), begin)
        before = [one for one in found if one.at >= begin and one.alert_id not in away and not self._is_expected(one)]
        room = self._policy.grouping.most_alerts - 1
        return before[max(len(before) - room, 0) :]

    def _is_expected(self, alert: AlertFacts) -> bool:
        return alert.environment in self._policy.opening.except_environments

    def _count(self, seat: _Seat, alert: AlertFacts) -> None:
        self._placed.add(alert.alert_id)
        seat.n_alerts += 1
        seat.last_alert_at = max(seat.last_alert_at or alert.raised_at, alert.raised_at)
        for key in keys(alert).values():
            self._held.setdefault(key, {})[seat.incident_id] = None

    def _seat(self, holder: Holder) -> None:
        seat = _Seat(holder.incident_id, holder.number, holder.state, holder.n_alerts, holder.last_alert_at)
        self._seats.setdefault(holder.incident_id, seat)
        self._held.setdefault(holder.key, {})[holder.incident_id] = None


def opens_by(alert: AlertFacts, risk_after: float, opening: Opening) -> str | None:
    """Why an alert opens an incident by itself; None when it does not."""
    if alert.over_time and alert.level in opening.correlation_levels:
        return "correlation"
    if alert.level in opening.levels and alert.confidence >= opening.confidence:
        return "level"
    return "risk" if risk_after >= opening.risk else None


def share_of(alerts: Iterable[AlertFacts]) -> Share:
    """What these alerts bring to an incident."""
    share = Share(alert_ids=[], levels={}, rules={}, keys={})
    for alert in alerts:
        share.alert_ids.append(alert.alert_id)
        for counts, names in (
            (share.levels, [alert.level]),
            (share.rules, [alert.rule_id]),
            (share.keys, keys(alert).values()),
        ):
            for name in names:
                counts[name] = counts.get(name, 0) + 1
    return share
