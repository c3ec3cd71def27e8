"""An attack and its benign twin, as logs in a real format: what must alert on one and keep still on the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from llmsec_tui.detect.rule import Described, RuleSet
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.formats.registry import Registry
from llmsec_tui.paths import shipped
from llmsec_tui.service.scan import Scan
from llmsec_tui.service.survey import Survey, survey

HERE = Path(__file__).parent
_KEYS = {"rules", "why"}
_LOUD = LEVELS[LEVELS.index("medium") :]


@dataclass(frozen=True, slots=True)
class Pair:
    """One scenario: a folder with ``attack.jsonl``, ``benign.jsonl`` and ``expect.yml``."""

    family: str
    name: str
    rules: tuple[str, ...]
    """Names, ids or file names (without ``.yml``) of rules that must all alert on the attack, and never on its twin."""
    why: str
    folder: Path

    @property
    def attack(self) -> Path:
        return self.folder / "attack.jsonl"

    @property
    def benign(self) -> Path:
        return self.folder / "benign.jsonl"

    def __str__(self) -> str:
        return f"{self.family}/{self.name}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scan of both logs with a set of rules brought."""

    pair: Pair
    missed: tuple[str, ...]
    """Expected rules that did not alert on the attack."""
    false: tuple[str, ...]
    """Titles of alerts on the benign twin: of expected rules, and of any rule at level medium or above."""

    @property
    def right(self) -> bool:
        return not self.missed and not self.false


def pairs(roots: Sequence[Path] = (HERE, shipped("sample_logs"))) -> tuple[Pair, ...]:
    """All scenarios below ``roots``, by family and name: those that probes play are shipped."""
    return tuple(_read(path) for root in roots for path in sorted(root.glob("*/*/expect.yml")))


def _read(path: Path) -> Pair:
    expected = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(expected, dict), f"{path}: no mapping"
    assert set(expected) <= _KEYS, f"{path}: unknown keys {set(expected) - _KEYS}"
    assert expected.get("rules"), f"{path}: names no rules"
    folder = path.parent
    rules = tuple(map(str, expected["rules"]))
    return Pair(folder.parent.name, folder.name, rules, str(expected.get("why", "")), folder)


def judged(pair: Pair, ruleset: RuleSet) -> Outcome:
    """Scan both logs of a pair with all these rules. An expected rule that is not there is missed."""
    wanted = {name: rule.id for name in pair.rules for rule in named(ruleset, name)}
    hit = {alert["rule_id"] for alert in alerts(pair.attack, ruleset)}
    missed = tuple(name for name in pair.rules if wanted.get(name) not in hit)
    false = {
        f"{alert['title']} ({alert['level']}): {alert['reason']}"
        for alert in alerts(pair.benign, ruleset)
        if alert["level"] in _LOUD or alert["rule_id"] in wanted.values()
    }
    return Outcome(pair, missed, tuple(sorted(false)))


def named(ruleset: RuleSet, name: str) -> Sequence[Described]:
    """The one alerting rule of this id, name or file; empty where there is none."""
    found = [rule for rule in _alerting(ruleset) if name in (rule.id, rule.name, rule.path.stem)]
    exact = [rule for rule in found if name in (rule.id, rule.name)]
    return (exact or found)[:1]


def _alerting(ruleset: RuleSet) -> Iterator[Described]:
    return (rule for rule in ruleset.everything if rule.alerts)


def alerts(path: Path, ruleset: RuleSet) -> list[dict[str, Any]]:
    """The alerts of a scan of one file."""
    return [row for frame in Scan([str(path)], ruleset).alerts() for row in frame.iter_rows(named=True)]


@cache
def surveyed(path: Path) -> Survey:
    """What formats a file has, and whether all of it could be read."""
    return survey(path, Registry())
