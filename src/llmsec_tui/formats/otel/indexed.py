"""Objects and lists that were flattened into keys: ``llm.input_messages.0.message.role``."""

from collections.abc import Container
from functools import cache, lru_cache
from typing import Any

_MOST_STEPS = 24
_SHORT = 200
"""Characters of a key that is worth being remembered."""


def nested(attributes: dict[str, Any], roots: Container[str]) -> dict[str, Any]:
    """What the keys under ``roots`` say, as objects in objects. Values may be nested, flat, or a mixture.

    The order of the keys means nothing: numbers are sorted by ``in_order``.
    """
    tree: dict[str, Any] = {}
    for key, value in attributes.items():
        steps = _steps(key)
        if steps[0] in roots:
            _put(tree, steps, value)
    return tree


def at(tree: dict[str, Any], path: str) -> Any:
    """The value at a dotted path of a nested object, a path of ours; None where there is none."""
    node: Any = tree
    for step in _path(path):
        if type(node) is not dict:
            return None
        node = node.get(step)
    return node


@cache
def _path(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def in_order(node: Any) -> list[Any]:
    """The items of a list, or of an object whose keys are numbers."""
    if isinstance(node, list):
        return node
    if not isinstance(node, dict):
        return []
    numbered = [(int(key), value) for key, value in node.items() if key.isascii() and key.isdigit() and len(key) < 8]
    return [value for _, value in sorted(numbered, key=lambda pair: pair[0])]


def _steps(key: str) -> tuple[str, ...]:
    return _short_steps(key) if len(key) <= _SHORT else tuple(key.split(".", _MOST_STEPS))


@lru_cache(maxsize=4096)
def _short_steps(key: str) -> tuple[str, ...]:
    return tuple(key.split(".", _MOST_STEPS))


def _put(tree: dict[str, Any], steps: tuple[str, ...], value: Any) -> None:
    node = tree
    for step in steps[:-1]:
        deeper = node.get(step)
        if type(deeper) is not dict:
            node[step] = deeper = {}
        node = deeper
    leaf = steps[-1]
    grown = _grown(value) if type(value) is dict or type(value) is list else value
    there = node.get(leaf)
    if isinstance(there, dict):
        if isinstance(grown, dict):
            there |= grown
        # What is told in pieces says more than a text beside it.
        return
    node[leaf] = grown


def _grown(value: Any) -> Any:
    if isinstance(value, dict):
        tree: dict[str, Any] = {}
        for key, inner in value.items():
            _put(tree, _steps(key), inner)
        return tree
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_grown(item) for item in value]
    return value
