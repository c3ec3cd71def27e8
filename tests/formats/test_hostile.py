"""Logs are written by attackers and by bugs: whatever a record holds, mapping it fails in one known way or never."""

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.formats.records import frame, outcome
from tests.formats.samples import SAMPLES

from llmsec_tui.errors import FormatError
from llmsec_tui.events.model import ContentState

_NUMBERS = st.one_of(
    st.integers(), st.integers(2**60, 2**70), st.floats(), st.sampled_from([2**31, 2**63, -(2**63) - 1])
)
_TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["user", "assistant", "tool", "[", '{"a":', '[{"role":"user","content":"x"}]', "\ud800", "0", "9" * 30]
    ),
)
_LEAVES = st.one_of(st.none(), st.booleans(), _NUMBERS, _TEXTS)
_KEYS = st.one_of(
    st.text(max_size=4),
    st.sampled_from(
        ["type", "role", "content", "messages", "message", "text", "data", "response", "choices", "attributes"]
    ),
    st.sampled_from(
        ["resourceSpans", "scopeSpans", "spans", "object", "custom_id", "body", "call_type", "parts", "name"]
    ),
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=5)),
    max_leaves=20,
)


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """A valid record of some format with up to four of its values dropped or replaced by anything."""
    data = copy.deepcopy(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(data))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            holder[key] = draw(_JSON)
        else:
            del holder[key]
    return data


def _places(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    else:
        return []
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]


def _check(data: Any) -> None:
    try:
        mapped = outcome(data)
    except FormatError:
        return
    assert mapped.events
    for event in mapped.events:
        if event.content_state in (ContentState.PRESENT, ContentState.TRUNCATED):
            assert event.text
        else:
            assert event.text is None
    assert frame(data).height <= len(mapped.events)


@given(_JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_becomes_events_that_fit_their_columns(data: Any) -> None:
    """Text is there exactly where an event says so, and every field has its column's type."""
    _check(data)


@given(broken())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_damage_to_a_valid_record_is_survived(data: Any) -> None:
    """A value of a wrong type anywhere costs at most itself."""
    _check(data)


def test_the_samples_are_mapped_whole() -> None:
    """Otherwise the test above would damage nothing."""
    for data in SAMPLES:
        assert outcome(data).unknown is None
        _check(data)
