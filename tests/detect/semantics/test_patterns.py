"""Regular expressions mean what they say, whichever engine runs them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.semantics.agreement import agree, hidden, one
from tests.detect.semantics.naive import Reading
from tests.detect.semantics.regexes import TREES, like, written

_SHORT = st.text("aK\n", max_size=2)


@pytest.mark.parametrize(
    "flags", ["", "|i", "|m", "|s", "|i|m", "|i|s", "|m|s", "|i|m|s", "|ignorecase|multiline|dotall"]
)
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_patterns(flags: str, data: st.DataObject) -> None:
    trees = data.draw(st.lists(TREES, min_size=2, max_size=3, unique_by=written))
    patterns = {written(tree): tree for tree in trees}
    key = data.draw(st.sampled_from(["tool_name", "text", "text.raw", "text.folded", "text.decoded"]))
    near = st.builds("{}{}{}".format, _SHORT, st.sampled_from(trees).flatmap(like), _SHORT)
    texts = data.draw(st.lists(near, min_size=4, max_size=8))
    if key == "text.decoded":
        texts = [hidden(text) for text in texts]
    events: list[dict[str, Any]] = [*({key.split(".")[0]: text} for text in texts), {key.split(".")[0]: ""}, {}]
    link = data.draw(st.sampled_from(["", "", "|all", "|neq"]))
    agree(one(f"{key}|re{flags}{link}", list(patterns)), events, Reading(patterns=patterns))
