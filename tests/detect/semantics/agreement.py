"""The engine beside the naive reading, and what both are asked about."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from msgspec.structs import replace as replace_fields
from tests.detect.parts import ID, alerts, body, rule, said, write
from tests.detect.semantics.naive import ANY, ONE, Reading, tokens

from llmsec_tui.detect.rule import Rule, RuleSet, compile_tree
from llmsec_tui.detect.sigma.parse import parse
from llmsec_tui.detect.sigma.reading import read
from llmsec_tui.errors import RuleIssue
from llmsec_tui.events.model import Event, Trust

Data = Mapping[str, Any]
STRINGS = ("tool_name", "text", "text.raw", "text.folded", "text.decoded")
PIECES = [
    *("a", "A", "b", "ß", "ẞ", "ſ", "S", "s", "K", "k", "İ", "i", "Σ", "ς", "σ", "é", "É", "e\u0301", "ａ"),
    *("*", "?", "\\", "\\*", "\\?", "\\\\", "-", "/", "–", "―", "%", "_", " ", "0", "."),
]
"""What values are made of: letters that are each other's in some reading of case, wildcards and escapes."""
UNJUDGED = {"empty-literal", "cased-folded", "placeholder", "windash", "wildcard", "too-short", "encoding"}
"""What is refused of values that make sense in other fields."""


@cache
def _template() -> Rule:
    return rule(text="x")


def issues_or_rule(
    detection: Mapping[str, Any], placeholders: Mapping[str, Sequence[str]], name: str = ID
) -> tuple[Sequence[RuleIssue], RuleSet]:
    """A rule with this detection, or what is wrong with it."""
    with TemporaryDirectory() as folder:
        [document] = read(write(Path(folder) / "rule.yml", body(_unshared(detection))))
    tree = parse(document, placeholders)
    if tree is None:
        assert document.issues, "refused without a word"
        return document.issues, RuleSet(())
    return (), RuleSet((replace(_template(), id=name, compiled=compile_tree(tree)),))


def _unshared(value: Any) -> Any:
    """The same without anything in it twice, which YAML would write as an alias."""
    if isinstance(value, dict):
        return {key: _unshared(one) for key, one in value.items()}
    return [_unshared(one) for one in value] if isinstance(value, list) else value


def made(event: Data) -> Event:
    """A message with these fields and no others."""
    trust = Trust(event["trust"]) if "trust" in event else None
    return replace_fields(said(event.get("text")), **{**event, "role": None, "trust": trust})


def agree(detection: Mapping[str, Any], events: Sequence[Data], reading: Reading | None = None) -> list[bool]:
    """Which events are hit, by the engine; fails where the naive reading differs."""
    return agree_on_all([detection], events, reading)[0]


def agree_on_all(
    detections: Sequence[Mapping[str, Any]], events: Sequence[Data], reading: Reading | None = None
) -> list[list[bool]]:
    """The same for several detections, by rules that are run together, which takes hardly longer than one of them."""
    reading = reading or Reading()
    rules: list[Rule] = []
    for number, detection in enumerate(detections):
        issues, found = issues_or_rule(detection, reading.placeholders, str(number))
        if issues:
            assert {issue.code for issue in issues} <= UNJUDGED, issues
            reject()
        rules += found.rules
    told = alerts(RuleSet(tuple(rules)), *map(made, events))
    hits = set(told.select("rule_id", "source_offset").iter_rows())
    naive = [[reading.detection(detection, event) for event in events] for detection in detections]
    assert [[(one.id, at) in hits for at in range(len(events))] for one in rules] == naive
    return naive


def one(key: str, value: Any) -> dict[str, Any]:
    """A detection of one comparison."""
    return {"it": {key: value}, "condition": "it"}


STRING = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)


@st.composite
def like(draw: st.DrawFn, value: str) -> str:
    """A string that may well be what the value looks for, or nearly."""
    if draw(st.integers(0, 5)) == 0:
        return draw(STRING)
    filler = st.sampled_from(["", "a", "İ", "*", "xy", "\\"])
    change: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str, str.lower, str.upper, str.swapcase])
    whole = [draw(filler)]
    for token in tokens(value):
        if token == ANY:
            whole.append(draw(filler))
        elif token == ONE:
            whole.append(draw(st.sampled_from(["b", "İ", "", "?"])))
        else:
            assert isinstance(token, str)
            whole.append(draw(st.sampled_from(["b", ""])) if draw(st.integers(0, 9)) == 0 else draw(change)(token))
    return "".join([*whole, draw(filler)])


def hidden(text: str) -> str:
    """The text where only decoding shows it."""
    return b64encode(f"{text}{' pad' * 8}".encode()).decode()
