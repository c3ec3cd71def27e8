"""Read what a monitor looks at: its condition and, of a ratio, its numerator, over the same selections."""

from collections.abc import Iterable, Mapping, Sequence

from llmsec_tui.detect.sigma import parse as conditions
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.references import Kind
from llmsec_tui.detect.tree import And, Node


def read(document: Document, lists: Mapping[str, Sequence[str]]) -> tuple[Node, ...]:
    """The tree of the condition, and that of condition and numerator together; nothing when there are issues."""
    detection, block = document.data["detection"], document.data[Kind.MONITOR]
    numerator = block.get("numerator") if isinstance(block, dict) else None
    if not isinstance(detection, dict) or numerator is None:
        whole = conditions.parse(document, lists)
        return () if whole is None else (whole,)
    if not isinstance(numerator, str):
        document.complain("condition", "'numerator' must be a condition over the selections", "detector", "numerator")
        return ()
    names = [name for name in detection if name != "condition"]
    counted = _mentioned(numerator, names)
    # What neither of them mentions is left to the first, where it is found to be unused.
    others = counted - _mentioned(_text(detection.get("condition")), names)
    tree = conditions.parse(document, lists, others=tuple(others))
    inside = {name: detection[name] for name in counted} | {"condition": numerator}
    moved: dict[Place, Place] = {("detection", name): ("detection", name) for name in counted}
    moved["detection", "condition"] = ("detector", "numerator")
    part = conditions.parse(document.view({"detection": inside}, moved), lists)
    document.issues[:] = dict.fromkeys(document.issues)
    return () if tree is None or part is None else (tree, And((tree, part)))


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
