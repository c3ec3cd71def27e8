"""What a detection block means, by the words of Sigma's specification: slow, plain Python over one event.

It reads the mapping as YAML gives it and shares nothing with the engine but the views of a text: how a text is folded
and decoded is tested elsewhere. Patterns are judged by :mod:`tests.detect.semantics.regexes`.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address
from itertools import product
from typing import Any

import polars as pl
from tests.detect.semantics.regexes import Tree, found

from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.text.views import Views

TEXTS = {"text", "text.raw", "text.folded", "text.decoded"}
NUMBERS = {"input_tokens", "output_tokens", "http_status", "duration_ms", "cost_usd", "score"}
FLAGS = {"tool_is_error", "refusal", "detected"}
DASHES = "-/–—―"

Data = Mapping[str, Any]
"""An event, or an element of a list: its fields, absent ones left out or None."""
Token = str | tuple[str, ...]
"""One character; ``*`` and ``?`` in a tuple of their own; or several characters of which any will do."""
ANY, ONE = ("*",), ("?",)


@dataclass(frozen=True)
class Reading:
    """How a detection is read: the values of its placeholders, and the trees of its patterns."""

    placeholders: Mapping[str, Sequence[str]] = field(default_factory=dict)
    patterns: Mapping[str, Tree] = field(default_factory=dict)

    def detection(self, detection: Mapping[str, Any], event: Data) -> bool:
        """Whether the detection hits the event."""
        conditions = detection["condition"]
        names = [name for name in detection if name != "condition"]
        truths = {name: self._selection(detection[name], event) for name in names}
        several = conditions if isinstance(conditions, list) else [conditions]
        return any(condition_holds(one, truths) for one in several)

    def _selection(self, selection: Any, event: Data) -> bool:
        if isinstance(selection, dict):
            return all(self._item(key, value, event) for key, value in selection.items())
        if isinstance(selection, list):
            return any(self._selection(part, event) for part in selection)
        return self._item("", selection, event)

    def _item(self, key: str, value: Any, event: Data) -> bool:
        name, *words = key.split("|")
        if "[" in name:
            return self._array(name, words, value, event)
        if not name:
            name, words = "text", words if "re" in words else [*words, "contains"]
        values = list(value) if isinstance(value, list) else [value]
        if "expand" in words:
            values = [one for each in values for one in self._fill(each)]
            words.remove("expand")
        truths = [self._value(name, words, one, event) for one in values]
        truth = all(truths) if "all" in words else any(truths)
        return not truth if "neq" in words else truth

    def _fill(self, value: str) -> Iterator[str]:
        """The value with each %name% replaced; only where no backslashes are about."""
        pieces = value.split("%")
        for chosen in product(*(self.placeholders[name] for name in pieces[1::2])):
            yield "".join(one + two for one, two in zip(pieces[::2], (*chosen, ""), strict=True))

    def _array(self, name: str, words: list[str], value: Any, event: Data) -> bool:
        array, rest = name.split("[")
        which, part = rest.split("]")
        items = elements(array, event)

        def holds(element: Data) -> bool:
            if isinstance(value, dict):
                return self.detection(value, element) if "condition" in value else self._selection(value, element)
            return self._item("|".join([part[1:] or ".", *words]), value, element)

        if which in ("all", "all_or_empty"):
            return (bool(items) or which == "all_or_empty") and all(map(holds, items))
        if which in ("any", "none"):
            return any(map(holds, items)) is (which == "any")
        position = int(which)
        return -len(items) <= position < len(items) and holds(items[position])

    def _value(self, name: str, words: Sequence[str], value: Any, event: Data) -> bool:
        if "exists" in words or value is None:
            return is_there(name, event) is (value if "exists" in words else False)
        if "fieldref" in words:
            return same_as(event.get(name), event.get(value), words)
        if "re" in words:
            flags = [{"ignorecase": "i", "multiline": "m", "dotall": "s"}.get(word, word) for word in words]
            shown = forms(name, event, exact=True, folded="i" in flags)
            return any(found(self.patterns[value], one, flags) for one in shown)
        if "cidr" in words:
            return inside(event.get(name), value)
        if name == "ts":
            return moment(event.get(name), words, number(value))
        if name in NUMBERS:
            return compared(event.get(name), words, number(value))
        if name in FLAGS:
            return event.get(name) is value
        return self._text(name, words, str(value), event)

    def _text(self, name: str, words: Sequence[str], value: str, event: Data) -> bool:
        encoded = any("base64" in word or word.startswith(("utf16", "wide")) for word in words)
        exact = "cased" in words or encoded
        form: Callable[[str], str] = str if exact else low if name not in TEXTS or name == "text.raw" else fold
        shown = forms(name, event, exact=exact, folded=not exact)
        if name == "text.raw" and not exact:
            shown = [low(one) for one in shown]
        wanted = formed(anchored(tokens(value, dashes="windash" in words), words), form)
        if encoded:
            written = [encode(one, words) for one in spelled(tokens(value, dashes="windash" in words))]
            return any(glob(tuple(anchored(one, words)), each) for each in shown for many in written for one in many)
        return any(glob(tuple(wanted), one) for one in shown)


# What an event holds


def is_there(name: str, event: Data) -> bool:
    """Whether the field has a value, be it empty."""
    if name == "text.decoded":
        return bool(decoded(event.get("text")))
    return event.get("text" if name in TEXTS else name) is not None


def forms(name: str, event: Data, *, exact: bool, folded: bool) -> list[str]:
    """What is looked at for a field: each view of a text that there is, or the value of a string."""
    if name not in TEXTS:
        value = event.get(name)
        return [] if value is None else [value if exact else low(value)]
    raw = event.get("text")
    if raw is None:
        return []
    views = {"text.raw": [raw], "text.folded": [], "text.decoded": decoded(raw), "text": [raw, *decoded(raw)]}
    shown = list(views[name]) if exact or name == "text.raw" else []
    if name == "text.folded":
        shown = [fold(raw)]
    elif folded and name != "text.raw":
        shown += [fold(one) for one in views[name]]
    return shown


@lru_cache
def decoded(text: str | None) -> list[str]:
    """The decoded parts of a text, one per line."""
    parts = Views(pl.Series([text, None], dtype=pl.String)).decoded.get(0, [])
    return ["\n".join(part.text for part in parts)] if parts else []


def elements(array: str, event: Data) -> list[Data]:
    """The elements of a list, each as an event of its own."""
    if array == "messages":
        return [{**event, "content": event.get("text")}]
    value = event.get(array)
    if value is None:
        return []
    if array == "finish_reasons":
        return [{".": part.strip()} for part in value.split(",") if part.strip()]
    try:
        parsed = json.loads(value)
    except ValueError:
        return []
    several = parsed if isinstance(parsed, list) else [parsed] if isinstance(parsed, dict) else []
    return [{key: typed(key, one) for key, one in each.items()} if isinstance(each, dict) else {} for each in several]


def typed(name: str, value: Any) -> Any:
    """What is of another type than its part holds is not there, but anything can be written as text."""
    if name in FLAGS:
        return value if isinstance(value, bool) else None
    if name in NUMBERS:
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return value if isinstance(value, str | None) else json.dumps(value, separators=(",", ":"))


# How values are compared


def low(text: str) -> str:
    """Character by character in lower case; there is one sigma."""
    return "".join(character.lower() for character in text).replace("ς", "σ")


def tokens(value: str, *, dashes: bool = False) -> list[Token]:
    """Characters and wildcards, by the rules for backslashes; dashes before a word are interchangeable."""
    read: list[Token] = []
    rest = value
    while rest:
        if rest[:2] in ("\\*", "\\?", "\\\\"):
            read.append(rest[1])
            rest = rest[2:]
        else:
            read.append((rest[0],) if rest[0] in "*?" else rest[0])
            rest = rest[1:]
    if not dashes:
        return read
    plain = [token if isinstance(token, str) else " " for token in read]
    word = [one.isalnum() or one == "_" for one in plain]
    for at, one in enumerate(plain):
        if one in DASHES and not (at and word[at - 1]) and at + 1 < len(word) and word[at + 1]:
            read[at] = tuple(DASHES)
    return read


def anchored(read: Sequence[Token], words: Sequence[str]) -> list[Token]:
    """With the wildcards of contains, startswith and endswith."""
    before = [ANY] if "contains" in words or "endswith" in words else []
    after = [ANY] if "contains" in words or "startswith" in words else []
    return [*before, *read, *after]


def formed(read: Sequence[Token], form: Callable[[str], str]) -> list[Token]:
    """With each run of plain characters folded, or in lower case."""
    whole: list[Token] = []
    run = ""
    for token in (*read, None):
        if isinstance(token, str):
            run += token
            continue
        whole += form(run)
        run = ""
        if token is not None:
            whole.append(token if token in (ANY, ONE) else tuple({form(one) for one in token}))
    return whole


def glob(pattern: tuple[Token, ...], text: str) -> bool:
    """Whether the whole text is like the pattern."""
    reached = {0}
    for token in pattern:
        if token == ANY:
            reached = set(range(min(reached), len(text) + 1)) if reached else reached
        else:
            allowed = None if token == ONE else token
            reached = {at + 1 for at in reached if at < len(text) and (allowed is None or text[at] in allowed)}
    return len(text) in reached


def spelled(read: Sequence[Token]) -> list[str]:
    """All the strings that tokens without wildcards stand for."""
    return ["".join(one) for one in product(*read)]


def encode(value: str, words: Sequence[str]) -> list[list[Token]]:
    """What a value may look like once encoded."""
    data = value.encode()
    if "utf16le" in words or "wide" in words:
        data = b"".join(value[at].encode("utf-16-le") for at in range(len(value)))
    elif "utf16be" in words:
        data = b"".join(value[at].encode("utf-16-be") for at in range(len(value)))
    elif "utf16" in words:
        data = b"\xff\xfe" + b"".join(value[at].encode("utf-16-le") for at in range(len(value)))
    if "base64offset" in words:
        return [list(certain(data, offset)) for offset in range(3)]
    return [list((b64encode(data) if "base64" in words else data).decode())]


def certain(data: bytes, offset: int) -> str:
    """The characters of base64 that don't depend on what stands around the data."""
    around = [bytes([one]) * offset + data + bytes([two]) * 3 for one in (0, 255) for two in (0, 255)]
    texts = [b64encode(one).decode().rstrip("=") for one in around]
    return "".join(characters[0] for characters in zip(*texts, strict=True) if len(set(characters)) == 1)


def number(value: Any) -> int | float:
    """A number, be it in quotes."""
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    return float(value) if set(value) & set(".eE") else int(value)


def compared(value: int | float | None, words: Sequence[str], wanted: int | float) -> bool:
    """A number against a number."""
    if value is None or value != value:
        return False
    for word in words:
        if word in ("lt", "lte", "gt", "gte"):
            return {"lt": value < wanted, "lte": value <= wanted, "gt": value > wanted, "gte": value >= wanted}[word]
    return value == wanted


def moment(ts: int | None, words: Sequence[str], wanted: int | float) -> bool:
    """A part of a time, UTC."""
    if ts is None:
        return False
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ts)
    parts = {"minute": at.minute, "hour": at.hour, "day": at.day, "month": at.month, "year": at.year}
    parts["week"] = at.isocalendar().week
    [part] = [parts[word] for word in words if word in parts]
    return compared(part, words, wanted)


def inside(address: str | None, network: str) -> bool:
    """Whether the first bits of an address are those of the network."""
    base, _, length = network.partition("/")
    try:
        one, other = ip_address(address or ""), ip_address(base)
    except ValueError:
        return False
    if one.version == 6 and other.version == 4 and int(one) >> 32 == 0xFFFF:
        one = ip_address(int(one) & 0xFFFFFFFF)
    free = other.max_prefixlen - int(length or other.max_prefixlen)
    return one.version == other.version and int(one) >> free == int(other) >> free


def same_as(value: Any, other: Any, words: Sequence[str]) -> bool:
    """A field against another of the same event."""
    if value is None or other is None:
        return False
    if not isinstance(value, str):
        return bool(value == other)
    one, two = (value, other) if "cased" in words else (low(value), low(other))
    tests = {"contains": two in one, "startswith": one.startswith(two), "endswith": one.endswith(two)}
    return next((tests[word] for word in words if word in tests), one == two)


# Conditions


def condition_holds(text: str, truths: Mapping[str, bool]) -> bool:
    """Read a condition by its precedence: or, and, not, x of, brackets."""
    words = text.replace("(", " ( ").replace(")", " ) ").split()
    truth, rest = _either(words, truths)
    assert not rest, rest
    return truth


def _either(words: list[str], truths: Mapping[str, bool]) -> tuple[bool, list[str]]:
    truth, words = _both(words, truths)
    while words and words[0] == "or":
        more, words = _both(words[1:], truths)
        truth = truth or more
    return truth, words


def _both(words: list[str], truths: Mapping[str, bool]) -> tuple[bool, list[str]]:
    truth, words = _single(words, truths)
    while words and words[0] == "and":
        more, words = _single(words[1:], truths)
        truth = truth and more
    return truth, words


def _single(words: list[str], truths: Mapping[str, bool]) -> tuple[bool, list[str]]:
    word, *rest = words
    if word == "not":
        truth, rest = _single(rest, truths)
        return not truth, rest
    if word == "(":
        truth, rest = _either(rest, truths)
        assert rest[0] == ")"
        return truth, rest[1:]
    if rest and rest[0] == "of":
        pattern = ["*"] if rest[1] == "them" else list(rest[1])
        read = tuple(ANY if one == "*" else one for one in pattern)
        meant = [truths[name] for name in truths if glob(read, name) and (pattern[0] == "_" or name[0] != "_")]
        return (all(meant) if word == "all" else any(meant)), rest[2:]
    return truths[word], rest
