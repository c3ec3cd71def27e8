"""The shipped rules on the shipped story: every act is caught, and ordinary traffic is left alone."""

from pathlib import Path
from threading import Event

import pytest

from llmsec_tui.detect.ruleset import RuleSet
from llmsec_tui.paths import shipped
from llmsec_tui.probes.expected import EXPECTED, Judgement, judge
from llmsec_tui.probes.story import load_story, play
from llmsec_tui.service.scan import Scan

FOLDER = shipped("sample_logs") / "support_bot"


@pytest.fixture(scope="module")
def ruleset(shipped_rules: RuleSet) -> RuleSet:
    return shipped_rules


def judged(ruleset: RuleSet, folder: Path) -> Judgement:
    """What the rules make of the story in a folder."""
    alerts = [alert for frame in Scan([str(folder)], ruleset).alerts() for alert in frame.iter_rows(named=True)]
    return judge(alerts, folder)


def test_every_act_of_the_story_is_caught(ruleset: RuleSet) -> None:
    """By a rule for that threat, on what the right speaker said."""
    judgement = judged(ruleset, FOLDER)
    assert [(expected.act, expected.what) for expected in judgement.missed] == []
    assert len(judgement.things) == len(EXPECTED)


def test_the_story_is_caught_at_any_hour(ruleset: RuleSet, tmp_path: Path) -> None:
    """Playing it moves its times; what is said stays."""
    play(load_story(), tmp_path, 0, stop=Event())
    assert judged(ruleset, tmp_path).missed == ()


def test_ordinary_traffic_raises_no_alarm_worth_a_page(ruleset: RuleSet) -> None:
    """About eighty calls of customers and an engineer: nothing of medium level or above."""
    others = judged(ruleset, FOLDER).others
    loud = [(alert["title"], alert["excerpt"]) for alert in others if alert["level"] not in ("informational", "low")]
    assert loud == []
    assert len(others) <= 3


def test_the_format_samples_raise_no_alarm(ruleset: RuleSet) -> None:
    """They show formats, not attacks; what is merely noted (a denied tool call) is no alarm."""
    frames = Scan([str(shipped("sample_logs") / "formats")], ruleset, min_level="low").alerts()
    assert [alert["title"] for frame in frames for alert in frame.iter_rows(named=True)] == []
