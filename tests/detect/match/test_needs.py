"""What a condition is said to need is in every text that it matches."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.detect.parts import rule

from llmsec_tui.detect.match import needs
from llmsec_tui.detect.match.literals import of_pattern, required
from llmsec_tui.detect.match.needs import AllOf, AnyOf, Need
from llmsec_tui.detect.match.patterns import problem
from llmsec_tui.detect.text.folding import ODD, fold


def satisfied(need: Need | None, text: str) -> bool:
    """Whether a raw text has what is needed."""
    if need is None:
        return True
    if isinstance(need, AllOf):
        return all(satisfied(part, text) for part in need.parts)
    if isinstance(need, AnyOf):
        return any(satisfied(part, text) for part in need.parts)
    return bool(pl.Series([text]).str.contains(ODD)[0]) if need == needs.ODD else need in fold(text)


@pytest.mark.parametrize(
    ("pattern", "need"),
    [
        ("instructions", "instructions"),
        (r"(?i)ignore\s+previous", "ignore previous"),
        ("Straße[x]", "strasse"),
        ("wonder(?:ful)?", "wonder"),
        ("wonder|magic", AnyOf(frozenset({"wonder", "magic"}))),
        ("wonder.{0,9}magic", AllOf(frozenset({"wonder", "magic"}))),
        ("(?:wonder|magic)+ land", AllOf(frozenset({AnyOf(frozenset({"wonder", "magic"})), " land"}))),
        ("wonderfu+lly", AllOf(frozenset({"wonderfu", "ully"}))),
        ("won{0,2}der", None),
        (r"\bsk-[A-Za-z0-9]{20}", "sk-"),
        (r"[\x{200B}-\x{200F}]{3,}", needs.ODD),
        (r"[\x00-\x08]", needs.ODD),
        (r"\x1b\[[0-9]+m", needs.ODD),
        (r"[\x{200B}a]", None),
        (r"[^\x{200B}]", None),
        ("(?i)[ſ]x", None),
        (r"wonder\p{L}", "wonder"),
        (r"w\x6fnder", "wonder"),
        ("[wonder]", None),
        ("", None),
    ],
)
def test_needs_of_patterns(pattern: str, need: Need | None) -> None:
    assert of_pattern(pattern) == need


ATOMS = st.sampled_from(
    [
        *(
            "wonder",
            "Magic",
            "ﬁne",
            "é",
            r"\s",
            " ",
            r"\n",
            ".",
            "[a-c]",
            r"[\x{200B}\x{200C}]",
            "(?:zebra|Quiz)",
            r"\bx",
        ),
        "(?:zeb(?:ra)?|q)",
        "(?i:QUARTZ)",
        r"\x{201C}",
        r"\.",
        "[^x]",
        r"[\x01-\x02]",
        "k",
        "(?:)",
        "(?P<n>jazz)",
        "\u0301",
    ]
)
_TIMES = st.sampled_from(["", "", "", "?", "+", "*", "{2}", "{0,1}", "{1,}", "+?"])
PATTERNS = st.builds(
    lambda flag, branches: flag + "|".join("".join(atom + times for atom, times in branch) for branch in branches),
    st.sampled_from(["", "(?i)", "(?s)"]),
    st.lists(st.lists(st.tuples(ATOMS, _TIMES), min_size=1, max_size=4), min_size=1, max_size=3),
)
PIECES = st.sampled_from(
    [
        "wonder",
        "WONDER",
        "magic",
        "Magic",
        "ﬁne",
        "FINE",
        "é",
        "É",
        " ",
        "\n",
        "\t",
        "a",
        "\u200b",
        "zebra",
        "Quiz",
        "quiz",
        *("x", " x", "zeb", "q", "quartz", "ＱUARTZ", "“", ".", "\x01", "K", "\u212a", "k", "jazz", "\u0301", "e"),
    ]
)


@given(PATTERNS, st.lists(PIECES, max_size=8).map("".join))
def test_every_text_that_a_pattern_matches_has_what_the_pattern_needs(pattern: str, text: str) -> None:
    if problem(pattern) is None and pl.Series([text]).str.contains(pattern)[0]:
        assert satisfied(of_pattern(pattern), text)


def test_conditions_combine_what_their_parts_need() -> None:
    assert required(rule(text__contains__all=["wonder", "magic"]).compiled.tree) == AllOf(
        frozenset({"wonder", "magic"})
    )
    assert required(rule(text__contains=["wonder", "magic"]).compiled.tree) == AnyOf(frozenset({"wonder", "magic"}))
    assert required(rule(text__contains=["wonder", "the"]).compiled.tree) is None
    assert required(rule(text__contains__neq="wonder").compiled.tree) is None
    assert required(rule(text="in*magic", role="user").compiled.tree) == "magic"
    assert required(rule(tool_name="wonder").compiled.tree) is None


def test_a_cover_is_the_rarest_way_to_rule_texts_out() -> None:
    need = AllOf(frozenset({AnyOf(frozenset({"wonder", "magic"})), "quizzical jazz"}))
    assert needs.cover(need) == {"quizzical jazz"}
    assert needs.cover(AnyOf(frozenset({need, "zebra"}))) == {"quizzical jazz", "zebra"}
