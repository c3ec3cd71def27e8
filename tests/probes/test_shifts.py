"""A change counts as caught only where board, alert, cause and conversations all say so."""

from dataclasses import replace

import msgspec
import pytest
from tests.console.behaviour_backend import behaviour_row

from llmsec_tui.drift.causes import Cause
from llmsec_tui.probes.desks import SWAPPED_IN
from llmsec_tui.probes.shifts import CREEP_SEEN, SWAP_SEEN, Sight
from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.behaviour.api import BehaviourDetail, CauseRow

ALERT = AlertRow(
    seq=1,
    alert_id="a1",
    rule_id="r1",
    title="Model behaves otherwise than it did",
    level="medium",
    confidence=0.7,
    state="new",
    version=1,
    owner="",
    ts=1,
    raised_at=1,
    event_id="e1",
    conversation_id=None,
    user_id=None,
    app=None,
    model=None,
    source_path="refusals of all",
    role=None,
    trust=None,
    tool_name=None,
    excerpt="",
)
DETAIL = BehaviourDetail(
    row=msgspec.structs.replace(behaviour_row(0), verdict="drift", slow_since=None),
    causes=[CauseRow(cause=Cause.PROVIDER, share=0.9, why="another model")],
    statistics={},
    terms=None,
    points=[],
    marks=[],
    splits=[],
    shifts=[],
    contributors=[],
)
SIGHT = Sight(SWAP_SEEN, DETAIL, (ALERT,), (SWAPPED_IN, SWAPPED_IN))


def changed(**changes: object) -> Sight:
    """With another board."""
    return replace(SIGHT, detail=msgspec.structs.replace(DETAIL, **changes))


def test_all_of_it_is_seen() -> None:
    assert SIGHT.is_caught
    assert SIGHT.causes == ["the provider's model, 90%: another model"]
    assert SIGHT.opened.endswith(f"2 messages of {SWAPPED_IN}")


@pytest.mark.parametrize(
    "sight",
    [
        changed(row=behaviour_row(3)),
        replace(SIGHT, alerts=()),
        changed(causes=[]),
        changed(causes=[CauseRow(cause=Cause.USERS, share=0.9, why="others ask")]),
        changed(causes=[CauseRow(cause=Cause.PROVIDER, share=0.2, why="a little")]),
        replace(SIGHT, models=()),
        replace(SIGHT, models=(SWAPPED_IN, "gpt-4o-mini-2024-07-18")),
        replace(SIGHT, shift=CREEP_SEEN),
    ],
    ids=["steady", "no alert", "no cause", "another cause", "hardly", "no talk", "of others too", "not slowly"],
)
def test_what_lacks_one_of_them_is_missed(sight: Sight) -> None:
    assert not sight.is_caught
