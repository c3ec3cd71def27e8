"""Conditions of extended correlations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.rule import AllRules, AnyRule, Expression, NoRule
from llmsec_tui.detect.sigma.expression import Unreadable, holds, parse, renumbered

NAMES = ("first", "second", "6d5f2a0e-6a43-4b6e-9d1f-0c5a8e7f1b20", "fourth.rule")


def test_not_binds_closer_than_and_and_that_closer_than_or() -> None:
    tree, names = parse("a or b and not c")
    assert names == ("a", "b", "c")
    assert tree == AnyRule((0, AllRules((1, NoRule(2)))))


@pytest.mark.parametrize("text", ["", "a b", "and", "a and", "not", "(a", "a)", "()", "a or or b", "a not b", "(" * 99])
def test_what_makes_no_sense_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text)


def test_a_long_expression_is_refused_before_it_costs_anything() -> None:
    with pytest.raises(Unreadable, match="500 words"):
        parse(" and ".join("a" for _ in range(100_000)))


trees = st.recursive(
    st.integers(0, len(NAMES) - 1),
    lambda inner: (
        st.builds(NoRule, inner)
        | st.builds(lambda parts: AllRules(tuple(parts)), st.lists(inner, min_size=2, max_size=3))
        | st.builds(lambda parts: AnyRule(tuple(parts)), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=8,
)


def written(tree: Expression) -> str:
    """The expression with parentheses wherever they may stand."""
    match tree:
        case NoRule(part):
            return f"not ({written(part)})"
        case AllRules(parts):
            return "(" + " and ".join(map(written, parts)) + ")"
        case AnyRule(parts):
            return "(" + " or ".join(map(written, parts)) + ")"
        case int(number):
            return NAMES[number]


def naive(tree: Expression, hit: tuple[bool, ...]) -> bool:
    """What it says, by Python's own words."""
    return bool(eval(_python(tree), {"hit": hit}))


def _python(tree: Expression) -> str:
    match tree:
        case NoRule(part):
            return f"(not {_python(part)})"
        case AllRules(parts):
            return "(" + " and ".join(map(_python, parts)) + ")"
        case AnyRule(parts):
            return "(" + " or ".join(map(_python, parts)) + ")"
        case int(number):
            return f"hit[{number}]"


@given(trees, st.tuples(*[st.booleans()] * len(NAMES)))
def test_what_is_written_is_read_and_means_what_it_says(tree: Expression, hit: tuple[bool, ...]) -> None:
    parsed, names = parse(written(tree))
    numbered = renumbered(parsed, [NAMES.index(name) for name in names])
    assert holds(numbered, hit) == holds(tree, hit) == naive(tree, hit)
