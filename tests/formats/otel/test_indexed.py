"""What was flattened into keys is put together again, in any order and any mixture."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.formats.otel.indexed import at, in_order, nested

_NAMES = st.sampled_from(["role", "content", "id", "name"])
_LEAVES = st.text(max_size=5) | st.integers() | st.booleans()
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.dictionaries(_NAMES, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=12),
    max_leaves=12,
)


def flat(value: Any, key: str) -> dict[str, Any]:
    """As an instrumentation writes it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        return {key: value}
    return {path: leaf for name, item in inner for path, leaf in flat(item, f"{key}.{name}").items()}


def whole(value: Any) -> Any:
    """With objects of numbered keys as the lists that they were."""
    if not isinstance(value, dict):
        return value
    if items := in_order(value):
        return [whole(item) for item in items]
    return {name: whole(item) for name, item in value.items()}


@settings(max_examples=60, deadline=None)
@given(tree=st.dictionaries(_NAMES, _TREES, min_size=1, max_size=3), order=st.randoms())
def test_pieces_in_any_order_are_the_whole_again(tree: dict[str, Any], order: Any) -> None:
    pieces = list(flat(tree, "llm").items())
    order.shuffle(pieces)
    assert whole(nested(dict(pieces), ("llm",))["llm"]) == tree


def test_other_roots_are_left_out() -> None:
    assert nested({"llm.a": 1, "http.b": 2}, ("llm",)) == {"llm": {"a": 1}}


def test_flat_and_nested_may_be_mixed() -> None:
    tree = nested({"llm.a": {"b.c": 1}, "llm.a.b.d": 2, "llm.list": [{"x.y": 3}]}, ("llm",))
    assert tree == {"llm": {"a": {"b": {"c": 1, "d": 2}}, "list": [{"x": {"y": 3}}]}}
    assert at(tree, "llm.a.b.d") == 2
    assert at(tree, "llm.a.b.d.e") is None


def test_what_is_told_in_pieces_wins_over_a_text_beside_it() -> None:
    for pieces in ({"llm.a": "text", "llm.a.0.b": 1}, {"llm.a.0.b": 1, "llm.a": "text"}):
        assert nested(pieces, ("llm",)) == {"llm": {"a": {"0": {"b": 1}}}}


def test_a_key_of_many_steps_does_not_nest_without_end() -> None:
    tree = nested({"llm" + ".a" * 5000: 1}, ("llm",))
    assert at(tree, "llm.a.a") is not None


def test_numbers_are_in_order_and_names_are_no_items() -> None:
    assert in_order({"10": "c", "2": "b", "0": "a", "name": "x", "9" * 30: "y"}) == ["a", "b", "c"]
    assert in_order("text") == []
