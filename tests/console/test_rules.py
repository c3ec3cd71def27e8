"""The rules on the screen, what can be done to them, and the alerts of rules over time."""

import pytest
from tests.console.backend import Backend
from tests.console.driving import LARGE, SIZES, SMALL, driving

from llmsec_tui.errors import ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.rules.api import DisableRule, EnableRule, ReloadRules


@pytest.mark.parametrize("size", SIZES)
async def test_the_rules_are_listed_with_what_they_raised_and_whether_they_run(
    home: Home, size: tuple[int, int]
) -> None:
    """Also a file that holds no rule that could run, with the reason on enter."""
    async with driving(Backend(), home, size) as driver:
        await driver.press("7")
        await driver.see("STATE", "KIND", "24 H", "event count", "broken", "Secret in a model's", "1 of 8")
        if size is LARGE:
            await driver.see("LEFT OUT", "UNSEEN", "NOTE", "rules/broken.yml:3")
        await driver.press("G", "enter")
        await driver.see("the quote is not closed")


@pytest.mark.parametrize("size", SIZES)
async def test_a_rule_tells_what_it_looks_for_and_how_it_does(home: Home, size: tuple[int, int]) -> None:
    """And ``n`` goes to the next one, escape back."""
    async with driving(Backend(), home, size) as driver:
        await driver.press("7")
        await driver.see("1 of 8")
        await driver.press("enter")
        await driver.see("› rule", "Looks for", "Counted")
        seen = driver.text()
        for _ in range(6):
            await driver.press("pagedown")
            seen += driver.text()
        for part in ("Playbook", "May be harmless when", "4 that it must hit, 3 that it must not", "version", "file"):
            assert part in seen
        await driver.press("n")
        await driver.see("System prompt asked for")
        await driver.press("escape")
        await driver.see("1 of 8")


async def test_a_rule_is_turned_off_with_a_reason_and_on_again(home: Home) -> None:
    """The list, the line below it and the rule itself say so; a reason is asked for."""
    backend = Backend()
    async with driving(backend, home, LARGE) as driver:
        await driver.press("7")
        await driver.see("1 of 8")
        await driver.press("d")
        await driver.see("Turn this rule off", "Instruction override")
        await driver.press("enter")
        await driver.see("A note is required")
        await driver.type("noise")
        await driver.press("enter")
        await driver.see("is off.", "ann turned it off: noise", "1 off")
        assert [ask.note for ask in backend.asked if isinstance(ask, DisableRule)] == ["noise"]
        await driver.press("enter")
        await driver.see("Since 2026")
        await driver.press("colon")
        await driver.type("enable mended")
        await driver.press("enter")
        await driver.see("is on.")
        assert [ask.note for ask in backend.asked if isinstance(ask, EnableRule)] == ["mended"]


async def test_a_reload_that_is_refused_says_why(home: Home) -> None:
    """The sentence of the collector is on the screen."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("7")
        await driver.see("1 of 8")
        await driver.press("r")
        await driver.see("Nothing changed: 7 rules")
        backend.refuse[ReloadRules] = ServiceError("1 rule file is broken and not loaded.")
        await driver.press("r")
        await driver.see("is broken and not loaded")


async def test_who_may_not_turn_rules_is_not_offered_to(home: Home) -> None:
    """The keys are not in the footer, and do nothing."""
    backend = Backend()
    backend.capabilities = [name for name in backend.capabilities if not name.startswith("rules.s")]
    async with driving(backend, home) as driver:
        await driver.press("7")
        await driver.see("1 of 8")
        assert "Turn off" not in driver.text()
        await driver.press("d")
        assert "Turn this rule off" not in driver.text()


@pytest.mark.parametrize("size", SIZES)
async def test_an_alert_over_time_shows_group_window_and_the_events_that_took_part(
    home: Home, size: tuple[int, int]
) -> None:
    """Enter opens the event under the cursor of their list; other alerts have no such list."""
    backend = Backend()
    backend.took_part = backend.events[10:14]
    async with driving(backend, home, size) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("enter")
        await driver.see("Over time", "44 events", "user_id ", "Took part: the last 4 of 44")
        await driver.press(*(["tab", "tab"] if size is not SMALL else ["tab"]), "j", "enter")
        await driver.see("› event", backend.took_part[1].event_id)
        await driver.press("escape")
        await driver.see("Took part")
        backend.took_part = []
        await driver.press("n")
        await driver.until(lambda: "Took part" not in driver.text())
