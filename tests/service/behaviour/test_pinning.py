"""What is usual is pinned by people who may, with a reason, on record."""

from contextlib import closing
from pathlib import Path

import pytest
from tests.service.behaviour.parts import HOUR, START, measured, traffic
from tests.service.parts import actor

from llmsec_tui.access.role_file import shipped
from llmsec_tui.errors import AccessRefused, ServiceError
from llmsec_tui.service.asks import Done
from llmsec_tui.service.behaviour.api import ListBaselines, ListBehaviour, PinBaseline
from llmsec_tui.service.behaviour.handlers import list_baselines, list_behaviour
from llmsec_tui.service.commands import carry_out
from llmsec_tui.service.content.scoping import check_within
from llmsec_tui.service.context import Context
from llmsec_tui.store.sight import Sight

FIRST = START * 1_000_000


def pin(context: Context, **asked: object) -> Done:
    told = {"command_id": "c1", "since": 0, "note": "ordinary", **asked}
    return carry_out(context, actor("responder", "rita"), PinBaseline(**told))  # type: ignore[arg-type]


def test_it_is_pinned_once_and_on_record(context: Context, tmp_path: Path) -> None:
    measured(context.store, tmp_path, traffic(8, each=5))
    done = pin(context)
    assert (done.message, done.version) == ("Baseline 1 is pinned: 4 hours.", 1)
    assert pin(context) == done
    with closing(context.store.reader()) as reader:
        [row] = list_baselines(context, reader, ListBaselines()).rows
    assert (row.by, row.note, row.until, row.hours, row.in_force, row.usable) == (
        *("rita", "ordinary", FIRST + 4 * HOUR),
        *(4, True, True),
    )
    [record] = [one for one in context.journal.page()[0] if one["action"] == "baselines.pin"]
    assert (record["object"], record["result"], record["reason"]) == ("baseline:1", "done", "ordinary")
    assert pin(context, command_id="c2", until=FIRST + 2 * HOUR).version == 2


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"note": "  "}, "with a reason"),
        ({"note": "x" * 2_001}, "at most 2,000"),
        ({"since": FIRST + 20 * HOUR}, "ends before it begins"),
        ({"since": -1}, "ends before it begins"),
        ({"until": 5, "since": 5}, "ends before it begins"),
        ({"until": 5}, "no hours that are over"),
        ({"until": FIRST + 3 * HOUR}, "not all hours before 2026-11-01 03:00 UTC are over"),
    ],
)
def test_what_makes_no_sense_is_not_pinned(
    context: Context, tmp_path: Path, asked: dict[str, object], why: str
) -> None:
    measured(context.store, tmp_path, traffic(6, each=2))
    with pytest.raises(ServiceError, match=why):
        pin(context, **asked)
    assert context.store.reader().baselines() == []


def test_before_an_hour_is_over_there_is_nothing_to_pin(context: Context) -> None:
    with pytest.raises(ServiceError, match="no hour is over yet"):
        pin(context)


def test_nobody_with_a_scope_pins_for_all(context: Context) -> None:
    with closing(context.store.reader()) as reader, pytest.raises(AccessRefused, match="reaches further"):
        check_within(reader.within(Sight(apps=("shop",))), PinBaseline(command_id="c", since=0, note="x"))


def test_who_may_look_and_who_may_pin() -> None:
    holders = {
        capability: {name for name, role in shipped().roles.items() if capability in role.capabilities}
        for capability in ("behaviour.read", "overview.read", "baselines.pin")
    }
    assert holders["behaviour.read"] == holders["overview.read"]
    assert holders["baselines.pin"] == {"responder", "admin", "owner"}


def test_hours_after_a_new_baseline_are_judged_by_it(context: Context, tmp_path: Path) -> None:
    rolling = measured(context.store, tmp_path, traffic(8, each=5))
    pin(context, until=FIRST + 3 * HOUR)
    rolling.run()
    with closing(context.store.reader()) as reader:
        points = reader.behaviour_points(0, FIRST + 8 * HOUR, "all", "errors")
        board = list_behaviour(context, reader, ListBehaviour())
    assert [one["baseline"] for one in points] == [0, 0, 0, 1, 1, 1, 1]
    assert board.baseline == 1
