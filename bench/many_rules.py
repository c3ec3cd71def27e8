"""Rules to measure with: the shipped ones and made ones, 300 that look for a string and 200 that look for patterns.

Made rules have the gates of shipped ones, one after the other, and the vocabulary of such rules: things that attackers
want, and what they want done with them.
"""

import random
from dataclasses import replace
from itertools import cycle
from uuid import UUID

from llmsec_tui.detect import fields
from llmsec_tui.detect.rule import Rule, RuleSet, compile_tree
from llmsec_tui.detect.ruleset import load
from llmsec_tui.detect.tree import And, Leaf, Match, Node, Regex, Text, Wild
from llmsec_tui.paths import shipped

LITERALS, PATTERNS = 300, 200


_VERBS = """
bypass override unlock exfiltrate smuggle forge spoof tamper hijack impersonate escalate decrypt harvest phish extort
launder sabotage jailbreak unmask deanonymize disarm disable subvert circumvent divulge disclose reveal leak exploit
poison inject overwrite wipe erase deface detonate assemble synthesize counterfeit blackmail stalk doxx
"""
_THINGS = """
credentials passphrase vault keystore ledger payroll badge firmware backdoor payload exploit malware botnet ransomware
keylogger rootkit honeypot guardrail watermark transcript blueprint dossier mailbox passport prescription voicemail
checkpoint embeddings weights tokenizer sandbox hypervisor kernel bootloader turnstile antivirus firewall paywall
explosives narcotics firearm detonator precursor nerve-agent centrifuge wallet seed-phrase cvv iban safe-deposit
"""
VERBS, THINGS = _VERBS.split(), _THINGS.split()


def many_rules(*, with_shipped: bool, seed: int = 11) -> RuleSet:
    """500 rules on texts, the same for the same seed; as many of them made as are not shipped."""
    chance = random.Random(seed)
    shipped_ones = [rule for rule in load([shipped("rules")]).rules if rule.compiled.text_leaves]
    ours = shipped_ones if with_shipped else []
    matches = [_literal(chance) for _ in range(LITERALS)] + [_pattern(chance) for _ in range(PATTERNS - len(ours))]
    likes = cycle(shipped_ones)
    made = [_rule(like, number, match) for number, (match, like) in enumerate(zip(matches, likes, strict=False))]
    return RuleSet(tuple(sorted((*ours, *made), key=lambda rule: rule.id)))


def _literal(chance: random.Random) -> Text:
    article = chance.choice(("the", "your", "their", "every", "our"))
    said = f"{chance.choice(VERBS)} {article} {chance.choice(THINGS)}{chance.choice(('', ' and ', ' of ', ' for '))}"
    return Text((Wild.ANY, said, Wild.ANY), cased=False)


def _pattern(chance: random.Random) -> Regex:
    verbs = "|".join(chance.sample(VERBS, chance.randint(2, 5)))
    things = "|".join(chance.sample(THINGS, chance.randint(2, 5)))
    number, gap = chance.randint(8, 24), chance.randint(10, 60)
    written = chance.choice(
        (
            rf"\b(?:{verbs})\b.{{0,{gap}}}\b(?:{things})\b",
            rf"\b(?:{verbs})(?: \w+){{0,4}} (?:{things})\b",
            rf"\b(?:{verbs})(?:ing|s|ed)?\s+(?:the|your|my|all|any)\s+(?:\w+\s+)?(?:{things})",
            rf"\b{chance.choice(THINGS)[:4]}[-_][A-Za-z0-9]{{{number}}}\b",
            rf"(?:{things})\s*[:=]\s*[\"']?[A-Za-z0-9+/]{{{number},}}",
            rf"https?://[^\s/]{{1,60}}\.(?:tk|top|xyz|click)/\S*[?&](?:{things})=",
        )
    )
    return Regex(f"(?i){written}", ignore_case=True)


def _rule(like: Rule, number: int, match: Match) -> Rule:
    """A rule with the gate of another."""
    leaf, gate = Leaf("it", fields.TEXT, match), like.compiled.gate
    tree: Node = leaf if isinstance(gate, bool) else And((gate, leaf))
    name = str(UUID(int=number + (1 << 64)))
    return replace(like, id=name, title=f"Made {number}", compiled=compile_tree(tree), alerts=True)


def literals_of(rules: RuleSet) -> list[str]:
    """The strings that made rules look for."""
    matches = [rule.compiled.text_leaves[0].match for rule in rules.rules if rule.title.startswith("Made")]
    return [match.literal for match in matches if isinstance(match, Text)]
