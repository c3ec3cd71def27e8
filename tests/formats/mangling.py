"""Bend a record in ways that no producer promises not to: to see that nothing but a format error leaves a mapping."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

_DEEP: Any = {"a": [[[[[{"b": [{"c": {}}]}]]]]]}
_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 2**70, -(2**70), 1e308, 0.5, "", "\ud800", "x" * 5_000, "{", '{"a":[', "[[[[", [], {}),
    *([None], [[]], {"type": None}, {"type": []}, {"type": "text"}, {"text": 5}, {"content": {"parts": 3}}, _DEEP),
]
ODD = st.sampled_from(_VALUES).map(deepcopy)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything inside of a value."""
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


@st.composite
def mangled(draw: st.DrawFn, samples: list[dict[str, Any]]) -> dict[str, Any]:
    """One of the samples with up to four of its values replaced, taken out or put elsewhere."""
    record: dict[str, Any] = deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 4))):
        paths = list(places(record))
        if not paths:
            break
        path = draw(st.sampled_from(paths))
        holder: Any = record
        for key in path[:-1]:
            holder = holder[key]
        how = draw(st.sampled_from(["replace", "replace", "remove", "wrap"]))
        if how == "remove":
            del holder[path[-1]]
        elif how == "wrap":
            holder[path[-1]] = [holder[path[-1]]]
        else:
            holder[path[-1]] = draw(ODD)
    return record
