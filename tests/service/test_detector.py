"""Judging in another process gives what judging here gives."""

import os
import signal
import time
from collections.abc import Iterator

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.patience import PATIENCE_S
from tests.service.test_judging import ATTACK, kept

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.ruleset import RuleSet, load
from llmsec_tui.events.batch import EventBatch, build
from llmsec_tui.paths import shipped
from llmsec_tui.service import detector as detectors
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.rules.in_force import in_force

FEW = [shipped("rules") / "injection", shipped("rules") / "prompt_leak"]
"""Folders of rules that see ``ATTACK``; a process reads them in a fraction of the time that all rules take."""


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return load(FEW)


@pytest.fixture
def detector(ruleset: RuleSet, monkeypatch: pytest.MonkeyPatch) -> Iterator[Detector]:
    """One for which twenty events are many."""
    monkeypatch.setattr(detectors, "BIG", 20)
    made = Detector(ruleset, FEW)
    yield made
    made.close()


def many() -> EventBatch:
    return build([kept(n, f"{ATTACK} {n}" if n % 3 else f"hello {n}") for n in range(40)])


def process_of(detector: Detector) -> int:
    assert detector._process is not None
    return detector._process.pid


def wait_for(detector: Detector) -> None:
    """Until its process can judge."""
    patience = time.monotonic() + PATIENCE_S
    while not detector._is_ready():
        assert time.monotonic() < patience
        time.sleep(0.05)


def test_while_its_process_starts_a_big_batch_is_judged_here(detector: Detector, ruleset: RuleSet) -> None:
    """Nobody waits the seconds that it takes."""
    assert_frame_equal(detector(many()).alerts, detect(ruleset, many()).alerts)
    assert detector._waits_for_process


def test_a_big_batch_is_judged_elsewhere_with_the_same_alerts(
    detector: Detector, shipped_rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By all rules, to the column and the order; and again by the same process."""
    monkeypatch.setattr(detector, "_paths", [shipped("rules")])
    detector.use(shipped_rules, frozenset())
    wait_for(detector)
    assert_frame_equal(detector(many()).alerts, detect(shipped_rules, many()).alerts)
    first = process_of(detector)
    assert_frame_equal(detector(many()).alerts, detect(shipped_rules, many()).alerts)
    assert process_of(detector) == first != os.getpid()


def test_other_rules_are_used_there_too(detector: Detector, ruleset: RuleSet) -> None:
    """From the next batch on: what is off here is off in the process."""
    wait_for(detector)
    hit = detector(many()).alerts["rule_id"].unique().sort()
    assert hit.len() > 1
    first = process_of(detector)
    off = frozenset(hit[:1])
    detector.use(in_force(ruleset, off), off)
    wait_for(detector)
    assert detector(many()).alerts["rule_id"].unique().sort().to_list() == hit[1:].to_list()
    assert process_of(detector) != first


def test_a_small_batch_stays_here(detector: Detector) -> None:
    """No process is started for what is judged in milliseconds."""
    assert detector(build([kept(0, ATTACK)])).alerts.height >= 1
    assert detector._process is None


def test_a_process_that_dies_costs_no_alert(detector: Detector, ruleset: RuleSet) -> None:
    """The batch is judged here, and so are all that follow."""
    wait_for(detector)
    os.kill(process_of(detector), signal.SIGKILL)
    assert_frame_equal(detector(many()).alerts, detect(ruleset, many()).alerts)
    assert detector._process is None


def test_what_trips_it_elsewhere_is_an_error_here(detector: Detector) -> None:
    """A frame that the engine cannot read fails by name, and the process goes on."""
    wait_for(detector)
    broken = EventBatch(many().events, pl.DataFrame({"nothing": [1]}), [])
    with pytest.raises(detectors.DetectionFailed, match="Error"):
        detector(broken)
    assert detector(many()).alerts.height > 0


def test_the_process_ends_with_the_one_that_started_it(detector: Detector) -> None:
    """However that ends: its requests end, and it leaves."""
    wait_for(detector)
    process = detector._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    end = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    assert process.poll() == 0


def test_a_detector_that_is_still_warming_up_judges_as_ever(ruleset: RuleSet) -> None:
    """The first batch waits for it, and so do other rules."""
    warming = Detector(ruleset)
    warming.warm()
    assert_frame_equal(warming(many()).alerts, detect(ruleset, many()).alerts)
    warming.warm()
    warming.use(load(FEW[:1]), ())
    assert warming._warming is None
    warming.close()
