"""Arguments of tools: their shape hangs on keys and types, their key on what they ask for."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.detect.signals.arguments import decoded, key, shape
from llmsec_tui.detect.signals.manifests import TOOL_DESCRIPTION, TOOL_SCHEMA

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def test_a_shape_names_paths_and_types_in_order() -> None:
    told = {"b": [1, {"c": None}], "a": {"y": True, "x": "s"}, "e": [], "d": {}}
    assert shape(told) == "a.x:string,a.y:boolean,b[].c:null,b[]:number,d:object,e:array"
    assert shape("ls -la") == ":text"


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5))
@settings(max_examples=30)
def test_the_order_of_keys_and_white_space_make_no_difference(arguments: dict[str, object]) -> None:
    turned = decoded(msgspec.json.format(msgspec.json.encode(dict(reversed(arguments.items()))), indent=4).decode())
    assert shape(turned) == shape(arguments)
    assert key(turned) == key(arguments)


@given(st.text(max_size=80))
@settings(max_examples=40)
def test_texts_that_are_no_json_have_a_shape_and_a_key_too(text: str) -> None:
    shape(decoded(text))
    assert len(key(decoded(text))) == 16


def test_a_command_is_the_same_by_whatever_tool_and_with_whatever_remark() -> None:
    lines = [
        '{"command": "rm -r  x", "description": "Clean up"}',
        '{"cmd": "rm -r x", "timeout": 5}',
        '{"command": ["bash", "-lc", "rm -r x"]}',
        "rm -r x",
    ]
    assert len({key(decoded(line)) for line in lines}) == 1
    assert key(decoded('{"command": "rm -r y"}')) not in {key(decoded(line)) for line in lines}


def test_other_values_make_another_key_and_the_same_shape() -> None:
    one, other = {"id": 7, "note": "a b"}, {"id": 8, "note": "a b"}
    assert key(one) != key(other)
    assert key({"a": ["x", "y"]}) != key({"a": "x y"})
    assert shape(one) == shape(other)


def test_deep_and_wide_arguments_are_cut() -> None:
    deep: object = 1
    for _ in range(500):
        deep = {"a": [deep]}
    assert "…" in shape(deep)
    assert len(shape({f"k{number}": 1 for number in range(1000)}).split(",")) <= 66
    key({"a": deep})


def test_what_a_tool_says_and_what_it_takes_change_apart() -> None:
    tools = [
        {"name": "t", "description": "Reads.", "inputSchema": {"properties": {"a": {}}}},
        {"name": "t", "description": "Reads.", "inputSchema": {"properties": {"a": {}, "b": {}}}},
        {"name": "t", "description": "Reads all.", "inputSchema": {"properties": {"a": {}}}},
    ]
    texts = [msgspec.json.encode(tool).decode() for tool in tools]
    said = TOOL_DESCRIPTION.compute(texts, ["tool"] * 3)
    taken = TOOL_SCHEMA.compute(texts, ["tool"] * 3)
    assert said[0] == said[1] != said[2]
    assert taken[0] == taken[2] != taken[1]
    assert TOOL_DESCRIPTION.compute(["no tool", "[]", "{}"], ["tool"] * 3) == [None, None, None]
