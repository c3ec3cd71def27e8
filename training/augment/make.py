"""Make all texts of our own: attacks and benign twins, each with its label, the same on every run."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.augment.grammar import Grammar, english, languages
from training.augment.placing import placed

_VERB_LAST = frozenset(("yok say", "را نادیده بگیر", "अनदेखा करो", "উপেক্ষা করো", "を無視してください", "무시해"))
"""The first of the words for forgetting, where a language puts them after what is to be forgotten."""
_LEET = str.maketrans("aeiost", "431057")


@dataclass(frozen=True, slots=True)
class Example:
    """One text to learn from."""

    text: str
    attack: bool
    importance: float
    group: str
    """Its source, or ``own:`` and a language."""


def made(carriers: Sequence[str], *, scale: float = 1.0, seed: int = 7) -> list[Example]:
    """Examples; ``carriers`` are benign documents into which attacks are put."""
    chance = random.Random(seed)  # noqa: S311  reproducible, and no secret
    found = list(_english(carriers, chance, scale))
    for code, lists in sorted(languages().items()):
        found += _language(code, lists, carriers, chance, scale)
    return found


def _english(carriers: Sequence[str], chance: random.Random, scale: float) -> Iterator[Example]:
    groups = english()
    grammar = Grammar({name: some for group in groups.values() for name, some in group.items()}, chance)
    attack, benign = groups["attack"], groups["benign"]

    def times(count: int) -> range:
        return range(int(count * scale))

    for kind, count in (("override", 3000), ("extraction", 3000), ("persona", 1200), ("forced", 1200), ("order", 3000)):
        for _ in times(count):
            yield Example(_rough(grammar.text(chance.choice(attack[kind])), chance), True, 0.4, "own:en")
    for _ in times(2500):
        yield Example(_jailbreak(grammar, attack, chance), True, 0.5, "own:en")
    for kind, count, importance in (("chat", 6000, 0.8), ("prompt", 1500, 0.8), ("document", 3500, 0.8)):
        for _ in times(count):
            whole = " ".join(grammar.text(chance.choice(benign[kind])) for _ in range(chance.choice((1, 1, 2, 3))))
            yield Example(whole, False, importance, "own:en")
    for _ in times(9000):
        carrier = _piece(chance.choice(carriers), chance)
        kind = chance.choice(("order", "order", "order", "order", "override", "extraction"))
        text = _sentence(grammar, attack, kind, chance)
        yield Example(placed(text, carrier, chance), True, 0.5, "own:en")
    for _ in times(6500):
        carrier = _piece(chance.choice(carriers), chance)
        twin = grammar.text(chance.choice(benign[chance.choice(("document", "document", "chat"))]))
        yield Example(placed(twin, carrier, chance), False, 0.8, "own:en")


def _sentence(grammar: Grammar, attack: dict[str, list[str]], kind: str, chance: random.Random) -> str:
    first = grammar.text(chance.choice(attack[kind]))
    return first if chance.random() < 0.7 else f"{first} {grammar.text(chance.choice(attack['order']))}"


def _jailbreak(grammar: Grammar, attack: dict[str, list[str]], chance: random.Random) -> str:
    fixed = {"name": grammar.pick("name")}
    start = [chance.choice(attack[chance.choice(("persona", "persona", "override"))])]
    rules = chance.sample(attack["jailbreak_rule"], chance.randrange(2, 10))
    end = [chance.choice(attack["jailbreak_request"])]
    return chance.choice((" ", "\n", "\n\n")).join(grammar.text(one, fixed) for one in (*start, *rules, *end))


def _language(
    code: str, lists: dict[str, list[str]], carriers: Sequence[str], chance: random.Random, scale: float
) -> Iterator[Example]:
    group = f"own:{code}"
    for _ in range(int(220 * scale)):
        yield Example(_rough(_foreign_attack(lists, chance), chance), True, 0.8, group)
    for _ in range(int(160 * scale)):
        text = chance.choice(lists["order"]) if chance.random() < 0.6 else _foreign_attack(lists, chance)
        whole = placed(text, _carrier(lists, carriers, chance), chance)
        yield Example(whole, True, 0.8, group)
    for turn in range(int(260 * scale)):
        text = " ".join(chance.choice(lists["benign"]) for _ in range(chance.choice((1, 1, 2, 3))))
        whole = placed(text, _carrier(lists, carriers, chance), chance) if turn % 2 else text
        yield Example(whole, False, 1.0, group)


def _carrier(lists: dict[str, list[str]], carriers: Sequence[str], chance: random.Random) -> str:
    """A document around it: of the same language, or of any."""
    if chance.random() < 0.35:
        return _piece(chance.choice(carriers), chance)
    return " ".join(chance.choice(lists["benign"]) for _ in range(chance.randrange(1, 5)))


def _foreign_attack(lists: dict[str, list[str]], chance: random.Random) -> str:
    forget, source, then = (chance.choice(lists[name]) for name in ("forget", "from", "then"))
    reveal, secret = chance.choice(lists["reveal"]), chance.choice(lists["secret"])
    verb_last = lists["forget"][0] in _VERB_LAST
    order = (source, forget) if verb_last else (forget, source)
    override = " ".join((*order, then)) if chance.random() < 0.7 else " ".join(order)
    extraction = " ".join((secret, reveal) if verb_last else (reveal, secret))
    persona = chance.choice(lists["persona"])
    more = chance.choice(lists.get("more", lists["persona"]))
    whole = (override, override, extraction, persona, more, more, f"{override} {extraction}", f"{persona} {override}")
    return chance.choice(whole)


def _piece(carrier: str, chance: random.Random) -> str:
    words = carrier.split(" ")
    length = chance.randrange(8, 60)
    at = chance.randrange(max(1, len(words) - length))
    return " ".join(words[at : at + length])[:600]


def _rough(text: str, chance: random.Random) -> str:
    """Now and then written as people write: misspelt, in capitals, with digits for letters."""
    luck = chance.random()
    if luck < 0.08 and len(text) > 20:
        letters = list(text)
        for _ in range(max(1, len(letters) // 25)):
            at = chance.randrange(len(letters) - 1)
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        return "".join(letters)
    if luck < 0.13:
        return "".join(letter for letter in text if chance.random() > 0.04)
    if luck < 0.15:
        return text.translate(_LEET)
    if luck < 0.22:
        return f"{text} {chance.choice(('Thanks!', 'ok?', 'Now.', 'please', 'This is urgent.', 'I am waiting.'))}"
    return text
