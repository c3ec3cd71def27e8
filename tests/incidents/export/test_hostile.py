"""What comes out of a log is text in every format, and never markup, a link, a formula or a control sequence."""

import csv
import json
from html.parser import HTMLParser
from io import StringIO

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.incidents.cases import case

from llmsec_tui.incidents.export.html import html
from llmsec_tui.incidents.export.markdown import markdown
from llmsec_tui.incidents.export.ocsf import ocsf
from llmsec_tui.incidents.export.safe import as_json, block, cell, code
from llmsec_tui.incidents.export.stix import stix
from llmsec_tui.incidents.export.timesketch import as_csv, as_json_lines
from llmsec_tui.incidents.export.whole import whole
from llmsec_tui.text import visible, visible_lines

MARK = "xyzzy"
_PIECES = st.sampled_from(
    [
        *("`", "``", "```", "~~~", "\n", "\r\n", "\n\n", "\n---\n", "\n# ", "\n> ", "\n- ", "\n    ", "|", "\\", " "),
        *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</code>", "-->", "<!--", "]]>", "</style>"),
        *("[a](javascript:alert(1))", "![a](http://evil.example/p)", "<http://evil.example>", "http://evil.example"),
        *("www.evil.example", "a@evil.example", "&lt;b&gt;", "&#60;", "*b*", "_i_", "\x1b[31m", "\x1b]0;t\x07", "\x9b"),
        *("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "＝1", '"', "'", ",", ";", "\x00", "\x7f", "\u202e"),
        *("\u2028", "\u200b", "\ufeff", "\U000e0041", "{{x}}", "${x}", "%0a", "é", "\U0001f600", "[click]", "[^1]"),
    ]
)
HOSTILE = st.lists(_PIECES | st.text(max_size=3), max_size=8).map(lambda parts: "".join([*parts[:4], MARK, *parts[4:]]))
_QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _all(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *_all(token.children or []))]


@_QUICK
@given(HOSTILE)
@example("```\n<script>xyzzy</script>")
@example("` xyzzy` [a](http://evil.example)")
@example("\n\n# xyzzy")
def test_in_markdown_values_stand_in_code_and_nowhere_else(text: str) -> None:
    """As a reader sees it that allows HTML and tables: none of both is there, and no link or picture."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = _all(reader.parse(markdown(case(text)).decode()))
    kinds = {token.type for token in tokens}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "table_open", "hr", "ordered_list_open"}
    holding = {token.type for token in tokens if MARK in token.content and not token.children}
    assert holding == {"code_inline", "fence"}
    plain = markdown(case("plain")).decode()
    assert kinds == {token.type for token in _all(reader.parse(plain))}


@given(st.text(max_size=60) | HOSTILE)
def test_a_code_span_holds_exactly_what_is_visible_of_a_text(text: str) -> None:
    [paragraph] = [one for one in MarkdownIt("commonmark").parse(f"- a {code(text)} z") if one.type == "inline"]
    assert paragraph.children is not None
    spans = [child.content for child in paragraph.children if child.type == "code_inline"]
    shown = visible(text)
    assert spans == ([shown] if shown else [])


@given(st.text(max_size=60) | HOSTILE)
def test_a_block_holds_exactly_what_is_visible_of_a_text(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(f"a\n\n{block(text)}\n\nz")
    assert [token.type for token in tokens][3] == "fence"
    assert tokens[3].content == visible_lines(text) + "\n"


class _Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.open: list[str] = []
        self.holding: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if MARK in data:
            self.holding.add(self.open[-1])


_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "ul", "li", "code", "pre", "br"),
    "blockquote",
}
_ATTRIBUTES = {
    *(("html", "lang"), ("meta", "charset"), ("meta", "http-equiv"), ("meta", "content"), ("meta", "name")),
    ("code", "class"),
}


@_QUICK
@given(HOSTILE)
@example("</title><script>xyzzy</script>")
def test_a_page_has_only_our_elements_and_loads_nothing(text: str) -> None:
    """No script, link, picture, form or handler; and the policy in its head would forbid them."""
    content = html(case(text)).decode()
    page = _Page()
    page.feed(content)
    page.close()
    assert page.open == []
    assert page.tags <= _TAGS
    assert page.attributes <= _ATTRIBUTES
    assert page.holding <= {"code", "title"}
    assert "default-src 'none'" in content


@_QUICK
@given(HOSTILE)
def test_no_file_for_people_holds_a_character_that_a_terminal_obeys(text: str) -> None:
    hostile = case(text)
    for made in (markdown(hostile), html(hostile), as_csv(hostile)):
        lines = made.decode("utf-8").split("\n")
        assert [line for line in lines if visible(line).replace("⟦U+27E6⟧", "⟦") != line] == []


@_QUICK
@given(HOSTILE)
def test_json_is_printable_ascii_and_says_what_was_said(text: str) -> None:
    hostile = case(text)
    for made in (whole(hostile), ocsf(hostile), as_json_lines(hostile)):
        assert all(0x20 <= byte < 0x7F or byte == 0x0A for byte in made)
    assert json.loads(whole(hostile))["alerts"][0]["excerpt"] == text
    assert json.loads(ocsf(hostile).splitlines()[1])["evidences"][0]["data"]["excerpt"] == text


@settings(max_examples=10, deadline=None)
@given(HOSTILE)
def test_a_bundle_is_printable_ascii_and_can_be_read(text: str) -> None:
    import stix2

    made = stix(case(text))
    assert all(0x20 <= byte < 0x7F or byte == 0x0A for byte in made)
    assert stix2.parse(made.decode(), allow_custom=False)["type"] == "bundle"


@_QUICK
@given(HOSTILE)
def test_no_cell_is_a_formula_and_none_becomes_two(text: str) -> None:
    hostile = case(text)
    rows = list(csv.reader(StringIO(as_csv(hostile).decode("utf-8"), newline="")))
    assert {len(row) for row in rows} == {12}
    assert len(rows) == len(hostile.timeline) + 1
    assert not any(one.strip().startswith(tuple("=+-@|%＝＋－＠")) for row in rows for one in row)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", " =1", "\u3000=1", "＝1", "|calc", "%0a"])
def test_what_a_spreadsheet_would_calculate_is_quoted(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "2026-11-23", "'=1", "user@example.org", "\t=1", "\r=1"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    """Tabs and returns are glyphs by then, and no longer lead to a formula."""
    assert cell(text) == visible(text)


@given(st.text(max_size=40))
def test_nothing_is_lost_in_json(text: str) -> None:
    assert json.loads(as_json({"text": text})) == {"text": text}
