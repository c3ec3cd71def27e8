"""A plain text has the shape of whatever is found in it."""

from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.detect.match.test_needs import PATTERNS, PIECES
from tests.detect.parts import rule

from llmsec_tui.detect.match import scanner as scanners
from llmsec_tui.detect.match import shapes
from llmsec_tui.detect.match.compile import leaf_expression
from llmsec_tui.detect.match.patterns import problem
from llmsec_tui.detect.match.scanner import HyperscanScanner
from llmsec_tui.detect.match.shapes import Shape
from llmsec_tui.detect.match.syntax import Unclear, parse
from llmsec_tui.detect.text.folding import ODD, fold
from llmsec_tui.detect.text.views import Views
from llmsec_tui.detect.tree import Leaf

needs_hyperscan = pytest.mark.skipif(scanners.hyperscan is None, reason="Hyperscan is not there")


@cache
def has(shape: Shape, text: str) -> bool:
    """Whether the folded form of a text has a shape."""
    return bool(HyperscanScanner({"it": shape.expression}).find(pl.Series([fold(text)])))


def plain(text: str) -> bool:
    """Whether a text is plain ASCII."""
    return not pl.Series([text]).str.contains(ODD)[0]


def shape(pattern: str) -> Shape | None:
    """The shape of a pattern."""
    return shapes.of_syntax(parse(pattern))


def leaf(**selection: Any) -> Leaf:
    """The only leaf of a rule."""
    (only,) = rule(**selection).compiled.text_leaves
    return only


@pytest.mark.parametrize(
    ("pattern", "expression"),
    [
        ("instructions", "instructions"),
        (r"(?i)Ignore\s+Previous", r"ignore\x20previous"),
        (r"\bsk-[A-Za-z0-9]{20}", r"\bsk\x2d[0-9a-z]{20}"),
        (r"^\s*sudo rm$", r"sudo\x20rm"),
        ("wonder[^;]{0,90}magic", r"wonder[\x20-\x3a\x3c-\x40\x5b-\x7e]*magic"),
        ("a.{0,90}magic", "magic"),
        (r"\w{1,64}@\w+\.com", r"\x40[0-9\x5fa-z][0-9\x5fa-z]*\x2ecom"),
        ("wonder(?: very)? much", r"wonder(?:\x20very)?\x20much"),
        ("(?:wonder|m.*quartz)", "(?:wonder|quartz)"),
        ("[a-f]{2,3}[ x]{3}y", r"[a-f]{2}[\x20x]{1,3}y"),
        ("quar(?:t|é)z", "quar(?:t)z"),
        (r"\s\s!", r"\x20\x20?\x21"),
    ],
)
def test_shapes_of_patterns(pattern: str, expression: str) -> None:
    found = shape(pattern)
    assert found is not None
    assert found.expression == expression


@pytest.mark.parametrize("pattern", ["é", r"[\x{200B}-\x{200F}]{3,}", "wonder\x00", "(?:é|ü)x"])
def test_what_no_plain_text_has_has_no_shape(pattern: str) -> None:
    assert shape(pattern) is None


@pytest.mark.parametrize("pattern", ["", ".*", "(?:wonder)?", "a*b*", "wonder|", r"\Qa\E", "^$"])
def test_what_any_text_may_have_is_not_clear(pattern: str) -> None:
    with pytest.raises(Unclear):
        shape(pattern)


@needs_hyperscan
@settings(max_examples=200, deadline=None)
@given(PATTERNS, st.lists(PIECES.filter(plain), max_size=8).map("".join))
def test_every_plain_text_that_a_pattern_matches_has_its_shape(pattern: str, text: str) -> None:
    assume(problem(pattern) is None and pl.Series([text]).str.contains(pattern)[0])
    try:
        found = shape(pattern)
    except Unclear:
        return
    assert found is not None
    assert has(found, text)


_SPACED = st.lists(st.sampled_from([*"ab_.- \t\n", "  ", "\r\n", "the", "Ab"]), max_size=12).map("".join)
_CLASSES = st.sampled_from(
    [
        *(
            "a",
            "b",
            r"\s",
            r"\S",
            " ",
            ".",
            "[^a]",
            r"[^\n]",
            r"[ab\t]",
            "[^ ]",
            r"\w",
            r"\W",
            r"\n",
            r"\b",
            r"\B",
            "^",
            "$",
        )
    ]
)
_COUNTS = st.sampled_from(["", "", "?", "+", "*", "{2}", "{0,2}", "{1,3}", "{2,40}", "{3,}", "{0}"])


@st.composite
def spaced_patterns(draw: st.DrawFn, depth: int = 2) -> str:
    """Patterns that look closely at white space, which folding collapses."""
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        if depth and draw(st.integers(0, 3)) == 0:
            branches = [draw(spaced_patterns(depth - 1)) for _ in range(draw(st.integers(1, 2)))]
            parts.append(f"(?:{'|'.join(branches)})" + draw(_COUNTS))
        else:
            token = draw(_CLASSES)
            parts.append(token if token in (r"\b", r"\B", "^", "$") else token + draw(_COUNTS))
    return "".join(parts)


@needs_hyperscan
@settings(max_examples=400, deadline=None)
@given(spaced_patterns(), _SPACED, st.sampled_from(["", "(?i)", "(?s)", "(?m)"]), st.sampled_from([0, 3, 100]))
def test_white_space_that_is_folded_away_does_not_hide_a_match(pattern: str, text: str, flags: str, small: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "_BOTH", 0)
        patch.setattr(shapes, "_FAR", -50)
        patch.setattr(shapes, "_SMALL", small)
        patch.setattr(shapes, "_NEAR", small)
        try:
            found = shape(flags + pattern)
        except Unclear:
            return
    assume(problem(flags + pattern) is None and pl.Series([text]).str.contains(flags + pattern)[0])
    assert found is not None
    assert has(found, text)


@needs_hyperscan
@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["wonder", " ", "  ", "\n", "Magic", "*", "?", "é", "x" * 300]), min_size=1, max_size=4),
    st.lists(st.sampled_from(["wonder", " ", "\n\n", "magic", "x" * 300, "e"]), max_size=6).map("".join),
    st.booleans(),
)
def test_every_plain_text_that_has_a_string_has_its_shape(value: list[str], text: str, cased: bool) -> None:
    wanted = leaf(**{f"text__contains{'__cased' if cased else ''}": "".join(value)})
    held = rule(**{f"text__contains{'__cased' if cased else ''}": "".join(value)}).compiled
    assert held.text_leaves == (wanted,)
    try:
        found = shapes.of_leaf(wanted)
    except Unclear:
        return
    holds = Views(pl.Series([text])).frame.select(leaf_expression(wanted)).item()
    if holds:
        assert found is not None
        assert has(found, text)
    if wanted in held.exact:
        assert held.exact[wanted] == (found and found.expression)
        assert found is not None
        assert holds == has(found, text)


@needs_hyperscan
@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("wonder(?:ful)?x*magic", "wonderfulmagic"),
        ("wonder[0-9]{2,5}x*magic", "wonder12345xmagic"),
        ("wonderx*(?:very )?magic", "wonderxvery magic"),
        (r"wonder\sx*\smagic", "wonder  magic"),
        (r"wonder\sx*\s+magic", "wonder \n magic"),
        (r"wonder[^;]* magic", "wonder\t, \n magic"),
        (r"wonder(?:a.{0,90}b|c)*magic", "wonderacbmagic"),
        (r"wonder(?:a.{0,90}b|c)+magic", "wonderacbcmagic"),
    ],
)
def test_what_is_left_out_at_the_ends_of_a_stretch_may_stand_in_the_gap(pattern: str, text: str) -> None:
    assert pl.Series([text]).str.contains(pattern)[0]
    found = shape(pattern)
    assert found is not None
    assert has(found, text)
