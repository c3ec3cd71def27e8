"""Put what was found piece by piece together: leave out what came before, and count.

The pieces come in the order of the input, and what is kept of them is what reading all of it at once would have kept.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.identity import event_id
from llmsec_tui.events.stitching import said_again
from llmsec_tui.service.scanning.keytable import KeyTable
from llmsec_tui.service.scanning.parts import Facts, Part, unpacked
from llmsec_tui.service.scanning.remembered import Remembered
from llmsec_tui.service.scanning.summary import Summary
from llmsec_tui.service.scanning.telling import Once
from llmsec_tui.service.scanning.timeline import Timeline
from llmsec_tui.service.scanning.versions import ABOUT
from llmsec_tui.service.scanning.watching import Watcher

_TEXT_BYTES = 8


@dataclass(slots=True)
class _News:
    """What of a part is not as its worker took it to be; events are told by what is in ``versions.ABOUT``."""

    gone: dict[str, str] = field(default_factory=dict)
    """Content states of what is a repeat."""
    conversations: dict[str, str] = field(default_factory=dict)
    """What is of other conversations."""
    newest: dict[int, str] = field(default_factory=dict)
    """The newest version of each event that has a native key."""
    replaced: set[str] = field(default_factory=set)
    """Versions that a newer one in the same part takes the place of."""
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
        self._once = Once()
        self._timeline = Timeline(ruleset)

    def take(self, part: Part) -> pl.DataFrame | None:
        """The alerts of a part, None when it has none."""
        news = self._settle(part)
        self._count(part, news)
        for key in news.amended:
            self._timeline.amend(key)
        if part.events:
            counted = _put_right(unpacked(part.events), news)
            self._timeline.add(counted.filter(~pl.col(ABOUT).is_in(list(news.replaced))).drop(ABOUT))
        self._timeline.next_turn()
        if not part.alerts:
            return None
        fresh = self._once.fresh(_put_right(unpacked(part.alerts), news).drop(ABOUT))
        self._summary.alerts.update(fresh["level"].to_list())
        return fresh

    def over_time(self, now: int, watcher: Watcher) -> Iterator[pl.DataFrame]:
        """The alerts of rules over time, once all parts were taken."""
        watcher.looks_back(self._timeline.height)
        for alerts in self._timeline.alerts(now, watcher.looked_back):
            self._summary.alerts.update(alerts["level"].to_list())
            yield alerts
        self._summary.problems += self._timeline.problems()

    def close(self) -> None:
        """Give its temporary files back."""
        for one in (self._remembered, self._texts, self._once, self._timeline):
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
        summary.count(states)
        summary.repeats += part.repeats + len(news.gone)
        summary.dead_letters += part.dead_letters
        summary.unknown_types.update(part.unknown)
        places = range(0, len(part.texts), _TEXT_BYTES)
        texts = {int.from_bytes(part.texts[place : place + _TEXT_BYTES]): 0 for place in places}
        summary.contents += self._texts.update(texts)
        if part.problem:
            summary.problems.append(part.problem)


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
        name = event_id(second)
        if second in keys or second in known:
            if single.state:
                news.gone[name] = single.state
            continue
        if first in keys or first in known:
            news.amended.append(first)
            news.outdated.append(keys[first] if first in keys else known[first])
            news.replaced |= {news.newest[first]} if first in news.newest else set()
        news.newest[first] = name
        keys[first] = single.state
        keys[second] = ""


def _put_right(frame: pl.DataFrame, news: _News) -> pl.DataFrame:
    """Events, or alerts, without those that are repeats, and in the conversations that they belong to."""
    if news.gone:
        frame = frame.filter(~pl.col(ABOUT).is_in(list(news.gone)))
    if news.conversations and "conversation_id" in frame.columns:
        name = pl.col(ABOUT).replace_strict(news.conversations, default=None, return_dtype=pl.String)
        frame = frame.with_columns(pl.coalesce(name, "conversation_id").alias("conversation_id"))
    return frame
