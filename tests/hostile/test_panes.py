"""Every hostile text in every pane: it is read, and does nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.console.backend import Backend
from tests.console.driving import LARGE, SMALL, Driver, driving
from tests.hostile.corpus import CORPUS, ESCAPES, MARKUP, SHAPES

from llmsec_tui.console import incident_forms
from llmsec_tui.console.actions import Place
from llmsec_tui.console.dialogs import NoteDialog
from llmsec_tui.console.incident_forms import Known
from llmsec_tui.console.incident_sections import SECTIONS
from llmsec_tui.console.pager import Pager
from llmsec_tui.console.results_dialog import ResultsDialog
from llmsec_tui.console.rows import Rows
from llmsec_tui.console.rule_dialog import RuleDialog
from llmsec_tui.console.screens.alert import AlertPane
from llmsec_tui.console.screens.event import EventPane
from llmsec_tui.console.screens.incident import IncidentPane
from llmsec_tui.console.screens.person import AccountPane, ApprovalPane, RolePane
from llmsec_tui.console.screens.record import RecordPane
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.console.screens.verification import VerificationPane
from llmsec_tui.console.silence_dialog import SilenceDialog
from llmsec_tui.console.table import Table
from llmsec_tui.paths import Home
from llmsec_tui.service.incidents.api import GetDesk
from llmsec_tui.service.incidents.rows import BulkDone, ItemResult
from llmsec_tui.text import visible


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty state directory."""
    return Home(tmp_path)


def beginning(text: str) -> str:
    """The first words that a list or text must show of it, as they are seen."""
    shown = visible(text.strip(" \n\t").split("\n")[0].split("\t")[0].split("\r")[0])
    return shown[:8].rstrip()


def check(driver: Driver) -> None:
    """The screen is whole, and has nothing on it that a terminal obeys or that is not seen."""
    lines = driver.lines()
    assert {cell_len(line) for line in lines} == {driver.app.size.width}
    for line in lines:
        assert all(character in "⟦⟧" or visible(character) == character for character in line), ascii(line)


def hostile_backend() -> Backend:
    """Every text of the corpus in every field of some row."""
    backend = Backend(alerts=1, events=12)
    backend.use(list(CORPUS.values()))
    return backend


SIGHTS = [beginning(text) for name, text in CORPUS.items() if name not in ("zalgo", "emoji", "empty", "spaces")]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_text_is_shown_and_harmless_in_every_list(home: Home, size: tuple[int, int]) -> None:
    """Alerts, events, sources with dead letters, and the audit trail, read from their first to their last row."""
    async with driving(hostile_backend(), home, size) as driver:
        await driver.see("Latest alerts")
        check(driver)
        for key in "2345678S":
            await driver.press(key)
            await driver.see("Dead letters" if key == "5" else "1 of ")
            rows = driver.app.screen.query_one(Rows)
            rows.focus()
            await driver.until(lambda rows=rows: rows.loaded)  # type: ignore[misc]
            seen = ""
            while True:
                await driver.pilot.pause(0)
                check(driver)
                seen += driver.text()
                if rows.place[0] == rows.place[1]:
                    break
                rows.action_page_down()
            assert [sight for sight in SIGHTS if sight not in seen] == [], key


async def test_every_text_is_harmless_where_behaviour_is_explained(home: Home) -> None:
    """The chart with its changes and causes, what calls cost, two models."""
    backend = hostile_backend()
    async with driving(backend, home, LARGE) as driver:
        for text in CORPUS.values():
            backend.use_for_behaviour([text])
            driver.app.open_behaviour("latency", backend.behaviour_rows[0].slice, 1)
            await driver.see("alerts └", beginning(text))
            check(driver)
            driver.app.screen.query_one(Pager).action_last()
            await driver.pilot.pause(0)
            check(driver)
            await driver.press("escape")
        for key, sight in (("9", "COST"), ("8", "METRIC")):
            await driver.press(key)
            await driver.see(sight)
            check(driver)
        driver.app.action_comparison()
        await driver.see("EFFECT")
        check(driver)
        driver.app.open_baselines()
        await driver.see("PINNED BY")
        check(driver)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_text_is_shown_and_harmless_in_the_details(home: Home, size: tuple[int, int]) -> None:
    """Each alert and each event is opened, and read to its end."""
    backend = hostile_backend()
    async with driving(backend, home, size) as driver:
        # An event has one column at every size.
        for key, rows in (("2", backend.alerts), ("4", backend.events if size is SMALL else [])):
            await driver.press(key)
            await driver.see("1 of ")
            await driver.press("enter")
            await driver.until(lambda: isinstance(driver.app.screen, AlertPane | EventPane))
            pane = driver.app.screen
            assert isinstance(pane, AlertPane | EventPane)
            for row in rows:
                await driver.until(lambda row=row, pane=pane: shown_seq(pane) == row.seq)  # type: ignore[misc]
                check(driver)
                pane.query_one(Pager).action_last()
                await driver.pilot.pause(0)
                check(driver)
                pane.action_next()
            await driver.press("escape")


def shown_seq(pane: AlertPane | EventPane) -> int | None:
    """Which row a detail screen shows."""
    if isinstance(pane, AlertPane):
        return pane.alert.seq if pane.alert is not None else None
    return pane.detail.row.seq if pane.detail is not None else None


async def test_every_text_is_harmless_in_banners_messages_and_dialogs(home: Home) -> None:
    """Where Textual's own widgets draw it."""
    async with driving(Backend(), home) as driver:
        await driver.see("Latest alerts")
        for text in CORPUS.values():
            driver.app.report = replace(driver.app.report, trouble=text)
            driver.app.say(text or "nothing")
            await driver.pilot.pause(0)
            check(driver)
            driver.app.clear_notifications()
        for text in (*ESCAPES.values(), *MARKUP.values()):
            await driver.app.push_screen(NoteDialog(text, text, required=True))
            await driver.see("enter saves", beginning(text))
            check(driver)
            await driver.app.pop_screen()
        assert driver.app.is_running


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_text_is_harmless_among_people_and_in_the_journal(home: Home, size: tuple[int, int]) -> None:
    """Names of accounts and roles, what was asked for and why; records in full, and what a verification found."""
    backend = hostile_backend()
    async with driving(backend, home, size) as driver:
        await driver.press("U")
        await driver.see("A-1", "Roles")
        for name in ("#accounts", "#approvals", "#roles"):
            table = driver.app.screen.query_one(name, Table)
            table.focus()
            for _ in range(0, len(table.rows), 4):
                await driver.pilot.pause(0)
                check(driver)
                table.action_page_down()
        place = Place.AUDIT
        panes: list[TextPane] = [ApprovalPane(row.approval_id, place) for row in backend.approvals[:12]]
        panes += [AccountPane(row.name, place) for row in backend.accounts[:12]]
        panes += [RolePane(row.role, place) for row in backend.accounts[:3]]
        panes += [RecordPane(row.seq, "", place) for row in backend.audit[:8]]
        for pane in [*panes, VerificationPane(place)]:
            await driver.app.push_screen(pane)
            await driver.until(lambda pane=pane: not pane.is_idle("write"))  # type: ignore[misc]
            await driver.pilot.pause(0)
            check(driver)
            pane.pager.action_last()
            await driver.pilot.pause(0)
            check(driver)
            await driver.app.pop_screen()


async def test_every_text_is_harmless_in_explanations_and_where_their_rule_is_chosen(home: Home) -> None:
    """In nodes, causes and notes; and in the titles of rules."""
    backend = hostile_backend()
    async with driving(backend, home) as driver:
        for event in backend.events:
            driver.app.explain(event.event_id, "", event.text)
            await driver.see("✓ holds")
            check(driver)
            await driver.app.pop_screen()
        for event in backend.events[:3]:
            await driver.app.push_screen(RuleDialog(event.text, event.text, backend.rules))
            await driver.see("enter explains")
            check(driver)
            await driver.app.pop_screen()
        assert driver.app.is_running


async def test_every_text_is_harmless_where_an_alert_is_silenced(home: Home) -> None:
    """What the alert holds is offered, whatever it is."""
    backend = hostile_backend()
    async with driving(backend, home) as driver:
        for alert in backend.alerts:
            await driver.app.push_screen(SilenceDialog(alert, driver.app.link.ask))
            await driver.see("this rule, ", "enter silences")
            await driver.until(lambda: "Looking what" not in driver.text())
            check(driver)
            await driver.app.pop_screen()
        assert driver.app.is_running


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_text_is_shown_and_harmless_in_every_section_of_an_incident(
    home: Home, size: tuple[int, int]
) -> None:
    """Each row of each section is told of in full; each incident is opened."""
    backend = hostile_backend()
    backend.rehearsed = True
    async with driving(backend, home, size) as driver:
        await driver.press("3")
        await driver.see("1 of ")
        await driver.press("enter")
        pane = await incident_pane(driver)
        for section in SECTIONS:
            pane.see(section.name)
            await driver.until(lambda: pane.rows.selected is not None)
            last = None
            while pane.rows.selected is not last:
                last = pane.rows.selected
                await driver.pilot.pause(0)
                check(driver)
                pane.rows.action_half_down()
        for _ in backend.incidents:
            pane.action_next()
            await driver.pilot.pause(0)
            check(driver)
        assert driver.app.is_running


async def incident_pane(driver: Driver) -> IncidentPane:
    """The screen, once it knows its incident."""
    await driver.until(lambda: isinstance(driver.app.screen, IncidentPane) and driver.app.screen.case is not None)
    pane = driver.app.screen
    assert isinstance(pane, IncidentPane)
    return pane


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_text_is_harmless_in_the_desks_reports(home: Home, size: tuple[int, int]) -> None:
    """The hand-over, the figures, who was told."""
    async with driving(hostile_backend(), home, size) as driver:
        for key, sight in (("H", "open incidents"), ("F", "How fast"), ("B", "CHANNEL")):
            await driver.press(key)
            await driver.see(sight)
            lines = driver.app.screen.query_one(Rows if key == "B" else Pager)
            for _ in range(40):
                await driver.pilot.pause(0)
                check(driver)
                lines.action_page_down()
            await driver.press("escape")


async def test_every_text_is_harmless_in_the_windows_of_acts(home: Home) -> None:
    """In titles, proposals, notes, results and short messages."""
    backend = hostile_backend()
    desk = backend._answer_GetDesk(GetDesk())
    async with driving(backend, home) as driver:
        await driver.see("Latest alerts")
        for row in backend.incidents:
            known = Known(desk, seen=True)
            form = incident_forms.form("link", [row], known, {})
            form.propose("incident", incident_forms.others(backend.incidents, ()))
            await driver.app.push_screen(form)
            await driver.see("enter saves")
            check(driver)
            await driver.app.pop_screen()
        for act in ("close", "assign", "start_duty", "set_level"):
            await driver.app.push_screen(incident_forms.form(act, backend.incidents[:1], Known(desk), {}))
            await driver.see("enter saves")
            check(driver)
            await driver.app.pop_screen()
        results = [ItemResult(name=text, done=False, message=text) for text in CORPUS.values()]
        await driver.app.push_screen(ResultsDialog(BulkDone(message=ESCAPES["title"], results=results, audit_seq=1)))
        await driver.see("enter closes")
        check(driver)
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
        await driver.press("4", "enter")
        await driver.see("Text")
        await driver.press("G")
        await driver.see("instructions", "100%")
        check(driver)
