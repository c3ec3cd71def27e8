"""A stretch of rewritten text leads back to the characters that it was written with."""

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.text.runs import Edit, Run, rewritten


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A text, and edits in order."""
    text = draw(st.text("abcdef", min_size=1, max_size=20))
    bounds = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    return text, [(start, end, draw(st.text("XYZ", max_size=3))) for start, end in pairs]


def origins(text: str, edits: list[Edit]) -> list[tuple[int, int]]:
    """For each character of the rewritten text, the stretch that it comes from; character by character."""
    found: list[tuple[int, int]] = []
    at = 0
    for start, end, said in [*edits, (len(text), len(text), "")]:
        found += [(one, one + 1) for one in range(at, start)]
        found += [(start, end)] * len(said)
        at = end
    return found


@given(edited(), st.data())
def test_stretches_of_rewritten_text_come_from_where_a_naive_reading_says(
    made: tuple[str, list[Edit]], data: st.DataObject
) -> None:
    text, edits = made
    run = rewritten(text, "edits", lambda: edits).moved(7)
    naive = origins(text, edits)
    assert len(naive) == len(run.text)
    if not run.text or not edits:
        return
    start = data.draw(st.integers(0, len(run.text) - 1))
    end = data.draw(st.integers(start + 1, len(run.text)))
    assert run.place(start, end) == (7 + naive[start][0], 7 + naive[end - 1][1])


def test_a_run_without_edits_is_all_or_nothing() -> None:
    assert Run(3, 11, "hex", "abcd").place(1, 2) == (3, 11)


def test_a_run_that_keeps_step_is_placed_character_by_character_also_backwards() -> None:
    assert Run(3, 7, "rot13", "abcd", step=1).place(1, 2) == (4, 5)
    assert Run(3, 7, "reversed", "abcd", step=-1).place(0, 1) == (6, 7)
