"""Rule files and events for the tests of this room."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import yaml

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import Example, Rule, RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.detect.sigma.examples import to_batch
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import ContentState, Event, Kind, Role, Trust

ID = "6d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b20"


def body(condition: Mapping[str, Any], /, **changes: Any) -> dict[str, Any]:
    """The data of a rule file that is in order, but for ``changes``; a change to None takes the key out."""
    data: dict[str, Any] = {
        "title": "A rule",
        "id": ID,
        "status": "test",
        "description": "Something to look for.",
        "tags": ["owasp.llm01"],
        "logsource": {"product": "llm", "category": "injection"},
        "detection": dict(condition),
        "falsepositives": ["none known"],
        "level": "high",
        "llmsec": {
            "confidence": 0.7,
            "playbook": ["Look at it."],
            "examples": {"match": [{"role": "user", "text": "yes"}], "no_match": [{"role": "user", "text": "no"}]},
        },
    }
    return {key: value for key, value in (data | changes).items() if value is not None}


def write(path: Path, data: Mapping[str, Any]) -> Path:
    """A rule file with this data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def ruleset(*detections: Mapping[str, Any]) -> RuleSet:
    """Rules with these detections, in this order."""
    with TemporaryDirectory() as folder:
        for number, detection in enumerate(detections):
            changes = {"id": f"00000000-0000-4000-8000-{number:012d}", "title": f"Rule {number}"}
            write(Path(folder) / f"{number}.yml", body(detection, **changes))
        return load([Path(folder)])


def rule(**selection: Any) -> Rule:
    """A rule of one selection; ``|`` in names is written as ``__`` and ``.`` as ``_dot_``."""
    named = {name.replace("__", "|").replace("_dot_", "."): value for name, value in selection.items()}
    return ruleset({"it": named, "condition": "it"}).rules[0]


def said(text: str | None, trust: Trust = Trust.USER, **fields: Any) -> Event:
    """A message with this text."""
    roles = {Trust.USER: Role.USER, Trust.MODEL: Role.ASSISTANT, Trust.TOOL: Role.TOOL}
    state = ContentState.NONE if text is None else ContentState.PRESENT
    values: dict[str, Any] = {"role": roles.get(trust), "trust": trust, "content_state": state, "kind": Kind.MESSAGE}
    return Event(text=text, **(values | fields))


def batch(events: Sequence[Event]) -> EventBatch:
    """Events as the engine sees them; the n-th has ``source_offset`` n."""
    return to_batch([Example(event, 0) for event in events])


def alerts(rules: RuleSet | Rule, *events: Event) -> pl.DataFrame:
    """What the rules say about the events."""
    return detect(rules if isinstance(rules, RuleSet) else RuleSet((rules,)), batch(events)).alerts


def hit(rules: RuleSet | Rule, *events: Event) -> list[int]:
    """The positions of the events that are hit, in the order of the alerts."""
    return list(alerts(rules, *events)["source_offset"])


def hits_text(rules: RuleSet | Rule, text: str) -> bool:
    """Whether a user's message with this text is hit."""
    return bool(hit(rules, said(text)))
