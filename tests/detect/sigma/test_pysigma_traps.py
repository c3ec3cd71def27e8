r"""What pySigma 2.0.1 reads as something else without a word, and what we make of it.

Each test shows their reading first: where that changes, what we do ourselves may no longer be needed.
"""

from pathlib import Path
from typing import Any

import pytest
from sigma.modifiers import modifier_mapping
from sigma.rule.detection import SigmaDetectionItem
from sigma.types import (
    Placeholder,
    SigmaCasedString,
    SigmaCompareExpression,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNumber,
    SigmaString,
    SpecialChars,
)
from tests.detect.parts import body, hit, rule, ruleset, said, write

from llmsec_tui.detect.sigma.parse import parse
from llmsec_tui.detect.sigma.reading import read
from llmsec_tui.detect.tree import Leaf, Number, Or, Text, Wild
from llmsec_tui.events.model import Kind


def theirs(key: str, value: Any) -> Any:
    """The first value that pySigma makes of a detection item."""
    return SigmaDetectionItem.from_mapping(key, value).value[0]


def ours(folder: Path, key: str, value: Any, **placeholders: tuple[str, ...]) -> Any:
    """The tree, or the codes of the issues."""
    [document] = read(write(folder / "rule.yml", body({"it": {key: value}, "condition": "it"})))
    return parse(document, placeholders) or [issue.code for issue in document.issues]


def test_comparing_fields_keeps_its_contains_startswith_and_endswith() -> None:
    """They are flags of the reference; a backend that overlooks them silently compares for equality."""
    assert theirs("a|fieldref|contains", "b") == SigmaFieldReference("b", starts_with=True, ends_with=True)
    whole = said(None, kind=Kind.LLM_CALL, request_model="gpt-5", response_model="GPT-5")
    longer = said(None, kind=Kind.LLM_CALL, request_model="gpt-5-mini", response_model="gpt-5")
    ending = said(None, kind=Kind.LLM_CALL, request_model="azure/gpt-5", response_model="gpt-5")
    inside = said(None, kind=Kind.LLM_CALL, request_model="azure/gpt-5-mini", response_model="gpt-5")
    absent = said(None, kind=Kind.LLM_CALL, request_model="gpt-5")
    events = (whole, longer, ending, inside, absent)
    assert hit(rule(request_model__fieldref="response_model"), *events) == [0]
    assert hit(rule(request_model__fieldref__startswith="response_model"), *events) == [0, 1]
    assert hit(rule(request_model__fieldref__endswith="response_model"), *events) == [0, 2]
    assert hit(rule(request_model__fieldref__contains="response_model"), *events) == [0, 1, 2, 3]
    assert hit(rule(request_model__fieldref__neq="response_model"), *events) == [1, 2, 3, 4]


def test_comparing_fields_can_mind_their_case() -> None:
    """``cased|fieldref`` loses its first word there."""
    assert theirs("a|cased|fieldref", "b") == SigmaFieldReference("b")
    events = (said(None, request_model="a", response_model="A"), said(None, request_model="a", response_model="a"))
    assert hit(rule(request_model__cased__fieldref="response_model"), *events) == [1]


def test_encoded_values_are_compared_with_their_case() -> None:
    """Base64 is data: folding its case would match other data. It arrives as any other string."""
    assert not isinstance(theirs("a|base64|contains", "drop table"), SigmaCasedString)
    encoded = rule(text__base64offset__contains="drop table")
    assert hit(encoded, said("x ZHJvcCB0YWJsZQ== y"), said("x zhjvcCB0YWJsZQ== y")) == [0]
    wide = rule(text__wide__base64offset__contains="ping")
    assert hit(wide, said("cABpAG4AZwA="), said("CABPAG4AZWA=")) == [0]


def test_a_value_too_short_for_base64_is_refused(tmp_path: Path) -> None:
    """Nothing is left of one byte at one of the offsets, and ``contains`` nothing is everywhere."""
    expansion = theirs("a|base64offset|contains", "a")
    assert [SpecialChars.WILDCARD_MULTI] in [one.s for one in expansion.values]
    assert ours(tmp_path, "text|base64offset|contains", "a") == ["too-short"]


def test_utf16_by_its_proper_name_and_of_any_text() -> None:
    """It knows ``wide`` only, and only ASCII, though base64 holds any bytes."""
    assert "utf16le" not in modifier_mapping
    made = rule(text__utf16le__base64offset__contains="né")
    assert hit(made, said("bgDpAA=="), said("bgBpAA==")) == [0]


def test_some_letters_in_utf16_are_no_text(tmp_path: Path) -> None:
    """Where the bytes of a letter happen to be two others in UTF-8, it looks for those: that much is the same here."""
    assert theirs("a|wide", "б").s == ["1\x04"]
    assert ours(tmp_path, "text|wide|contains", "é") == ["encoding"]


def test_dashes_of_a_cased_value_keep_their_case() -> None:
    """What ``windash`` makes of a cased value has no case any more."""
    expansion = theirs("a|cased|windash", "-Enc")
    assert not any(isinstance(one, SigmaCasedString) for one in expansion.values)
    assert hit(rule(tool_name__cased__windash="-Enc"), *(said(None, tool_name=one) for one in ("/Enc", "/enc"))) == [0]


@pytest.mark.parametrize("dash", "-/–—―")
def test_any_dash_stands_for_any_other(dash: str) -> None:
    """It takes only two of the five for dashes when they stand in the rule."""
    assert len(theirs("a|windash", "–x").values) == 1
    events = [said(None, tool_name=f"{one}x") for one in "-/–—―_"]
    assert hit(rule(tool_name__windash=f"{dash}x"), *events) == [0, 1, 2, 3, 4]


def test_placeholders_are_filled_in_before_their_text_is_encoded(tmp_path: Path) -> None:
    """It encodes the name of the placeholder, or everything but the placeholder."""
    assert theirs("a|expand|base64", "%name%").s == ["JW5hbWUl"]
    assert theirs("a|expand|wide", "%name%b").s == [Placeholder("name"), "b\0"]
    leaf = ours(tmp_path, "text|expand|base64|contains", "%name%", name=("ab",))
    assert leaf.match == Text((Wild.ANY, "YWI=", Wild.ANY), cased=True)


def test_an_escaped_percent_sign_begins_no_placeholder(tmp_path: Path) -> None:
    r"""By the specification ``\%plain%name%`` holds one placeholder, ``name``; it sees ``plain``."""
    assert Placeholder("plain") in theirs("a|expand", r"\%plain%name%").s
    leaf = ours(tmp_path, "tool_name|expand", r"\%plain%name%", name=("x",))
    assert leaf.match == Text(("%plainx",), cased=False)


def test_values_of_placeholders_have_wildcards_and_are_alternatives(tmp_path: Path) -> None:
    tree = ours(tmp_path, "tool_name|expand|startswith", "mcp_%tools%", tools=("a*b", r"c\*"))
    assert isinstance(tree, Or)
    found = [leaf.match.parts for leaf in tree.parts if isinstance(leaf, Leaf) and isinstance(leaf.match, Text)]
    assert found == [("mcp_a", Wild.ANY, "b", Wild.ANY), ("mcp_c*", Wild.ANY)]


def test_an_unknown_placeholder_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    """Without a pipeline it stays a placeholder, and whoever makes text of that compares with its name."""
    assert theirs("a|expand", "%tolls%").s == [Placeholder("tolls")]
    [document] = read(write(tmp_path / "rule.yml", body({"it": {"tool_name|expand": "%tolls%"}, "condition": "it"})))
    assert parse(document, {"tools": ("x",)}) is None
    assert document.issues[0].message == (
        "tool_name|expand: nothing says what %tolls% stands for; did you mean 'tools'?"
    )


def test_placeholders_may_stand_for_numbers_networks_and_hours(tmp_path: Path) -> None:
    """There they can only be strings."""
    tree = ours(tmp_path, "http_status|expand", "%bad%", bad=("500", "502"))
    assert [leaf.match for leaf in tree.parts] == [Number("=", 500), Number("=", 502)]
    assert ours(tmp_path, "source_ip|expand|cidr", "%net%", net=("10.0.0.0/8",)).match.cidr == "10.0.0.0/8"
    assert ours(tmp_path, "source_ip|cidr|expand", "%net%", net=("10.0.0.0/8",)).match.cidr == "10.0.0.0/8"
    assert ours(tmp_path, "ts|hour|expand", "%night%", night=("22",)).match.value == 22
    assert ours(tmp_path, "ts|hour|expand", "%night%", night=("22", "night")) == ["value-type"]


def test_an_hour_is_a_whole_number(tmp_path: Path) -> None:
    """It cuts 5.7 down to 5."""
    assert theirs("a|hour", 5.7).number == 5
    assert ours(tmp_path, "ts|hour", 5.7) == ["value"]


def test_comparing_an_hour_compares_the_hour_and_not_the_time() -> None:
    """It makes a plain comparison of it; that the number is an hour is only to be seen on the number."""
    assert type(theirs("a|hour|gte", 22)) is SigmaCompareExpression
    night, day = (said(None, ts=hour * 3_600_000_000) for hour in (23, 12))
    assert hit(rule(ts__hour__gte=22), night, day) == [0]


def test_numbers_that_cannot_be_compared_exactly_are_refused(tmp_path: Path) -> None:
    """Large whole numbers silently become the nearest floating-point number."""
    assert theirs("a", 2**53 + 1) == SigmaNumber(2**53)
    assert ours(tmp_path, "output_tokens", 2**53 + 1) == ["value"]
    assert ours(tmp_path, "output_tokens", 2**53).match == Number("=", 2**53)


def test_a_number_on_a_string_field_is_the_text_that_is_written(tmp_path: Path) -> None:
    """``4.10`` is not the version 4.1, nor is ``010`` eight."""
    path = write(tmp_path / "rule.yml", body({"it": {"request_model": ["here"]}, "condition": "it"}))
    text = path.read_text(encoding="utf-8")
    for written in ("4.10", "010", "1:30", "1e3", "0x1F", "-7"):
        path.write_text(text.replace("here", written), encoding="utf-8")
        [document] = read(path)
        leaf = parse(document)
        assert isinstance(leaf, Leaf)
        assert leaf.match == Text((written,), cased=False)


def test_two_anchors_are_not_a_third_one(tmp_path: Path) -> None:
    """``startswith|endswith`` comes out as ``contains``."""
    assert theirs("a|startswith|endswith", "x").s == [SpecialChars.WILDCARD_MULTI, "x", SpecialChars.WILDCARD_MULTI]
    assert ours(tmp_path, "text|startswith|endswith", "x") == ["unsupported-modifier"]


def test_two_negations_are_not_one(tmp_path: Path) -> None:
    """``neq|neq`` is ``neq``."""
    assert SigmaDetectionItem.from_mapping("a|neq|neq", "x").negated
    assert ours(tmp_path, "tool_name|neq|neq", "x") == ["unsupported-modifier"]


def test_brackets_are_no_part_of_a_name(tmp_path: Path) -> None:
    """It takes ``a[any]`` for the name of a field."""
    assert SigmaDetectionItem.from_mapping("a[any]", "x").field == "a[any]"
    assert ours(tmp_path, "tool_name[any]", "x") == ["array-field"]


def test_percent_signs_are_plain_without_expand(tmp_path: Path) -> None:
    assert ours(tmp_path, "text|contains", "%temp%").match == Text((Wild.ANY, "%temp%", Wild.ANY), cased=False)
    assert ours(tmp_path, "text|contains", "%temp%", temp=("x",)) == ["placeholder"]
    assert ours(tmp_path, "tool_name", "%temp%") == ["placeholder"]


def test_a_detection_item_of_theirs_has_no_word_on_lists_within_lists() -> None:
    """An expansion is an 'or' even below 'all'."""
    assert isinstance(theirs("a|windash|all", "-a"), SigmaExpansion)
    assert isinstance(theirs("a", "x"), SigmaString)
    both = ruleset({"it": {"text|windash|contains|all": ["-a", "-b"]}, "condition": "it"})
    assert hit(both, said("/a and -b"), said("/a /c"), said("-a")) == [0]
