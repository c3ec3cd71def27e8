"""What calls cost, and how two models compare, as people see it."""

import pytest
from tests.console.backend import Backend
from tests.console.driving import LARGE, SIZES, driving

from llmsec_tui.console.screens.usage import UsagePane
from llmsec_tui.paths import Home
from llmsec_tui.service.behaviour.api import CompareModels, ListUsage


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_dear_and_over_budget_is_told_without_colour(home: Home, size: tuple[int, int]) -> None:
    """Tokens from a cache stand apart; what has no price is said."""
    async with driving(Backend(), home, size) as driver:
        await driver.press("9")
        await driver.see("By model", "! 1 over budget", "claude-sonnet-5", "138% of $300", "30.1M", "61.1M", "$138+")
        await driver.see("! 12 calls cost more than is told", "prices.yml of 2026-11-01", "6 of 9")
        assert {strip.cell_length for strip in driver.app.screen._compositor.render_strips()} == {size[0]}
        if size is LARGE:
            await driver.see("UNPRICED", "24 HOURS")


async def test_usage_is_told_by_another_thing_and_of_another_time(home: Home) -> None:
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("9")
        await driver.see("By model", "claude-sonnet-5")
        await driver.press("v")
        await driver.see("By app", "support-bot")
        await driver.press("z")
        await driver.see("last 7d to")
        await driver.press("colon")
        await driver.type("by user")
        await driver.press("enter")
        await driver.see("By user", "customer-4711")
        asked = [ask for ask in backend.asked if isinstance(ask, ListUsage)]
        assert (asked[-1].by, asked[-1].hours) == ("user", 168)
        await driver.press("colon")
        await driver.type("by colour")
        await driver.press("enter")
        await driver.see("It can be told by model, app")


async def test_a_row_opens_the_events_of_its_name(home: Home) -> None:
    """Where events can be sought by it."""
    async with driving(Backend(), home) as driver:
        await driver.press("9")
        await driver.see("claude-sonnet-5")
        await driver.press("v", "v", "v")
        await driver.see("By key")
        assert isinstance(driver.app.screen, UsagePane)
        assert driver.app.screen.is_idle("open")
        await driver.press("v", "v", "v")
        await driver.see("By model")
        await driver.press("enter")
        await driver.see("4 Events", 'model:"claude-sonnet-5"')


async def test_the_cursor_keeps_its_name(home: Home) -> None:
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("9")
        await driver.see("claude-sonnet-5-1")
        await driver.press("j", "z")
        await driver.see("last 7d to")
        await driver.press("y")
        await driver.see("terminal's clipboard")


@pytest.mark.parametrize("size", SIZES)
async def test_two_models_stand_side_by_side(home: Home, size: tuple[int, int]) -> None:
    """Without names those with the most calls; keys take others."""
    backend = Backend()
    async with driving(backend, home, size) as driver:
        await driver.press("colon")
        await driver.type("compare")
        await driver.press("enter")
        await driver.see("› compare", "A claude-sonnet-5", "B gpt-5-mini", "≠ 2 of 7", "≠", "2.14 s", "3 models")
        assert {strip.cell_length for strip in driver.app.screen._compositor.render_strips()} == {size[0]}
        await driver.press("b")
        await driver.see("B llama-9")
        await driver.press("a")
        await driver.see("A gpt-5-mini")
        await driver.press("z")
        await driver.see("last 30d", "A claude-sonnet-5")
        await driver.press("colon")
        await driver.type("compare llama-9 gpt-5-mini")
        await driver.press("enter")
        await driver.see("A llama-9", "B gpt-5-mini")
        asked = [ask for ask in backend.asked if isinstance(ask, CompareModels)]
        assert (asked[-1].one, asked[-1].other) == ("llama-9", "gpt-5-mini")
        await driver.press("escape")
        await driver.see("Latest alerts")


async def test_a_model_that_is_not_there_is_told(home: Home) -> None:
    async with driving(Backend(), home) as driver:
        driver.app.action_comparison("nobody")
        await driver.see("There is no such model in this time.")
