"""Token counts of Langfuse, whose parts stand beside each other or within each other."""

from typing import Any

import pytest

from llmsec_tui.formats.platforms.langfuse_usage import usage_of


@pytest.mark.parametrize(
    ("details", "counted"),
    [
        ({"input": 10, "output": 4, "total": 14}, (10, 4, None, None, None)),
        ({"input": 10, "output": 4, "total": 44, "input_cache_read": 30}, (40, 4, 30, None, None)),
        ({"input": 10, "output": 4, "total": 20, "output_reasoning": 6}, (10, 10, None, None, 6)),
        ({"input": 40, "output": 4, "total": 44, "prompt_details.cache_read": 30}, (40, 4, 30, None, None)),
        (
            {"input": 10, "output": 4, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 5},
            (45, 4, 30, 5, None),
        ),
        ({"input": "10", "output": "4", "total": "14"}, (10, 4, None, None, None)),
        ({"input": True, "output": None}, (None, None, None, None, None)),
    ],
)
def test_input_has_what_came_from_a_cache_and_output_what_was_thought(
    details: dict[str, Any], counted: tuple[int | None, ...]
) -> None:
    usage = usage_of({"usageDetails": details})
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_write_input_tokens")
    assert tuple(usage.get(name) for name in (*names, "reasoning_output_tokens")) == counted


@pytest.mark.parametrize(
    ("data", "cost"),
    [
        ({"costDetails": {"input": 0.1, "total": 0.3}}, 0.3),
        ({"cost_details": '{"total": 0.3}'}, 0.3),
        ({"total_cost": "0.25"}, 0.25),
        ({"calculatedTotalCost": 0.5}, 0.5),
        ({"totalCost": "much"}, None),
    ],
)
def test_cost_goes_by_many_names(data: dict[str, Any], cost: float | None) -> None:
    assert usage_of(data).get("cost_usd") == cost
