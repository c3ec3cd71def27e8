"""What the words after a field's name ask for: ``text|contains|all``. Combinations that mean nothing are refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from llmsec_tui.detect.fields import nearest

ANCHORS = ("contains", "startswith", "endswith")
WIDE = {"utf16le": "utf16le", "wide": "utf16le", "utf16be": "utf16be", "utf16": "utf16"}
"""What each name of an encoding in two bytes a character means; ``utf16`` is ``utf16le`` after a byte order mark."""
BASE64 = ("base64", "base64offset")
COMPARISONS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
PARTS = ("minute", "hour", "day", "week", "month", "year")
FLAGS = {"i": "i", "ignorecase": "i", "m": "m", "multiline": "m", "s": "s", "dotall": "s"}

_GROUPS: dict[str, tuple[str, ...]] = {
    "kind": ("re", "cidr", "exists", "fieldref"),
    "part": PARTS,
    "flag": tuple(FLAGS),
    "expand": ("expand",),
    "windash": ("windash",),
    "wide": tuple(WIDE),
    "base64": BASE64,
    "anchor": ANCHORS,
    "comparison": tuple(COMPARISONS),
    "all": ("all",),
    "neq": ("neq",),
    "cased": ("cased",),
}
_GROUP = {word: group for group, words in _GROUPS.items() for word in words}

_WITH = {
    "": {"expand", "windash", "wide", "base64", "anchor", "cased", "all", "neq"},
    "re": {"kind", "flag", "all", "neq"},
    "cidr": {"kind", "expand", "all", "neq"},
    "exists": {"kind"},
    "fieldref": {"kind", "anchor", "cased", "all", "neq"},
    "comparison": {"comparison", "expand", "all"},
    "part": {"part", "comparison", "expand", "all", "neq"},
}
"""What may stand beside each kind of modifier."""

_ORDER = ("kind", "part", "flag", "expand", "windash", "wide", "base64", "anchor", "comparison")
"""Sigma applies modifiers from left to right, so among these the order is part of the meaning."""

_WHY = {
    ("re", "anchor"): "'re' finds its pattern anywhere already; anchor it with ^ or $ instead",
    ("re", "cased"): "'re' minds upper and lower case already, without 'i'",
    ("re", "expand"): "a placeholder cannot stand in a pattern, since its values may be no patterns; write them out",
    ("fieldref", "expand"): "a placeholder cannot stand for a field's name",
    ("comparison", "neq"): "'neq' beside a comparison says two things; write the opposite comparison",
}


@dataclass(frozen=True, slots=True)
class Modifiers:
    """How the values of one field are meant."""

    kind: str = ""
    """re | cidr | exists | fieldref | "" """
    flags: frozenset[str] = field(default_factory=frozenset)
    """Of a pattern: i, m, s."""
    part: str = ""
    """Of a time."""
    comparison: str = ""
    """``< <= > >=`` or "" """
    anchor: str = ""
    wide: str = ""
    """utf16le | utf16be | utf16 | "" """
    base64: str = ""
    """base64 | base64offset | "" """
    expand: bool = False
    windash: bool = False
    cased: bool = False
    every: bool = False
    negated: bool = False

    @property
    def encoded(self) -> bool:
        """Whether values are data, whose case matters."""
        return bool(self.wide or self.base64)


Problem = tuple[str, str]
"""The code of an issue, and what is wrong."""


def read(words: Sequence[str]) -> tuple[Modifiers, list[Problem]]:
    """The modifiers, and what is wrong with them."""
    problems = list(_problems(words))
    if problems:
        return Modifiers(), problems
    found = {_GROUP[word]: word for word in words}
    return (
        Modifiers(
            kind=found.get("kind", ""),
            flags=frozenset(FLAGS[word] for word in words if word in FLAGS),
            part=found.get("part", ""),
            comparison=COMPARISONS.get(found.get("comparison", ""), ""),
            anchor=found.get("anchor", ""),
            wide=WIDE.get(found.get("wide", ""), ""),
            base64=found.get("base64", ""),
            expand="expand" in found,
            windash="windash" in found,
            cased="cased" in found,
            every="all" in found,
            negated="neq" in found,
        ),
        [],
    )


def _problems(words: Sequence[str]) -> Iterator[Problem]:
    unknown = [word for word in words if word not in _GROUP]
    for word in unknown:
        yield "unknown-modifier", f"there is no modifier {word!r}{nearest(word, _GROUP)}"
    if not unknown:
        for message in (*_repeated(words), *_misplaced(words), *_unfit(words)):
            yield "unsupported-modifier", message


def _repeated(words: Sequence[str]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for word in words:
        key = FLAGS.get(word, _GROUP[word])
        if key in seen:
            again = word == seen[key]
            yield f"'{word}' is here twice" if again else f"{seen[key]!r} and {word!r} contradict each other"
        seen[key] = word


def _misplaced(words: Sequence[str]) -> Iterator[str]:
    ranks = [(_ORDER.index(_GROUP[word]), word) for word in words if _GROUP[word] in _ORDER]
    if "windash" in words and not {*WIDE, *BASE64} & set(words):
        # Dashes are where they were, whether wildcards stand around them or not.
        ranks = [one for one in ranks if one[1] not in ANCHORS]
    # Placeholders are filled in before anything is made of the text around them.
    fixed = [one for one in ranks if one[1] != "expand" or {"windash", *WIDE, *BASE64} & set(words)]
    for (rank, word), (later, other) in pairwise(fixed):
        if rank > later:
            yield f"{other!r} must stand before {word!r}: modifiers are applied from left to right"


def _unfit(words: Sequence[str]) -> Iterator[str]:
    groups = {_GROUP[word]: word for word in words}
    main = groups.get("kind") or ("part" if "part" in groups else "comparison" if "comparison" in groups else "")
    if "flag" in groups and main != "re":
        yield f"{groups['flag']!r} goes with 're' only"
        return
    for group, word in groups.items():
        if group not in _WITH[main]:
            name = groups.get(main, main)
            yield _WHY.get((main, group), f"{word!r} makes no sense with {name!r}")
    if "neq" in groups and "comparison" in groups and main == "part":
        yield _WHY["comparison", "neq"]
    if "all" in groups and "neq" in groups:
        yield "'all' with 'neq' can be read in two ways; put a 'not' into the condition instead"
    if groups.get("base64") == "base64offset" and groups.get("anchor") != "contains":
        yield "a value at an unknown place in base64 is never the whole of it; add 'contains'"
