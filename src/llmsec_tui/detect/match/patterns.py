"""Match regular expressions quickly: RE2, compiled once, where it must agree with Rust's engine, and Rust elsewhere.

Rust's engine (in Polars) says what a pattern means: its words, digits and spaces are Unicode's. Polars forgets compiled
patterns after 32 others, and compiling costs milliseconds. RE2 keeps them, but knows only ASCII words, digits and
spaces. On texts without any others the two cannot differ. Where a text has other letters, most patterns cannot tell
them from an underscore, which is a letter of a word to both; so RE2 is given underscores in their place.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, islice

import polars as pl
import re2

from llmsec_tui.detect.kept import kept

LETTERS = r"[\w&&[^\x00-\x7F]&&[^\p{Nd}\x{17F}\x{212A}]]"
"""Characters that an underscore can stand in for: letters of words, but neither digits nor twins of ASCII letters."""
DIFFERS = r"[\w\s&&[^\x00-\x7F]]|\x0B"
"""Characters that the two engines class differently."""
_MEMORY, _MUCH_MEMORY = 8 << 20, 64 << 20
"""Bytes that RE2 may fill with what it worked out about a pattern. With its usual 8 MiB it forgets what it knows of our
larger ones over and over, and is ten times as slow at saying whether they are found; few ever need more."""
_UNDERSCORE = ord("_")
_SHEAF = 65_536
"""Bytes of text that are searched as one."""
_TRIES = 8
"""Finds among texts searched as one, after which each of the others is searched by itself."""


@cache
def compiled(pattern: str) -> re2._Regexp:
    """The pattern, compiled by RE2; once for a process."""
    return _compiled(pattern, _MEMORY)


@cache
def _roomy(pattern: str) -> re2._Regexp:
    """The same, to ask whether it is found in many texts."""
    return _compiled(pattern, _MUCH_MEMORY)


def _compiled(pattern: str, memory: int) -> re2._Regexp:
    options = re2.Options()
    # What is wrong with a pattern is for the rule's author, not for the terminal that a console runs in.
    options.log_errors = False
    options.max_mem = memory
    return re2.compile(pattern, options)


@cache
def any_of(patterns: tuple[str, ...]) -> re2._Regexp | None:
    """All of the patterns as one, which is much quicker to search for than one after the other.

    None when RE2 refuses them together, say because they are too large.
    """
    try:
        # A flag at the beginning of a pattern ends with the parentheses around it.
        return _roomy(patterns[0] if len(patterns) == 1 else "|".join(f"(?:{pattern})" for pattern in patterns))
    except re2.error:
        return None


def having(wanted: tuple[str, ...], texts: Sequence[bytes]) -> Iterator[int]:
    """The positions of the texts on which RE2 finds any of the patterns, which :func:`any_of` takes.

    Many texts are searched as one: that they have nothing, which is the rule, costs one call. Whatever is found may
    reach from one text into the next, so each text in which something begins is then searched by itself.
    """
    each = any_of(wanted)
    assert each is not None
    together = _over_lines(wanted)
    if together is None:
        yield from (at for at, text in enumerate(texts) if each.search(text))
        return
    first = 0
    while first < len(texts):
        last, size = first, 0
        while last < len(texts) and size < _SHEAF:
            size += len(texts[last]) + 1
            last += 1
        yield from (first + at for at in _having(each, together, texts[first:last]))
        first = last


def _having(each: re2._Regexp, together: re2._Regexp, texts: Sequence[bytes]) -> Iterator[int]:
    whole = b"\n".join(texts)
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    at = 0
    for _ in range(_TRIES):
        match = together.search(whole, starts[at])
        if match is None:
            return
        at = bisect_right(starts, match.start()) - 1
        if each.search(texts[at]):
            yield at
        at += 1
        if at == len(texts):
            return
    yield from (number for number in range(at, len(texts)) if each.search(texts[number]))


@cache
def _over_lines(wanted: tuple[str, ...]) -> re2._Regexp | None:
    """What is found in texts that are joined by line breaks wherever one of the patterns is found in one of them.

    None when there is no such pattern: the end of a text does not show among others.
    """
    if any("\\A" in pattern or "\\z" in pattern or turns_flags_off(pattern) for pattern in wanted):
        return None
    return any_of(tuple(f"(?m){pattern}" for pattern in wanted))


def turns_flags_off(pattern: str) -> bool:
    """Whether a part of the pattern may have fewer flags than the whole, as in ``(?i)a(?-i:b)``."""
    return any("-" in group[: group.find(":")] for group in pattern.split("(?")[1:] if ":" in group)


@cache
def takes_stand_ins(pattern: str) -> bool:
    """Whether a pattern cannot tell a letter that it doesn't name from an underscore."""
    if not pattern.isascii() or any(mark in pattern for mark in ("_", "\\x", "\\p", "\\P", "[:")):
        return False
    ranges = zip(pattern, pattern[1:], pattern[2:], strict=False)
    return not any(middle == "-" and ord(low) <= _UNDERSCORE <= ord(high) for low, middle, high in ranges)


_CLASSES = ("\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "\\b", "\\B", "\\p", "\\P", "[:")


@cache
def reads_alike(pattern: str) -> bool:
    """Whether both engines read a pattern alike on any text: it names no class of characters that they draw
    differently."""
    return not any(mark in pattern for mark in _CLASSES)


def spans(pattern: str, text: str, limit: int) -> list[tuple[int, int]]:
    """Where the pattern is found, at most ``limit`` places; empty matches are left out."""
    places = (match.span() for match in compiled(pattern).finditer(text))
    found = list(islice(((start, end) for start, end in places if end > start), limit))
    return found or _first_in_rust(pattern, text)


def _first_in_rust(pattern: str, text: str) -> list[tuple[int, int]]:
    row = pl.select(offset=pl.lit(text).str.find(pattern), match=pl.lit(text).str.extract(pattern, 0)).row(0)
    if row[0] is None or not row[1]:
        return []
    start = len(text.encode()[: row[0]].decode())
    return [(start, start + len(row[1]))]


def _as_it_is(reason: str | None) -> str | None:
    return reason


@kept("problem", _as_it_is, _as_it_is)
def problem(pattern: str) -> str | None:
    """Why a pattern cannot be used; None when both engines take it and mean the same."""
    if doubt := _doubt(pattern):
        return f"{doubt} means different things to different engines; write it with backslashes or differently"
    try:
        compiled(pattern)
    except re2.error as error:
        [reason] = error.args
        return f"RE2 refuses the pattern: {reason.decode() if isinstance(reason, bytes) else reason}"
    try:
        pl.Series(["", "a"]).str.contains(pattern)
    except pl.exceptions.PolarsError as error:
        return f"the regex engine of Polars refuses the pattern: {str(error).strip().splitlines()[-1]}"
    return None


def _doubt(pattern: str) -> str | None:
    at, in_class = 0, False
    while at < len(pattern):
        two = pattern[at : at + 2]
        if two in ("\\<", "\\>") or pattern.startswith("\\b{", at) or (two == "{," and not in_class):
            return repr(two)
        if in_class and (two in ("&&", "--", "~~") or (two[0] == "[" and two != "[:")):
            return f"{two!r} in a character class"
        if two[0] == "\\":
            at += 2
        elif in_class and two == "[:":
            at = max(pattern.find(":]", at), at) + 2
        elif two[0] == "[" and not in_class:
            in_class = True
            at += 2 if two == "[^" else 1
            at += pattern.startswith("]", at)
        else:
            in_class = in_class and two[0] != "]"
            at += 1
    return None
