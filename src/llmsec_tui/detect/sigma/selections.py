"""Read what a monitor looks at: its condition and those in its detector, over the same selections."""

from collections.abc import Iterable, Mapping, Sequence

from llmsec_tui.detect.sigma import parse as conditions
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.references import Kind
from llmsec_tui.detect.tree import And, Node

KEYS = ("numerator", "into", "known")
"""The conditions that a detector may have."""


def read(document: Document, lists: Mapping[str, Sequence[str]]) -> tuple[Node, ...]:
    """The tree of the condition, and those of the conditions in the detector; nothing when there are issues.

    A numerator is part of what the condition selects; the others stand for themselves.
    """
    detection, block = document.data["detection"], document.data[Kind.MONITOR]
    given = {key: block[key] for key in KEYS if block.get(key) is not None} if isinstance(block, dict) else {}
    if not isinstance(detection, dict) or not given:
        whole = conditions.parse(document, lists)
        return () if whole is None else (whole,)
    for key, written in given.items():
        if not isinstance(written, str):
            document.complain("condition", f"{key!r} must be a condition over the selections", "detector", key)
            return ()
    names = [name for name in detection if name != "condition"]
    mentioned = {key: _mentioned(written, names) for key, written in given.items()}
    # What none of them mentions is left to the first, where it is found to be unused.
    others = set[str]().union(*mentioned.values()) - _mentioned(_text(detection.get("condition")), names)
    tree = conditions.parse(document, lists, others=tuple(others))
    parts = [_part(document, lists, key, written, mentioned[key]) for key, written in given.items()]
    document.issues[:] = dict.fromkeys(document.issues)
    if tree is None or None in parts:
        return ()
    return (tree, *(And((tree, part)) if "numerator" in given else part for part in parts if part is not None))


def _part(
    document: Document, lists: Mapping[str, Sequence[str]], key: str, written: str, names: Iterable[str]
) -> Node | None:
    """The tree of one condition in the detector."""
    detection = document.data["detection"]
    inside = {name: detection[name] for name in names} | {"condition": written}
    moved: dict[Place, Place] = {("detection", name): ("detection", name) for name in names}
    moved["detection", "condition"] = ("detector", key)
    return conditions.parse(document.view({"detection": inside}, moved), lists)


def _text(condition: object) -> str:
    """A condition, or several, as one text."""
    return " ".join(map(str, condition)) if isinstance(condition, list) else str(condition)


def _mentioned(condition: str, names: Iterable[str]) -> set[str]:
    """The selections that the words of a condition may mean."""
    words = condition.replace("(", " ").replace(")", " ").split()
    return {name for name in names if any(_means(word, name) for word in words)}


def _means(word: str, name: str) -> bool:
    if "*" not in word:
        return word == name or (word == "them" and not name.startswith("_"))
    first, *_, last = word.split("*")
    return name.startswith(first) and name.endswith(last)
