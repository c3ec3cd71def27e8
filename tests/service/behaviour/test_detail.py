"""One metric of one slice: what it came to, what changed with it, and which conversations it is made of."""

from contextlib import closing
from pathlib import Path

import pytest
from tests.service.behaviour.parts import HOUR, START, measured, span
from tests.service.conftest import rooms
from tests.service.parts import actor

from llmsec_tui.drift.metrics import BY_NAME
from llmsec_tui.errors import NotFound
from llmsec_tui.paths import Home
from llmsec_tui.service.behaviour.api import BehaviourDetail, GetBehaviour, ListBehaviour
from llmsec_tui.service.behaviour.detail import get_behaviour
from llmsec_tui.service.behaviour.handlers import list_behaviour
from llmsec_tui.service.context import Context

SWAP = START * 1_000_000 + 40 * HOUR


def detail(context: Context, metric: str, role: str = "owner", **changes: object) -> BehaviourDetail:
    ask = GetBehaviour(metric=metric, **{"hours": 6, **changes})  # type: ignore[arg-type]
    with closing(context.store.reader()) as reader:
        return get_behaviour(context, reader, ask, actor(role))


def test_the_board_and_the_detail_say_the_same(shop: Context) -> None:
    with closing(shop.store.reader()) as reader:
        board = list_behaviour(shop, reader, ListBehaviour(hours=6, filter="metric:refusals slice:all"))
    [row] = board.rows
    shown = detail(shop, "refusals").row
    assert (row.verdict, row.n, row.effect, row.p_value) == (shown.verdict, shown.n, shown.effect, shown.p_value)
    assert (row.verdict, row.usual_n > 1000, board.baseline, board.note) == ("drift", True, 1, "")
    assert board.drifting > board.total


def test_a_chart_goes_on_to_the_newest_hour_with_what_is_usual_around_it(shop: Context) -> None:
    points = detail(shop, "refusals", chart_hours=30).points
    assert [one.at for one in points] == list(range(SWAP - 22 * HOUR, SWAP + 8 * HOUR, HOUR))
    quiet, swapped = points[:20], points[22:]
    assert all(one.low is not None and one.high is not None and 0 <= one.low <= one.high < 0.2 for one in points)
    inside = sum(one.low <= one.value <= one.high for one in quiet)  # type: ignore[operator]
    assert inside >= 16
    assert all(one.value > one.high for one in swapped)  # type: ignore[operator]
    assert {one.verdict for one in swapped[1:]} <= {"drift", "watch", "insufficient"}


@pytest.mark.parametrize("metric", BY_NAME)
def test_every_metric_has_a_detail_whether_the_logs_tell_it_or_not(shop: Context, metric: str) -> None:
    found = detail(shop, metric, chart_hours=6)
    assert len(found.points) == 6
    assert found.row.verdict in ("absent", "insufficient") or found.row.n
    assert all(one.low is None or one.high is None or one.low <= one.high for one in found.points)


def test_a_swapped_model_is_named_as_the_cause_and_stands_on_the_chart(shop: Context) -> None:
    found = detail(shop, "refusals")
    assert found.causes[0].cause == "the provider's model"
    assert "gpt-9" in found.causes[0].why
    assert [(one.kind, one.text) for one in found.marks] == [("deploy", "v2 of the shop"), ("model", "gpt-9")]
    assert any("v2 of the shop" in one.why for one in found.causes)
    [by_model] = [one for one in found.splits if one.dimension == "model"]
    assert by_model.total == pytest.approx(by_model.mix + by_model.within)
    assert {name for name, *_ in by_model.movers} == {"gpt-4o", "gpt-9"}


def test_a_steady_metric_has_nobody_to_blame(shop: Context) -> None:
    found = detail(shop, "errors")
    assert (found.row.verdict, found.causes) == ("steady", [])


def test_the_conversations_that_contribute_most_are_those_that_are_otherwise(shop: Context) -> None:
    found = detail(shop, "refusals").contributors
    assert len(found) == 20
    assert {one.value for one in found} == {1.0}
    assert all(one.at >= SWAP and one.conversation_id and one.event_id for one in found)
    assert sorted(found, key=lambda one: -one.weight) == found
    assert 0 < sum(one.weight for one in found) <= 1
    longest = detail(shop, "output_tokens").contributors
    assert min(one.value or 0 for one in longest) > 200


def test_only_who_reads_texts_is_told_how_they_are_worded(shop: Context) -> None:
    terms = detail(shop, "refusals").terms
    assert terms is not None
    assert terms.auc > terms.auc_limit
    assert "sorry" in terms.more
    assert "order" in terms.fewer
    for role in ("viewer", "analyst", "responder", "admin", "auditor"):
        assert detail(shop, "refusals", role).terms is None


def test_a_mix_is_told_by_its_names(shop: Context) -> None:
    found = detail(shop, "finish")
    assert found.row.verdict == "steady"
    assert {"stop"} >= {one.name for one in found.shifts}
    assert found.splits == []


def test_a_window_may_lie_in_the_past(shop: Context) -> None:
    found = detail(shop, "refusals", until=SWAP - HOUR, chart_hours=3)
    assert (found.row.verdict, found.causes, [one.at for one in found.points][-1]) == ("steady", [], SWAP - 2 * HOUR)


def test_a_slice_is_explained_by_itself(shop: Context) -> None:
    """A model that the baseline does not have is held against nothing."""
    found = detail(shop, "refusals", slice="model=gpt-9")
    assert (found.row.slice, found.row.n, found.row.verdict) == ("model=gpt-9", 240, "insufficient")
    assert found.contributors == []


@pytest.mark.parametrize(("metric", "part"), [("mood", "all"), ("refusals", "model=none"), ("refusals", "x=y")])
def test_what_there_is_not_is_not_found(shop: Context, metric: str, part: str) -> None:
    with pytest.raises(NotFound, match="There is no"):
        detail(shop, metric, slice=part)


def test_what_changed_elsewhere_is_not_on_the_chart_of_a_slice(tmp_path: Path) -> None:
    """The desk's model is swapped; the shop's calls are not the desk's, whichever way they are cut."""
    home = Home(tmp_path / "home")
    home.create()
    told = {"gen_ai.usage.output_tokens": "9"}
    shop = [span(hour, hour, app="shop", **{**told, "gen_ai.response.model": "gpt-4o"}) for hour in range(5)]
    models = ["claude", "claude", "claude", "gpt-9", "gpt-9"]
    desk = [span(hour, 9 + hour, **{**told, "gen_ai.response.model": one}) for hour, one in enumerate(models)]
    with rooms(home) as made:
        measured(made.store, home.root, [*shop, *desk])
        marks = {
            part: [(one.kind, one.text) for one in detail(made, "output_tokens", slice=part).marks]
            for part in ("all", "app=shop", "model=gpt-4o", "model=gpt-9")
        }
    swapped = [("model", "gpt-9")]
    assert marks == {"all": swapped, "app=shop": [], "model=gpt-4o": [], "model=gpt-9": swapped}
