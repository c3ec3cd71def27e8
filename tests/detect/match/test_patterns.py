"""The two regular expression engines agree wherever the cheap one is asked."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.detect.match import patterns
from llmsec_tui.detect.match.patterns import DIFFERS, LETTERS, compiled, problem, spans, takes_stand_ins

_ATOMS = st.sampled_from(
    [
        *("a", "B", "k", "s", "1", "_", " ", "é", "’", r"\b", r"\B", r"\w", r"\W", r"\d", r"\s", r"\S", ".", "^", "$"),
        *("[a-c]", "[^a-z]", r"[\w.]", r"[^\s]", "(?:ab|k)", "(?i:S)", r"\.", "[[:alpha:]]", r"\x{e9}", r"\pL"),
    ]
)
_PATTERNS = st.builds(
    lambda flags, pieces: flags + "".join(atom + times for atom, times in pieces),
    st.sampled_from(["", "(?i)", "(?s)", "(?im)"]),
    st.lists(st.tuples(_ATOMS, st.sampled_from(["", "", "+", "{0,2}"])), min_size=1, max_size=5),
)
_TEXTS = st.text(st.sampled_from("abkKsS1_ .\n\té’—“🔓ſK\u200d\u00a0"), max_size=12)


@given(_PATTERNS, _TEXTS)
def test_re2_and_rust_agree_on_texts_without_other_words_digits_and_spaces(pattern: str, text: str) -> None:
    if problem(pattern) is not None or pl.Series([text]).str.contains(DIFFERS)[0]:
        return
    assert (compiled(pattern).search(text) is not None) is pl.Series([text]).str.contains(pattern)[0]


@given(_PATTERNS, st.text(st.sampled_from("abkKsS1_ .\n\té’🔓жЖ忽ñ\u0301\u200dßſ\u212a\u0663\u00a0"), max_size=12))
def test_underscores_stand_in_for_letters_that_re2_does_not_know(pattern: str, text: str) -> None:
    standing = pl.Series([text]).str.replace_all(LETTERS, "_")
    if problem(pattern) is not None or not takes_stand_ins(pattern) or standing.str.contains(DIFFERS)[0]:
        return
    assert (compiled(pattern).search(standing[0]) is not None) is pl.Series([text]).str.contains(pattern)[0]


@pytest.mark.parametrize("pattern", ["é", "a_b", "[A-z]", "[ -~]", r"\x5f", r"\pL", "[[:punct:]]", "[^!-a]"])
def test_patterns_that_could_tell_an_underscore_apart_get_none(pattern: str) -> None:
    assert not takes_stand_ins(pattern)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(unclosed", "RE2"),
        ("a(?=b)", "RE2"),
        (r"(a)\1", "RE2"),
        (r"\Qa\E", "Polars"),
        (r"\<word", "different things"),
        (r"\b{start}a", "different things"),
        ("[a&&b]", "different things"),
        ("[a[b]", "different things"),
        ("x{,3}", "different things"),
    ],
)
def test_patterns_that_the_engines_refuse_or_read_differently_are_refused(pattern: str, reason: str) -> None:
    assert reason in (problem(pattern) or "")


@pytest.mark.parametrize("pattern", [r"[]a]", r"[^]a]", r"[[:digit:]x]", r"a{2,}", r"[\[\]]", r"[{,]", "[a-]"])
def test_usual_classes_and_repetitions_are_taken(pattern: str) -> None:
    assert problem(pattern) is None


def test_a_match_that_only_unicode_words_allow_is_placed_too() -> None:
    assert spans(r"\bзабудь\b", "не забудь!", 5) == [(3, 9)]
    assert spans(r"\d+", "a1 22", 5) == [(1, 2), (3, 5)]


_PARTS = st.sampled_from(
    ["wonder", "a", "b", "^", "$", r"\b", r"\n", r"\s", "[^a]*", ".", "(?s:.)*", r"\A", r"\z", "x+"]
)
_PATTERN = st.builds(
    lambda flags, parts: flags + "".join(parts), st.sampled_from(["", "(?i)", "(?s)"]), st.lists(_PARTS, max_size=4)
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_PATTERN, min_size=1, max_size=3),
    st.lists(
        st.lists(st.sampled_from(["wonder", "a", "B", "\n", " ", "é", "x"]), max_size=5).map("".join), max_size=12
    ),
    st.integers(1, 4),
    st.sampled_from([1, 20, 65_536]),
)
def test_searching_texts_as_one_finds_what_searching_each_finds(
    wanted: list[str], texts: list[str], tries: int, sheaf: int
) -> None:
    each = patterns.any_of(tuple(wanted))
    assert each is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "_TRIES", tries)
        patch.setattr(patterns, "_SHEAF", sheaf)
        found = list(patterns.having(tuple(wanted), [text.encode() for text in texts]))
    assert found == [at for at, text in enumerate(texts) if each.search(text)]
