"""The one door from data to the screen."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import ControlType, Segment
from tests.hostile.corpus import CORPUS
from textual.color import Color

from llmsec_tui.console import safe_text
from llmsec_tui.console.conversation_text import marked
from llmsec_tui.console.line_filter import Harmless
from llmsec_tui.console.safe_text import content, fit, passage, preview, span, wrap
from llmsec_tui.text import visible, visible_lines

CONSOLE = Path(safe_text.__file__).parent
TEXTS = st.one_of(st.text(max_size=200), st.sampled_from(list(CORPUS.values())))


def is_harmless(text: str) -> bool:
    """Nothing in it that a terminal obeys or that is not seen."""
    return all(character in "⟦⟧" or visible(character) == character for character in text)


@given(TEXTS)
def test_no_span_holds_what_a_terminal_obeys(text: str) -> None:
    """Whichever way it was made."""
    assert is_harmless(span(text).text)
    assert is_harmless(preview(text).text)
    assert is_harmless(passage(text).text.replace("\n", ""))
    assert is_harmless(content(text).plain)


@given(st.lists(TEXTS, max_size=3), st.integers(0, 60), st.booleans())
def test_fitted_lines_are_exactly_as_wide_as_wanted(texts: list[str], width: int, right: bool) -> None:
    """Padded or cut, also through the middle of a wide character."""
    pieces = fit([span(text) for text in texts], width, right=right)
    assert sum(cell_len(piece.text) for piece in pieces) == width


@given(st.lists(TEXTS, max_size=3), st.integers(2, 60))
def test_wrapping_loses_nothing_but_spaces_at_breaks_and_stays_in_the_width(texts: list[str], width: int) -> None:
    """Every other character is there, in its order."""
    pieces = [passage(text) for text in texts]
    lines = wrap(pieces, width)
    assert all(sum(cell_len(piece.text) for piece in line) <= width for line in lines)
    kept = "".join(piece.text for line in lines for piece in line)
    given_text = "".join(piece.text for piece in pieces)
    assert kept.replace(" ", "") == given_text.replace(" ", "").replace("\n", "")


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=4))
def test_marking_spans_changes_no_character(text: str, spans: list[tuple[int, int]]) -> None:
    """Spans may overlap, be reversed or run out of the text."""
    assert "".join(piece.text for piece in marked(text, spans)) == visible_lines(text.replace("\r\n", "\n"))


def test_marks_stand_on_the_characters_that_they_name() -> None:
    """Offsets are those of the raw text, although its glyphs may be longer."""
    found = [piece.text for piece in marked("\u202eab\u200bcd", [(1, 3), (4, 6)]) if piece.style == "found"]
    assert found == ["ab", "cd"]


@given(TEXTS)
def test_the_second_layer_lets_nothing_through_and_keeps_the_width(text: str) -> None:
    """For what was drawn without the first."""
    (segment,) = Harmless().apply([Segment(text)], Color(0, 0, 0))
    assert is_harmless(segment.text)
    if all(cell_len(character) == 1 for character in text):
        assert cell_len(segment.text) == cell_len(text)


def test_the_second_layer_leaves_what_the_first_has_made() -> None:
    """Its own marks are not replaced again, and control segments of Textual pass."""
    drawn = span("\u202e⟦\x1b").text
    control = Segment("\x1b[?25l", None, [(ControlType.HIDE_CURSOR,)])
    assert Harmless().apply([Segment(drawn), control], Color(0, 0, 0)) == [Segment(drawn), control]


def _calls(name: str) -> list[tuple[str, ast.Call]]:
    return [
        (path.name, node)
        for path in CONSOLE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name
    ]


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (
        isinstance(node, ast.IfExp) and _is_literal(node.body) and _is_literal(node.orelse)
    )


def test_spans_are_made_from_literals_or_by_the_door() -> None:
    """Nobody but ``safe_text`` makes a span out of a variable."""
    outside = [(name, call) for name, call in _calls("Span") if name != "safe_text.py"]
    assert outside
    assert [(name, call.lineno) for name, call in outside if not _is_literal(call.args[0])] == []


@pytest.mark.parametrize(("widget", "argument"), [("Static", 0), ("update", 0), ("Hit", 1), ("DiscoveryHit", 0)])
def test_widgets_of_textual_are_given_content_or_literals(widget: str, argument: int) -> None:
    """A str would be read as markup."""
    for name, call in _calls(widget):
        if not call.args or "Digits" in ast.dump(call):
            continue
        given_value = call.args[argument]
        is_content = isinstance(given_value, ast.Call) and getattr(given_value.func, "id", "") == "content"
        assert is_content or _is_literal(given_value) or isinstance(given_value, ast.Starred), (name, call.lineno)
