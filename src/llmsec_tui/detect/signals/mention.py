"""How much a text only mentions attacks: quotes them, shows them as code, or writes about them.

What gives an attack away (``ignore previous instructions``, ``system prompt``, ``jailbreak``) stands in articles, test
suites and rules as well. There it stands between quotation marks, in code or in lists of phrases, beside the vocabulary
of those who defend. The value is

    1 - (1 - 0.6 * quoted) * (1 - 0.5 * written_about) * (1 - 0.3 * asked_about)

where ``quoted`` is the share of telling words that stand in quotes, code, diffs or quoted lines, and the others are 1
or 0. A text without telling words has 0. Whoever attacks can put quotation marks around an attack, so this may lower a
confidence (``confidence/combining.py``, by a learned weight in log-odds) and hold broad rules back from 0.6 on, where
quotation and defence come together, but never silences an exact rule.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from llmsec_tui.detect.match.patterns import compiled
from llmsec_tui.detect.signals.signal import Signal, Span

_TELLING = (
    r"(?i)ignor(?:e|es|ing)\b|disregard|\bforget (?:all|your|every|previous|the)|bypass|overrid|jailbreak"
    r"|prompt injection|system prompt|(?:previous|prior|your|hidden) instructions|developer mode|\bDAN\b|unfiltered"
    r"|uncensored|exfiltrat|do not tell|password|secret|ignorier|ignora\b|ignorez|忽略|無視|무시|игнорир"
)
_QUOTED = (
    r"(?s:```.*?```|~~~.*?~~~)|`[^`\n]{1,400}`"
    r'|"[^"\n]{1,400}"|“[^”\n]{1,400}”|«[^»\n]{1,400}»|„[^“”\n]{1,400}[“”]|「[^」\n]{1,400}」'
    r"|(?m:^[ \t]*(?:>|[+-][^\n]{0,40}[\"'(]|[-*•] )[^\n]{0,400})"
)
_DEFENCE = (
    r"(?i)prompt.injection|injection attacks?|red.?team|attackers?\b|vulnerabilit|\bcve-\d|detect(?:ion|or|s)\b|classif"
    r"|block ?list|deny ?list|moderation (?:list|rules?)|unit tests?|test cases?|regex|\(\?i\)|false positives?|sanitiz"
    r"|sanitis|owasp|guardrails?\b|mitigat|\bwaf\b|such as \"|phrases? (?:like|such as)|examples? of|thesis|blog post"
    r"|security (?:advisory|research|training|paper)|def test_|assert\b|pattern\b"
)
_QUESTION = (
    r"(?i)\A\W{0,3}(?:what (?:is|are|does)|how (?:do|does|can) (?:attackers?|people|prompt|a jailbreak|jailbreaks|one "
    r"(?:detect|prevent|defend))|why (?:do|does|is|are)|can you explain|explain|is it (?:safe|true|dangerous)"
    r"|was (?:ist|sind)|qu.est-ce|qué es|cos.è|o que é|wat is|co to|что такое|什么是)"
)
_MOST = 400
"""Telling words and quotations that are looked at; a text with more is judged by its beginning."""
_READ = 200_000
"""Characters that are looked at."""


def mention(text: str) -> float:
    """From 0, nothing but use, to nearly 1, nothing but mention."""
    read = text[:_READ]
    telling = _spans(_TELLING, read)
    if not telling:
        return 0.0
    quotes = _spans(_QUOTED, read)
    quoted = _inside(telling, quotes) / len(telling)
    about = 0.5 if compiled(_DEFENCE).search(read) else 0.0
    asked = 0.3 if compiled(_QUESTION).search(read) else 0.0
    return round(1 - (1 - 0.6 * quoted) * (1 - about) * (1 - asked), 3)


def _spans(pattern: str, text: str) -> list[Span]:
    found: list[Span] = []
    for match in compiled(pattern).finditer(text):
        found.append(match.span())
        if len(found) == _MOST:
            break
    return found


def _inside(spans: Sequence[Span], quotes: Sequence[Span]) -> int:
    """How many of the spans lie in a quotation; both are in order."""
    count = at = 0
    for start, end in spans:
        while at < len(quotes) and quotes[at][1] < end:
            at += 1
        count += at < len(quotes) and quotes[at][0] <= start
    return count


def _compute(texts: Sequence[str], trusts: Sequence[str]) -> list[Any]:
    return [mention(text) for text in texts]


def _places(text: str, trust: str) -> Sequence[Span]:
    read = text[:_READ]
    quotes = _spans(_QUOTED, read)
    return [span for span in _spans(_TELLING, read) if _inside([span], quotes)]


MENTION = Signal(
    name="mention",
    version="1",
    only=pl.col("trust").is_in(["user", "tool", "retrieved"]),
    dtype=pl.Float64(),
    compute=_compute,
    places=_places,
)
