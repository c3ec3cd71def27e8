"""Masked text: that it is masked is seen, and with a reason it is shown for a while."""

import pytest
from tests.console.backend import Backend
from tests.console.driving import SIZES, driving

from llmsec_tui.errors import ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.content.api import RevealContent

QUARTER_HOUR = 900_000_000


def masking() -> Backend:
    """A collector that hides all texts from whoever looks."""
    backend = Backend(events=201)
    backend.content = "hidden"
    return backend


@pytest.mark.parametrize("size", SIZES)
async def test_an_event_is_shown_in_full_with_a_reason_and_masked_again_when_the_time_is_over(
    home: Home, size: tuple[int, int]
) -> None:
    """The screen says until when; nobody has to do anything for it to be masked again."""
    backend = masking()
    text = backend.events[0].text[:20]
    async with driving(backend, home, size) as driver:
        await driver.see("· hidden")
        await driver.press("4")
        await driver.see("1 of 201")
        await driver.press("enter")
        await driver.see("masked for your role; R shows it in full", "‹hidden:")
        assert text not in driver.text()
        await driver.press("R")
        await driver.see("Show this event in full")
        await driver.press("enter")
        await driver.see("A note is required")
        await driver.type("customer asked for it")
        await driver.press("enter")
        await driver.see("in full until", text)
        later = backend.now() + QUARTER_HOUR + 1
        backend.now = lambda: later
        await driver.see("masked for your role", "‹hidden:")
        assert text not in driver.text()
    (asked,) = [ask for ask in backend.asked if isinstance(ask, RevealContent)]
    assert (asked.of, asked.id, asked.reason) == ("event", backend.events[0].event_id, "customer asked for it")


async def test_an_alert_shows_its_exchange_and_masks_it_again(home: Home) -> None:
    """The texts around it are asked for again, both times."""
    backend = masking()
    row = next(row for row in backend.alerts if "ignore all" in backend._event_of(row.event_id).text)
    async with driving(backend, home, SIZES[-1]) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        driver.app.open_alert(row, "")
        await driver.see("masked for your role", "‹hidden:")
        assert "Double charges are refunded" not in driver.text()
        await driver.press("colon")
        await driver.type("reveal looking for the address")
        await driver.press("enter")
        await driver.see("in full until", "Double charges are refunded")
        later = backend.now() + QUARTER_HOUR + 1
        backend.now = lambda: later
        await driver.see("masked for your role")
        await driver.until(lambda: "Double charges are refunded" not in driver.text())


async def test_what_is_refused_stays_masked(home: Home) -> None:
    """And why is said."""
    backend = masking()
    backend.refuse[RevealContent] = ServiceError("A reason takes eight characters.")
    async with driving(backend, home) as driver:
        await driver.press("4")
        await driver.see("1 of 201")
        await driver.press("enter")
        await driver.see("masked for your role")
        await driver.press("R")
        await driver.type("why")
        await driver.press("enter")
        await driver.see("A reason takes eight characters.")
        await driver.see("masked for your role", "‹hidden:")


async def test_who_sees_everything_has_nothing_to_reveal(home: Home) -> None:
    """It is said, and no reason is asked for."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("4")
        await driver.see("1 of 200")
        await driver.press("enter")
        await driver.see("Text")
        await driver.press("R")
        await driver.see("Nothing is masked here")
        assert "masked for your role" not in driver.text()
    assert not [ask for ask in backend.asked if isinstance(ask, RevealContent)]
