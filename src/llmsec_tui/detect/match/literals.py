"""What a condition needs to find in a text, read off its strings and its regular expressions."""

from dataclasses import dataclass, field
from typing import Any

from llmsec_tui.detect.kept import kept
from llmsec_tui.detect.match.compile import on_text
from llmsec_tui.detect.match.needs import ODD, SHORT, AllOf, AnyOf, Need, all_of, any_of, of_literal
from llmsec_tui.detect.match.syntax import Atom, Choice, Edge, Repeat, Sequence, Syntax, Unclear, folds, parse
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Regex, Text

_SPACES = frozenset(("\\n", "\\r", "\\t", "\\f", "\\v", "\\s"))


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


def _plain(need: Need | None) -> Any:
    if need is None or isinstance(need, str):
        return need
    return [isinstance(need, AllOf), sorted(map(_plain, need.parts), key=str)]


def _need(plain: Any) -> Need | None:
    if plain is None or isinstance(plain, str):
        return plain
    every, parts = plain
    needs = frozenset(need for part in parts if (need := _need(part)) is not None)
    return AllOf(needs) if every else AnyOf(needs)


@kept("required", _plain, _need)
def of_pattern(pattern: str) -> Need | None:
    """What every match of a regular expression contains."""
    try:
        return _of_syntax(parse(pattern))
    except Unclear:
        return None


def _of_syntax(tree: Syntax) -> Need | None:
    if isinstance(tree, Choice):
        return any_of([_of_syntax(part) for part in tree.parts])
    sequence = _Sequence()
    for part in tree.parts if isinstance(tree, Sequence) else (tree,):
        sequence.add(part)
    sequence.end_run()
    return all_of(sequence.found)


@dataclass(slots=True)
class _Sequence:
    """What one alternative requires: the run of characters being read, and what was found so far."""

    run: list[str] = field(default_factory=list)
    found: list[Need | None] = field(default_factory=list)

    def add(self, part: Syntax) -> None:
        match part:
            case Atom(written):
                self.add_character(written, 1, exactly_once=True)
            case Repeat(Atom(written), low, _):
                self.add_character(written, low, exactly_once=False)
            case Repeat(inner, low, _):
                self.end_run()
                self.found.append(_of_syntax(inner) if low else None)
            case Choice() | Sequence():
                self.end_run()
                self.found.append(_of_syntax(part))
            case Edge():
                pass

    def add_character(self, written: str, low: int, *, exactly_once: bool) -> None:
        text = _character(written)
        if low and _is_odd(written, text):
            self.found.append(ODD)
        if text is None:
            self.end_run()
            return
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


def _character(written: str) -> str | None:
    """The character that an atom stands for, " " for any white space; None for anything else."""
    if written in _SPACES:
        return " "
    if written.startswith("\\x"):
        return chr(int(written[2:].strip("{}"), 16))
    if written == "." or written[0] == "[" or (written[0] == "\\" and written[1].isalnum()):
        return None
    return written[-1]


def _is_odd(written: str, text: str | None) -> bool:
    """Whether an atom only stands for characters that plain texts don't have, and that don't show when folded."""
    return not folds(written) and (text is None or not fold(text))
