"""Find which of many texts have which of many marks, in one pass: by Hyperscan where it is installed, else by Polars.

Hyperscan is about ten times as fast, finds shapes as well as plain strings, and takes no time to get going, but is not
built for every platform.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import Any, Protocol

import msgspec
import polars as pl

from llmsec_tui.detect import kept

hyperscan: Any
try:
    import hyperscan
except ImportError:
    hyperscan = None

Marked = Mapping[str, set[int]]
"""The positions of the texts that have each mark; marks that none has may be absent."""

_BETWEEN = b"\n"
"""No folded text has a line break, and no mark looks for one. So a match never reaches from one text into the next."""
_EVERY = 0
"""The flag of expressions that tell of every place they match."""
_FEW, _MANY = 10_000, 16
"""Matches after which, and times as many as there are texts, a text is made of nothing but marks."""


class Scanner(Protocol):
    """Marks, ready to be looked for in folded texts."""

    marks: Sequence[str]

    @property
    def is_ready(self) -> bool:
        """Whether it finds without being made ready first."""
        ...

    def make_ready(self) -> None: ...

    def find(self, texts: pl.Series) -> Marked: ...


def make_all_ready(scanners: Sequence[Scanner]) -> None:
    """Several at a time: most of it is native code, which leaves the interpreter alone."""
    fresh = [one for one in scanners if not one.is_ready]
    if len(fresh) > 1:
        with ThreadPoolExecutor(len(fresh)) as pool:
            list(pool.map(lambda one: one.make_ready(), fresh))


class PolarsScanner:
    """Looks for plain strings: one pass for the texts with any, and one over those for which."""

    def __init__(self, marks: Sequence[str]) -> None:
        self.marks: Sequence[str] = tuple(marks)
        self._any = "|".join(pl.escape_regex(one) for one in marks)

    @property
    def is_ready(self) -> bool:
        return True

    def make_ready(self) -> None:
        """There is nothing to do."""

    def find(self, texts: pl.Series) -> Marked:
        if not self.marks:
            return {}
        numbered = pl.DataFrame({"at": pl.int_range(len(texts), eager=True), "text": texts})
        some = numbered.filter(pl.col("text").str.contains(self._any))
        hits = some.select("at", pl.col("text").str.extract_many(list(self.marks), overlapping=True).alias("mark"))
        pairs = hits.explode("mark").drop_nulls().unique().group_by("mark").agg("at")
        return {mark: set(positions) for mark, positions in pairs.iter_rows()}


class HyperscanScanner:
    """Looks for expressions in all texts at once, so that the interpreter is left alone meanwhile."""

    def __init__(self, expressions: Mapping[str, str]) -> None:
        """``expressions`` says for each mark what to look for: in bytes, without flags."""
        self.marks: Sequence[str] = tuple(expressions)
        self._expressions = [expression.encode() for expression in expressions.values()]
        self._databases: dict[int, _Databases] = {}
        """By the flag of their expressions."""

    @property
    def is_ready(self) -> bool:
        return _EVERY in self._databases

    def make_ready(self) -> None:
        self._compiled(_EVERY)

    def find(self, texts: pl.Series) -> Marked:
        parts = [text or b"" for text in texts.cast(pl.Binary)]
        if not self.marks or not parts:
            return {}
        databases = self._compiled(_EVERY)
        found = {number: set(range(len(parts))) for number in databases.refused}
        for database in databases.ready:
            found |= self._in_all(database, parts)
        return {self.marks[number]: positions for number, positions in found.items()}

    def _in_all(self, database: Any, parts: Sequence[bytes]) -> Mapping[int, set[int]]:
        ends = list(accumulate(len(part) + 1 for part in parts))
        noted: list[tuple[int, int]] = []
        most = _FEW + _MANY * len(parts)

        def note(number: int, _start: int, end: int, _flags: int, _context: None) -> bool:
            noted.append((number, end))
            return len(noted) > most

        # Scratch space must not be shared between threads.
        try:
            database.scan(_BETWEEN.join(parts), match_event_handler=note, scratch=hyperscan.Scratch(database))
        except hyperscan.ScanTerminated:
            return self._in_each(parts)
        found: dict[int, set[int]] = defaultdict(set)
        for number, end in noted:
            found[number].add(bisect_left(ends, end))
        return found

    def _in_each(self, parts: Sequence[bytes]) -> Mapping[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)

        def note(number: int, _start: int, _end: int, _flags: int, position: int) -> None:
            found[number].add(position)

        # These tell of a mark only once in a text.
        for database in self._compiled(hyperscan.HS_FLAG_SINGLEMATCH).ready:
            scratch = hyperscan.Scratch(database)
            for position, part in enumerate(parts):
                database.scan(part, match_event_handler=note, context=position, scratch=scratch)
        return found

    def _compiled(self, flag: int) -> "_Databases":
        if (databases := self._databases.get(flag)) is None:
            databases = self._databases[flag] = _kept(self._expressions, flag)
        return databases


@dataclass(frozen=True, slots=True)
class _Databases:
    ready: tuple[Any, ...]
    refused: tuple[int, ...]
    """The numbers of expressions that Hyperscan does not take; they have to be taken for found everywhere."""


def _kept(expressions: Sequence[bytes], flag: int) -> _Databases:
    """Databases of all these expressions, from the disk if they were ever compiled here."""
    key = sha256(msgspec.msgpack.encode([flag, *expressions])).digest()
    fresh: list[_Databases] = []

    def compiled() -> bytes:
        made = _compiled(expressions, range(len(expressions)), flag)
        fresh.append(made)
        return msgspec.msgpack.encode([[hyperscan.dumpb(one) for one in made.ready], list(made.refused)])

    data = kept.database(key, compiled)
    if fresh:
        return fresh[0]
    ready, refused = msgspec.msgpack.decode(data, type=tuple[list[bytes], list[int]])
    try:
        databases = tuple(hyperscan.loadb(one, hyperscan.HS_MODE_BLOCK) for one in ready)
        for one in databases:
            hyperscan.Scratch(one)
    except hyperscan.error:
        # Of a machine with another processor: a home directory may be shared by several.
        return _compiled(expressions, range(len(expressions)), flag)
    return _Databases(databases, tuple(refused))


def _compiled(expressions: Sequence[bytes], numbers: Sequence[int], flag: int) -> _Databases:
    """Databases of these expressions: one, or as many as it takes."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[expressions[one] for one in numbers], ids=list(numbers), flags=[flag] * len(numbers)
        )
    except hyperscan.error:
        if len(numbers) == 1:
            return _Databases((), tuple(numbers))
        half = len(numbers) // 2
        parts = [_compiled(expressions, some, flag) for some in (numbers[:half], numbers[half:])]
        return _Databases(parts[0].ready + parts[1].ready, parts[0].refused + parts[1].refused)
    return _Databases((database,), ())


def literal(piece: str) -> str:
    """The expression for a plain string."""
    return "".join(f"\\x{byte:02x}" for byte in piece.encode())
