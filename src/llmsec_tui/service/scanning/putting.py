"""Put what was found piece by piece together: leave out what came before, and count.

The pieces come in the order of the input, and what is kept of them is what reading all of it at once would have kept.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.model import ContentState
from llmsec_tui.events.stitching import said_again
from llmsec_tui.service.scanning.keytable import KeyTable
from llmsec_tui.service.scanning.parts import VERSION, Facts, Part, unpacked
from llmsec_tui.service.scanning.remembered import Remembered
from llmsec_tui.service.scanning.summary import Summary
from llmsec_tui.service.scanning.timeline import Timeline
from llmsec_tui.service.scanning.watching import Watcher

_SEEN = (ContentState.PRESENT, ContentState.TRUNCATED)
_TEXT_BYTES = 8


@dataclass(slots=True)
class _News:
    """What of a part is not as its worker took it to be."""

    gone: dict[str, str] = field(default_factory=dict)
    """Events that are repeats, by id, with their content state."""
    versions: set[str] = field(default_factory=set)
    """Versions of events that are repeats. Beside one of them there may be another in the part, which is news."""
    conversations: dict[str, str] = field(default_factory=dict)
    """Other conversations of events, by their ids."""
    amended: list[int] = field(default_factory=list)
    """Native keys of events that were there in another version."""
    outdated: list[str] = field(default_factory=list)
    """Content states of those other versions."""


class Together:
    """For one thread: give it all parts in order, then ask for the alerts that time brings."""

    def __init__(self, ruleset: RuleSet, summary: Summary) -> None:
        self._summary = summary
        self._remembered = Remembered()
        self._texts = KeyTable()
        self._alerts = KeyTable()
        self._timeline = Timeline(ruleset)

    def take(self, part: Part) -> pl.DataFrame | None:
        """The alerts of a part, None when it has none."""
        news = self._settle(part)
        self._count(part, news)
        for key in news.amended:
            self._timeline.amend(key)
        if part.events:
            self._timeline.add(_put_right(unpacked(part.events), news))
        self._timeline.next_turn()
        return self._once(_of_news(unpacked(part.alerts), news)) if part.alerts else None

    def over_time(self, now: int, watcher: Watcher) -> Iterator[pl.DataFrame]:
        """The alerts of rules over time, once all parts were taken."""
        watcher.looks_back(self._timeline.height)
        for alerts in self._timeline.alerts(now, watcher.looked_back):
            self._summary.alerts.update(alerts["level"].to_list())
            yield alerts
        self._summary.problems += self._timeline.problems()

    def close(self) -> None:
        """Give its temporary files back."""
        for one in (self._remembered, self._texts, self._alerts, self._timeline):
            one.close()

    def _settle(self, part: Part) -> _News:
        known = self._remembered.known(_keys(part))
        keys: dict[int, str] = {}
        news = _News()
        for facts in part.facts:
            _settle_calls(facts, known, keys, news)
            _settle_singles(facts, known, keys, news)
        self._remembered.add({key: name for key, name in keys.items() if known.get(key) != name})
        return news

    def _count(self, part: Part, news: _News) -> None:
        summary = self._summary
        states = Counter(part.states)
        states.subtract([*news.gone.values(), *news.outdated])
        summary.records += part.records
        summary.events += states.total()
        summary.repeats += part.repeats + len(news.gone)
        summary.dead_letters += part.dead_letters
        summary.unknown_types.update(part.unknown)
        for state, count in states.items():
            if state in _SEEN:
                summary.seen += count
            elif state != ContentState.NONE and count:
                summary.hidden[state] += count
        places = range(0, len(part.texts), _TEXT_BYTES)
        texts = {int.from_bytes(part.texts[place : place + _TEXT_BYTES]): 0 for place in places}
        summary.contents += self._texts.update(texts)
        if part.problem:
            summary.problems.append(part.problem)

    def _once(self, alerts: pl.DataFrame) -> pl.DataFrame:
        """Without those that came before: an event that came in several versions alerts for the first that did."""
        alerts = alerts.unique("alert_id", keep="first", maintain_order=True)
        names = [int(name, 16) for name in alerts["alert_id"]]
        known = self._alerts.found(names)
        self._alerts.update(dict.fromkeys(names, 0))
        fresh = alerts.filter(pl.Series([name not in known for name in names], dtype=pl.Boolean))
        self._summary.alerts.update(fresh["level"].to_list())
        return fresh


def _keys(part: Part) -> set[int]:
    """All that something in the part may be known by."""
    found = {0}
    for facts in part.facts:
        for single in facts.singles:
            found |= {single.first, single.second}
        for call in facts.calls:
            for message in call.messages:
                found |= {message.first, message.second, message.chain, message.pair}
    found.remove(0)
    return found


def _settle_calls(facts: Facts, known: dict[int, str], keys: dict[int, str], news: _News) -> None:
    for call in facts.calls:
        conversation, repeats = said_again(call.messages, call.answered, call.own, call.spare, known, keys)
        others = list(call.beside)
        for message, repeated in zip(call.messages, repeats, strict=True):
            if not message.state:
                continue
            name = f"{facts.name}.{message.sub_idx}" if message.sub_idx else facts.name
            if repeated:
                news.gone[name] = message.state
            else:
                others.append(name)
        if conversation != call.taken:
            news.conversations.update(dict.fromkeys(others, conversation))


def _settle_singles(facts: Facts, known: dict[int, str], keys: dict[int, str], news: _News) -> None:
    for single in facts.singles:
        first, second = single.first, single.second
        if second in keys or second in known:
            news.versions.add(f"{second:016x}")
            if single.state:
                news.gone[f"{first:016x}"] = single.state
            continue
        former = keys.get(first, known.get(first))
        if former is not None and single.state:
            news.amended.append(first)
            news.outdated += [former] if former else []
        # What was replaced within its own piece was never counted, but what it replaced may have been.
        keys[first] = single.state or former or ""
        keys[second] = ""


def _of_news(alerts: pl.DataFrame, news: _News) -> pl.DataFrame:
    """Alerts without those on repeats, which of an event that came in several versions need not be all."""
    version = pl.col(VERSION)
    unversioned = version.is_null() & ~pl.col("event_id").is_in(list(news.gone))
    told = alerts.filter(unversioned | (version.is_not_null() & ~version.is_in(list(news.versions))))
    return _in_conversations(told.drop(VERSION), news)


def _put_right(events: pl.DataFrame, news: _News) -> pl.DataFrame:
    """Events without repeats, and in the conversations that they belong to."""
    if news.gone:
        events = events.filter(~pl.col("event_id").is_in(list(news.gone)))
    return _in_conversations(events, news)


def _in_conversations(frame: pl.DataFrame, news: _News) -> pl.DataFrame:
    if news.conversations and "conversation_id" in frame.columns:
        name = pl.col("event_id").replace_strict(news.conversations, default=None, return_dtype=pl.String)
        frame = frame.with_columns(pl.coalesce(name, "conversation_id").alias("conversation_id"))
    return frame
