"""What a source said earlier is there for its later records, also after a restart, and never grows without bound."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.errors import FormatError
from llmsec_tui.formats.memory import MOST_BYTES, Memory

_THINGS = st.dictionaries(
    st.text(max_size=8), st.one_of(st.text(max_size=20), st.integers(0, 9), st.none()), max_size=5
)


@given(st.dictionaries(st.text(min_size=1, max_size=6), _THINGS, max_size=4))
def test_what_is_stored_comes_back(said: dict[str, dict[str, Any]]) -> None:
    memory = Memory()
    memory.last = "codex"
    for name, things in said.items():
        memory.of(name).update(things)
    again = Memory.decoded(memory.encoded())
    for name, things in said.items():
        assert again.of(name) == things
    assert again.last == ("codex" if any(said.values()) else "")


def test_what_does_not_fit_is_forgotten_oldest_first_and_counted() -> None:
    memory = Memory()
    for number in range(100):
        memory.of("stream")[str(number)] = "x" * 1_000
    memory.of("session")["id"] = "s-1"
    assert len(memory.encoded()) <= MOST_BYTES
    assert memory.of("session") == {"id": "s-1"}
    assert "99" in memory.of("stream")
    assert "0" not in memory.of("stream")
    assert memory.forgotten == 100 - len(memory.of("stream"))


def test_bytes_that_are_no_memory_are_refused() -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        Memory.decoded(b"nonsense")
