"""Objects and lists that were flattened into keys: ``llm.input_messages.0.message.role``."""

from collections.abc import Container
from typing import Any

_MOST_STEPS = 24


def nested(attributes: dict[str, Any], roots: Container[str]) -> dict[str, Any]:
    """What the keys under ``roots`` say, as objects in objects. Values may be nested, flat, or a mixture.

    The order of the keys means nothing: numbers are sorted by ``in_order``.
    """
    tree: dict[str, Any] = {}
    for key, value in attributes.items():
        if key.partition(".")[0] in roots:
            _put(tree, key, value)
    return tree


def at(tree: dict[str, Any], path: str) -> Any:
    """The value at a dotted path of a nested object; None where there is none."""
    node: Any = tree
    for step in path.split("."):
        if not isinstance(node, dict):
            return None
        node = node.get(step)
    return node


def in_order(node: Any) -> list[Any]:
    """The items of a list, or of an object whose keys are numbers."""
    if isinstance(node, list):
        return node
    if not isinstance(node, dict):
        return []
    numbered = [(int(key), value) for key, value in node.items() if key.isascii() and key.isdigit() and len(key) < 8]
    return [value for _, value in sorted(numbered, key=lambda pair: pair[0])]


def _put(tree: dict[str, Any], key: str, value: Any) -> None:
    *path, leaf = key.split(".", _MOST_STEPS)
    node = tree
    for step in path:
        deeper = node.get(step)
        if not isinstance(deeper, dict):
            node[step] = deeper = {}
        node = deeper
    grown = _grown(value)
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
            _put(tree, key, inner)
        return tree
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_grown(item) for item in value]
    return value
