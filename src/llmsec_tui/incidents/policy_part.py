"""One mapping of a policy file: its values by name, each checked, with a complaint at its place where one is wrong."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from llmsec_tui.detect.sigma import timespan
from llmsec_tui.detect.sigma.document import Document, Place

T = TypeVar("T")

_KINDS = {str: "a text", bool: "yes or no", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
_NAME_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
_MOST_CHARS = 64
_AGAIN = " (line "
"""What the reader of YAML puts after a key that is there twice, having complained of it."""


def near(word: str, known: Collection[str]) -> str:
    """A question for somebody who mistyped one of the known words, or nothing."""
    folded = {one.casefold(): one for one in sorted(known)}
    found = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean '{folded[found[0]]}'?" if found else ""


@dataclass(frozen=True, slots=True)
class Part:
    """What is wrong is noted in the document and something harmless given back, so that all of it is found."""

    document: Document
    place: Place
    values: dict[str, Any]

    def complain(self, code: str, message: str, *below: str | int) -> None:
        self.document.complain(code, message, *self.place, *below)

    def knows(self, *known: str) -> "Part":
        """Itself, after a complaint of every other key."""
        for key in self.values:
            if key not in known and _AGAIN not in key:
                listed = f"; known are {', '.join(known)}" if len(known) <= 12 else ""
                self.complain("unknown-key", f"there is no '{key}' here{near(key, known) or listed}", key)
        return self

    def part(self, key: str) -> "Part":
        """The mapping of that name; an empty one where it is something else."""
        value = self._typed(key, dict, {})
        return Part(self.document, (*self.place, key), value)

    def parts(self, key: str) -> Iterator["Part"]:
        """The mappings of a list."""
        for number, value in enumerate(self._typed(key, list, [])):
            if isinstance(value, dict):
                yield Part(self.document, (*self.place, key, number), value)
            else:
                self.complain("type", f"each of '{key}' is a mapping; this is {_said(value)}", key, number)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; without a default it must be there."""
        if key not in self.values and default is not None:
            return default
        value: str = self._typed(key, str, "")
        if not value.strip() and isinstance(self.values.get(key), str):
            self.complain("value", f"'{key}' is empty", key)
        return value

    def name(self, key: str = "name") -> str:
        """A word that people can type."""
        value = self.text(key)
        if value and (not _NAME_CHARS.issuperset(value) or len(value) > _MOST_CHARS or value.startswith("-")):
            wanted = f"letters, digits, _, - and ., at most {_MOST_CHARS}, and does not begin with -"
            self.complain("value", f"'{key}' is made of {wanted}; this is {value!r}", key)
        return value

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """One of the known words."""
        value = self.text(key, default)
        if value:
            self.check(value, known, key, key)
        return value

    def words(self, key: str, known: Collection[str] | None = None, default: Sequence[str] | None = None) -> list[str]:
        """A list of texts, each once; with ``known``, of these."""
        if key not in self.values and default is not None:
            return list(default)
        found: list[str] = []
        for number, value in enumerate(self._typed(key, list, [])):
            if not isinstance(value, str) or not value:
                self.complain("type", f"each of '{key}' is a text; this is {_said(value)}", key, number)
            elif value in found:
                self.complain("duplicate", f"{value!r} is in '{key}' twice", key, number)
            else:
                found.append(value)
                if known is not None:
                    self.check(value, known, key, key, number)
        return found

    def check(self, value: str, known: Collection[str], what: str, *below: str | int) -> None:
        """Complain of a word that is not known."""
        if value not in known:
            listed = f"; known are {', '.join(known)}" if 0 < len(known) <= 40 else "; there are none"
            self.complain("unknown", f"there is no {value!r} for '{what}'{near(value, known) or listed}", *below)

    def span(self, key: str, default: int | None = None) -> int:
        """Microseconds of a span such as 15m; it must be longer than nothing."""
        if key not in self.values and default is not None:
            return default
        if not self._has(key):
            return 1
        if wrong := timespan.problem(self.values[key]):
            self.complain("span", f"'{key}' {wrong}", key)
        return timespan.micros(self.values[key]) or 1

    def limit(self, key: str) -> int | None:
        """As :meth:`span`; ``none`` for no limit."""
        return None if self.values.get(key, 0) in (None, "none") else self.span(key)

    def number(self, key: str, least: float, most: float) -> float:
        value = self.values.get(key)
        if not self._has(key):
            return least
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.complain("number", f"'{key}' is a number from {least:g} to {most:g}; this is {_said(value)}", key)
            return least
        return float(value)

    def whole(self, key: str, least: int, most: int) -> int:
        value = self.values.get(key)
        if not self._has(key):
            return least
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            wanted = f"a whole number from {least:,} to {most:,}"
            self.complain("number", f"'{key}' is {wanted}; this is {_said(value)}", key)
            return least
        return value

    def _has(self, key: str) -> bool:
        if key not in self.values:
            self.complain("missing-key", f"'{key}' is missing")
        return key in self.values

    def _typed(self, key: str, kind: type[T], otherwise: T) -> T:
        if not self._has(key):
            return otherwise
        value = self.values[key]
        if not isinstance(value, kind):
            none = "" if value is not None or kind is str else f"; write {'[]' if kind is list else '{}'} for none"
            self.complain("type", f"'{key}' is {_KINDS[kind]}; this is {_said(value)}{none}", key)
            return otherwise
        return value


def _said(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, list | dict):
        return _KINDS[type(value)]
    return repr(value)[:60]
