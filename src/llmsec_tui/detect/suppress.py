"""Decide which alerts are put before people: not what is inhibited, silenced or a duplicate; the rest is grouped.

The order is fixed: inhibit, silence, duplicate, group. Nothing is thrown away: a suppressed alert is stored like any
other, with what suppressed it, so it can be counted and found.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import polars as pl

from llmsec_tui.events.schema import LEVELS, SUPPRESSION

MEMORY = 3_600_000_000
"""Microseconds for which an alert inhibits others, makes later ones duplicates, and keeps its group open."""
MATCHED = ("rule_id", "level", "app", "user_id", "conversation_id", "source_path", "tool_name", "model", "trust")
"""What a silence may name."""
_MANY = 100_000
"""So many places are remembered before old ones are looked for to forget."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One demand of a silence on an alert."""

    field: str
    """One of MATCHED."""
    value: str
    """What it must be; ``*`` stands for any run of characters."""

    def matches(self, alert: Mapping[str, Any]) -> bool:
        value = alert[self.field]
        return value is not None and _is_like(self.value, value)


@dataclass(frozen=True, slots=True)
class Silence:
    """Somebody's wish not to be shown some alerts for a while."""

    id: str
    matchers: tuple[Matcher, ...]
    """All must match."""
    until: int
    """Microseconds since 1970 UTC; not silent any more from then on."""

    @property
    def names_rule(self) -> bool:
        """Whether it is about one rule; only then it hides critical alerts too."""
        return any(matcher.field == "rule_id" and "*" not in matcher.value for matcher in self.matchers)

    def covers(self, alert: Mapping[str, Any]) -> bool:
        if alert["level"] == "critical" and not self.names_rule:
            return False
        return all(matcher.matches(alert) for matcher in self.matchers)


class Shown(NamedTuple):
    """An alert that was put before people."""

    alert_id: str
    rule_id: str
    place: str
    excerpt: str | None
    at: int
    group_id: str
    informs: bool = False
    """Whether it was information only; then it keeps nothing else from being shown."""


_Decision = tuple[str | None, str | None, str | None]
"""A row of ``schema.SUPPRESSION``."""


class _Latest(NamedTuple):
    alert_id: str
    at: int
    group_id: str


class Suppressor:
    """Goes through alerts in the order of their arrival, so it doesn't matter how they are cut into batches."""

    def __init__(self, inhibitors: Mapping[str, Iterable[str]], recent: Iterable[Shown] = ()) -> None:
        """``inhibitors`` are, by the id of a rule, the ids of those that inhibit it; ``recent`` what was shown within
        MEMORY before, in order."""
        self.silences: Sequence[Silence] = ()
        """May be replaced by another thread at any time."""
        self._inhibitors: Mapping[str, frozenset[str]] = {}
        self._by_rule: dict[tuple[str, str, bool], _Latest] = {}
        self._by_words: dict[tuple[str, str, str | None, bool], _Latest] = {}
        self.inhibit(inhibitors)
        for one in recent:
            self._remember(one)

    def inhibit(self, inhibitors: Mapping[str, Iterable[str]]) -> None:
        """Go by these from the next alerts on, because the rules changed."""
        self._inhibitors = {rule: frozenset(others) for rule, others in inhibitors.items()}

    def apply(self, alerts: pl.DataFrame, now: int) -> pl.DataFrame:
        """The same alerts (``schema.ALERTS``), with the columns of ``schema.SUPPRESSION``.

        ``now`` (µs) says which silences hold, and is the time of alerts that have none.
        """
        silences = [silence for silence in self.silences if silence.until > now]
        rows = alerts.select(
            "alert_id", "event_id", "excerpt", *MATCHED, pl.col("ts").dt.epoch("us").fill_null(now)
        ).rows(named=True)
        decided = [
            decision
            for _, of_event in groupby(rows, key=itemgetter("event_id"))
            for decision in self._decide(list(of_event), silences)
        ]
        self._forget(max((row["ts"] for row in rows), default=0))
        return alerts.hstack(pl.DataFrame(decided, schema=SUPPRESSION, orient="row"))

    def forget_alerts(self, alert_ids: Collection[str]) -> None:
        """Let alerts suppress nothing any more: they were withdrawn, or their incident is closed."""
        self._by_rule = {key: latest for key, latest in self._by_rule.items() if latest.alert_id not in alert_ids}
        self._by_words = {key: latest for key, latest in self._by_words.items() if latest.alert_id not in alert_ids}

    def _decide(self, alerts: Sequence[Mapping[str, Any]], silences: Sequence[Silence]) -> Iterator[_Decision]:
        """What happens to the alerts on one event."""
        on_event = {alert["rule_id"]: alert for alert in alerts}
        hidden: dict[str, bool] = {}
        for rule in on_event:
            self._is_hidden(rule, on_event, hidden)
        for alert in alerts:
            inhibitors = sorted(self._inhibitors.get(alert["rule_id"], ()))
            here = (
                on_event[one]["alert_id"]
                for one in inhibitors
                if hidden.get(one) is False and hidden[alert["rule_id"]] and _may_hide(on_event[one], alert)
            )
            inhibitor = next(here, None) or self._shown_before(inhibitors, alert)
            suppressed = ("inhibited", inhibitor) if inhibitor else _silenced(alert, silences) or self._duplicate(alert)
            yield (*suppressed, None) if suppressed else (None, None, self._show(alert))

    def _is_hidden(self, rule: str, on_event: Mapping[str, Mapping[str, Any]], hidden: dict[str, bool]) -> bool:
        """Whether a rule that is not hidden itself inhibits this one on the event; all answers go to ``hidden``."""
        if rule not in hidden:
            # Of rules that inhibit each other the first is shown.
            hidden[rule] = False
            others = sorted(self._inhibitors.get(rule, frozenset()) & on_event.keys())
            hidden[rule] = any(
                _may_hide(on_event[other], on_event[rule]) and not self._is_hidden(other, on_event, hidden)
                for other in others
            )
        return hidden[rule]

    def _shown_before(self, inhibitors: Sequence[str], alert: Mapping[str, Any]) -> str | None:
        """The alert of one of these rules that was shown in the same place within the last hour."""
        for rule in inhibitors:
            for kind in _kinds_that_hide(alert):
                latest = self._by_rule.get((rule, place_of(alert), kind))
                if latest is not None and abs(alert["ts"] - latest.at) < MEMORY:
                    return latest.alert_id
        return None

    def _duplicate(self, alert: Mapping[str, Any]) -> tuple[str, str] | None:
        for kind in _kinds_that_hide(alert):
            latest = self._by_words.get((alert["rule_id"], place_of(alert), alert["excerpt"], kind))
            if latest is not None and abs(alert["ts"] - latest.at) < MEMORY:
                return "duplicate", latest.alert_id
        return None

    def _show(self, alert: Mapping[str, Any]) -> str:
        """Remember an alert that people see; the id of its group."""
        place = place_of(alert)
        informs = _informs(alert)
        latest = self._by_rule.get((alert["rule_id"], place, informs))
        is_open = latest is not None and abs(alert["ts"] - latest.at) < MEMORY
        group = latest.group_id if latest is not None and is_open else alert["alert_id"]
        self._remember(Shown(alert["alert_id"], alert["rule_id"], place, alert["excerpt"], alert["ts"], group, informs))
        return str(group)

    def _remember(self, shown: Shown) -> None:
        latest = _Latest(shown.alert_id, shown.at, shown.group_id)
        self._by_rule[shown.rule_id, shown.place, shown.informs] = latest
        self._by_words[shown.rule_id, shown.place, shown.excerpt, shown.informs] = latest

    def _forget(self, now: int) -> None:
        if len(self._by_words) > _MANY:
            self._by_rule = {key: latest for key, latest in self._by_rule.items() if now - latest.at < MEMORY}
            self._by_words = {key: latest for key, latest in self._by_words.items() if now - latest.at < MEMORY}


def _informs(alert: Mapping[str, Any]) -> bool:
    return bool(alert["level"] == LEVELS[0])


def _may_hide(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether an alert may keep another from being shown: what is information only must not hide anything else.

    Otherwise a text that is hardly an attack could be sent ahead, to hide one that is.
    """
    return _informs(other) or not _informs(one)


def _kinds_that_hide(alert: Mapping[str, Any]) -> tuple[bool, ...]:
    """By ``informs``: which alerts :func:`_may_hide` this one."""
    return (False, True) if _informs(alert) else (False,)


def place_of(alert: Mapping[str, Any]) -> str:
    """Where an alert belongs: its conversation; without one, its user; without either, its file."""
    for name in ("conversation_id", "user_id"):
        if alert[name]:
            return f"{name}:{alert[name]}"
    return f"source_path:{alert['source_path']}"


def _silenced(alert: Mapping[str, Any], silences: Sequence[Silence]) -> tuple[str, str] | None:
    return next((("silenced", silence.id) for silence in silences if silence.covers(alert)), None)


def _is_like(pattern: str, value: str) -> bool:
    """Whether a value is what a pattern says, ``*`` being any run of characters."""
    first, *rest = pattern.split("*")
    if not rest:
        return value == pattern
    *middle, last = rest
    if not value.startswith(first) or len(value) < len(first) + len(last) or not value.endswith(last):
        return False
    at, end = len(first), len(value) - len(last)
    for piece in middle:
        found = value.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
