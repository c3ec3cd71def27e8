"""Whatever stands in a rule file, it is read or refused; nothing is raised."""

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.parts import body
from tests.detect.sigma.written import base, correlation, monitor, number, write_all

from llmsec_tui.detect.gate import examine, fix
from llmsec_tui.detect.ruleset import load, read

ODD: st.SearchStrategy[Any] = (
    st.sampled_from([None, True, 0, -1, 1.5, float("nan"), "", "x", "one", "not", "%x%", "*", number(1), "5m", [], {}])
    | st.lists(st.sampled_from(["one", 1, None, "text", {}]), max_size=3)
    | st.dictionaries(
        st.sampled_from(["one", "gte", "text|re", "rules", "", "a|b|c"]), st.sampled_from([1, "x", []]), max_size=2
    )
)
FILTER = {
    "title": "Filter",
    "id": number(8),
    "logsource": {"product": "llm"},
    "filter": {"rules": ["one"], "it": {"user_id": "x"}, "condition": "not it"},
}
WHOLE: list[dict[str, Any]] = [
    base(1, "one"),
    body({"it": {"text|contains": ["a1", "b1"]}, "condition": "it"}, related=[{"id": number(1), "type": "similar"}]),
    correlation(3, ["one"]),
    correlation(
        4, ["one", number(3)], "temporal", aliases={"who": {"one": "user_id", number(3): "user_id"}}, group_by=["who"]
    ),
    correlation(5, ["one"], "value_sum", condition={"gte": 3, "field": "cost_usd"}),
    correlation(6, None, "temporal", condition="one and not " + number(3)),
    monitor(7, type="ratio", numerator="it", threshold=0.5),
    FILTER,
]


def spots(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to every value inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(way for key, part in inside for way in spots(part, (*place, key)))]


def changed(value: Any, way: tuple[Any, ...], odd: Any) -> Any:
    """The same with something odd at the end of the way."""
    if not way:
        return odd
    if isinstance(value, dict):
        return {key: changed(part, way[1:], odd) if key == way[0] else part for key, part in value.items()}
    return [changed(part, way[1:], odd) if at == way[0] else part for at, part in enumerate(value)]


WAYS = [(at, way) for at, document in enumerate(WHOLE) for way in spots(document) if way]


def test_the_rules_to_be_spoilt_are_in_order(tmp_path: Path) -> None:
    assert len(load([write_all(tmp_path / "a.yml", *WHOLE)]).grouped) == 5


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(WAYS), ODD), min_size=1, max_size=3))
def test_something_odd_anywhere_is_read_or_refused(spoils: list[tuple[tuple[int, tuple[Any, ...]], Any]]) -> None:
    from tempfile import TemporaryDirectory

    documents = list(WHOLE)
    for (at, way), odd in spoils:
        if way in spots(documents[at]):
            documents[at] = changed(documents[at], way, odd)
    with TemporaryDirectory() as folder:
        path = write_all(Path(folder) / "a.yml", *documents)
        examined = examine([path])
        ruleset, issues = read([path])
        assert all(issue.line > 0 for issue in issues)
        assert ruleset.version == examined.ruleset.version
        for _, done in fix([path]):
            assert done.refusal == ""
