"""Asking only the formats that a record may be of finds the same one as asking all of them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.mangling import ODD, mangled
from tests.formats.samples import SAMPLES

from llmsec_tui.formats import candidates
from llmsec_tui.formats.candidates import Candidates, asked_for
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.registry import FORMATS

NAMES = sorted({name for known in FORMATS for name in asked_for(known.recognise) or ()})


def first_of_all(data: dict[str, Any]) -> Format | None:
    return next((known for known in FORMATS if known.recognise(data)), None)


def made(name: str, recognise: Any) -> Format:
    def to_events(_: dict[str, Any], __: Memory) -> Found:
        return Found([])

    return Format(name, "", "", recognise, to_events)


@given(st.dictionaries(st.sampled_from(NAMES), ODD, max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_record_of_any_names_and_values_finds_the_format_that_all_of_them_would_find(data: dict[str, Any]) -> None:
    assert Candidates(FORMATS).recognised(data) is first_of_all(data)


@given(mangled([data for data in SAMPLES if isinstance(data, dict)]))
@settings(max_examples=100, deadline=None)
def test_so_does_a_mangled_record(data: dict[str, Any]) -> None:
    assert Candidates(FORMATS).recognised(data) is first_of_all(data)


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_record_without_the_names_that_are_asked_for_is_refused(known: Format, data: st.DataObject) -> None:
    asked = asked_for(known.recognise)
    others = st.sampled_from([name for name in NAMES if name not in (asked or ())])
    assert asked is None or not known.recognise(data.draw(st.dictionaries(others, ODD, max_size=6)))


@pytest.mark.parametrize(
    "recognise",
    [
        lambda data: len(data) == 2,
        lambda data: not {"a"}.isdisjoint(data),
        lambda data: any(name.startswith("a") for name in data.keys()),  # noqa: SIM118
        lambda data: data == {"a": 1, "b": 2},
        lambda data: data["a"] == 1,
        lambda data: bool({**data}),
        lambda data: not data or "a" in data,
    ],
)
def test_a_format_that_asks_for_more_than_names_is_asked_about_every_record(recognise: Any) -> None:
    """Also one that takes an empty record for its own."""
    assert asked_for(recognise) is None
    assert [known.name for known in Candidates([made("odd", recognise)]).of({"z": 1})] == ["odd"]


def test_formats_are_asked_in_their_order() -> None:
    formats = [made(name, lambda data, name=name: name in data) for name in "cab"]
    assert [known.name for known in Candidates(formats).of({"b": 1, "x": 1, "c": 1})] == ["c", "b"]


def test_no_more_sets_of_names_are_remembered_than_a_few_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes the log chooses the names."""
    monkeypatch.setattr(candidates, "_MOST", 3)
    formats = [made(name, lambda data, name=name: name in data) for name in "abcde"]
    asking = Candidates(formats)
    for names in ("a", "b", "ab", "abc", "cde", "x", "a"):
        assert [known.name for known in asking.of(dict.fromkeys(names))] == [name for name in names if name != "x"]
    assert len(asking._known) <= 3
