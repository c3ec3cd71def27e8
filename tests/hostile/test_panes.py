"""Every hostile text in every pane: it is read, and does nothing else."""

from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.console.backend import Backend
from tests.console.driving import LARGE, SMALL, Driver, driving
from tests.hostile.corpus import CORPUS, SHAPES

from llmsec_tui.paths import Home
from llmsec_tui.text import visible


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty state directory."""
    return Home(tmp_path)


def beginning(text: str) -> str:
    """The first words that a list or text must show of it, as they are seen."""
    shown = visible(text.strip(" \n\t").split("\n")[0].split("\t")[0].split("\r")[0])
    return shown[:8].rstrip()


async def check(driver: Driver, *sights: str) -> None:
    """The screen shows these, is whole, and has nothing on it that a terminal obeys."""
    await driver.see(*sights)
    lines = driver.lines()
    assert {cell_len(line) for line in lines} == {driver.app.size.width}
    for line in lines:
        assert all(character in "⟦⟧" or visible(character) == character for character in line), ascii(line)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("name", CORPUS)
async def test_it_is_shown_and_harmless_on_every_screen(home: Home, name: str, size: tuple[int, int]) -> None:
    """Lists, details, banners, messages and dialogs, with the same text in every field of every row."""
    text = CORPUS[name]
    backend = Backend(alerts=1, events=12)
    backend.use([text])
    backend.problem = text
    sight = beginning(text) if name not in ("zalgo", "emoji") else ""
    async with driving(backend, home, size) as driver:
        await check(driver, sight, "Latest alerts")
        for key, other in (("2", "of 12"), ("3", "of 12"), ("4", "Dead letters"), ("5", "of 12")):
            await driver.press(key)
            await check(driver, sight, other)
        await driver.press("2", "enter")
        await check(driver, sight, "Why")
        await driver.press("m", "pagedown", "pagedown", "G")
        await check(driver)
        await driver.press("d")
        await check(driver, "Dismiss this alert", sight)
        await driver.press("escape", "e")
        await check(driver, "› event")
        await driver.press("G")
        await check(driver)
        await driver.press("escape", "escape")
        driver.app.say(text or "nothing")
        await check(driver)
        assert driver.app.is_running


async def test_a_click_on_markup_of_the_log_runs_nothing(home: Home) -> None:
    """What looks like a button in a log is text."""
    backend = Backend(alerts=1, events=12)
    backend.use(["[@click=app.quit()]press me[/]"])
    async with driving(backend, home) as driver:
        await driver.press("2", "enter")
        await driver.see("Why")
        for y in range(1, 22):
            await driver.pilot.click(offset=(12, y))
        assert driver.app.is_running


async def test_a_very_long_text_does_not_hold_the_screen_up(home: Home) -> None:
    """A text of the largest size that is shown is laid out, and can be scrolled to its end."""
    backend = Backend(alerts=1, events=12)
    backend.use([SHAPES["very long line"] * 8])
    async with driving(backend, home) as driver:
        await driver.press("3", "enter")
        await driver.see("Text")
        await driver.press("G")
        await check(driver, "source_path", "100%")
