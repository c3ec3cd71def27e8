"""Why a rule over time fired at an event or did not: what was in the window, what had left it, and what was missing."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.parts import batch

from llmsec_tui.detect.answers import Answer
from llmsec_tui.detect.correlate.correlator import LATENESS, Correlator
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.explain import Explanation, Step
from llmsec_tui.detect.explain_over_time import explain_over_time
from llmsec_tui.detect.needed import Grouped, reach
from llmsec_tui.detect.rule import Correlation, Monitor, RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import ContentState, Event, Kind, Role

SECOND = 1_000_000
MINUTE = 60 * SECOND
START = 1_790_000_040_000_000
"""2026-09-21 14:14:00."""
_ONE, _TWO, _OVER = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(3))


def header(title: str, rule_id: str) -> dict[str, Any]:
    """What every rule over time has that alerts."""
    examples = {name: [[{"at": "0s", "kind": "tool_call"}]] for name in ("match", "no_match")}
    head = {"status": "test", "description": "It is for tests.", "tags": ["owasp.llm01"], "level": "low"}
    llmsec = {"confidence": 0.5, "playbook": ["Look."], "examples": examples}
    return {"title": title, "id": rule_id, **head, "falsepositives": ["none known"], "llmsec": llmsec}


def loaded(documents: Sequence[Mapping[str, Any]]) -> RuleSet:
    with TemporaryDirectory() as folder:
        (Path(folder) / "rules.yml").write_text(yaml.safe_dump_all(documents, sort_keys=False))
        return load([Path(folder)])


def rules(**block: Any) -> tuple[RuleSet, Grouped]:
    """Rules ``one``, ``two`` and ``three``, which hit calls of the tools of that name, and a rule over them."""
    singles = [
        {
            "title": f"Tool {name}",
            "id": f"00000000-0000-4000-8000-0000000001{number:02d}",
            "name": name,
            "logsource": {"product": "llm"},
            "detection": {"call": {"tool_name": name}, "condition": "call"},
        }
        for number, name in enumerate(("one", "two", "three"))
    ]
    counted = {"type": "temporal", "rules": ["one", "two", "three"], "timespan": "1m"}
    keeper = header("Keeper", _ONE) | {"correlation": counted}
    ruleset = loaded([*singles, header("Over time", _OVER) | block, keeper])
    found = ruleset.by_id[_OVER]
    assert isinstance(found, Correlation | Monitor)
    return ruleset, found


def correlation(kind: str, *sources: str, **more: Any) -> tuple[RuleSet, Grouped]:
    block = {"type": kind, "rules": list(sources or ("one",)), "timespan": "10m"}
    return rules(correlation={key: value for key, value in {**block, **more}.items() if value is not None})


def monitor(kind: str, **more: Any) -> tuple[RuleSet, Grouped]:
    selections: dict[str, Any] = {"call": {"tool_name": ["one", "two"]}, "condition": "call"}
    if "numerator" in more:
        selections["failed"] = {"tool_is_error": True}
    detector = {"type": kind, "timespan": "10m", **more}
    return rules(logsource={"product": "llm"}, detection=selections, detector=detector)


def call(minutes: float | None, tool: str = "one", **fields: Any) -> Event:
    at = None if minutes is None else START + round(minutes * MINUTE)
    return Event(kind=Kind.TOOL_CALL, tool_name=tool, ts=at, content_state=ContentState.NONE, **fields)


def told(
    made: tuple[RuleSet, Grouped], events: Sequence[Event], which: int = -1, late: Collection[int] = ()
) -> Explanation:
    """The explanation of the ``which``-th event, with all there are as its past."""
    ruleset, rule = made
    all_events = batch(events)
    alone = batch([events[which]])
    name = all_events.events["event_id"][which]
    event = EventBatch(all_events.events.filter(pl.col("event_id") == name), alone.contents, [])
    too_late = {all_events.events["event_id"][number] for number in late}
    newest = max((event.ts for event in events if event.ts is not None), default=0)
    return explain_over_time(ruleset, rule, event, [(all_events, too_late)], newest)


def step(found: Explanation, what: str) -> Step:
    return next(step for step in found.steps if what in step.what)


def test_the_hit_by_which_there_are_enough_is_shown_with_those_before_it() -> None:
    found = told(correlation("event_count", condition={"gte": 3}), [call(0), call(4), call(9.9)])
    assert found.answer is Answer.HIT
    assert (found.steps[0].truth, found.steps[0].why) == (True, "3 hits, at least 3")
    assert step(found, "in the window of 10m").why == "3 hits, at least 3 needed"
    listed = [s.why.partition("event ")[0] for s in found.steps if s.what.startswith("14:")]
    assert listed == ["9m54s before, ", "5m54s before, ", ""]


def test_a_near_miss_says_how_many_had_left_the_window_and_when() -> None:
    found = told(correlation("event_count", condition={"gte": 3}), [call(0), call(4), call(10)])
    assert found.answer is Answer.CLEAN
    assert found.steps[0].why == (
        "2 hits, at least 3 needed; outside of the window 1 more, the newest at 14:14:00, 10m before: just too old"
    )
    assert step(found, "14:14:00").truth is False


def test_a_rule_that_held_already_says_since_when() -> None:
    found = told(correlation("event_count", condition={"gte": 2}), [call(0), call(1), call(2)])
    assert found.answer is Answer.CLEAN
    assert "it fired before, at 14:15:00 by event" in found.steps[0].why


def test_hits_of_other_groups_are_not_shown() -> None:
    made = correlation("event_count", condition={"gte": 2}, **{"group-by": ["user_id"]})
    found = told(made, [call(0, user_id="bob"), call(1, user_id="ann")])
    assert found.answer is Answer.CLEAN
    assert step(found, "user_id=ann").why == "1 hit, at least 2 needed"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (call(None, user_id="ann"), "the event has no time"),
        (call(1), "the event has no user_id"),
    ],
)
def test_an_event_without_time_or_group_is_not_evaluable(event: Event, why: str) -> None:
    made = correlation("event_count", condition={"gte": 2}, **{"group-by": ["user_id"]})
    assert reach(*made, batch([event]).events) is None
    found = told(made, [call(0, user_id="ann"), event])
    assert found.answer is Answer.NOT_EVALUABLE
    assert found.steps[0].why.startswith(why)


def test_an_event_that_came_too_late_took_no_part() -> None:
    made = correlation("event_count", condition={"gte": 2})
    found = told(made, [call(2), call(0)], late=[1])
    assert found.answer is Answer.NOT_EVALUABLE
    assert "too late" in found.steps[0].why
    other = told(made, [call(0), call(1)], late=[0])
    assert other.answer is Answer.CLEAN
    assert "came too late" in other.steps[-1].why


def test_an_event_that_no_source_hits_is_clean_and_shows_the_group_as_it_stood() -> None:
    found = told(correlation("event_count", condition={"gte": 3}), [call(0), call(1), call(2, "other")])
    assert found.answer is Answer.CLEAN
    assert found.steps[0].why == "the event is no hit of what the rule counts"
    assert step(found, "in the window").why == "2 hits, at least 3 needed"
    assert step(found, "tool_name is").why == 'it is "other"'


def test_a_source_that_cannot_be_judged_makes_the_rule_not_evaluable() -> None:
    ruleset, rule = correlation("event_count", condition={"gte": 2})
    texts = load_text_source(ruleset)
    hidden = Event(kind=Kind.MESSAGE, ts=START, content_state=ContentState.ELSEWHERE)
    assert told((texts, rule), [hidden]).answer is Answer.NOT_EVALUABLE


def load_text_source(ruleset: RuleSet) -> RuleSet:
    """The same rules, where ``one`` looks for a text."""
    from dataclasses import replace

    from tests.detect.parts import rule as made

    text = made(text__contains="x1y2")
    return RuleSet(
        tuple(replace(one, compiled=text.compiled) if one.name == "one" else one for one in ruleset.rules),
        ruleset.grouped,
    )


def test_an_order_says_which_step_is_missing() -> None:
    made = correlation("temporal_ordered", "one", "two", "three")
    found = told(made, [call(0, "two"), call(1, "one"), call(2, "three")])
    assert found.answer is Answer.CLEAN
    assert step(found, "1. ").truth is True
    assert step(found, "2. ").why == "only before that, at 14:14:00"
    assert step(found, "3. ").why == "comes after what is missing"
    assert found.steps[0].why == '2. "Tool two": only before that, at 14:14:00'


def test_a_condition_in_words_is_shown_as_it_is_written() -> None:
    made = correlation("temporal", "one", "two", condition="one and not two")
    clean = told(made, [call(0, "one"), call(1, "two"), call(30, "three")], 0)
    assert clean.answer is Answer.CLEAN
    named = [(s.what, s.truth) for s in clean.steps]
    wanted = [("and", False), ('"Tool one"', True), ("not", False), ('"Tool two"', True)]
    assert named[named.index(("and", False)) :][:4] == wanted
    hit = told(made, [call(0, "one"), call(30, "three")], 0)
    assert hit.answer is Answer.HIT
    assert "decided by 14:24:00" in hit.steps[0].why
    assert "its time is not over yet" in told(made, [call(0, "one")]).steps[0].why


@pytest.mark.parametrize(
    ("kind", "more", "events", "what", "why"),
    [
        ("rate", {"threshold": 2}, [call(n / 9) for n in range(2)], "events in a window", "2, more than 2 needed"),
        (
            "ratio",
            {"numerator": "failed", "threshold": 0.5, "min_n": 3},
            [call(0), call(1, tool_is_error=True)],
            "enough events",
            "2, at least 3 needed",
        ),
        (
            "robust_z",
            {"field": "output_tokens", "min_n": 3},
            [call(n, output_tokens=100 + n) for n in range(5)],
            "output_tokens 104; median",
            "more than 3.5 needed",
        ),
        ("robust_z", {}, [call(0)], "1 event in a window", "before there is enough"),
        ("ewma", {}, [call(0)], "past windows", "0, at least 24 needed"),
        ("cusum", {}, [call(0)], "how far off it is", "still being learned"),
        (
            "new_value",
            {"field": "tool_name", "min_n": 1},
            [call(0), call(1)],
            "tool_name is new",
            "it was there 1 minute before",
        ),
        ("silence", {"min_n": 5}, [call(0)], "enough events", "1, at least 5 needed"),
        ("psi", {"field": "tool_name"}, [call(0)], "how differently", "0 windows of 24"),
    ],
)
def test_a_monitor_shows_its_statistic_and_what_it_needs(
    kind: str, more: Mapping[str, Any], events: Sequence[Event], what: str, why: str
) -> None:
    found = told(monitor(kind, **more), events)
    assert found.answer is Answer.CLEAN
    assert why in step(found, what).why
    assert step(found, "hit of the selection").truth is True


def test_a_new_value_is_a_hit() -> None:
    made = monitor("new_value", field="tool_name", min_n=1)
    found = told(made, [call(0, "one"), call(1, "two")])
    assert found.answer is Answer.HIT
    assert step(found, "is new").why == "not among 1 value"


def shared(least: int) -> tuple[RuleSet, Grouped]:
    """Text of the system prompt in an answer."""
    selections = {"prompt": {"role": "system"}, "answer": {"role": "assistant"}, "condition": "prompt"}
    block = {"type": "shared_text", "timespan": "10m", "field": "fingerprints", "into": "answer", "min_n": least}
    return rules(logsource={"product": "llm"}, detection=selections, detector=block)


def spoken(minutes: float, role: Role, text: str) -> Event:
    return Event(kind=Kind.MESSAGE, role=role, ts=START + round(minutes * MINUTE), text=text)


@pytest.mark.parametrize(("least", "answer"), [(3, Answer.HIT), (90, Answer.CLEAN)])
def test_shared_text_names_the_older_text_and_how_much_of_it_there_is(least: int, answer: Answer) -> None:
    words = (
        "nobody but Sigrid may read the grey book before the ice is gone and the first ferry has come to the harbour"
    )
    events = [spoken(0, Role.SYSTEM, f"Rules. {words}."), spoken(5, Role.ASSISTANT, f"I was told that {words}.")]
    found = told(shared(least), events)
    assert found.answer is answer
    pieces = step(found, "pieces of an older text").why
    assert f"at least {least} needed; 1 text remembered" in pieces
    assert batch(events).events["event_id"][0] in pieces
    assert step(found, "hit of the sink").truth is True
    assert step(told(shared(least), events, which=0), "hit of the source").truth is True


def test_a_rule_over_the_alerts_of_another_is_explained_by_those() -> None:
    ruleset, outer = chained()
    found = told((ruleset, outer), [call(0), call(1), call(2, "two"), call(3, "two")])
    assert found.answer is Answer.CLEAN
    assert told((ruleset, outer), [call(0), call(1), call(20), call(21)]).answer is Answer.HIT


def chained() -> tuple[RuleSet, Grouped]:
    """A rule that wants two alerts of one that wants two calls within five minutes."""
    inner = {
        "title": "Inner",
        "id": _ONE,
        "name": "inner",
        "correlation": {"type": "event_count", "rules": ["one"], "timespan": "5m", "condition": {"gte": 2}},
    }
    single = {
        "title": "Tool one",
        "id": _TWO,
        "name": "one",
        "logsource": {"product": "llm"},
        "detection": {"call": {"tool_name": "one"}, "condition": "call"},
    }
    over = {"type": "event_count", "rules": ["inner"], "timespan": "1h", "condition": {"gte": 2}}
    ruleset = loaded([inner, single, header("Outer", _OVER) | {"correlation": over}])
    found = ruleset.by_id[_OVER]
    assert isinstance(found, Correlation)
    return ruleset, found


_MADE = [
    correlation("event_count", condition={"gte": 3}),
    correlation("event_count", "one", "two", condition={"gte": 2, "lt": 4}, **{"group-by": ["user_id"]}),
    correlation("value_count", condition={"gt": 1, "field": "user_id"}),
    correlation("value_sum", condition={"gt": 6, "field": "output_tokens"}),
    correlation("value_avg", condition={"lt": 3, "field": "output_tokens"}, **{"group-by": ["user_id"]}),
    correlation("temporal", "one", "two", "three", **{"group-by": ["user_id"]}),
    correlation("temporal_ordered", "one", "two"),
    correlation("temporal", "one", "two", condition="one and not two"),
    monitor("rate", threshold=2),
    monitor("ratio", numerator="failed", threshold=0.3, min_n=2),
    monitor("new_value", field="tool_name", min_n=1, **{"group-by": ["user_id"]}),
    correlation("value_median", condition={"gte": 2, "field": "output_tokens"}),
    correlation("temporal", "one", "two", "three", condition={"gte": 2}),
    correlation("event_count", "one", "two", condition={"eq": 2}),
    correlation("event_count", condition={"lt": 2}, **{"group-by": ["user_id"]}),
    monitor("silence", min_n=2),
    monitor("robust_z", field="output_tokens", min_n=2, threshold=1),
    monitor("ewma", min_n=2, history=3, threshold=1),
    monitor("psi", field="tool_name", min_n=2, history=1, threshold=0.1),
    chained(),
]
_EVENTS = st.lists(
    st.builds(
        call,
        st.integers(0, 40),
        st.sampled_from(["one", "two", "three", "other"]),
        user_id=st.sampled_from(["ann", "bob", None]),
        output_tokens=st.sampled_from([1, 2, 5, None]),
        tool_is_error=st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(_MADE), _EVENTS)
def test_the_events_within_reach_are_enough(made: tuple[RuleSet, Grouped], events: list[Event]) -> None:
    """What else there is does not change the answer."""
    whole = batch(events)
    newest = max(event.ts or 0 for event in events) + 60 * MINUTE
    for number, name in enumerate(whole.events["event_id"]):
        alone = EventBatch(whole.events.filter(pl.col("event_id") == name), batch([events[number]]).contents, [])
        wanted = reach(*made, alone.events)
        all_seen = explain_over_time(*made, alone, [(whole, ())], newest)
        if wanted is None:
            assert all_seen.answer is not Answer.HIT
            continue
        at = pl.col("ts").dt.epoch("us")
        near = whole.events.filter((at <= wanted.until) & (at >= (wanted.since or 0)))
        if wanted.same:
            sets = [pl.all_horizontal(pl.col(c).eq(v) for c, v in same.items()) for same in wanted.same]
            near = near.filter(pl.any_horizontal(sets))
        some_seen = explain_over_time(*made, alone, [(EventBatch(near, whole.contents, []), ())], newest)
        assert (some_seen.answer, some_seen.steps[0].why) == (all_seen.answer, all_seen.steps[0].why)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(_MADE), _EVENTS)
def test_an_explanation_and_the_correlator_never_disagree(made: tuple[RuleSet, Grouped], events: list[Event]) -> None:
    ruleset, rule = made
    whole = batch([*events, call(200, "other")])
    correlator = Correlator(ruleset, lambda _: {}, lateness=None)
    now = START + 1_000 * MINUTE
    correlator.observe(whole.events, detect(ruleset, whole).hits, [], now)
    found = correlator.finish(now).alerts
    raised = set(found.filter(pl.col("rule_id") == rule.id)["event_id"])
    for number, name in enumerate(whole.events["event_id"]):
        one = told(made, [*events, call(200, "other")], number)
        assert (one.answer is Answer.HIT) == (name in raised), one
    assert LATENESS < 200 * MINUTE
