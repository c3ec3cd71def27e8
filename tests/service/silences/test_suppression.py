"""What a running collector keeps from people: by its rules, by silences, and never by accident."""

from typing import Any

import polars as pl
import pytest
from tests.detect.test_suppress import NOW, alert, frame

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.suppress import Matcher, Silence, Suppressor
from llmsec_tui.events.schema import SUPPRESSION
from llmsec_tui.service.silences.suppression import Suppression
from llmsec_tui.store.commit import Withdrawal
from llmsec_tui.store.silences import StoredSilence

HOUR = 3_600_000_000


def ruleset(**inhibited_by: tuple[str, ...]) -> RuleSet:
    """A set of which only this is looked at."""
    made = RuleSet(())
    rules = tuple(_Rule(name, others) for name, others in inhibited_by.items())
    object.__setattr__(made, "everything", rules)
    return made


class _Rule:
    def __init__(self, name: str, inhibited_by: tuple[str, ...]) -> None:
        self.id, self.inhibited_by = name, inhibited_by


def stored(ended_at: int | None = None) -> StoredSilence:
    return StoredSilence(Silence("s1", (Matcher("rule_id", "r"),), NOW + HOUR), "ada", "why", NOW, ended_at)


def decided(suppression: Suppression, *alerts: dict[str, Any], withdrawn: tuple[str, ...] = ()) -> dict[str, Any]:
    """What became of each alert."""
    taken_back = [Withdrawal(alert_id, "late") for alert_id in withdrawn]
    found = suppression.decided(frame(alerts), taken_back, NOW)
    return {row["alert_id"]: row["suppressed_by"] for row in found.iter_rows(named=True)}


def test_silences_hold_from_the_next_batch_on_and_ended_ones_do_not() -> None:
    suppression = Suppression(RuleSet(()), [stored()])
    assert decided(suppression, alert(1)) == {"a1": "silenced"}
    suppression.hold([stored(ended_at=NOW)])
    assert decided(suppression, alert(2)) == {"a2": None}
    suppression.hold([stored(ended_at=NOW), stored()])
    assert decided(suppression, alert(3, excerpt="x")) == {"a3": "silenced"}


def test_other_rules_inhibit_from_the_next_batch_on() -> None:
    """What was shown before them is not forgotten."""
    suppression = Suppression(RuleSet(()))
    assert decided(suppression, alert(1, "strong"), alert(2, "weak")) == {"a1": None, "a2": None}
    suppression.use(ruleset(weak=("strong",)))
    assert decided(suppression, alert(3, "weak")) == {"a3": "inhibited"}


def test_the_same_attack_after_its_incident_was_closed_is_shown() -> None:
    """Otherwise a close would hide what goes on."""
    suppression = Suppression(RuleSet(()))
    assert decided(suppression, alert(1), alert(2)) == {"a1": None, "a2": "duplicate"}
    suppression.closed(["a1"])
    assert decided(suppression, alert(3), alert(4)) == {"a3": None, "a4": "duplicate"}


def test_a_rule_over_time_inhibits_what_it_counted_on_the_same_event() -> None:
    """Though its alert comes behind those of the whole batch."""
    suppression = Suppression(ruleset(single=("timed",)))
    alerts = [alert(1, "single", event_id="e1"), alert(2, "other"), alert(3, "timed", event_id="e1")]
    assert decided(suppression, *alerts) == {"a1": "inhibited", "a2": None, "a3": None}


def test_a_withdrawn_alert_suppresses_nothing_in_its_own_batch() -> None:
    suppression = Suppression(RuleSet(()))
    assert decided(suppression, alert(1)) == {"a1": None}
    assert decided(suppression, alert(2), withdrawn=("a1",)) == {"a2": None}


def test_when_deciding_fails_everything_is_shown_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds a text that breaks it must not have found a way to hide."""

    def broken(self: Suppressor, alerts: pl.DataFrame, now: int) -> pl.DataFrame:
        raise pl.exceptions.ComputeError("no")

    suppression = Suppression(RuleSet(()), [stored()])
    monkeypatch.setattr(Suppressor, "apply", broken)
    found = suppression.decided(frame([alert(1)]), (), NOW)
    assert found.height == 1
    assert not set(SUPPRESSION) & set(found.columns)
    assert "all of them are shown" in suppression.problem
