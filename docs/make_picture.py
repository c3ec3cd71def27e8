"""Draw the pictures in docs/ from the real console on the played demo story. Run it with: make picture"""

import asyncio
import time
from pathlib import Path

from llmsec_tui.console import settings
from llmsec_tui.console.link import Asker
from llmsec_tui.probes.stage import Stage
from llmsec_tui.probes.story import load_story
from llmsec_tui.service.launch import attach

SECONDS = 12.0


async def draw(stage: Stage) -> None:
    """Play, open the first alert worth opening, and save the screen."""
    chosen = settings.prepare(slow_link=False, mouse=False)
    from llmsec_tui.console.shell import Shell

    async def connect() -> Asker:
        return await attach(stage.home, [str(stage.logs)], from_start=True)

    app = Shell(connect, stage.home, chosen)
    async with app.run_test(size=(130, 40)) as pilot:
        stage.begin()
        end = time.monotonic() + SECONDS + 15
        while stage.playing and time.monotonic() < end:
            await pilot.pause(0.25)
        await pilot.pause(2.0)
        folder = Path(__file__).parent
        app.save_screenshot("console.svg", path=str(folder))
        for key in ("2", "slash", *"webhook", "enter", "enter"):
            await pilot.press(key)
            await pilot.pause(0.3)
        await pilot.pause(1.0)
        app.save_screenshot("alert.svg", path=str(folder))
        for key in ("i", "a"):
            await pilot.press(key)
            await pilot.pause(1.5)
        await pilot.pause(1.0)
        app.save_screenshot("incident.svg", path=str(folder))


if __name__ == "__main__":
    with Stage(load_story(), SECONDS) as stage:
        asyncio.run(draw(stage))
