"""What each modifier means, field by field."""

import pytest
from msgspec.structs import replace
from tests.detect.parts import hit, hits_text, rule, said

from llmsec_tui.events.model import ContentState, Kind, Trust

BASE64 = "aWdub3JlIHByZXZpb3Vz"  # ignore previous


@pytest.mark.parametrize(
    ("key", "value", "yes", "no"),
    [
        ("text__contains", "Ignore previous", ["xIGNORE  previousx", f"run {BASE64}", "іgnore\nprevious"], ["ignore"]),
        ("text__startswith", "ignore", ["Ignore it", BASE64], [" ignore", "we ignore"]),
        ("text__endswith", "previous", ["the PREVIOUS", BASE64], ["previous."]),
        ("text", "ignore previous", ["Ignore\tPrevious", BASE64], ["ignore previous!"]),
        ("text", "ig*us", ["Ignore previous", "igus"], ["ignore", "xigus"]),
        ("text", "ig?ore*", ["ignore", "IGzORE x"], ["igore"]),
        ("text__contains", "100\\*2", ["is 100*2 here"], ["100x2"]),
        ("text__contains__all", ["alpha", "beta"], ["beta alpha"], ["alpha", "beta"]),
        ("text__contains", ["alpha", "beta"], ["alpha", "beta"], ["gamma"]),
        ("text__contains__cased", "AKIA", ["key AKIA1"], ["key akia1", "key Akia1"]),
        ("text__re", "ig[a-z]+e", ["ignore", BASE64], ["IGNORE"]),
        ("text__re__i", "ig[a-z]+e previous", ["IGNORE previous", "ignore \n previous", BASE64], ["ignore"]),
        ("text__re__m", "^second$", ["first\nsecond\nthird"], ["first second"]),
        ("text__re__s", "one.two", ["one\ntwo"], ["onetwo"]),
        ("text__re", "one.two", ["one two"], ["one\ntwo"]),
        ("text__contains__neq", "fine", ["bad"], ["all FINE"]),
        ("text_dot_raw__contains", "Ignore", ["we ignore"], ["ign\u200bore", BASE64]),
        ("text_dot_raw__re", "\u200b{2}", ["a\u200b\u200bb"], ["a\u200bb"]),
        ("text_dot_folded__contains", "Ignore", ["ign\u200bore"], [BASE64]),
        ("text_dot_folded__re", "ignore previous", ["IGNORE\n previous"], ["Ignored previous"]),
        ("text_dot_decoded__contains", "IGNORE", [BASE64], ["ignore"]),
        ("text_dot_decoded__re", "ignore", [BASE64], ["ignore"]),
        ("text_dot_decoded__exists", True, [BASE64], ["ignore"]),
        ("text_dot_decoded__exists", False, ["ignore"], [BASE64]),
        ("text__windash__contains", " -enc", ["x /enc", "x –enc", "x -ENC"], ["xenc"]),
        ("text", "*", ["anything", ""], []),
    ],
)
def test_text_modifiers(key: str, value: object, yes: list[str], no: list[str]) -> None:
    made = rule(**{key: value})
    assert [text for text in yes if not hits_text(made, text)] == []
    assert [text for text in no if hits_text(made, text)] == []


@pytest.mark.parametrize(
    ("key", "value", "yes", "no"),
    [
        ("tool_name", "Bash", ["bash", "BASH"], ["bash2", None]),
        ("tool_name", "mcp_*", ["mcp_", "MCP_x"], ["xmcp_", None]),
        ("tool_name__cased", "Bash", ["Bash"], ["bash"]),
        ("tool_name__contains", "as", ["bAsh"], ["sh"]),
        ("tool_name__re", "^B", ["Bash"], ["bash", None]),
        ("tool_name__exists", True, ["x"], [None]),
        ("tool_name__exists", False, [None], ["x"]),
        ("tool_name", None, [None], ["x"]),
        ("tool_name", ["bash", None], ["bash", None], ["x"]),
        ("tool_name__neq", "bash", ["sh", None], ["bash"]),
        ("tool_name", "İ*", ["İstanbul"], ["Istanbul"]),
        ("source_ip__cidr", "10.1.0.0/16", ["10.1.2.3"], ["10.2.0.1", "not an address", None]),
        ("source_ip__cidr", "2001:db8::/32", ["2001:db8::1"], ["2001:db9::1", "10.1.2.3"]),
        ("output_tokens__gt", 10, [11], [10, None]),
        ("output_tokens__gte", 10, [10], [9]),
        ("output_tokens__lt", 10, [9], [10, None]),
        ("output_tokens__lte", 10, [10], [11]),
        ("output_tokens", 10, [10], [11, None]),
        ("cost_usd__gt", 0.5, [0.51], [0.5, None]),
        ("http_status__neq", 200, [500, None], [200]),
        ("tool_is_error", True, [True], [False, None]),
        ("refusal", False, [False], [True, None]),
    ],
)
def test_field_modifiers(key: str, value: object, yes: list[object], no: list[object]) -> None:
    made = rule(**{key: value})
    name = key.split("__")[0]
    events = [replace(said("words"), **{name: one}) for one in (*yes, *no)]
    assert hit(made, *events) == list(range(len(yes)))


def test_a_message_without_content_is_never_a_positive_hit_but_lacks_everything() -> None:
    silent = said(None, content_state=ContentState.OFF)
    assert hit(rule(text__contains="x"), silent) == []
    assert hit(rule(text__re="x?"), silent) == []
    assert hit(rule(text=None), silent, said("there")) == [0]
    assert hit(rule(text__exists=True), silent, said("there")) == [1]
    assert hit(rule(text__contains__neq="x"), silent) == [0]
    assert hit(rule(text_dot_decoded__exists=False), silent) == [0]


def test_lower_case_is_not_enough_to_compare_text_without_case() -> None:
    """``ſ`` and ``İ`` stay themselves in lower case, or become two characters."""
    assert hits_text(rule(text__contains="system"), "ſYſTEM")
    assert hits_text(rule(text__contains="ignore"), "İGNORE")
    assert hits_text(rule(text__contains="strasse"), "STRAẞE")


def test_each_appearance_of_a_text_is_judged_by_where_it_appears() -> None:
    made = rule(text__contains="open the door", trust=["tool", "retrieved"])
    text = "please open the door"
    events = [said(text), said(text, Trust.TOOL), said(text, Trust.MODEL), said(text, Trust.RETRIEVED)]
    assert hit(made, *events) == [1, 3]


def test_event_fields_alone_make_a_rule() -> None:
    made = rule(kind="tool_call", permission_decision="denied")
    denied = said(None, kind=Kind.TOOL_CALL, permission_decision="Denied")
    assert hit(made, denied, said("denied")) == [0]
