"""Long lists: paging by key, a cursor that keeps its row, a view that is never moved from under the reader."""

from tests.console.backend import Backend
from tests.console.driving import Driver, driving

from llmsec_tui.console.rows import Rows
from llmsec_tui.console.window import CAP
from llmsec_tui.paths import Home
from llmsec_tui.service.api import AlertRow, EventRow, ListEvents


def rows_of(driver: Driver) -> Rows[EventRow]:
    """The list on the screen."""
    return driver.app.screen.query_one(Rows)


async def test_five_thousand_rows_are_read_page_by_page_to_the_end(home: Home) -> None:
    """No page is larger than needed, no more rows are held than the cap, and no row is left out."""
    backend = Backend(alerts=1, events=5_000)
    async with driving(backend, home) as driver:
        await driver.press("4")
        await driver.see("1 of 5,000")
        rows = rows_of(driver)
        seen: set[int] = set()

        def further() -> bool:
            rows.move(60)
            seen.update(row.seq for row in rows.window.rows)
            assert len(rows.window.rows) <= CAP
            return rows.place[0] == 5_000

        await driver.until(further)
        assert seen == set(range(1, 5_001))
        assert rows.selected is not None
        assert rows.selected.seq == 1
        await driver.see("5,000 of 5,000")
        assert max(ask.limit for ask in backend.asked if isinstance(ask, ListEvents)) <= 100


async def test_the_end_and_the_beginning_are_one_key_away(home: Home) -> None:
    """``G`` goes to the oldest row without reading what lies between, ``g`` comes back, and up works from the end."""
    backend = Backend(alerts=1, events=5_000)
    async with driving(backend, home) as driver:
        await driver.press("4")
        await driver.see("1 of 5,000")
        asked = len(backend.asked)
        await driver.press("G")
        await driver.see("5,000 of 5,000")
        assert sum(isinstance(ask, ListEvents) for ask in backend.asked[asked:]) <= 3
        rows = rows_of(driver)
        for _ in range(10):
            await driver.press("pageup")
        await driver.until(lambda: rows.place[0] < 4_850)
        assert rows.selected is not None
        assert rows.selected.seq == 5_001 - rows.place[0]
        await driver.press("g")
        await driver.see("1 of 5,000")


async def test_the_cursor_keeps_its_alert_when_new_ones_come(home: Home) -> None:
    """So a key never acts on an alert that was not under the cursor when it was aimed."""
    backend = Backend(alerts=30)
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        first = backend.alerts[0]
        new = backend.add_alert()
        await driver.see("2 of 31")
        rows: Rows[AlertRow] = driver.app.screen.query_one(Rows)
        assert rows.selected == first
        assert rows.window.rows[0] == new


async def test_a_tail_follows_while_the_cursor_is_on_its_first_line(home: Home) -> None:
    """Events scroll by under the cursor, as in ``tail -f``."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("4")
        await driver.see("1 of 200")
        new = backend.add_event()
        await driver.see("1 of 201")
        selected = rows_of(driver).selected
        assert selected is not None
        assert selected.seq == new.seq


async def test_who_reads_further_down_is_not_moved_but_told(home: Home) -> None:
    """What arrives is counted; the lines on the screen stay where they are."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("4")
        await driver.see("1 of 200")
        await driver.press("pagedown", "pagedown")
        before = [line[:-1] for line in driver.lines()[2:22]]
        for _ in range(7):
            backend.add_event()
        await driver.see("+7 new", "of 207")
        assert [line[:-1] for line in driver.lines()[2:22]] == before
        await driver.press("g")
        await driver.see("1 of 207")
        assert "new" not in driver.lines()[-2]


async def test_going_up_from_below_meets_what_has_arrived(home: Home) -> None:
    """Rows that came meanwhile are joined without a gap."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("4")
        await driver.see("1 of 200")
        await driver.press("pagedown", "pagedown")
        for _ in range(150):
            backend.add_event()
        await driver.see("+150 new")
        rows = rows_of(driver)
        for _ in range(30):
            await driver.press("pageup")
        await driver.until(lambda: rows.selected is not None and rows.selected.seq == backend.events[0].seq)
        held = [row.seq for row in rows.window.rows]
        assert held == list(range(held[0], held[-1] - 1, -1))


async def test_rows_are_chosen_and_opened_with_the_mouse(home: Home) -> None:
    """One click chooses, two open, the wheel moves."""
    backend = Backend()
    async with driving(backend, home) as driver:
        await driver.press("2")
        await driver.see("1 of 30")
        await driver.pilot.click(Rows, offset=(10, 5))
        await driver.see("5 of 30")
        await driver.pilot.click(Rows, offset=(10, 3), times=2)
        await driver.see("› alert")
