"""Drive a console by keys and read its screen as text."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.console.backend import Backend
from tests.patience import PATIENCE_S
from textual.pilot import Pilot

from llmsec_tui.console.link import Asker
from llmsec_tui.console.settings import Settings
from llmsec_tui.console.shell import Shell
from llmsec_tui.paths import Home

SMALL = (80, 24)
MIDDLE = (120, 40)
LARGE = (200, 60)
SIZES = (SMALL, MIDDLE, LARGE)


@dataclass
class Driver:
    """One open console."""

    app: Shell
    pilot: Pilot[int]
    backend: Backend

    def lines(self) -> list[str]:
        """The rows of the screen, as they go to the terminal filters."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines())

    async def press(self, *keys: str) -> None:
        """Press keys and let the app take them in."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.pilot.press(*("space" if character == " " else character for character in text))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something to become true; fails with the screen when it does not."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not condition():
                    await self.pilot.pause(0.01)
        except TimeoutError:
            raise AssertionError(f"This never came true; the screen was:\n{self.text()}") from None

    async def see(self, *texts: str) -> None:
        """Wait until all of these are on the screen."""
        for text in texts:
            await self.until(lambda wanted=text: wanted in self.text())  # type: ignore[misc]


@asynccontextmanager
async def driving(
    backend: Backend, home: Home, size: tuple[int, int] = SMALL, settings: Settings | None = None
) -> AsyncIterator[Driver]:
    """A console that is open and has heard from its collector."""

    async def connect() -> Asker:
        return await backend.connect()

    app = Shell(connect, home, settings or Settings(poll_s=0.05))
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot, backend)
        await driver.until(lambda: app.report.status is not None)
        yield driver
