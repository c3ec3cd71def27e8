"""No pattern that loads can be made to take more than its share of time, whatever the text.

Time is counted in processor time and compared with that for a shorter text: eight times the text may take a few times
eight times as long. What is not linear takes at least sixty-four times as long.
"""

import time
from pathlib import Path

import pytest
from tests.detect.parts import batch, body, said, write

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.match import scanner as scanners
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.ruleset import read

PATTERNS = [
    *("(a+)+$", "(a|a)*b", "(a|aa)+$", "(a*)*b", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*a){20}", "(.*a){99}"),
    *("(x+x+)+y", r"\s+$", r"(?:\s*\S+\s*)+:", r"(\w+\s?)+\d", ".*.*.*.*=.*", "[^b]*[^b]*[^b]*b", "(?s)<.*<.*<.*>>>"),
    *("(a|b)*a(a|b){15}c", "[ab]*a[ab]{200}c", "a{1000}b", "a{0,1000}b", "(?:a{0,30}){0,30}b", "(a{1000}){1000}"),
    *(
        "a{1001}",
        "(((a{0,100}){0,100}){0,100}){0,100}",
        "(" * 40 + "a" + "+)" * 40 + "b",
        "(" * 2_000 + "a" + ")" * 2_000,
    ),
    *(
        r"\p{L}+\p{N}+\p{L}+!",
        r"[\p{L}\p{M}\p{Zs}]{3,}\x{200B}",
        r"(?i)[ſsSK]+k+ß",
        r"(?i)\b\w+é\w+\b\d",
        r"\X+",
        r"(?=a)b",
    ),
    *(
        r"(a)\1",
        r"(?>a+)b",
        r"a++b",
        "(?<!a)b",
        "|".join(f"w{number}x" for number in range(3_000)),
        "[^\x00-\x7f]{50}a",
    ),
    *(r"\b(?:\w+\W+){1,80}zzz\b", r"([\w.]+@)+[\w.]+!", r"(?:%[0-9a-f]{2})+%zz", r"(?:[A-Za-z0-9+/]{4})+={3}"),
]
TEXTS = [
    "a",
    "ab",
    "a ",
    " ",
    "\t\n",
    "x",
    "<",
    "é",
    "ſK",
    "\u200b",
    "a\u0301",
    "word ",
    "%41",
    "QUJD",
    "a.b@",
    "0",
    "忽",
    "=\n",
]
SHORT, TIMES, SLACK = 1_024, 8, 4
FLOOR_S = 0.02
"""Less than this is too short to be compared."""


def rule_or_refusal(folder: Path, pattern: str) -> RuleSet | list[str]:
    """A rule that looks for a pattern, or why there is none."""
    write(folder / "rule.yml", body({"it": {"text|re": pattern}, "condition": "it"}))
    rules, issues = read([folder])
    return [issue.message for issue in issues] if not rules.rules else rules


def seconds(rules: RuleSet, text: str) -> float:
    """The least processor time that it took to judge a text."""
    events = batch([said(text)])
    taken = []
    for _ in range(2):
        started = time.process_time()
        detect(rules, events)
        taken.append(time.process_time() - started)
    return min(taken)


@pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern[:40] for pattern in PATTERNS])
def test_a_pattern_is_refused_with_a_reason_or_linear(tmp_path: Path, pattern: str) -> None:
    rules = rule_or_refusal(tmp_path, pattern)
    if isinstance(rules, list):
        assert all(rules)
        return
    short = "\n".join((piece * SHORT)[:SHORT] for piece in TEXTS)
    long = "\n".join((piece * SHORT * TIMES)[: SHORT * TIMES] for piece in TEXTS)
    seconds(rules, short)
    assert seconds(rules, long) <= TIMES * SLACK * max(seconds(rules, short), FLOOR_S)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(.*a){20}", r"(\w+\s?)+\d", r"(?i)[ſsSK]+k+ß"])
def test_without_hyperscan_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setattr(scanners, "hyperscan", None)
    test_a_pattern_is_refused_with_a_reason_or_linear(tmp_path, pattern)
