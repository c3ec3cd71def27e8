"""Two models beside each other."""

from contextlib import closing

import pytest

from llmsec_tui.errors import NotFound
from llmsec_tui.service.behaviour.api import CompareModels, Comparison
from llmsec_tui.service.behaviour.models import compare_models
from llmsec_tui.service.context import Context


def compared(context: Context, one: str = "", other: str = "", hours: int = 72) -> Comparison:
    with closing(context.store.reader()) as reader:
        return compare_models(context, reader, CompareModels(one=one, other=other, hours=hours))


def test_the_two_with_the_most_calls_are_compared_and_what_differs_is_told(shop: Context) -> None:
    found = compared(shop)
    assert (found.models, found.one, found.other) == (["gpt-4o", "gpt-9"], "gpt-4o", "gpt-9")
    rows = {one.metric: one for one in found.rows}
    assert rows["refusals"].differs
    assert rows["refusals"].one == pytest.approx(0.03, abs=0.02)
    assert rows["refusals"].other == pytest.approx(0.5, abs=0.1)
    assert rows["output_tokens"].differs
    assert not rows["errors"].differs
    assert not rows["finish"].differs
    assert (rows["errors"].one_n, rows["errors"].other_n) == (1600, 320)


def test_one_may_be_chosen_and_both_may_be_the_same(shop: Context) -> None:
    assert compared(shop, "gpt-9").other == "gpt-4o"
    same = compared(shop, "gpt-9", "gpt-9")
    assert not any(one.differs for one in same.rows)
    alone = compared(shop, hours=2)
    assert (alone.models, alone.one, alone.other) == (["gpt-9"], "gpt-9", "")
    assert not any(one.differs for one in alone.rows)


def test_a_model_that_did_nothing_is_not_found(shop: Context) -> None:
    with pytest.raises(NotFound, match="no model 'gpt-2'"):
        compared(shop, "gpt-2")
