"""Items of an array are the same ones whether many are taken together or each is looked for by its brackets."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.intake import items
from llmsec_tui.intake.items import Items

_TEXTS = st.text(st.sampled_from('a"\\{}[],: \n é'), max_size=8)
_VALUES = st.recursive(
    _TEXTS | st.integers(-5, 5) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)
_OBJECTS = st.fixed_dictionaries({"id": st.integers(0, 99)}, optional={"a": _VALUES, "b": _VALUES})
_GAPS = st.sampled_from([",", ", ", ",\n", ",\n  ", "\n,\n"])
_INDENTS = st.sampled_from([None, 2])


@st.composite
def arrays(draw: st.DrawFn) -> bytes:
    """What follows the first bracket of an array, now and then damaged."""
    indent, gap = draw(_INDENTS), draw(_GAPS)
    written = [json.dumps(one, indent=indent, ensure_ascii=False) for one in draw(st.lists(_OBJECTS, max_size=8))]
    data = (gap.join(written) + draw(st.sampled_from(["]", "\n]\n", "", "] {}"]))).encode()
    if data and draw(st.booleans()):
        place = draw(st.integers(0, len(data) - 1))
        data = (
            data[:place]
            + draw(st.sampled_from([b"", b"\n", b'"', b"\\", b"{", b"]", b"\xff", b"7,"]))
            + data[place + 1 :]
        )
    return data


def found(data: bytes, size: int, cap: int = 1_000) -> list[tuple[int, bytes]]:
    """The items of an array that is fed in pieces of so many bytes."""
    array = Items(1, cap)
    frames = []
    for start in range(0, len(data), size):
        frames += array.feed(data[start : start + size]).frames
        if array.rest is not None:
            break
    else:
        frames += array.finish().frames
    return [(frame.offset, frame.data) for frame in frames]


@given(arrays(), st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_the_size_of_the_pieces_changes_nothing(data: bytes, size: int) -> None:
    assert found(data, size) == found(data, 1)
    assert found(data, len(data) + 1) == found(data, 1)


def test_items_that_begin_alike_are_taken_together_up_to_the_last_whole_one() -> None:
    """An object within an item may begin as the items do."""
    written = [json.dumps({"id": number, "in": [{"id": 1}, {"id": 2}], "text": '}, {"id"'}) for number in range(50)]
    data = ", ".join(written).encode()
    array = Items(1, 1_000)
    frames = array.feed(data[:-3]).frames
    assert [frame.data.decode() for frame in frames] == written[:-1]
    assert array.consumed == 1 + data.rfind(b'{"id": 49')
    assert [frame.data.decode() for frame in array.feed(data[-3:]).frames] == written[-1:]


def test_an_item_under_way_is_looked_at_piece_by_piece() -> None:
    """A backslash at the end of a piece stays with what it escapes."""
    text = "\\" * (3 * items._PIECE) + '"'
    data = json.dumps({"id": 1, "text": text}).encode() + b', {"id": 2}]'
    array = Items(0, len(data))
    frames = array.feed(data[:20]).frames + array.feed(data[20:]).frames
    assert [json.loads(frame.data) for frame in frames] == [{"id": 1, "text": text}, {"id": 2}]
    assert array.rest == b""
