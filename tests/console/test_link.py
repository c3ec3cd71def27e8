"""Losing the collector, and finding it again."""

import pytest
from tests.console.backend import Backend
from tests.console.driving import driving

from llmsec_tui.console import link
from llmsec_tui.console.link import LinkState
from llmsec_tui.paths import Home


class LateBackend(Backend):
    """Cannot be reached the first two times."""

    async def connect(self) -> Backend:
        self.unreachable = self.connections < 2
        return await super().connect()


async def test_a_lost_collector_is_told_and_the_place_on_the_screen_is_kept(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows stay, a banner says what is wrong, and when it is back the list goes on."""
    monkeypatch.setattr(link, "LONGEST_PAUSE_S", 0.3)
    backend = Backend(alerts=30)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.press("j", "j", "j")
        await driver.see("4 of 30")
        backend.unreachable = backend.gone = True
        await driver.see("reconnecting…", "!")
        assert driver.app.report.state is LinkState.GONE
        await driver.see("4 of 30")
        await driver.press("j", "a")
        await driver.see("Nothing was changed")
        backend.unreachable = False
        row = backend.add_alert()
        await driver.see("● live", "of 31")
        assert backend.connections >= 2
        await driver.press("g")
        await driver.see("1 of 31")
        assert driver.app.screen.rows.selected == row  # type: ignore[attr-defined]


async def test_a_collector_that_never_answers_is_told_from_the_start(home: Home) -> None:
    """The first screen opens at once and says why it is empty."""
    backend = LateBackend()
    async with driving(backend, home) as driver:
        await driver.see("Latest alerts", "● live")
    assert backend.connections == 3


async def test_leaving_closes_the_connection(home: Home) -> None:
    """``q`` says goodbye to the collector, which goes on."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.see("Latest alerts")
        await driver.press("q")
        await driver.until(lambda: backend.closed)
    assert driver.app.return_code == 0
