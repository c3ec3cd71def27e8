"""Why a rule fired or did not, on the screen."""

import pytest
from tests.console.backend import Backend
from tests.console.driving import SIZES, SMALL, driving

from llmsec_tui.errors import NotFound
from llmsec_tui.paths import Home
from llmsec_tui.service.rules.explain_api import Explain


@pytest.mark.parametrize("size", SIZES)
async def test_an_alert_explains_its_own_rule_with_a_mark_at_every_part(home: Home, size: tuple[int, int]) -> None:
    """The marks say without colour what holds; escape goes back to the alert."""
    backend = Backend()
    async with driving(backend, home, size) as driver:
        await driver.press("2")
        await driver.see("1 of")
        await driver.press("enter")
        await driver.see("› alert")
        await driver.until(lambda: driver.app.screen.check_action("explain", ()))
        await driver.press("x")
        await driver.see(
            "› why", "CLEAN", "✗ and", "✓ order", "✓ quoted", "? seen", "cannot be seen", "It raised alert"
        )
        (asked,) = (ask for ask in backend.asked if isinstance(ask, Explain))
        assert (asked.event_id, asked.rule) == (backend.alerts[0].event_id, backend.alerts[0].rule_id)
        await driver.press("escape")
        await driver.see("› alert")


async def test_on_an_event_a_rule_is_chosen_by_typing(home: Home) -> None:
    """And on the explanation another one, which takes its place."""
    backend = Backend()
    async with driving(backend, home, SMALL) as driver:
        await driver.press("4")
        await driver.see("1 of")
        await driver.press("enter")
        await driver.see("› event", "Fields")
        await driver.press("x")
        await driver.see("Explain which rule?", "System prompt asked for", "Secret in a model's")
        await driver.type("system")
        await driver.until(lambda: "Secret in a model's" not in driver.text())
        await driver.press("enter")
        await driver.see("› why", "System prompt asked for")
        await driver.press("x")
        await driver.see("Explain which rule?")
        await driver.press("down", "enter")
        await driver.until(lambda: len([ask for ask in backend.asked if isinstance(ask, Explain)]) == 2)
        await driver.press("escape")
        await driver.see("› event")


async def test_a_rule_can_be_named_in_a_command(home: Home) -> None:
    backend = Backend()
    async with driving(backend, home, SMALL) as driver:
        await driver.press("4")
        await driver.see("1 of")
        await driver.press("enter")
        await driver.see("› event", "Fields")
        await driver.press(":")
        await driver.type("explain llm01-encoded")
        await driver.press("enter")
        await driver.see("› why", "Encoded instructions in user")


async def test_what_cannot_be_explained_says_why_in_its_place(home: Home) -> None:
    backend = Backend()
    backend.refuse[Explain] = NotFound("There is no rule gone.", hint="See: llmsec-tui rules status")
    async with driving(backend, home, SMALL) as driver:
        await driver.press("2")
        await driver.see("1 of")
        await driver.press("enter")
        await driver.see("› alert")
        await driver.until(lambda: driver.app.screen.check_action("explain", ()))
        await driver.press("x")
        await driver.see("There is no rule gone.")


async def test_who_may_not_see_events_is_not_offered_an_explanation(home: Home) -> None:
    backend = Backend()
    backend.capabilities.remove("events.read")
    async with driving(backend, home, SMALL) as driver:
        await driver.press("2")
        await driver.see("1 of")
        await driver.press("enter")
        await driver.see("› alert")
        assert not driver.app.screen.check_action("explain", ())
