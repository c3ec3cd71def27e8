"""From a tree to Polars expressions: the whole condition, and what it demands of the event or of the text alone."""

from collections.abc import Callable
from functools import reduce
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from operator import and_, or_

import polars as pl

from llmsec_tui.detect import fields
from llmsec_tui.detect.fields import Field, FieldType
from llmsec_tui.detect.match import elements, times
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.tree import (
    And,
    Elements,
    Flag,
    Leaf,
    Match,
    Moment,
    Network,
    Node,
    Not,
    Number,
    Or,
    Present,
    Regex,
    SameAs,
    Text,
    Wild,
)

RAW_VIEW = "text"
FOLDED_VIEW = "text.folded"
DECODED_VIEW = "text.decoded"
DECODED_FOLDED_VIEW = "text.decoded.folded"

_EXACT = {
    fields.TEXT: (RAW_VIEW, DECODED_VIEW),
    fields.RAW: (RAW_VIEW,),
    fields.FOLDED: (FOLDED_VIEW,),
    fields.DECODED: (DECODED_VIEW,),
}
_FOLDED = {
    fields.TEXT: (FOLDED_VIEW, DECODED_FOLDED_VIEW),
    fields.RAW: (),
    fields.FOLDED: (FOLDED_VIEW,),
    fields.DECODED: (DECODED_FOLDED_VIEW,),
}


def views(leaf: Leaf) -> tuple[str, ...]:
    """The columns that a leaf on a text looks at; one that matches is enough."""
    match leaf.match:
        case Text(cased=False) if leaf.field is not fields.RAW:
            return _FOLDED[leaf.field]
        case Regex(ignore_case=True):
            return tuple(dict.fromkeys((*_EXACT[leaf.field], *_FOLDED[leaf.field])))
        case Text() | Regex():
            return _EXACT[leaf.field]
    return (DECODED_VIEW,) if leaf.field is fields.DECODED else (RAW_VIEW,)


def cheapest_first(node: Node) -> Node:
    """The same condition with plain strings first and patterns last."""
    match node:
        case Leaf():
            return node
        case Not(part):
            return Not(cheapest_first(part))
        case And(parts) | Or(parts):
            return type(node)(tuple(sorted(map(cheapest_first, parts), key=_cost)))


def _cost(node: Node) -> int:
    match node:
        case Leaf(match=Regex()):
            return 2
        case Leaf():
            return 0 if on_text(node) else 1
        case Not(part):
            return _cost(part)
        case And(parts) | Or(parts):
            return max(map(_cost, parts))


def lowered(name: str) -> str:
    """The column that holds a string field in lower case."""
    return f"{name}.lower"


def lower(column: pl.Expr) -> pl.Expr:
    """A string column in lower case, by its name as :func:`lowered`."""
    return column.str.to_lowercase().alias(lowered(column.meta.output_name()))


def on_text(leaf: Leaf) -> bool:
    """Whether a leaf looks at the content and not at the event around it."""
    return leaf.field.type is FieldType.TEXT


def signals(leaf: Leaf) -> frozenset[str]:
    """The signals that a leaf looks at."""
    named = [leaf.field, leaf.match.field] if isinstance(leaf.match, SameAs) else [leaf.field]
    return frozenset(field.name for field in named if field.derived)


def on_content(leaf: Leaf) -> bool:
    """Whether a leaf looks at the content, or at what is computed from it."""
    return on_text(leaf) or bool(signals(leaf))


def condition(node: Node) -> pl.Expr:
    """True where a condition holds; over views, event columns and lowered columns."""
    match node:
        case Leaf():
            return leaf_expression(node)
        case Not(part):
            return ~condition(part)
        case And(parts):
            return reduce(and_, map(condition, parts))
        case Or(parts):
            return reduce(or_, map(condition, parts))


def leaf_expression(leaf: Leaf) -> pl.Expr:
    """True where the leaf holds; never null."""
    if on_text(leaf):
        checks = [_check(leaf.match, pl.col(view), _literal_form(leaf, view)) for view in views(leaf)]
        return reduce(or_ if not _is_absence(leaf.match) else and_, [check.fill_null(False) for check in checks])
    return _event_check(leaf.field, leaf.match).fill_null(False)


def _is_absence(match: Match) -> bool:
    return isinstance(match, Present) and not match.value


def _literal_form(leaf: Leaf, view: str) -> Callable[[str], str]:
    match leaf.match:
        case Text(cased=False) if view == RAW_VIEW:
            return str.lower
        case Text(cased=False):
            return fold
    return str


def _event_check(field: Field, match: Match) -> pl.Expr:
    column = pl.col(field.name)
    match match:
        case Text(cased=False):
            return _check(match, pl.col(lowered(field.name)), str.lower)
        case SameAs(other):
            if field.type is not FieldType.STRING:
                return column == pl.col(other.name)
            pair = (column, pl.col(other.name)) if match.cased else tuple(map(_lower_alike, (field, other)))
            return _same_as(*pair, starts=match.starts, ends=match.ends)
        case Network(cidr):
            return _in_network(column, ip_network(cidr))
        case Moment(part, op, value):
            return _compare(times.part(column, part), op, value)
        case Elements(which, inner):
            return elements.expression(field, which, condition(inner), lower)
    return _check(match, column, str)


def _lower_alike(field: Field) -> pl.Expr:
    return _alike(pl.col(lowered(field.name)))


def _alike(column: pl.Expr) -> pl.Expr:
    """Lower case depends on what stands around a sigma only; so that it doesn't, there is one sigma."""
    return column.str.replace_all("ς", "σ", literal=True)


def _check(match: Match, column: pl.Expr, form: Callable[[str], str]) -> pl.Expr:
    match match:
        case Text():
            return _find(match, column, form)
        case Regex(pattern):
            return column.str.contains(pattern)
        case Number(op, value):
            # What is not a number is neither above nor below one, nor equal to any.
            return _compare(column.fill_nan(None), op, value)
        case Flag(value):
            return column == value
        case Present(value):
            return column.is_not_null() if value else column.is_null()
    raise AssertionError(f"{match} is not for one column")


def _find(text: Text, column: pl.Expr, form: Callable[[str], str]) -> pl.Expr:
    if column.meta.output_name() == RAW_VIEW and not text.cased:
        column = column.str.to_lowercase()
    literal = form(text.literal)
    if form is str.lower and any(not set("σς").isdisjoint(form(part)) for part in text.parts if isinstance(part, str)):
        column, form, literal = _alike(column), _lower_form, _lower_form(text.literal)
    if not literal and text.parts:
        return column.str.contains(wildcard_pattern(text, form))
    match text.open_start, text.open_end:
        case True, True:
            return column.str.contains(literal, literal=True)
        case True, False:
            return column.str.ends_with(literal)
        case False, True:
            return column.str.starts_with(literal)
    return column == literal


def _lower_form(text: str) -> str:
    return text.lower().replace("ς", "σ")


def wildcard_pattern(text: Text, form: Callable[[str], str]) -> str:
    """A pattern for Rust's regex that matches what the wildcards mean: the whole value."""
    return rf"(?s)\A{wildcard_body(text, form, any_run='.*')}\z"


def wildcard_body(text: Text, form: Callable[[str], str], *, any_run: str) -> str:
    """The parts of a value as a pattern, with ``any_run`` for each ``*``."""
    wild = {Wild.ANY: any_run, Wild.ONE: "."}
    return "".join(wild[part] if isinstance(part, Wild) else pl.escape_regex(form(part)) for part in text.parts)


def _compare(column: pl.Expr, op: str, value: float) -> pl.Expr:
    match op:
        case "<":
            return column < value
        case "<=":
            return column <= value
        case ">":
            return column > value
        case ">=":
            return column >= value
    return column == value


def _same_as(column: pl.Expr, other: pl.Expr, *, starts: bool, ends: bool) -> pl.Expr:
    match starts, ends:
        case True, True:
            return column.str.contains(other, literal=True)
        case True, False:
            return column.str.starts_with(other)
        case False, True:
            return column.str.ends_with(other)
    return column == other


def _in_network(column: pl.Expr, network: IPv4Network | IPv6Network) -> pl.Expr:
    def inside(text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        # An IPv4 address may be written as an IPv6 one: ::ffff:10.0.0.1.
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return address in network or (mapped is not None and mapped in network)

    def check(addresses: pl.Series) -> pl.Series:
        known = {address: inside(address) for address in addresses.unique().drop_nulls()}
        return pl.Series(addresses.name, [known.get(address) for address in addresses], dtype=pl.Boolean)

    return column.map_batches(check, return_dtype=pl.Boolean)
