"""The filter language that panes open with ``/``.

    word                 somewhere in the row, whatever the case        "two words"    quoted
    !word                not there                                      /reg.*exp/     RE2; (?-i) minds the case
    field:value          in that field (or all of it, for the short     field:/re/     a pattern there
                         ones such as role)                             !field:value
    level:>=high         by rank; numbers too                           last:15m       the last 15 minutes (s m h d w)

Terms are separated by spaces, and all must hold. What is typed becomes parameters, never SQL.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from operator import eq, ge, gt, le, lt

import re2

from llmsec_tui.errors import ConfigError
from llmsec_tui.store.filter_words import Word, split
from llmsec_tui.store.pseudonyms import is_pseudonym
from llmsec_tui.store.views import Asks, Field, View

MOST_TERMS = 50
MOST_CHARS = 2_000

EVERYTHING = "true"
"""The condition of a filter without terms."""

Row = Mapping[str, object]
Holds = Callable[[Row], bool]

_COMPARE: dict[str, Callable[[float, float], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq}
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Where:
    """A condition for SQL: a joint of constant fragments, and what their ``$f0``, ``$f1`` … stand for."""

    sql: str
    params: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Term:
    sql: str
    """``?`` is the parameter."""
    param: object
    holds: Holds
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was understood."""

    terms: tuple[_Term, ...]
    fields: frozenset[str] = frozenset()
    """The names of the fields that it asks about."""

    def where(self) -> Where:
        """The filter as SQL over the aliases that its view names; nothing in it comes from the one who typed it."""
        fragments = []
        for number, term in enumerate(self.terms):
            fragment = "(" + term.sql.replace("?", "$f" + str(number)) + ")"
            fragments.append("NOT coalesce(" + fragment + ", false)" if term.negated else fragment)
        params = {"f" + str(number): term.param for number, term in enumerate(self.terms)}
        return Where(" AND ".join(fragments) or EVERYTHING, params)

    def matches(self, row: Row) -> bool:
        """The filter on one row in memory."""
        return all(term.holds(row) is not term.negated for term in self.terms)


def parse(typed: str, view: View, now: int, named: Callable[[str], Sequence[str]] | None = None) -> Filter:
    """Understand what was typed; ``now`` (µs since 1970 UTC) is what ``last:`` counts back from.

    ``named`` gives the users who have a pseudonym. Raises :class:`ConfigError` that says what is wrong and what would
    be right.
    """
    if len(typed) > MOST_CHARS:
        raise ConfigError(f"The filter has {len(typed)} characters; {MOST_CHARS} are the most.")
    if not typed.isascii() and any(0xD800 <= ord(char) < 0xE000 for char in typed):
        raise ConfigError("The filter holds half a character (a lone surrogate).", hint="Type it again.")
    words = split(typed, ranked(view))
    terms = tuple(_terms(words, view, now, named))
    if len(terms) > MOST_TERMS:
        raise ConfigError(f"The filter has {len(terms)} terms; {MOST_TERMS} are the most.")
    return Filter(terms, frozenset(_asked(words, view)))


def ranked(view: View) -> set[str]:
    """The names of the fields that can be compared by rank."""
    return {name for name, field in view.fields.items() if field.asks in (Asks.LEVEL, Asks.NUMBER)}


def _asked(words: Sequence[Word], view: View) -> Iterator[str]:
    names = {id(field): name for name, field in view.fields.items()}
    for word in words:
        if field := view.named(word.field):
            yield names[id(field)]


def _terms(
    words: Sequence[Word], view: View, now: int, named: Callable[[str], Sequence[str]] | None
) -> Iterator[_Term]:
    for word in words:
        if named is not None and _names_somebody(word, view):
            term = _one_of(list(view.people.values()), list(named(word.value)))
        else:
            term = _term(word, view, now)
        yield _Term(term.sql, term.param, term.holds, word.negated)


def _term(word: Word, view: View, now: int) -> _Term:
    if word.field == "":
        fields = [view.fields[name] for name in view.words]
        return _fits(fields, word.value) if word.is_pattern else _has(fields, word.value)
    if word.field == "last":
        return _last(view.time, word.value, now)
    field = view.named(word.field)
    if field is None:
        raise ConfigError(
            f"{view.name} have no field {word.field}.{_nearest(word.field, [*view.fields, 'last'])}",
            hint=f'Put quotes around it to look for the text: "{word.field}:{word.value}". '
            f"Fields: {', '.join(sorted([*view.fields, 'last']))}.",
        )
    if word.value == "":
        raise ConfigError(f"{word.field}: needs a value after the colon.")
    match field.asks:
        case Asks.LEVEL:
            return _level(word, field)
        case Asks.NUMBER:
            return _number(word, field)
        case Asks.FLAG:
            return _flag(word, field)
        case Asks.WHOLE:
            return _fits([field], word.value) if word.is_pattern else _is(word, field)
        case Asks.PART:
            return _fits([field], word.value) if word.is_pattern else _has([field], word.value)


def _names_somebody(word: Word, view: View) -> bool:
    """Whether a term is the pseudonym of a user, by itself or in a field of users."""
    asked = {"", *view.people, *(field.key for field in view.people.values())}
    return bool(view.people) and word.field in asked and not word.is_pattern and is_pseudonym(word.value)


def _one_of(fields: Sequence[Field], names: list[str]) -> _Term:
    def holds(row: Row) -> bool:
        return any(name in _text(row, field) for field in fields for name in names)

    return _Term(" OR ".join(field.sql for field in fields), names, holds)


def _has(fields: Sequence[Field], value: str) -> _Term:
    sought = value.lower()
    return _Term(
        _any(fields, "contains(lower(", "), lower(?))"),
        value,
        lambda row: any(sought in _text(row, field).lower() for field in fields),
    )


def _fits(fields: Sequence[Field], pattern: str) -> _Term:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raise ConfigError(
            f"The pattern /{pattern}/ is broken: {_reason(error)}.", hint="The syntax is RE2's."
        ) from error
    return _Term(
        _any(fields, "regexp_matches(", ", ?, 'i')"),
        pattern,
        lambda row: any(compiled.search(_text(row, field)) is not None for field in fields),
    )


def _is(word: Word, field: Field) -> _Term:
    sought = _choice(word, field) if field.choices else word.value.lower()
    return _Term(_any([field], "lower(", ") = ?"), sought, lambda row: _text(row, field).lower() == sought)


def _level(word: Word, field: Field) -> _Term:
    rank = field.choices.index(_choice(word, field))
    compare = _COMPARE[word.operator or "="]
    wanted = [level for other, level in enumerate(field.choices) if compare(other, rank)]
    return _Term(_any([field], "", " = ANY(?::VARCHAR[])"), wanted, lambda row: row.get(field.key) in wanted)


def _number(word: Word, field: Field) -> _Term:
    try:
        value = float(word.value)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise ConfigError(f"{word.field}: {word.value} is no number.", hint=f"Say {word.field}:>=0.5, for example.")
    operator = word.operator or "="
    compare = _COMPARE[operator]

    def holds(row: Row) -> bool:
        found = row.get(field.key)
        return isinstance(found, int | float) and compare(found, value)

    return _Term(_any([field], "(", ") " + operator + " ?"), value, holds)


def _flag(word: Word, field: Field) -> _Term:
    wanted = {"yes": True, "no": False}.get(_choice(word, field))
    return _Term(
        _any([field], "?::BOOLEAN IS NULL OR (", ") = ?::BOOLEAN"),
        wanted,
        lambda row: wanted is None or (row.get(field.key) is not None) is wanted,
    )


def _last(time: Field, value: str, now: int) -> _Term:
    count, unit = value[:-1], value[-1:]
    if unit not in _SECONDS or not (count.isascii() and count.isdigit()):
        raise ConfigError(
            f"last:{value} is no span of time.", hint="Say last:30s, last:15m, last:6h, last:2d or last:1w."
        )
    since = max(now - int(count) * _SECONDS[unit] * 1_000_000, 0)

    def holds(row: Row) -> bool:
        at = row.get(time.key)
        return isinstance(at, int) and at >= since

    return _Term(_any([time], "", " >= make_timestamp(?::BIGINT)"), since, holds)


def _any(fields: Sequence[Field], before: str, after: str) -> str:
    return " OR ".join(field.inside.replace("?", before + field.sql + after) for field in fields)


def _text(row: Row, field: Field) -> str:
    value = row.get(field.key)
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _choice(word: Word, field: Field) -> str:
    value = word.value.lower()
    if value not in field.choices or word.is_pattern:
        raise ConfigError(
            f"{word.field}: {word.value} is not one of {', '.join(field.choices)}.{_nearest(value, field.choices)}"
        )
    return value


def _nearest(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name.lower(), names, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else "it does not compile"
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
