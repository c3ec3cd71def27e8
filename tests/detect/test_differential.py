"""The engine with all its short cuts gives what a plain reading of the condition gives."""

from collections.abc import Callable
from operator import contains, eq
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.parts import batch, hit, ruleset, said

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.match.compile import condition, lowered
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.text.decoding import decode
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.text.views import ROW, Views
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import Event, Trust

_WORDS = [
    "wonder",
    "Magic",
    "quartz jazz",
    "ignore\nprevious",
    "ｍagic",
    "K2",
    "zeb\u200bra",
    "d29uZGVyIG1hZ2ljIHF1YXJ0eg==",
    "é",
    " ",
    ".",
    "The",
]
_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=6).map("".join) | st.none()
_VALUES = st.sampled_from(
    ["wonder", "MAGIC", "quartz jazz", "ignore previous", "zebra", "k2", "the", "é", "wonder magic"]
)
_MODIFIERS = st.sampled_from(
    ["", "|contains", "|startswith", "|endswith", "|contains|all", "|contains|cased", "|contains|neq"]
)
_TRUSTS = st.sampled_from([Trust.USER, Trust.MODEL, Trust.TOOL])
_EVENTS = st.lists(
    st.builds(
        lambda text, trust, tool: said(text, trust, tool_name=tool), _TEXTS, _TRUSTS, st.sampled_from(["Bash", None])
    ),
    min_size=1,
    max_size=8,
)


@st.composite
def selections(draw: st.DrawFn) -> dict[str, Any]:
    """A selection over texts, patterns and fields."""
    made: dict[str, Any] = {}
    for _ in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(["text", "text", "text.decoded", "re", "re|i", "field"]))
        if kind == "field":
            made[draw(st.sampled_from(["trust", "tool_name|exists"]))] = None
        elif kind.startswith("re"):
            pattern = draw(
                st.sampled_from(["w[a-z]+r", r"\bmagic\b", "quartz|the", r"\s\w", "é", "[^a-z]k", r"[\x{200B}]"])
            )
            made[f"text|{kind}"] = pattern
        else:
            made[kind + draw(_MODIFIERS)] = draw(st.lists(_VALUES, min_size=2, max_size=3))
    values = {"trust": ["user", "tool"], "tool_name|exists": draw(st.booleans())}
    return {key: values.get(key, value) for key, value in made.items()}


@st.composite
def detections(draw: st.DrawFn) -> dict[str, Any]:
    """Up to three selections under a condition that uses all of them."""
    conditions = [
        "a and b",
        "a or b",
        "a and not b",
        "not a and b",
        "not (a and b)",
        "c and (a or b)",
        "c or not (a or b)",
    ]
    chosen = draw(st.sampled_from(conditions))
    names = [name for name in "abc" if name in chosen.replace("and", "").replace("not", "")]
    return {**{name: draw(selections()) for name in names}, "condition": chosen}


def plainly(rule: Rule, events: EventBatch) -> list[int]:
    """The hits by one Polars expression over everything, without any prefilter."""
    views = Views(pl.concat([events.contents["text"], pl.Series([None], dtype=pl.String)]))
    numbered = events.contents.select("content_sha256").with_row_index(ROW)
    frame = events.events.join(numbered, on="content_sha256", how="left", maintain_order="left")
    frame = frame.with_columns(pl.col(ROW).fill_null(events.contents.height)).join(views.frame, on=ROW, how="left")
    low = [pl.col(name).str.to_lowercase().alias(lowered(name)) for name in ("trust", "tool_name")]
    return sorted(frame.with_columns(low).filter(condition(rule.compiled.tree))["source_offset"])


@settings(max_examples=60, deadline=None)
@given(st.lists(detections(), min_size=1, max_size=3), _EVENTS)
def test_short_cuts_change_no_answer(made: list[dict[str, Any]], events: list[Event]) -> None:
    rules = ruleset(*made)
    found = detect(rules, batch(events)).alerts
    for rule in rules.rules:
        of_rule = found.filter(pl.col("rule_id") == rule.id)
        assert sorted(of_rule["source_offset"]) == plainly(rule, batch(events))


@settings(max_examples=60, deadline=None)
@given(_MODIFIERS, st.lists(_VALUES, min_size=2, max_size=3), _TEXTS)
def test_string_modifiers_mean_what_a_naive_reading_says(modifiers: str, values: list[str], text: str | None) -> None:
    rules = ruleset({"it": {"text" + modifiers: values}, "condition": "it"})
    assert hit(rules, said(text)) == ([0] if naive(modifiers, values, text) else [])


def naive(modifiers: str, values: list[str], text: str | None) -> bool:
    """A modifier on the field ``text``, value by value and view by view, in plain Python."""
    raw = [] if text is None else [text, *decoded(text)]
    shown = raw if "cased" in modifiers else [fold(view) for view in raw]
    tests: dict[str, Callable[[str, str], bool]] = {"": eq, "|startswith": str.startswith, "|endswith": str.endswith}
    test = tests.get(modifiers, contains)
    wanted = values if "cased" in modifiers else [fold(value) for value in values]
    matched = [any(test(view, value) for view in shown) for value in wanted]
    result = all(matched) if "all" in modifiers else any(matched)
    return not result if "neq" in modifiers else result


def decoded(text: str) -> list[str]:
    """The decoded parts of a text, one per line."""
    parts = decode(pl.Series([text])).get(0, [])
    return ["\n".join(part.text for part in parts)] if parts else []


@settings(max_examples=25, deadline=None)
@given(_EVENTS, st.integers(1, 4))
def test_alerts_do_not_depend_on_how_events_are_batched(events: list[Event], size: int) -> None:
    rules = ruleset(
        {"it": {"text|contains": ["wonder", "magic"]}, "condition": "it"},
        {"it": {"text|re|i": r"\bjazz\b|quartz"}, "tool": {"trust": "tool"}, "condition": "it and not tool"},
    )
    whole = batch(events)
    pieces = [
        detect(
            rules,
            EventBatch(
                part, whole.contents.filter(pl.col("content_sha256").is_in(part["content_sha256"].implode())), []
            ),
        ).alerts
        for part in whole.events.iter_slices(size)
    ]
    assert pl.concat(pieces).equals(detect(rules, whole).alerts)


def test_rules_without_events_and_events_without_rules_give_an_empty_frame_of_the_right_columns() -> None:
    rules = ruleset({"it": {"text|contains": "x1"}, "condition": "it"})
    assert detect(rules, batch([])).alerts.is_empty()
    assert detect(RuleSet(()), batch([said("x1")])).alerts.schema == detect(rules, batch([said("x1")])).alerts.schema
