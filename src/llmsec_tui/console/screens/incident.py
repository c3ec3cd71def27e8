"""One incident: how it stands, all that belongs to it, and what to do about it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from textual import on
from textual.containers import Container, Vertical
from textual.widget import Widget

from llmsec_tui.console import incident_lists, incident_sections, incident_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.incident_sections import SECTIONS, Section
from llmsec_tui.console.incident_text import Case
from llmsec_tui.console.pager import Layout, Pager, Text
from llmsec_tui.console.rows import Rows
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.incident_asking import IncidentAsking
from llmsec_tui.console.table import Table
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.api import AlertRow
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.incidents.api import (
    ListIncidents,
)
from llmsec_tui.service.incidents.rows import (
    IncidentRow,
)

LOOK_S = 3.0
"""How often the collector is told that somebody looks."""
TWO_COLUMNS = 120


class IncidentPane(IncidentAsking):
    """A head, and sections: a list each, with all that is told of the row under its cursor."""

    place = Place.INCIDENT

    def __init__(
        self, name: str, home: Place, *, filter_text: str = "", order: str = "urgent", position: int | None = None
    ) -> None:
        """``name`` may be that of an alert in it. ``position`` is its place in the list that it was opened from."""
        super().__init__(name)
        self._home = home
        self._filter = filter_text
        self._order = order
        self._position = position
        self._section = SECTIONS[1]
        self._marked: dict[str, AlertRow] = {}
        self._stepping = asyncio.Lock()

    def body(self) -> Iterator[Widget]:
        yield Bar(id="head-1")
        yield Bar(id="head-2")
        yield Bar(id="head-3")
        yield Bar(id="sections")
        with Container(id="case"):
            with Vertical(id="lists"):
                for section in SECTIONS:
                    yield self._list_of(section)
            with Vertical(id="told"):
                yield Pager(id="detail")
                yield Bar(id="about-label", classes="label")
                yield Pager(id="about-pager")

    def _list_of(self, section: Section) -> Widget:
        name = f"list-{section.name}"
        if section.name == "timeline":
            return Rows(self.timeline_page, incident_lists.TIMELINE, empty=section.empty, id=name)
        if section.name == "alerts":
            return Rows(self.alerts_page, incident_lists.ALERTS, empty=section.empty, marked=self._is_marked, id=name)
        return Table(section.columns, empty=section.empty, id=name)

    # What is shown

    @property
    def home_place(self) -> Place:
        return self._home

    @property
    def section(self) -> Section:
        return self._section

    @property
    def rows(self) -> Rows[Any] | Table[Any]:
        """The list of the section that is shown."""
        found = self.query_one(f"#list-{self._section.name}")
        assert isinstance(found, Rows | Table)
        return found

    @property
    def selected(self) -> Any:
        return self.rows.selected

    @property
    def marked_alerts(self) -> Mapping[str, AlertRow]:
        return self._marked

    def on_mount(self) -> None:
        self.query_one("#about-label", Bar).show([span(" The incident", "section")])
        super().on_mount()
        self._show_section(self._section)
        self.set_interval(LOOK_S, self.say_looking)
        self.set_interval(1.0, self._tick_clocks)
        self.say_looking()

    def on_unmount(self) -> None:
        self.shell.look_at("")

    # Drawing

    def on_resize(self) -> None:
        super().on_resize()
        self.show_case(from_top=False)

    def _tick_clocks(self) -> None:
        if self.is_current and not self.shell.paused:
            self._show_head()

    @property
    def _passed(self) -> int:
        """µs since the incident was read."""
        return max(self.shell.now - self._case.detail.now, 0) if self._case is not None else 0

    def show_case(self, *, from_top: bool) -> None:
        wide = self.size.width >= TWO_COLUMNS
        beside = wide and self._section.name != "about"
        for widget in ("#about-label", "#about-pager"):
            self.query_one(widget).display = beside
        if not beside and self.query_one("#about-pager").has_focus:
            self.rows.focus()
        self._show_head()
        if self._case is None:
            return
        for section in SECTIONS:
            found = self.query_one(f"#list-{section.name}")
            if isinstance(found, Table):
                rows = section.rows(self._case)
                found.show(rows, 0 if from_top else _kept(found, rows, section))
        if beside:
            about = partial(incident_text.about, self._case, passed=self._passed)
            self.query_one("#about-pager", Pager).show(about, from_top=from_top)
        self._share_height()
        self.show_detail(from_top=from_top)
        self.show_bars()

    def _show_head(self) -> None:
        case = self._case
        bar = incident_sections.bar(self._section.name, case.detail if case is not None else None, self.size.width)
        self.query_one("#sections", Bar).show(bar)
        if case is None:
            self.query_one("#head-1", Bar).show([span(f" {self._wanted} …", "quiet")])
            return
        for number, line in enumerate(incident_text.head(case, self._passed), 1):
            self.query_one(f"#head-{number}", Bar).show(line)

    def _share_height(self) -> None:
        """On a narrow screen the list and what is told stand above each other."""
        lists = self.query_one("#lists")
        if self.size.width >= TWO_COLUMNS:
            lists.styles.height = "1fr"
            self.query_one("#detail").styles.height = "3fr" if self._section.name == "conversation" else "1fr"
            return
        room = max(self.query_one("#case").size.height, 4)
        most = max(int(room * self._section.share), 3)
        found = self.rows
        lists.styles.height = min(max(len(found.rows), 1) + 1, most) if isinstance(found, Table) else most

    def show_detail(self, *, from_top: bool) -> None:
        case, row, section = self._case, self.selected, self._section
        if case is None:
            return
        self.look_up()
        if section.name == "about":
            layout: Layout = partial(incident_text.about, case, passed=self._passed, clocks=False)
        elif row is not None:
            layout = partial(_told, section, case, row)
        else:
            layout = _nothing
        self.query_one("#detail", Pager).show(layout, from_top=from_top)

    def foot_note(self) -> list[Span]:
        marks = [span(f" {len(self._marked)} marked ", "here"), Span(" ")] if self._marked else []
        found = self.rows
        if isinstance(found, Rows):
            place, total = found.place
            return [*marks, span(f"{self._section.name} {place} of {total}", "quiet")]
        return [*marks, span(f"{self._section.name} {len(found.rows)}", "quiet")]

    @on(Rows.Moved)
    def _moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._another_row(event.rows)

    @on(Table.Moved)
    def _table_moved(self, event: Table.Moved) -> None:
        event.stop()
        self._another_row(event.table)

    def _another_row(self, where: Widget) -> None:
        if where is self.rows:
            self.show_detail(from_top=True)
            self.show_bars()

    @on(Rows.Asked)
    def _asked(self, event: Rows.Asked) -> None:
        event.stop()
        if event.error is not None:
            self.failed(event.error)
        elif event.rows is self.rows:
            self.show_detail(from_top=False)
            self.show_bars()

    @on(Rows.Chosen)
    @on(Table.Chosen)
    async def _row_chosen(self, event: Rows.Chosen | Table.Chosen) -> None:
        event.stop()
        await self.run_action("open")

    # Sections

    def _show_section(self, section: Section) -> None:
        self._section = section
        for one in SECTIONS:
            self.query_one(f"#list-{one.name}").display = one is section
        found = self.rows
        if isinstance(found, Rows) and not found.loaded:
            found.catch_up()
        found.focus()
        self.show_case(from_top=False)
        self.show_detail(from_top=True)

    def see(self, name: str) -> None:
        """Show another section."""
        self._show_section(incident_sections.BY_NAME[name])

    def action_next_section(self) -> None:
        self._show_section(SECTIONS[(SECTIONS.index(self._section) + 1) % len(SECTIONS)])

    def action_previous_section(self) -> None:
        self._show_section(SECTIONS[(SECTIONS.index(self._section) - 1) % len(SECTIONS)])

    # Along the queue

    def action_next(self) -> None:
        self.run_worker(self._step(1), group="step")

    def action_previous(self) -> None:
        self.run_worker(self._step(-1), group="step")

    async def _step(self, by: int) -> None:
        """One after the other, however fast the keys come."""
        async with self._stepping:
            try:
                page = await self.shell.link.ask(
                    ListIncidents(filter=self._filter, order=self._order, limit=PAGE_LIMIT)
                )
            except LlmsecError as error:
                self.failed(error)
            else:
                self._go(page.rows, by)

    def _go(self, rows: Sequence[IncidentRow], by: int) -> None:
        """The order may have changed, and this one may be gone from the list: then its old place counts."""
        ids = [row.incident_id for row in rows]
        was = (self._position or 0) - (1 if by > 0 else 0)
        wanted = (ids.index(self._wanted) if self._wanted in ids else was) + by
        if 0 <= wanted < len(ids):
            self._wanted, self._position = ids[wanted], wanted
            self.ask_again()
        else:
            self.say(f"This is the {'last' if by > 0 else 'first'} incident of the list.")

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if self._case is None:
            return None
        return f"incident-{self._case.row.incident_id}", {"incident": self._case.detail}

    def action_back(self) -> None:
        if self._marked:
            self.forget_marks()
        else:
            self.app.pop_screen()

    def forget_marks(self) -> None:
        self._marked.clear()
        if isinstance(self.rows, Rows):
            self.rows.redraw()

    def _is_marked(self, row: AlertRow) -> bool:
        return row.alert_id in self._marked

    def mark_alert(self, row: AlertRow) -> None:
        """Mark it, or take its mark away, and go on to the next."""
        if self._marked.pop(row.alert_id, None) is None:
            self._marked[row.alert_id] = row
        if isinstance(self.rows, Rows):
            self.rows.redraw()
            self.rows.move(1)
        self.show_bars()


def _told(section: Section, case: Case, row: Any, width: int) -> Text:
    return section.detail(case, row, width)


def _nothing(width: int) -> Text:
    return Text(())


def _kept(table: Table[Any], rows: Sequence[Any], section: Section) -> int | None:
    """Where the row under the cursor is now, so that a key never acts on another one."""
    row = table.selected
    if row is None:
        return None
    wanted = section.identity(row)
    return next((place for place, one in enumerate(rows) if section.identity(one) == wanted), None)
