"""What is known of the way through a file, and how much of it a shorter one shares for certain."""

from dataclasses import replace
from itertools import accumulate, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.intake.checkpoint import ANCHOR_BYTES, Checkpoint
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.identity import digest
from llmsec_tui.intake.trail import LINES, MARKS, Trail, shared

NOTHING = Checkpoint("0" * 12, "/app.log", 1, 1, 1, 0, 0, digest(b""), 0, digest(b""), Framing.LINES)
OTHER = bytes.maketrans(b":x", b";y")
LENGTHS = st.lists(st.integers(0, 700), min_size=1, max_size=120)


def _content(lengths: list[int]) -> bytes:
    return b"".join(b"%d:%s\n" % (number, b"x" * length) for number, length in enumerate(lengths))


def _mark(content: bytes, steps: list[int]) -> Checkpoint:
    """What is known once all of it was read in such steps, each of which ends somewhere."""
    trail, done, end = Trail(), 0, 0
    for position, until in pairwise([0, *sorted({*(step % len(content) for step in steps)} - {0}), len(content)]):
        last = content.rfind(b"\n", 0, until) + 1
        if last > done:
            done = last
            anchor = digest(content[max(last - ANCHOR_BYTES, 0) : last])
            trail.add(
                content[max(position - ANCHOR_BYTES, 0) : position], content[position:until], position, (last, anchor)
            )
        end = until
    assert done == end == len(content)
    return replace(NOTHING, offset=done, anchor=anchor, trail=trail.points)


@settings(max_examples=60)
@given(LENGTHS, st.lists(st.integers(0, 1 << 20), max_size=60), st.integers(0, 1 << 20))
def test_a_beginning_shares_all_its_lines_if_few_are_missing_and_never_more(
    lengths: list[int], steps: list[int], size: int
) -> None:
    """However the file was read; of a beginning that lacks many lines, up to a line's end that it has."""
    content = _content(lengths)
    mark = _mark(content, steps)
    size %= len(content) + 1
    known = shared(mark, size, lambda count, offset: content[:size][offset : offset + count])
    ends = [0, *accumulate(map(len, content.splitlines(keepends=True)))]
    has = max(end for end in ends if end <= size)
    assert known in ends
    assert known <= has
    if steps == [] and len(ends) - 1 - ends.index(has) < LINES:
        assert known == has
    assert len(mark.trail) <= LINES + MARKS


@settings(max_examples=60)
@given(LENGTHS, st.lists(st.integers(0, 1 << 20), max_size=60), st.integers(0, 119))
def test_a_file_that_goes_another_way_shares_no_line_behind_the_fork(
    lengths: list[int], steps: list[int], fork: int
) -> None:
    """A longer one neither, nor one of equal length."""
    content = _content(lengths)
    lines = content.splitlines(keepends=True)
    fork %= len(lines)
    other = b"".join([*lines[:fork], *(line.translate(OTHER) for line in lines[fork:])])
    for size in (len(other), len(other) // 2):
        known = shared(_mark(content, steps), size, lambda count, offset: other[offset : offset + count])
        assert known <= len(b"".join(lines[:fork]))
