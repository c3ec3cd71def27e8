"""Strings: wildcards, escapes, case, anchors, dashes, encodings, placeholders and keywords mean what Sigma says."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.semantics.agreement import STRING, STRINGS, agree, agree_on_all, hidden, like, one
from tests.detect.semantics.naive import Reading
from tests.detect.semantics.regexes import One

_ANCHORS = ["", "|contains", "|startswith", "|endswith"]
_LINKS = ["", "", "", "|all", "|neq"]


@st.composite
def _events(draw: st.DrawFn, field: str, values: list[str]) -> list[dict[str, Any]]:
    """Events with the field, and one without."""
    shown = [draw(like(draw(st.sampled_from(values)))) for _ in range(draw(st.integers(1, 6)))]
    if field.startswith("text"):
        texts = [hidden(text) if field == "text.decoded" or draw(st.integers(0, 3)) == 0 else text for text in shown]
        return [*({"text": text} for text in texts), {"text": ""}, {}]
    return [*({field: text} for text in shown), {field: ""}, {}]


@st.composite
def comparisons(draw: st.DrawFn, modifiers: str, field: str, low: int = 1) -> tuple[dict[str, Any], list[Any]]:
    """A comparison of a field with some values, and events to try it on."""
    many = max(low, 2) if "all" in modifiers else low
    values = draw(st.lists(STRING, min_size=many, max_size=3))
    return one(field + modifiers, values), draw(_events(field, values))


@pytest.mark.parametrize("case", ["", "|cased"])
@pytest.mark.parametrize("dashes", ["", "|windash"])
@pytest.mark.parametrize("anchor", _ANCHORS)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_way_to_compare_strings(case: str, dashes: str, anchor: str, data: st.DataObject) -> None:
    field, link = data.draw(st.sampled_from(STRINGS)), data.draw(st.sampled_from(_LINKS))
    words = [dashes + anchor, case, link]
    if not dashes:
        words = data.draw(st.permutations(words))
    agree(*data.draw(comparisons("".join(words), field)))


@pytest.mark.parametrize("modifiers", ["", "|all", "|cased", "|neq", "|windash", "|re", "|all|cased", "|contains"])
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_keywords_are_looked_for_in_every_view_of_the_text(modifiers: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(STRING if modifiers != "|re" else st.just("a"), min_size=2, max_size=3))
    events = data.draw(_events("text", values))
    keyed = {"it": {modifiers: values}, "condition": "it"}
    bare: list[Any] = (
        [values, values[0], [*values, {"trust": "tool", "text|contains": values[0]}]] if not modifiers else []
    )
    detections: list[dict[str, Any]] = [keyed, *({"it": one, "condition": "it"} for one in bare)]
    agree_on_all(detections, events, Reading(patterns={"a": One("a")}))


_PLAIN = st.text("abAB1ß é-/", min_size=2, max_size=6)


_ENCODINGS = [
    f"{wide}{base64}{anchor}"
    for wide in ("", "|utf16le", "|wide", "|utf16be", "|utf16")
    for base64 in ("", "|base64", "|base64offset")
    for anchor in _ANCHORS
    if base64 + wide not in ("", "|utf16") and (base64 != "|base64offset" or anchor == "|contains")
]


@pytest.mark.parametrize("words", _ENCODINGS)
@settings(max_examples=10, deadline=None)
@given(st.data())
def test_encoded_values_are_data_whose_case_matters(words: str, data: st.DataObject) -> None:
    dashes = data.draw(st.sampled_from(["", "|windash"]))
    value = data.draw(_PLAIN)
    before, after = data.draw(st.binary(max_size=3)), data.draw(st.binary(max_size=3))
    wide = next((word for word in words.split("|") if word.startswith(("utf16", "wide"))), "")
    codec = {"utf16be": "utf-16-be", "": "utf-8"}.get(wide, "utf-16-le")
    mark = b"\xff\xfe" if wide == "utf16" else b""
    written = value.replace("-", data.draw(st.sampled_from("-/–"))) if dashes else value
    around = before + mark + written.encode(codec) + after
    shown = b64encode(around).decode() if "base64" in words else around.decode("utf-8", "replace")
    texts = [shown, shown.swapcase(), f"x{shown}y", value, ""]
    whole = words.endswith("|base64")
    field = data.draw(st.sampled_from(["tool_name"] if whole else ["tool_name", "text.raw", "text"]))
    events: list[dict[str, Any]] = [*({field.removesuffix(".raw"): text} for text in texts), {}]
    agree(one(field + dashes + words, value), events)


@pytest.mark.parametrize("modifiers", ["|expand", "|expand|contains", "|contains|expand", "|expand|cased|endswith"])
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_placeholders_stand_for_their_values(modifiers: str, data: st.DataObject) -> None:
    plain = st.text("aAbé", max_size=2)
    names = {"one": data.draw(st.lists(STRING, min_size=1, max_size=3)), "two-b": ["x*", "y"]}
    asked = ["%one%", data.draw(plain) + "%one%" + data.draw(plain), "%two-b%%one%"]
    key, link = data.draw(st.sampled_from(["tool_name", "text"])), data.draw(st.sampled_from(["", "|all", "|neq"]))
    values = [f"{one}{two}" for one in ("", "x", "y") for two in names["one"]]
    events = data.draw(_events(key, values))
    # A backslash at the end of a value escapes nothing in what follows it, which the naive reading cannot tell.
    if not any(value.endswith("\\") for value in names["one"]):
        agree(one(key + modifiers + link, asked), events, Reading(names))


@pytest.mark.parametrize("case", ["", "|cased"])
@pytest.mark.parametrize("anchor", _ANCHORS)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_comparing_two_fields(anchor: str, case: str, data: st.DataObject) -> None:
    words = "|fieldref" + "".join(data.draw(st.permutations([anchor, case, data.draw(st.sampled_from(["", "|neq"]))])))
    other = data.draw(st.text("aAΣςσßſKkİ", max_size=3))
    events: list[dict[str, Any]] = []
    change: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str, str.lower, str.upper, str.swapcase])
    for _ in range(5):
        changed = data.draw(change)(other)
        before, after = data.draw(st.sampled_from(["", "a"])), data.draw(st.sampled_from(["", "b"]))
        events.append({"request_model": before + changed + after, "response_model": other})
    events += [{"request_model": other}, {"response_model": other}, {}, {"request_model": "", "response_model": ""}]
    agree(one("request_model" + words, "response_model"), events)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([("input_tokens", "output_tokens"), ("tool_is_error", "refusal"), ("cost_usd", "duration_ms")]),
    st.lists(st.tuples(st.sampled_from([None, 0, 1]), st.sampled_from([None, 0, 1])), min_size=1, max_size=6),
    st.sampled_from(["", "|neq"]),
)
def test_comparing_two_numbers_or_flags(
    names: tuple[str, str], pairs: list[tuple[int | None, int | None]], negated: str
) -> None:
    kind = bool if "refusal" in names else float if "cost_usd" in names else int
    events = [
        {name: None if value is None else kind(value) for name, value in zip(names, pair, strict=True)}
        for pair in pairs
    ]
    agree(one(f"{names[0]}|fieldref{negated}", names[1]), events)
