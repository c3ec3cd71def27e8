"""Pins are judged by the bytes that are where the record was, and rotated files are known by their names."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.incidents.evidence import Place, Result, judge, other_names


def _place(content: bytes) -> Place:
    return Place(path="/logs/a.jsonl", offset=7, length=len(content), sha256=sha256(content).hexdigest())


@given(st.binary(min_size=1, max_size=50), st.data())
def test_only_exactly_the_same_bytes_are_intact(content: bytes, data: st.DataObject) -> None:
    """Fewer mean that the file ends there, others of the same number that it changed."""
    found = data.draw(st.one_of(st.just(content), st.binary(max_size=50)))[: len(content)]
    expected = Result.CUT if len(found) < len(content) else Result.INTACT if found == content else Result.CHANGED
    assert judge(len(found), sha256(found).hexdigest(), _place(content)) is expected


@pytest.mark.parametrize(
    "name",
    [
        *("a.jsonl.1", "a.jsonl.2.gz", "a.jsonl.gz", "a.jsonl-20261123", "a.jsonl.2026-11-23", "a-2026-11-23.jsonl"),
        *("a-20261123.jsonl.gz", "a_20261123.jsonl", "a.2026-11-23T10.jsonl", "a.jsonl.old"),
    ],
)
def test_names_that_rotations_give_are_looked_into(name: str) -> None:
    assert other_names("a.jsonl", [name, "a.jsonl"], 20) == [name]


@pytest.mark.parametrize("name", ["a.jsonl", "b.jsonl", "ab.jsonl", "a.txt", "a", "b.jsonl.1", "jsonl.a", ".a.jsonl"])
def test_other_files_are_left_alone(name: str) -> None:
    assert other_names("a.jsonl", [name], 20) == []


def test_the_newest_rotation_is_looked_into_first_and_no_more_than_wanted() -> None:
    """A folder with a thousand rotated files must not make a thousand reads."""
    names = ["a.log.10", "a.log.2", "a.log.1", "a.log-20261101", "a.log-20261120.gz"]
    assert other_names("a.log", names, 4) == ["a.log.1", "a.log.2", "a.log.10", "a.log-20261120.gz"]


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=10))
def test_no_name_is_too_strange(name: str, names: list[str]) -> None:
    """The file itself is never among the others, and every one is one that is there."""
    found = other_names(name, names, 5)
    assert len(found) <= 5
    assert set(found) <= set(names) - {name}
