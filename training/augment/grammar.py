"""Write sentences from lists in which {braces} name other lists."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

_HERE = Path(__file__).parent
_DEEPEST = 6

Lists = Mapping[str, Sequence[str]]


def english() -> dict[str, dict[str, list[str]]]:
    """Groups of lists: ``attack`` and ``benign`` are whole texts, the others what they are made of."""
    with (_HERE / "english.toml").open("rb") as file:
        return tomllib.load(file)


def languages() -> dict[str, dict[str, list[str]]]:
    """The same lists for each language."""
    with (_HERE / "languages.toml").open("rb") as file:
        return tomllib.load(file)


class Grammar:
    """Lists by name, and the choice of one of each."""

    def __init__(self, lists: Lists, chance: random.Random) -> None:
        self._lists = lists
        self._chance = chance

    def pick(self, name: str) -> str:
        """One entry of a list, not filled in."""
        return self._chance.choice(self._lists[name])

    def text(self, template: str, fixed: Mapping[str, str] | None = None) -> str:
        """A template with each name in braces replaced, by what is fixed or by chance."""
        filled = template
        for _ in range(_DEEPEST):
            if "{" not in filled:
                break
            filled = self._once(filled, fixed or {})
        tidy = " ".join(filled.split(" ")).replace("  ", " ").replace(" ,", ",").replace(" .", ".").replace("..", ".")
        return tidy.strip()

    def _once(self, template: str, fixed: Mapping[str, str]) -> str:
        pieces = template.split("{")
        out = [pieces[0]]
        for piece in pieces[1:]:
            name, _, rest = piece.partition("}")
            out.append((fixed.get(name) or self.pick(name)) + rest)
        return "".join(out)
