"""Labelled texts are judged as events are, whatever the batches."""

from dataclasses import replace
from unittest.mock import patch

import pytest
from tests.detect.parts import rule, ruleset
from tests.service.evaluation.test_rows import row

from llmsec_tui.detect.engine import Detected
from llmsec_tui.detect.engine import detect as really_detect
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import Kind, PartType, Role, Trust
from llmsec_tui.service.evaluation import judging
from llmsec_tui.service.evaluation.judging import Spent, Verdict, event_of, verdicts
from llmsec_tui.service.evaluation.rows import Row

RULES = ruleset({"it": {"text|contains": "obey", "trust": ["user", "tool"]}, "condition": "it"})


def rows(*texts: str, role: str = "user", **changes: str) -> list[Row]:
    return [Row(**row(number, text=text, role=role, **changes)) for number, text in enumerate(texts)]


def judged(ruleset: RuleSet, some: list[Row], batch_rows: int = 2_000) -> list[Verdict]:
    return list(verdicts(ruleset, iter(some), Spent(), batch_rows=batch_rows))


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("user", (Kind.MESSAGE, Role.USER, Trust.USER, PartType.TEXT)),
        ("assistant", (Kind.MESSAGE, Role.ASSISTANT, Trust.MODEL, PartType.TEXT)),
        ("system", (Kind.MESSAGE, Role.SYSTEM, Trust.SYSTEM, PartType.TEXT)),
        ("tool", (Kind.TOOL_RESULT, Role.TOOL, Trust.TOOL, PartType.TOOL_RESULT)),
        ("retrieved", (Kind.RETRIEVAL, Role.TOOL, Trust.RETRIEVED, PartType.DOCUMENT)),
    ],
)
def test_trust_follows_from_the_role(role: str, expected: tuple[Kind, Role, Trust, PartType]) -> None:
    event = event_of(rows("x", role=role)[0])
    assert (event.kind, event.role, event.trust, event.part_type) == expected


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 7])
def test_batches_make_no_difference(batch_rows: int) -> None:
    some = [*rows("obey", "", "hello", "OBEY", "obey", "o\ufeffbey", "x" * 5_000)]
    assert judged(RULES, some, batch_rows) == judged(RULES, some)
    assert [one.hit for one in judged(RULES, some)] == [True, False, False, True, True, True, False]


def test_only_alerts_that_answer_the_task_count() -> None:
    [one] = judged(RULES, rows("obey", task="pii"))
    assert (one.hit, one.score) == (False, 0.0)
    assert one.rules == (RULES.rules[0].id,)
    [one] = judged(RULES, rows("obey", role="assistant"))
    assert one.rules == ()


def test_rules_that_are_only_there_to_be_counted_make_no_difference() -> None:
    counting = RuleSet((*RULES.rules, replace(RULES.rules[0], id="0" * 8, alerts=False)))
    some = rows("obey", "hello")
    assert judged(counting, some) == judged(RULES, some)


def test_what_is_only_information_is_no_hit() -> None:
    informing = RuleSet((rule(**{"text|contains": "obey"}),))
    level = informing.rules[0].level
    [one] = judged(informing, rows("obey"))
    assert one.hit == (level != "informational")


def test_a_text_that_trips_the_detector_is_told_and_the_others_are_judged() -> None:
    def tripping(ruleset: RuleSet, batch: EventBatch) -> Detected:
        if batch.contents["text"].str.contains("trip").any():
            raise ValueError
        return really_detect(ruleset, batch)

    with patch.object(judging, "detect", tripping):
        found = judged(RULES, rows("obey", "trip over this", "obey"))
    assert [(one.hit, one.failed) for one in found] == [(True, False), (False, True), (True, False)]
