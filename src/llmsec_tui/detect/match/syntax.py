"""The part of regular expression syntax that Rust and RE2 agree on, as a tree."""

from dataclasses import dataclass
from functools import cache, lru_cache

import re2

from llmsec_tui.detect.match import patterns

PLAIN = "\t\n\f\r" + "".join(map(chr, range(0x20, 0x7F)))
"""The characters of plain texts."""


class Unclear(Exception):
    """The pattern has syntax that is not followed here."""


@dataclass(frozen=True, slots=True)
class Atom:
    """Exactly one character."""

    written: str
    """As in the pattern: a character, an escape, a class or a dot."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between characters: ``^ $ \\A \\z \\b \\B``."""

    written: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """Something over and over; greedy or not makes no difference to what is found."""

    part: "Syntax"
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple["Syntax", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of these."""

    parts: tuple["Syntax", ...]


Syntax = Atom | Edge | Repeat | Sequence | Choice

_ESCAPED = frozenset("nrtfvsdDwWS")
_EDGES = frozenset("bBAz")
_DEEPEST = 50
"""Groups within groups."""


@lru_cache(4_096)
def parse(pattern: str) -> Syntax:
    """The tree of a pattern. Flags are left out of it: whoever reads it must allow for all of them."""
    reader = _Reader(pattern)
    tree = reader.choice()
    if reader.at < len(pattern):
        raise Unclear(pattern)
    return tree


@cache
def folds(written: str) -> frozenset[str]:
    """What the plain characters that an atom stands for, with regard to case or without, are when folded."""
    if len(written) == 1 and written.isascii() and written != ".":
        return frozenset(_folded(written)) if written in PLAIN else frozenset()
    try:
        ways = [patterns.compiled(f"(?{flags}:{written})+") for flags in ("s", "is")]
    except re2.error as error:
        raise Unclear(written) from error
    return frozenset(_folded(one) for way in ways for run in way.finditer(PLAIN) for one in run.group())


def _folded(character: str) -> str:
    return " " if character.isspace() else character.lower()


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def choice(self) -> Syntax:
        parts = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.sequence())
        return Choice(tuple(parts)) if len(parts) > 1 else parts[0]

    def sequence(self) -> Syntax:
        parts: list[Syntax] = []
        while (character := self.peek()) and character not in "|)":
            part = self.repeated(self.item())
            parts += part.parts if isinstance(part, Sequence) else [part]
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def item(self) -> Syntax:
        start = self.at
        character = self.take()
        if character == "(":
            return self.group()
        if character in "^$":
            return Edge(character)
        if character in "*+?{}":
            raise Unclear(self.pattern)
        if character == "[":
            self.skip_class()
        elif character == "\\" and self.skip_escape():
            return Edge(self.pattern[start : self.at])
        return Atom(self.pattern[start : self.at])

    def group(self) -> Syntax:
        if self.peek() == "?":
            self.skip_flags()
            if self.pattern[self.at - 1] == ")":
                return Sequence(())
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unclear(self.pattern)
        inner = self.choice()
        if self.take() != ")":
            raise Unclear(self.pattern)
        self.depth -= 1
        return inner

    def skip_flags(self) -> None:
        end = min(self.find(mark) for mark in ":>)" if mark in self.pattern[self.at :])
        flags = self.pattern[self.at + 1 : end]
        if not flags.startswith(("P<", "<")) and not set(flags) <= set("imsU-"):
            raise Unclear(self.pattern)
        self.at = end + 1

    def repeated(self, part: Syntax) -> Syntax:
        character = self.peek()
        if not character or character not in "*+?{":
            return part
        end = self.at if character != "{" else self.find("}")
        low, high = self.bounds(self.pattern[self.at : end + 1])
        self.at = end + 1
        if self.peek() == "?":
            self.at += 1
        if self.peek() and self.peek() in "*+?{":
            raise Unclear(self.pattern)
        return Repeat(part, low, high)

    def bounds(self, written: str) -> tuple[int, int | None]:
        if written in ("*", "+", "?"):
            return int(written == "+"), 1 if written == "?" else None
        least, comma, most = written[1:-1].partition(",")
        if not least.isdecimal() or not (most.isdecimal() or not most):
            raise Unclear(self.pattern)
        return int(least), int(most or least) if most or not comma else None

    def skip_escape(self) -> bool:
        """Whether it is an edge."""
        character = self.take()
        if character == "x":
            self.skip_code()
        elif character in "pP":
            self.at = self.find("}") + 1 if self.peek() == "{" else self.at + 1
        elif character in _EDGES:
            return True
        elif (character.isalnum() and character not in _ESCAPED) or character in "<>":
            raise Unclear(self.pattern)
        return False

    def skip_code(self) -> None:
        end = self.find("}") + 1 if self.peek() == "{" else self.at + 2
        digits = self.pattern[self.at : end].strip("{}")
        try:
            int(digits, 16)
        except ValueError as error:
            raise Unclear(self.pattern) from error
        self.at = end

    def skip_class(self) -> None:
        self.at += self.peek() == "^"
        first = True
        while first or self.peek() != "]":
            character = self.take()
            if character == "[":
                if self.peek() != ":":
                    raise Unclear(self.pattern)
                self.at = self.find("]") + 1
            elif character == "\\" and self.skip_escape():
                raise Unclear(self.pattern)
            first = False
        self.at += 1

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        character = self.peek()
        if not character:
            raise Unclear(self.pattern)
        self.at += 1
        return character

    def find(self, mark: str) -> int:
        index = self.pattern.find(mark, self.at)
        if index < 0:
            raise Unclear(self.pattern)
        return index
