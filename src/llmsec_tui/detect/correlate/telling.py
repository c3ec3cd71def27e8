"""The alerts of rules over time, as rows and in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import polars as pl

from llmsec_tui.detect.correlate.expression import worded
from llmsec_tui.detect.correlate.group import Key, Raised
from llmsec_tui.detect.rule import Correlation, CorrelationType, Described, Monitor
from llmsec_tui.events.identity import event_id, key64
from llmsec_tui.events.schema import ALERTS
from llmsec_tui.text import clip

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_UNITS = ((86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"))
_VALUE_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Told:
    """A firing that is, or was, an alert."""

    rule: Correlation | Monitor
    key: Key
    raised: Raised
    group: str
    """The group as a JSON object."""
    alert_id: str
    """The same whenever the same group of the same rule fires by the same event at the same time."""


def told(rule: Correlation | Monitor, key: Key, raised: Raised) -> Told:
    """A firing with its names."""
    group, firing = group_key(rule, key), raised.firing
    return Told(rule, key, raised, group, event_id(key64("alert", rule.id, group, firing.event_id, firing.at)))


def group_key(rule: Correlation | Monitor, key: Key) -> str:
    """The group as a JSON object, its keys sorted."""
    return msgspec.json.encode(dict(sorted(zip(rule.group_by, key, strict=True)))).decode()


def alerts(
    some: Iterable[Told], events: Mapping[str, Mapping[str, Any]], rules: Mapping[str, Described]
) -> pl.DataFrame:
    """Alerts in the order of (time of firing, place of the event, rule, group); ``events`` by their ids."""
    ordered = sorted(some, key=lambda one: (one.raised.firing.at, one.raised.entry.place, one.rule.id, one.group))
    rows = [_alert(one, events.get(one.raised.firing.event_id) or _unknown(one.raised), rules) for one in ordered]
    return pl.DataFrame(rows, schema=ALERTS, orient="row")


def _alert(one: Told, event: Mapping[str, Any], rules: Mapping[str, Described]) -> dict[str, Any]:
    rule, firing = one.rule, one.raised.firing
    where = group_words(rule, one.key)
    return {name: event.get(name) for name in ALERTS} | {
        "alert_id": one.alert_id,
        "event_id": firing.event_id,
        "rule_id": rule.id,
        "rule_version": rule.version,
        "title": rule.title,
        "level": rule.level,
        "confidence": rule.confidence,
        "tags": list(rule.tags),
        "app": event.get("service_name"),
        "model": event.get("response_model") or event.get("request_model"),
        "field": ", ".join(rule.looks_at) or None,
        "spans": [],
        "excerpt": f"{firing.reason}{where}",
        "reason": sentence(rule, one.key, one.raised, rules),
        "group_key": one.group,
        "began": moment(firing.began),
        "event_ids": list(firing.event_ids),
        "n_events": firing.taking_part,
    }


def _unknown(raised: Raised) -> dict[str, Any]:
    """What is known of an event that is nowhere to be found any more."""
    entry = raised.entry
    return {
        "ts": moment(entry.at),
        "format": "",
        "source_path": "",
        "source_offset": entry.place[1],
        "source_len": 0,
        "record_sha256": b"",
    }


def sentence(rule: Correlation | Monitor, key: Key, raised: Raised, rules: Mapping[str, Described]) -> str:
    """Why it fired: ``6 hits of "Guardrail blocked" within 5m for user_id=alice, more than 5``."""
    firing, where = raised.firing, group_words(rule, key)
    if isinstance(rule, Monitor):
        return f"{firing.reason}{where}"
    when = f" ({moment(firing.at).isoformat(timespec='milliseconds')}Z)" if firing.by_time else ""
    return f"{firing.reason} of {sources(rule, rules)} within {span(rule.timespan)}{where}, {firing.usual}{when}"


def sources(rule: Correlation, rules: Mapping[str, Described]) -> str:
    """Its sources by their titles."""
    titles = tuple(f'"{rules[source].title if source in rules else source}"' for source in rule.sources)
    if rule.expression is not None:
        return worded(rule.expression, titles)
    if rule.type is CorrelationType.TEMPORAL_ORDERED:
        return ", then ".join(titles)
    return _listed(titles, "and" if rule.type is CorrelationType.TEMPORAL else "or")


def _listed(parts: Sequence[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def group_words(rule: Correlation | Monitor, key: Key) -> str:
    """`` for user_id=alice, tool_name=bash``; empty where there is one group only."""
    pairs = [f"{name}={clip(str(value), _VALUE_WIDTH)}" for name, value in zip(rule.group_by, key, strict=True)]
    return f" for {', '.join(pairs)}" if pairs else ""


def span(timespan: int) -> str:
    """Microseconds as rules write them: ``5m``."""
    for unit, letter in _UNITS:
        if timespan % unit == 0:
            return f"{timespan // unit}{letter}"
    return f"{timespan / 1_000_000:g}s"


def moment(at: int) -> datetime:
    """Microseconds since 1970 as naive UTC."""
    return _EPOCH + timedelta(microseconds=at)


def since_1970(when: datetime) -> int:
    """Naive UTC as microseconds since 1970."""
    return (when - _EPOCH) // timedelta(microseconds=1)
