"""Rules to measure with: the shipped ones and made ones, 300 that look for a string and 200 that look for patterns.

Made rules have the gates of shipped ones, one after the other, and say things that nobody says: words of the prose in
an order of their own.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from uuid import UUID

from llmsec_tui.detect import fields
from llmsec_tui.detect.rule import Rule, RuleSet, compile_tree
from llmsec_tui.detect.ruleset import load
from llmsec_tui.detect.tree import And, Leaf, Match, Node, Regex, Text, Wild
from llmsec_tui.paths import shipped
from logs import prose

LITERALS, PATTERNS = 300, 200


def many_rules(seed: int = 11) -> RuleSet:
    """500 rules on texts, the same for the same seed; shipped rules that look at no text are left out."""
    chance = random.Random(seed)
    ours = [rule for rule in load([shipped("rules")]).rules if rule.compiled.text_leaves]
    words = sorted({word for text in prose() for word in text.lower().split() if word.isalpha() and len(word) > 3})
    literals = [_literal(chance, words) for _ in range(LITERALS)]
    patterns = [_pattern(chance, words) for _ in range(PATTERNS - len(ours))]
    gates = cycle(rule.compiled.gate for rule in ours)
    made = [
        _rule(ours[0], number, match, gate)
        for number, (match, gate) in enumerate(zip([*literals, *patterns], gates, strict=False))
    ]
    return RuleSet(tuple(sorted((*ours, *made), key=lambda rule: rule.id)))


def _literal(chance: random.Random, words: Sequence[str]) -> Text:
    said = " ".join(chance.choices(words, k=chance.randint(2, 4)))
    return Text((Wild.ANY, said, Wild.ANY), cased=False)


def _pattern(chance: random.Random, words: Sequence[str]) -> Regex:
    few = ["|".join(chance.sample(words, chance.randint(2, 5))) for _ in range(2)]
    one, other = few
    number, gap = chance.randint(8, 24), chance.randint(10, 60)
    written = chance.choice(
        (
            rf"\b(?:{one})\b.{{0,{gap}}}\b(?:{other})\b",
            rf"\b(?:{one})(?: \w+){{0,4}} (?:{other})\b",
            rf"\b{chance.choice(words)[:4]}[-_][A-Za-z0-9]{{{number}}}\b",
            rf"(?:{one})\s*[:=]\s*[\"']?[A-Za-z0-9+/]{{{number},}}",
            rf"https?://[^\s/]{{1,60}}\.(?:{chance.choice(words)})/\S*[?&](?:{other})=",
        )
    )
    return Regex(f"(?i){written}", ignore_case=True)


def _rule(like: Rule, number: int, match: Match, gate: Node | bool) -> Rule:
    leaf = Leaf("it", fields.TEXT, match)
    tree: Node = leaf if isinstance(gate, bool) else And((gate, leaf))
    name = str(UUID(int=number + (1 << 64)))
    return replace(like, id=name, title=f"Made {number}", compiled=compile_tree(tree), alerts=True)


def literals_of(rules: RuleSet) -> list[str]:
    """The strings that made rules look for."""
    matches = [rule.compiled.text_leaves[0].match for rule in rules.rules if rule.title.startswith("Made")]
    return [match.literal for match in matches if isinstance(match, Text)]
