"""What calls used and cost: what logs say, else by the price table, and never a guess that looks like money."""

from contextlib import closing
from pathlib import Path

import pytest
from tests.service.behaviour.parts import START, call, take_in, write

from llmsec_tui.errors import ServiceError
from llmsec_tui.service.behaviour.api import ListUsage, UsagePage
from llmsec_tui.service.behaviour.prices_in_force import PricesInForce
from llmsec_tui.service.behaviour.usage import list_usage
from llmsec_tui.service.context import Context

OWN = """\
models:
  - {name: gpt-9, input: 1, output: 10}
budgets:
  user: {u1: 5, "*": 2}
"""


def page(context: Context, **asked: object) -> UsagePage:
    with closing(context.store.reader()) as reader:
        return list_usage(context, reader, ListUsage(**asked))  # type: ignore[arg-type]


@pytest.fixture
def used(context: Context, tmp_path: Path) -> Context:
    """Four calls of two users: one with a cost, one of a priced model, one of a model of no price, one of nothing."""
    calls = [
        call(START + 60, 1, user="u1", cost=0.5),
        call(START + 7_200, 2, user="u1", cost=None),
        call(START + 7_260, 3, user="u2", model="gpt-9", cost=None),
        call(START + 7_320, 4, user="u2", model="gpt-9", cost=None, tokens=200),
    ]
    take_in(context.store, write(tmp_path / "used.jsonl", calls))
    return context


def test_the_cost_in_the_log_counts_and_else_the_table(used: Context) -> None:
    first, second = page(used, by="user").rows
    assert (first.name, first.calls, first.input_tokens, first.output_tokens, first.unpriced) == ("u1", 2, 400, 200, 0)
    assert first.cost == pytest.approx(0.5 + (200 * 2.5 + 100 * 10) / 1e6)
    assert (second.name, second.calls, second.cost, second.unpriced) == ("u2", 2, 0.0, 2)


def test_a_model_without_a_price_is_said_so_and_not_free(used: Context) -> None:
    told = page(used, by="model")
    assert told.note.startswith("2 calls cost more than is told, by models without a price: gpt-9.")
    assert {one.name: one.unpriced for one in told.rows} == {"gpt-4o": 0, "gpt-9": 2}
    assert "shipped list prices" in told.prices


def test_prices_and_budgets_of_ones_own_come_first(used: Context) -> None:
    prices = used.behaviour.prices
    prices.path.write_text(OWN)
    prices._reload()
    told = page(used, by="user")
    assert {one.name: (one.budget, one.unpriced) for one in told.rows} == {"u1": (5.0, 0), "u2": (2.0, 0)}
    assert sum(one.cost for one in told.rows if one.name == "u2") == pytest.approx((400 * 1 + 300 * 10) / 1e6)
    assert (told.note, told.prices.startswith("1 of prices.yml")) == ("", True)


def test_a_broken_table_changes_nothing_and_is_told(used: Context) -> None:
    used.behaviour.prices.path.write_text("models: [{name: gpt-9, input: -1, output: x}]\nprice: 3\n")
    prices = PricesInForce(used.behaviour.prices.path, used.journal)
    assert "The file of prices is broken" in prices.problem
    assert prices.now.of("gpt-9") is None
    assert prices.now.of("gpt-4o-2024") is not None


def test_the_line_shows_dollars_by_hour_and_the_window_ends_with_the_newest_event(used: Context) -> None:
    told = page(used, by="app")
    [row] = told.rows
    assert row.name == "(none)"
    assert [place for place, cost in enumerate(row.spark) if cost] == [21, 23]
    assert sum(row.spark) == pytest.approx(row.cost)
    assert page(used, by="app", hours=1).rows[0].calls == 3


def test_an_hour_before_the_line_is_counted_and_not_drawn(used: Context, tmp_path: Path) -> None:
    take_in(used.store, write(tmp_path / "older.jsonl", [call(START - 90_000, 9, cost=7.0)]))
    [row] = page(used, by="app", hours=72).rows
    assert row.cost - sum(row.spark) == pytest.approx(7.0)


def test_nothing_is_no_cost_and_no_error(context: Context) -> None:
    told = page(context)
    assert (told.rows, told.total, told.note) == ([], 0, "")
    with pytest.raises(ServiceError, match="cannot be told by 'mood'"):
        page(context, by="mood")


def test_usage_is_told_by_the_key_of_a_gateway(used: Context, tmp_path: Path) -> None:
    """By its name, else by its hash; calls of no key are one row."""
    keyed = [call(START + 8_000 + at, 20 + at) for at in range(3)]
    keyed[0]["metadata"] |= {"user_api_key_alias": "batch", "user_api_key_hash": "abc"}
    keyed[1]["metadata"] |= {"user_api_key_hash": "def"}
    take_in(used.store, write(tmp_path / "keyed.jsonl", keyed))
    assert {one.name: one.calls for one in page(used, by="key").rows} == {"batch": 1, "def": 1, "(none)": 5}


def test_an_event_of_the_future_does_not_move_the_window(used: Context, tmp_path: Path) -> None:
    take_in(used.store, write(tmp_path / "future.jsonl", [call(START + 50 * 365 * 86_400, 9)]))
    assert sum(one.calls for one in page(used).rows) == 4
