"""What a back-test must bring: a YAML file that says how many alerts each rule is to raise."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import eq, ge, le
from pathlib import Path
from typing import Any

from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.reading import read
from llmsec_tui.errors import ConfigError, NotFound
from llmsec_tui.incidents.states import Disposition
from llmsec_tui.service.rules.backtest import Report

Find = Callable[[str], str]
"""The id of the rule of this name; raises NotFound."""

_COMPARE: Mapping[str, tuple[Callable[[int, int], bool], str]] = {
    "exactly": (eq, "exactly"),
    "at_least": (ge, "at least"),
    "at_most": (le, "at most"),
}
_UNEXPECTED = ("fail", "warn", "ignore")


@dataclass(frozen=True, slots=True)
class Expected:
    """How many alerts one rule is to raise."""

    rule_id: str
    how: str
    """exactly | at_least | at_most"""
    number: int
    line: int
    of: str = ""
    """Not alerts but the events that it hits in closed incidents that turned out to be this, a disposition."""


@dataclass(frozen=True, slots=True)
class Expectations:
    """A file of them."""

    path: Path
    expected: tuple[Expected, ...]
    unexpected: str
    """What alerts of other rules are: fail | warn | ignore."""

    def missed(self, report: Report) -> Iterator[str]:
        """A sentence for each that the report does not meet."""
        brought = {one.rule.id: one for one in report.rules}
        for one in self.expected:
            holds, words = _COMPARE[one.how]
            found = brought[one.rule_id]
            number = found.dispositions.get(one.of, 0) if one.of else found.alerts
            if not holds(number, one.number):
                wanted = f"{words} {one.number:,}" + (f" {one.of.replace('_', ' ')}" if one.of else "")
                yield f'{self.path}:{one.line}: "{found.rule.title}": {wanted} expected, {number:,} found'

    def surprises(self, report: Report) -> Iterator[str]:
        """A sentence for each rule that alerts and that nothing is said about."""
        known = {one.rule_id for one in self.expected}
        for one in report.rules:
            if one.alerts and one.rule.id not in known:
                yield f'{self.path}: "{one.rule.title}" ({one.rule.id}): nothing expected, {one.alerts:,} found'


def expectations(path: Path, find: Find) -> Expectations:
    """Read a file; raises one ConfigError with all that is wrong in it, each with its line."""
    document, *others = read(path)
    data = document.data
    for _ in others:
        document.complain("kind", "there is another document after this one")
    if data:
        for key in data.keys() - {"expect", "unexpected"}:
            document.complain("unknown-key", f"there is no key '{key}' here; known: expect, unexpected", key)
        if data.get("unexpected", "warn") not in _UNEXPECTED:
            document.complain("value", f"'unexpected' is one of {', '.join(_UNEXPECTED)}", "unexpected")
    found = tuple(_all(document, data.get("expect"), find)) if data else ()
    if document.issues:
        ordered = sorted(document.issues, key=lambda issue: (issue.line, issue.message))
        raise ConfigError(
            "The expectations cannot be used:\n" + "\n".join(map(str, ordered)), hint="Nothing was run. Put them right."
        )
    return Expectations(path, found, str(data.get("unexpected", "warn")))


def _all(document: Document, listed: Any, find: Find) -> Iterator[Expected]:
    if not isinstance(listed, list) or not listed:
        document.complain("missing-key", "'expect' is a list of rules, each with a number", "expect")
        return
    seen: dict[tuple[str, str], int] = {}
    for place, one in enumerate(listed):
        if (made := _one(document, place, one, find)) is None:
            continue
        if (line := seen.setdefault((made.rule_id, made.of), made.line)) != made.line:
            document.complain("duplicate-entry", f"this rule stands in line {line} already", "expect", place)
        yield made


def _one(document: Document, place: int, one: Any, find: Find) -> Expected | None:
    where = ("expect", place)
    if not isinstance(one, dict) or not isinstance(one.get("rule"), str):
        document.complain("missing-key", "'rule' is missing: the id or name of a rule", *where)
        return None
    for key in one.keys() - {"rule", "of", *_COMPARE}:
        document.complain(
            "unknown-key", f"there is no key '{key}' here; known: rule, of, {', '.join(_COMPARE)}", *where, key
        )
    given = [key for key in _COMPARE if key in one]
    if len(given) != 1:
        document.complain("value", f"one of {', '.join(_COMPARE)} is needed, and no more", *where)
        return None
    number = one[given[0]]
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        document.complain("value", f"'{given[0]}' is a whole number from 0", *where, given[0])
        return None
    of = one.get("of", "")
    if "of" in one and of not in list(Disposition):
        document.complain("value", f"'of' is one of {', '.join(Disposition)}", *where, "of")
        return None
    try:
        rule_id = find(one["rule"])
    except NotFound as error:
        document.complain("unknown-rule", error.message, *where, "rule")
        return None
    return Expected(rule_id, given[0], number, document.line(*where), of)
