"""What of the catalogues rules cover: an item counts as covered where a rule proves itself on its own examples."""

from collections.abc import Iterator
from dataclasses import dataclass

from llmsec_tui.detect import gate
from llmsec_tui.detect.rule import Described, RuleSet
from llmsec_tui.detect.sigma.taxonomy import LISTED

CATALOGUES = ("owasp", "asi", "atlas")
"""Namespaces of tags."""
_TACTIC = "aml-ta"
_PART = len("aml-t0000")
"""Behind so many letters of a technique of ATLAS comes the number of its part."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One item of a catalogue."""

    tag: str
    """As rules write it: ``owasp.llm01``."""
    sound: tuple[Described, ...]
    """The rules that are about it and do to all of their examples what these say, one that must fire among them."""
    unsound: tuple[Described, ...]
    """Those about it that do not."""


def coverage(ruleset: RuleSet) -> Iterator[Covered]:
    """Every item, in the order of catalogues and names; a rule about a part of a technique is about the technique."""
    proved = gate.fired(ruleset)
    about: dict[str, list[Described]] = {}
    for rule in ruleset.everything:
        # The selection of a monitor is a part of it, and a rule that is only counted raises nothing.
        if rule.alerts and "/" not in rule.id:
            for tag in dict.fromkeys(tag for own in rule.tags for tag in _and_whole(own)):
                about.setdefault(tag, []).append(rule)
    for catalogue in CATALOGUES:
        for name in sorted(one for one in LISTED[catalogue] if not one.startswith(_TACTIC)):
            rules = about.get(tag := f"{catalogue}.{name}", [])
            yield Covered(
                tag,
                tuple(rule for rule in rules if rule.id in proved),
                tuple(rule for rule in rules if rule.id not in proved),
            )


def _and_whole(tag: str) -> Iterator[str]:
    yield tag
    catalogue, _, name = tag.partition(".")
    if catalogue == "atlas" and name[_PART:].startswith("-"):
        yield f"{catalogue}.{name[:_PART]}"
