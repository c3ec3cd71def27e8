"""The rules of a running collector: what is loaded, what is off, and what on disk is not what runs."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from llmsec_tui.detect.rule import Described, RuleSet
from llmsec_tui.detect.ruleset import read
from llmsec_tui.errors import NotFound, RuleIssue, ServiceError
from llmsec_tui.service.rules.change import Change, change, whole
from llmsec_tui.service.rules.good_rules import left_out, refused
from llmsec_tui.service.rules.in_force import in_force
from llmsec_tui.store.rule_writer import Off

log = logging.getLogger(__name__)

PREFIX_LENGTH = 4
"""Fewer characters than this do not name a rule."""

Install = Callable[[RuleSet, frozenset[str], Callable[[], None]], Sequence[str]]
"""Puts a set with these ids off in force, between two batches, and calls the last argument there: a batch is judged by
the rules that the book tells of. The ids of the rules whose memory was dropped."""


class RulesRefused(ServiceError):
    """The rule files were to be loaded again, and at least one is broken."""


class Rulebook:
    """Any thread may read it; one at a time changes it."""

    def __init__(
        self,
        paths: Sequence[Path],
        loaded: RuleSet,
        issues: Sequence[RuleIssue] = (),
        off: Mapping[str, Off] | None = None,
    ) -> None:
        """``issues`` are of the files that were left out of ``loaded``."""
        self.paths = paths
        self.loaded = loaded
        """All rules that run or are off."""
        self.off = dict(off or {})
        """Also of rules that are not loaded now."""
        self.issues = tuple(issues)
        """What is wrong with the files on disk, as of the last time that they were read."""
        self.pending: frozenset[str] = frozenset()
        """Ids of rules that are in order on disk and not what runs."""
        self.problem = left_out(issues)
        """A sentence while ``issues`` are not mended."""
        self.install: Install = _at_once
        """What makes a change take effect; nothing before there is something that judges."""
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        """Reading takes seconds where there are many rules; two at a time would take twice as long."""

    @property
    def off_now(self) -> frozenset[str]:
        """Ids of the loaded rules that are off."""
        return _off_now(self.loaded, self.off)

    @property
    def in_force(self) -> RuleSet:
        """The rules that run."""
        return in_force(self.loaded, self.off_now)

    def find(self, name: str) -> Described:
        """A rule by its id, its name, or the beginning of its id. Raises NotFound."""
        rules = whole(self.loaded)
        if name in rules:
            return rules[name]
        found = [rule for rule in rules.values() if rule.name == name]
        if not found and len(name) >= PREFIX_LENGTH:
            found = [rule for rule in rules.values() if rule.id.startswith(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(f"More than one rule is called {name}.", hint="Give more characters of the id.")
        raise NotFound(f"There is no rule {name}.{_near(name, rules.values())}", hint="See: llmsec-tui rules status")

    def read(self) -> Change:
        """What the files on disk would change. Raises RulesRefused unless all are in order; then the old set stays."""
        with self._reading:
            fresh, issues = read(self.paths)
        if issues:
            with self._lock:
                waiting = change(self.loaded, fresh)
                self.pending = frozenset(waiting.changed)
                self.issues = tuple(issues)
                self.problem = refused(issues)
            raise RulesRefused(self.problem)
        return change(self.loaded, fresh)

    def accept(self, change: Change) -> None:
        """Run the new rules from the next batch on."""
        with self._lock:
            self._put_in_force(change.after, self.off)
            self.issues, self.pending, self.problem = (), frozenset(), ""

    def turn(self, rule_id: str, off: Off | None) -> None:
        """Turn a rule off, or with None on, from the next batch on."""
        with self._lock:
            others = {name: one for name, one in self.off.items() if name != rule_id}
            self._put_in_force(self.loaded, others if off is None else others | {rule_id: off})

    def _put_in_force(self, loaded: RuleSet, off: dict[str, Off]) -> None:
        def tell() -> None:
            self.loaded, self.off = loaded, off

        for rule_id in self.install(loaded, _off_now(loaded, off), tell):
            log.warning("rule %s changed; what it remembered is dropped and it starts anew", rule_id)


def _at_once(ruleset: RuleSet, off: frozenset[str], tell: Callable[[], None]) -> Sequence[str]:
    tell()
    return ()


def _off_now(loaded: RuleSet, off: Mapping[str, Off]) -> frozenset[str]:
    return frozenset(off.keys() & loaded.by_id.keys())


def _near(name: str, rules: Iterable[Described]) -> str:
    """The rules whose names or titles are like what was asked for, or have all words of it."""
    words = name.casefold().split()
    titles = {rule.title.casefold(): rule for rule in rules} | {rule.name: rule for rule in rules if rule.name}
    like = [*get_close_matches(name.casefold(), titles, 3, 0.7), *(t for t in titles if all(w in t for w in words))]
    found = list(dict.fromkeys(f"{titles[key].title} ({titles[key].id[:8]})" for key in like))[:3]
    return f" Did you mean {' or '.join(found)}?" if found else ""
