"""The incident queue."""

from collections.abc import Iterator, Mapping, Sequence

from textual.widget import Widget

from llmsec_tui.console import figures, incident_lists, saved_filters
from llmsec_tui.console.actions import Place
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.safe_text import span
from llmsec_tui.console.screens.incident_acts import ACTS_OF, IncidentActs
from llmsec_tui.console.screens.queue import Queue
from llmsec_tui.service.incidents.api import GetIncident, ListIncidents
from llmsec_tui.service.incidents.rows import IncidentRow

ORDERS = {"urgent": "what is due first", "newest": "the newest first"}


class IncidentsPane(Queue[IncidentRow], IncidentActs):
    """What has to be dealt with, in the order in which it presses."""

    place = Place.INCIDENTS
    empty = "No open incidents. :all shows those that are closed too."
    tail = False
    reordered = True

    def __init__(self) -> None:
        super().__init__()
        self._marked: dict[str, IncidentRow] = {}
        self._order = "urgent"
        self.columns = incident_lists.incidents(lambda: self.shell.now)

    def body(self) -> Iterator[Widget]:
        yield Bar(id="queue-label", classes="label")
        yield from super().body()

    @property
    def incident(self) -> IncidentRow | None:
        return self.rows.selected

    def is_marked(self, row: IncidentRow) -> bool:
        return row.incident_id in self._marked

    def identity(self, row: IncidentRow) -> object:
        return row.incident_id

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[IncidentRow], int]:
        await self.shell.know_desk()
        page = await self.shell.link.ask(
            ListIncidents(
                filter=filter_text, order=self._order, before=reach.before, after=reach.after, limit=reach.limit
            )
        )
        return page.rows, page.total

    def version(self, report: LinkReport) -> object:
        status = report.status
        # Clocks run and people come and go without an act.
        return status and (status.alerts_seq, status.audit_seq, status.now // self.shell.pulse_us)

    def show_bars(self) -> None:
        super().show_bars()
        name = saved_filters.name_of(self.filter_bar.text, self.shell.user) or "filtered"
        missed = sum(row.breached > 0 for row in self.rows.window.rows)
        late = [span(f" · ! {figures.count(missed)} late", "bad.strong")] if missed else []
        left = [span(" Incidents", "section"), span(f"  {name} · {ORDERS[self._order]}", "quiet"), *late]
        hint = [span("f saved · o order · t mark ", "quiet")]
        if self._marked:
            hint = [span(f" {len(self._marked)} marked ", "here"), span(" esc unmarks ", "quiet")]
        self.query_one("#queue-label", Bar).show(left, hint)

    # Acts

    def marked_incidents(self) -> list[IncidentRow]:
        return list(self._marked.values())

    def forget_marks(self) -> None:
        self._marked.clear()
        self.rows.redraw()

    def is_idle(self, action: str) -> bool:
        if action in ("order", "cycle_filter"):
            return False
        if action in ACTS_OF and self._marked:
            return False
        return super().is_idle(action)

    def action_mark(self) -> None:
        """Mark the row, or take its mark away, and go on to the next."""
        row = self.incident
        if row is None:
            return
        if self._marked.pop(row.incident_id, None) is None:
            self._marked[row.incident_id] = row
        self.rows.redraw()
        self.rows.move(1)

    def action_open(self) -> None:
        if (row := self.incident) is not None:
            self.shell.open_incident(
                row.incident_id, filter_text=self.filter_bar.text, order=self._order, position=self.rows.place[0] - 1
            )

    def action_order(self) -> None:
        self._order = "newest" if self._order == "urgent" else "urgent"
        self.rows.start_again()
        self.show_bars()

    def action_cycle_filter(self) -> None:
        self.action_filter(saved_filters.after(self.filter_bar.text, self.shell.user).filled(self.shell.user))

    def look_at(self, filter_text: str) -> None:
        """Show the incidents that match."""
        self.action_filter(filter_text)

    def action_back(self) -> None:
        """Marks go first, then the filter."""
        if self._marked:
            self.forget_marks()
        else:
            super().action_back()

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if (row := self.incident) is None:
            return None
        detail = await self.shell.link.ask(GetIncident(incident_id=row.incident_id))
        return f"incident-{row.incident_id}", {"incident": detail}
