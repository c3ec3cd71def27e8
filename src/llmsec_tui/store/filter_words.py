"""Split a typed filter into its words."""

from collections.abc import Collection
from dataclasses import dataclass

from llmsec_tui.errors import ConfigError

_OPERATORS = (">=", "<=", ">", "<", "=")


@dataclass(frozen=True, slots=True)
class Word:
    """One term as it was typed."""

    value: str
    field: str = ""
    """"" for a plain word."""
    operator: str = ""
    """One of ``>= <= > < =``, or "" for none."""
    is_pattern: bool = False
    negated: bool = False


def split(typed: str, ranked: Collection[str]) -> list[Word]:
    """The words in their order. ``ranked`` are the fields that ``>=`` may follow, with or without a colon.

    Raises :class:`ConfigError` for a quote that is not closed.
    """
    words: list[Word] = []
    at = _skip_spaces(typed, 0)
    while at < len(typed):
        negated = typed[at] == "!" and at + 1 < len(typed) and not typed[at + 1].isspace()
        field, operator, start = _prefix(typed, at + negated, ranked)
        value, is_pattern, end = _value(typed, start)
        if value or field:
            words.append(Word(value, field, operator, is_pattern, negated))
        at = _skip_spaces(typed, end)
    return words


def _prefix(typed: str, at: int, ranked: Collection[str]) -> tuple[str, str, int]:
    """The field and operator that a term begins with, and where its value starts."""
    end = at
    while end < len(typed) and typed[end].isascii() and (typed[end].isalnum() or typed[end] == "_"):
        end += 1
    name = typed[at:end].lower()
    if not name[:1].isalpha():
        return "", "", at
    colon = typed.startswith(":", end)
    operator = _operator(typed, end + colon) if name in ranked else ""
    return (name, operator, end + colon + len(operator)) if colon or operator else ("", "", at)


def _operator(typed: str, at: int) -> str:
    return next((operator for operator in _OPERATORS if typed.startswith(operator, at)), "")


def _value(typed: str, at: int) -> tuple[str, bool, int]:
    """A value, whether it is a pattern, and where it ends."""
    if typed.startswith('"', at):
        value, end = _quoted(typed, at)
        return value, False, end
    if typed.startswith("/", at) and (end := _pattern_end(typed, at)):
        return typed[at + 1 : end - 1].replace("\\/", "/"), True, end
    end = at
    while end < len(typed) and not typed[end].isspace():
        end += 1
    return typed[at:end], False, end


def _quoted(typed: str, at: int) -> tuple[str, int]:
    value: list[str] = []
    here = at + 1
    while here < len(typed):
        if typed[here] == '"':
            return "".join(value), here + 1
        if typed[here] == "\\" and typed[here + 1 : here + 2] in ('"', "\\"):
            here += 1
        value.append(typed[here])
        here += 1
    raise ConfigError(f"The quote that opens at character {at + 1} of the filter is not closed.", hint='Add a ".')


def _pattern_end(typed: str, at: int) -> int:
    """Behind the slash that closes a pattern, which stands before a space or the end; 0 when this is just a path."""
    here = at + 1
    while here < len(typed):
        if typed[here] == "\\":
            here += 1
        elif typed[here] == "/" and here > at + 1 and (here + 1 == len(typed) or typed[here + 1].isspace()):
            return here + 1
        here += 1
    return 0


def _skip_spaces(typed: str, at: int) -> int:
    while at < len(typed) and typed[at].isspace():
        at += 1
    return at
