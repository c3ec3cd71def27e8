"""What a condition needs to find in a text, read off its strings and its regular expressions."""

from dataclasses import dataclass, field

from llmsec_tui.detect.match.compile import on_text
from llmsec_tui.detect.match.needs import ODD, SHORT, Need, all_of, any_of, of_literal
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Regex, Text


def required(node: Node) -> Need | None:
    """What a text must contain for the condition to be true; None when nothing is certain."""
    match node:
        case Leaf(match=Text(parts=parts)) if on_text(node):
            return all_of(of_literal(part, SHORT) for part in parts if isinstance(part, str))
        case Leaf(match=Regex(pattern=pattern)) if on_text(node):
            return of_pattern(pattern)
        case And(parts=nodes):
            return all_of(required(part) for part in nodes)
        case Or(parts=nodes):
            return any_of([required(part) for part in nodes])
        case Leaf() | Not():
            return None


def of_pattern(pattern: str) -> Need | None:
    """What every match of a regular expression contains."""
    reader = _Reader(pattern)
    try:
        found = reader.alternatives()
    except _Unclear:
        return None
    return found if reader.at == len(pattern) else None


class _Unclear(Exception):
    """The pattern has syntax that this reader does not follow."""


@dataclass(slots=True)
class _Sequence:
    """What one alternative requires: the run of characters being read, and the sets found so far."""

    run: list[str] = field(default_factory=list)
    found: list[Need | None] = field(default_factory=list)

    def add(self, text: str, low: int, *, exactly_once: bool) -> None:
        if low:
            self.run.append(text)
        if exactly_once or (low and text == " "):
            # However much white space there is, folded it is one space.
            return
        self.end_run()
        if low:
            # 'ab+c' holds 'ab' and also 'bc'.
            self.run.append(text)

    def end_run(self) -> None:
        self.found.append(of_literal("".join(self.run)))
        self.run.clear()


class _Reader:
    """Reads the part of regular expression syntax that Rust and RE2 agree on."""

    _SPACES = frozenset("nrtfvs")
    _CLASSES = frozenset("dDwWSbBAz")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def alternatives(self) -> Need | None:
        choices = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            choices.append(self.sequence())
        return any_of(choices)

    def sequence(self) -> Need | None:
        sequence = _Sequence()
        while (character := self.peek()) and character not in "|)":
            self.item(sequence)
        sequence.end_run()
        return all_of(sequence.found)

    def item(self, sequence: _Sequence) -> None:
        character = self.take()
        if character == "(":
            inner = self.group()
            low, _ = self.repeats()
            sequence.end_run()
            if low:
                sequence.found.append(inner)
            return
        if character in "^$":
            return
        text = self.atom(character)
        low, once = self.repeats()
        if text is not None and low and _all_odd(ord(text[0]), ord(text[0])) and not fold(text):
            sequence.found.append(ODD)
        if text is None or text == ODD:
            sequence.end_run()
            sequence.found.append(ODD if text and low else None)
        else:
            sequence.add(text, low, exactly_once=once)

    def atom(self, character: str) -> str | None:
        """The character that must be there, " " for any white space, ODD for any odd one, None for anything else."""
        if character == "[":
            return self.character_class()
        if character == ".":
            return None
        if character == "\\":
            return self.escape()
        if character in "*+?{}":
            raise _Unclear
        return character

    def escape(self) -> str | None:
        character = self.take()
        if character in self._SPACES:
            return " "
        if character in self._CLASSES:
            return None
        if character == "x":
            return chr(self.code())
        if character in "pP":
            self.skip_property()
            return None
        if character.isalnum() or character in "<>":
            raise _Unclear
        return character

    def code(self) -> int:
        if self.peek() == "{":
            end = self.find("}")
            digits, self.at = self.pattern[self.at + 1 : end], end + 1
        else:
            digits, self.at = self.pattern[self.at : self.at + 2], self.at + 2
        try:
            return int(digits, 16)
        except ValueError as error:
            raise _Unclear from error

    def skip_property(self) -> None:
        self.at = self.find("}") + 1 if self.peek() == "{" else self.at + 1

    def character_class(self) -> str | None:
        negated = self.peek() == "^"
        self.at += negated
        odd = not negated
        first = True
        while first or self.peek() != "]":
            low = self.class_item()
            high = low
            if low is not None and self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] != "]":
                self.at += 1
                high = self.class_item()
            odd = odd and low is not None and high is not None and _all_odd(ord(low), ord(high))
            first = False
        self.at += 1
        return ODD if odd else None

    def class_item(self) -> str | None:
        """A single character, or None for a class within the class."""
        character = self.take()
        if character == "[":
            if self.peek() != ":":
                raise _Unclear
            self.at = self.find("]") + 1
            return None
        if character != "\\":
            return character
        escaped = self.escape()
        return None if escaped == " " else escaped

    def group(self) -> Need | None:
        if self.peek() == "?":
            self.group_flags()
            if self.pattern[self.at - 1] == ")":
                return None
        inner = self.alternatives()
        if self.take() != ")":
            raise _Unclear
        return inner

    def group_flags(self) -> None:
        end = min(self.find(mark) for mark in ":>)" if mark in self.pattern[self.at :])
        flags = self.pattern[self.at + 1 : end]
        if not flags.startswith(("P<", "<")) and not set(flags) <= set("imsU-"):
            raise _Unclear
        self.at = end + 1

    def repeats(self) -> tuple[int, bool]:
        """The least number of repetitions, and whether it is exactly one."""
        low, once = 1, True
        if (character := self.peek()) and character in "*+?":
            self.at += 1
            low, once = (1, False) if character == "+" else (0, False)
        elif character == "{":
            end = self.find("}")
            least = self.pattern[self.at + 1 : end].split(",")[0]
            if not least.isdecimal():
                raise _Unclear
            low, once = min(int(least), 1), False
            self.at = end + 1
        else:
            return 1, True
        if self.peek() and self.peek() in "?+":
            self.at += 1
        return low, once

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        character = self.peek()
        if not character:
            raise _Unclear
        self.at += 1
        return character

    def find(self, mark: str) -> int:
        index = self.pattern.find(mark, self.at)
        if index < 0:
            raise _Unclear
        return index


def _all_odd(low: int, high: int) -> bool:
    """Whether no character of a range is plain ASCII, even without regard to case."""
    plain_twins = any(low <= code <= high for code in (0x17F, 0x212A))
    return not plain_twins and (high < 0x09 or (low > 0x0D and high < 0x20) or low > 0x7E)
