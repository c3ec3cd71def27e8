"""What tags may say: known catalogues, and identifiers that exist in them."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from llmsec_tui.detect.fields import nearest
from llmsec_tui.detect.sigma.taxonomy import ATLAS, ATTACK_TACTICS, LISTED, OPEN, OWASP_AGENTIC, OWASP_LLM

NAMESPACES = (*LISTED, *OPEN)
_CALLED = {
    "owasp": f"the OWASP Top 10 for LLM Applications {OWASP_LLM}",
    "asi": f"the OWASP Top 10 for Agentic Applications {OWASP_AGENTIC}",
    "atlas": f"MITRE ATLAS {ATLAS}",
    "detection": "Sigma's types of detections",
    "tlp": "the Traffic Light Protocol",
}
_WRITTEN = "abcdefghijklmnopqrstuvwxyz0123456789-_."


def problems(tags: list[Any]) -> Iterator[tuple[int, str, str]]:
    """Position, code and message for every tag that something is wrong with."""
    for number, tag in enumerate(tags):
        if not isinstance(tag, str) or not _well_formed(tag):
            yield number, "tags", f"{tag!r} is no tag: namespace.name in lower case without spaces, such as owasp.llm01"
        elif problem := _unknown(tag):
            yield number, "unknown-tag", problem


def is_foreign(tag: str) -> bool:
    """Whether the namespace is none that we know of."""
    return tag.partition(".")[0] not in NAMESPACES


def _well_formed(tag: str) -> bool:
    namespace, _, name = tag.partition(".")
    return bool(namespace and name) and all(letter in _WRITTEN for letter in tag)


def _unknown(tag: str) -> str | None:
    namespace, _, name = tag.partition(".")
    if namespace in LISTED:
        if name in LISTED[namespace]:
            return None
        return (
            f"{_CALLED[namespace]} has no {name!r}{nearest(tag, (f'{namespace}.{one}' for one in LISTED[namespace]))}"
        )
    if namespace in OPEN:
        if _FORMS[namespace](name):
            return None
        guess = nearest(name, ATTACK_TACTICS) if namespace == "attack" else ""
        return f"{tag!r} does not look like anything in {namespace}{guess}"
    # A namespace of somebody's own is fine, unless it looks very much like a slip.
    slips = get_close_matches(namespace, NAMESPACES, n=1, cutoff=0.75)
    return f"there is no namespace {namespace!r}; did you mean {slips[0]!r}?" if slips else None


def _attack(name: str) -> bool:
    if name in ATTACK_TACTICS:
        return True
    main, dot, part = name.partition(".")
    letters = main.rstrip("0123456789")
    numbered = len(main) - len(letters) == 4 and letters in ("t", "g", "s", "ds", "m", "a", "ta", "c")
    return numbered and (not dot or (letters == "t" and len(part) == 3 and part.isdigit()))


def _dashed(*lengths: tuple[int, int]) -> Callable[[str], bool]:
    """Numbers of these least and greatest lengths with dashes between them."""

    def check(name: str) -> bool:
        parts = name.split("-")
        fitting = zip(parts, lengths, strict=False)
        return len(parts) == len(lengths) and all(
            part.isdigit() and least <= len(part) <= most for part, (least, most) in fitting
        )

    return check


def _stp(name: str) -> bool:
    return name[:1] in tuple("12345") and name[1:] in ("", "a", "u", "k")


_FORMS: dict[str, Callable[[str], bool]] = {
    "attack": _attack,
    "car": _dashed((4, 4), (2, 2), (3, 3)),
    "cve": _dashed((4, 4), (4, 7)),
    "d3fend": lambda name: (
        name.startswith(("d3-", "d3f-")) or name in ("model", "harden", "detect", "isolate", "deceive", "evict")
    ),
    "stp": _stp,
}
