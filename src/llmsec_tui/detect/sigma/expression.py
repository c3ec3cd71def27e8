"""Read the boolean condition of an extended temporal correlation: ``a and (b or not c)``."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmsec_tui.detect.rule import AllRules, AnyRule, Expression, NoRule

_WORDS = ("and", "or", "not", "(", ")")
_MOST_WORDS = 500


class Unreadable(Exception):
    """The expression makes no sense; says why."""


@dataclass(slots=True)
class _Words:
    """What is left to read."""

    left: list[str]
    names: list[str]
    """The names met so far, each once; an expression's numbers are places in it."""

    @property
    def next(self) -> str:
        return self.left[0] if self.left else ""

    def take(self) -> str:
        return self.left.pop(0)


def parse(text: str) -> tuple[Expression, tuple[str, ...]]:
    """The expression, and the names in it in the order in which they appear. Raises Unreadable."""
    left = text.replace("(", " ( ").replace(")", " ) ").split()
    if len(left) > _MOST_WORDS:
        raise Unreadable(f"it has more than {_MOST_WORDS} words")
    words = _Words(left, [])
    expression = _any(words, 0)
    if words.left:
        raise Unreadable(f"'and' or 'or' is missing before {words.next!r}")
    return expression, tuple(words.names)


def holds(expression: Expression, hit: Sequence[bool]) -> bool:
    """Whether it is true when just these sources were hit."""
    match expression:
        case AllRules(parts):
            return all(holds(part, hit) for part in parts)
        case AnyRule(parts):
            return any(holds(part, hit) for part in parts)
        case NoRule(part):
            return not holds(part, hit)
        case int(number):
            return hit[number]


def renumbered(expression: Expression, numbers: Sequence[int]) -> Expression:
    """The same with source n called ``numbers[n]``."""
    match expression:
        case AllRules(parts):
            return AllRules(tuple(renumbered(part, numbers) for part in parts))
        case AnyRule(parts):
            return AnyRule(tuple(renumbered(part, numbers) for part in parts))
        case NoRule(part):
            return NoRule(renumbered(part, numbers))
        case int(number):
            return numbers[number]


def _any(words: _Words, depth: int) -> Expression:
    parts = [_all(words, depth)]
    while words.next == "or":
        words.take()
        parts.append(_all(words, depth))
    return parts[0] if len(parts) == 1 else AnyRule(tuple(parts))


def _all(words: _Words, depth: int) -> Expression:
    parts = [_one(words, depth)]
    while words.next == "and":
        words.take()
        parts.append(_one(words, depth))
    return parts[0] if len(parts) == 1 else AllRules(tuple(parts))


def _one(words: _Words, depth: int) -> Expression:
    if depth > 50:
        raise Unreadable("it is nested too deeply")
    if not words.left:
        raise Unreadable("a rule's name is missing at the end")
    word = words.take()
    if word == "not":
        return NoRule(_one(words, depth + 1))
    if word == "(":
        inner = _any(words, depth + 1)
        if words.next != ")":
            raise Unreadable("a ) is missing")
        words.take()
        return inner
    if word in _WORDS:
        raise Unreadable(f"a rule's name is missing before {word!r}")
    if word not in words.names:
        words.names.append(word)
    return words.names.index(word)
